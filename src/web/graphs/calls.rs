//! How programs start a graph: a command that is ready to be copied, and its hooks.

use serde_json::{Map, Value as Json, json};

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{Graph, Kind, Param, value_to_json};
use crate::store::{GraphHead, HookHead};
use crate::web::edge::answer::Failure;

/// Inputs that the command shows.
const INPUTS: usize = 100;
/// Hooks that the page shows.
const HOOKS: i64 = 100;

/// What programs call.
pub(in crate::web) struct Calls {
    /// The command.
    pub(in crate::web) command: String,
    /// A value has to be filled in.
    pub(in crate::web) blanks: bool,
    /// There are more inputs than the command shows.
    pub(in crate::web) cut: bool,
    /// Each hook with its address.
    pub(in crate::web) hooks: Vec<(HookHead, String)>,
}

pub(in crate::web) fn calls(
    desk: &Desk,
    head: &GraphHead,
    outline: &Graph,
    server: &str,
) -> Result<Calls, Failure> {
    let own = desk.store.definition(GraphId(head.id))?.unwrap_or_default();
    let shared = outline.input.iter().map(|p| (p.name.clone(), p));
    let own = own.vertices.iter().flat_map(|v| {
        let named = v.input.iter();
        named.map(|p| (format!("{}.{}", v.name, p.name), p))
    });
    let mut all: Vec<(String, &Param)> = shared.chain(own).collect();
    let cut = all.len() > INPUTS;
    all.truncate(INPUTS);
    let hooks = desk.store.hooks(&head.name, 0, HOOKS)?.into_iter();
    let address = |hook: HookHead| {
        let address = format!("{server}/api/v1/hooks/{}", hook.id);
        (hook, address)
    };
    Ok(Calls {
        command: command(server, head.id, &all),
        blanks: all.iter().any(|(_, param)| is_blank(param)),
        cut,
        hooks: hooks.map(address).collect(),
    })
}

/// Somebody has to say the value.
fn is_blank(param: &Param) -> bool {
    param.kind == Kind::Secret || param.default.is_none()
}

fn command(server: &str, id: i64, inputs: &[(String, &Param)]) -> String {
    let value = |param: &Param| match &param.default {
        Some(default) if !is_blank(param) => value_to_json(default),
        _ => json!(format!("<{}>", param.kind.word())),
    };
    let input = inputs.iter().map(|(name, p)| (name.clone(), value(p)));
    let body = match inputs.is_empty() {
        true => json!({}),
        false => json!({"input": Json::Object(input.collect::<Map<_, _>>())}),
    };
    let url = format!("{server}/api/v1/graphs/{id}/pipelines");
    format!(
        "curl -sS -X POST {} \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'Content-Type: application/json' \\\n  \
         -H \"Idempotency-Key: $(date +%s)-$$\" \\\n  -d {}\n",
        quoted(&url),
        quoted(&format!("{body:#}"))
    )
}

/// One word of a shell that means this text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::command;
    use crate::graph::{Kind, Param, Value};
    use crate::web::tests::harness::param;

    #[test]
    fn a_command_has_each_input_once_and_no_text_leaves_its_quotes() {
        let host = Param {
            default: Some(Value::Str("it's; rm -rf $HOME".to_owned())),
            ..param("host", Kind::Str)
        };
        let (n, key) = (param("n", Kind::Int), param("key", Kind::Secret));
        let inputs = [
            ("host".to_owned(), &host),
            ("a'b.n".to_owned(), &n),
            ("key".to_owned(), &key),
        ];
        let text = command("http://127.0.0.1:8000", 7, &inputs);
        assert!(text.contains("'http://127.0.0.1:8000/api/v1/graphs/7/pipelines'"));
        assert!(
            text.contains(r#""host": "it'\''s; rm -rf $HOME""#),
            "{text}"
        );
        assert!(text.contains(r#""a'\''b.n": "<int>""#), "{text}");
        assert!(text.contains(r#""key": "<secret>""#), "{text}");
        assert!(command("http://x", 1, &[]).ends_with("-d '{}'\n"));
    }
}
