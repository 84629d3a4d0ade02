//! `trackyard hook`: what may start a graph of the running server without a credential.

mod verbs;

use serde_json::{Map, Value, json};

use super::context::Context;
use super::doing::Doing;
use super::error::{CliError, OK};
use super::naming;
use super::output::{moment, print, print_json, table, visible};
use super::remote::Remote;
use super::secret::read_value;
pub(super) use verbs::HookVerb;
use verbs::{WhatArgs, WhichArgs};

/// What is sent.
const JSON: &str = "application/json";

/// Makes, shows, changes or removes hooks.
pub(super) fn hook(context: &Context, verb: HookVerb) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let hooks = |name: &str| {
        let graph = naming::graph(context, &context.store()?, name, None)?;
        Ok::<_, CliError>(format!("/graphs/{}/hooks", graph.id))
    };
    let one = |which: &WhichArgs| {
        let hooks = hooks(&which.graph)?;
        Ok::<_, CliError>(format!("{hooks}/{}", which.hook))
    };
    match verb {
        HookVerb::Add { graph, what, doing } => {
            let body = Value::Object(said(context, &what)?).to_string();
            let made = server.post(&doing.at(&hooks(&graph)?), JSON, None, &body)?;
            tell_made(&server, &made, doing)?;
        }
        HookVerb::Ls { graph, json } => list(&server, &hooks(&graph)?, json)?,
        HookVerb::Show { which, json } => {
            let hook = server.get(&one(&which)?)?;
            match json {
                true => print_json(&hook)?,
                false => print(&shown(&server, &hook))?,
            }
        }
        HookVerb::Set {
            which,
            what,
            on,
            no_values,
            doing,
        } => {
            let mut body = said(context, &what)?;
            if on {
                body.insert("enabled".to_owned(), json!(true));
            }
            if no_values {
                body.insert("input".to_owned(), json!({}));
            }
            if body.is_empty() {
                let why = "say what is to change: `trackyard hook set --help` has it";
                return Err(CliError::Usage(why.to_owned()));
            }
            let body = Value::Object(body).to_string();
            let hook = server.put(&doing.at(&one(&which)?), &body)?;
            match doing.json {
                true => print_json(&hook)?,
                false => {
                    print(&doing.told(&format!("hook {}", which.hook), "changed"))?;
                    print(&shown(&server, &hook))?;
                }
            }
        }
        HookVerb::Rm { which, doing } => {
            let removed = server.delete(&doing.at(&one(&which)?))?;
            match doing.json {
                true => print_json(&removed)?,
                false => print(&doing.told(&format!("hook {}", which.hook), "removed"))?,
            }
        }
    }
    Ok(OK)
}

/// What is said of a hook, as it is sent.
fn said(context: &Context, what: &WhatArgs) -> Result<Map<String, Value>, CliError> {
    let mut body = Map::new();
    let mut input = Map::new();
    for (list, kind) in [(&what.pointers, "pointer"), (&what.values, "value")] {
        for given in list {
            let (name, from) = given.split_once('=').ok_or_else(|| {
                CliError::Usage(format!("`{given}`: write NAME, `=` and what it is"))
            })?;
            let before = input.insert(name.to_owned(), json!({ kind: from }));
            if before.is_some() {
                return Err(CliError::Usage(format!("`{name}` is given twice")));
            }
        }
    }
    if !input.is_empty() {
        body.insert("input".to_owned(), Value::Object(input));
    }
    if let Some(style) = what.style {
        body.insert("style".to_owned(), json!(style.word()));
    }
    if what.off {
        body.insert("enabled".to_owned(), json!(false));
    }
    if what.secret {
        let secret = read_value("-", "secret of the hook", &context.config)?;
        body.insert("secret".to_owned(), json!(secret.text()));
    }
    Ok(body)
}

fn tell_made(server: &Remote, made: &Value, doing: Doing) -> Result<(), CliError> {
    if doing.json {
        return print_json(made);
    }
    let text = |key: &str| visible(made[key].as_str().unwrap_or_default());
    if doing.dry_run {
        let of = format!("a hook of `{}`", text("graph"));
        return print(&doing.told(&of, "made"));
    }
    let (url, path) = (&server.url, text("path"));
    print(&format!(
        "hook {} of `{}`: {url}{path}",
        made["id"],
        text("graph")
    ))?;
    let secret = made["secret"].as_str().unwrap_or_default();
    print(&format!("its secret, which nothing tells again: {secret}"))
}

fn list(server: &Remote, path: &str, json: bool) -> Result<(), CliError> {
    let mut all = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(page) = next {
        let mut page = server.get(&page)?;
        let hooks = page["hooks"].as_array_mut().map(std::mem::take);
        all.extend(hooks.unwrap_or_default());
        let cursor = page["next"].as_str();
        next = cursor.map(|cursor| format!("{path}?cursor={cursor}"));
    }
    if json {
        return print_json(&json!({ "hooks": all }));
    }
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let heads = ["HOOK", "STYLE", "STATE", "VALUES", "MADE BY"];
    print(&table(&heads, &rows))
}

fn state(hook: &Value) -> &'static str {
    match hook["enabled"].as_bool() {
        Some(true) => "on",
        Some(false) | None => "off",
    }
}

fn row(hook: &Value) -> Vec<String> {
    let text = |key: &str| visible(hook[key].as_str().unwrap_or_default());
    let input = hook["input"].as_object();
    let names = input.into_iter().flat_map(Map::keys);
    let names: Vec<String> = names.map(|name| visible(name)).collect();
    vec![
        hook["id"].to_string(),
        text("style"),
        state(hook).to_owned(),
        names.join(", "),
        text("creator"),
    ]
}

/// All that is known of a hook, a fact in each line.
fn shown(server: &Remote, hook: &Value) -> String {
    let text = |value: &Value| visible(value.as_str().unwrap_or_default());
    let mut lines = vec![
        format!(
            "hook {} of `{}`: {}{}",
            hook["id"],
            text(&hook["graph"]),
            server.url,
            text(&hook["path"])
        ),
        format!(
            "signed as `{}`; it is {}",
            text(&hook["style"]),
            state(hook)
        ),
    ];
    for (name, from) in hook["input"].as_object().into_iter().flatten() {
        let name = visible(name);
        lines.push(match from["pointer"].as_str() {
            Some(pointer) => format!("{name}: from `{}` of the body", visible(pointer)),
            None => format!("{name}: {}", visible(&from["value"].to_string())),
        });
    }
    for problem in hook["problems"].as_array().into_iter().flatten() {
        let (field, message) = (text(&problem["field"]), text(&problem["message"]));
        lines.push(format!("its calls start nothing: `{field}`: {message}"));
    }
    let made = moment(&hook["created_at"]).unwrap_or_default();
    lines.push(format!("made {made} by {}", text(&hook["creator"])));
    lines.join("\n")
}
