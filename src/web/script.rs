//! A script in which each reference carries a label with its value.

use super::reveal;
use crate::graph::{Form, Param, Piece, Rendered, one_line, pieces};

/// Characters of a label.
const LABEL: usize = 80;
/// References of one script that are labelled.
const LABELS: usize = 2_000;
/// Bytes of a script that a preview shows.
const SCRIPT: usize = 16 << 10;

/// A part of a script as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    /// `host = 127.0.0.1`; none: it is no reference.
    pub(super) label: Option<String>,
}

/// A script that would run.
pub(super) struct Preview {
    pub(super) vertex: String,
    pub(super) interpreter: String,
    /// Names and values of its environment.
    pub(super) environment: Vec<(String, String)>,
    pub(super) script: Vec<Part>,
    pub(super) cut: bool,
}

/// A script in parts; `label` says what a name stands for.
pub(super) fn parts(script: &str, form: Form, label: &dyn Fn(&str) -> Option<String>) -> Vec<Part> {
    let mut left = LABELS;
    let part = |piece: Piece<'_>| match piece {
        Piece::Text(text) => Part {
            text: reveal::text(text),
            label: None,
        },
        Piece::Reference { text, name } => {
            left = left.saturating_sub(1);
            let label = label(name).filter(|_| left > 0);
            Part {
                text: reveal::text(text),
                label: label.map(|label| reveal::text(&one_line(&label, LABEL))),
            }
        }
    };
    let known = |name: &str| label(name).is_some();
    pieces(script, form, &known).into_iter().map(part).collect()
}

/// The label of a reference by the values that were accepted.
pub(super) fn value_of(values: &[(String, String)], name: &str) -> Option<String> {
    let found = values.iter().find(|(known, _)| known == name);
    found.map(|(name, value)| format!("{name} = {value}"))
}

/// The label of a reference by what is declared.
pub(super) fn default_of(own: &[Param], shared: &[Param], name: &str) -> Option<String> {
    let param = own.iter().chain(shared).find(|p| p.name == name)?;
    Some(match &param.default {
        Some(value) if !param.required => format!("{name} = {value}"),
        Some(_) | None => format!("{name}: {}", param.kind.word()),
    })
}

/// Scripts with their values.
pub(super) fn preview(rendered: &[Rendered]) -> Vec<Preview> {
    let one = |rendered: &Rendered| {
        let values = rendered.values.iter();
        let values: Vec<(String, String)> = values
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect();
        let (script, cut) = reveal::head(&rendered.script, SCRIPT);
        let environment = rendered.environment.iter();
        Preview {
            vertex: rendered.vertex.clone(),
            interpreter: reveal::text(&rendered.interpreter.join(" ")),
            environment: environment
                .map(|(name, value)| (name.clone(), reveal::text(value)))
                .collect(),
            script: parts(script, Form::Compiled, &|name| value_of(&values, name)),
            cut,
        }
    };
    rendered.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{LABELS, Part, default_of, parts, value_of};
    use crate::graph::{Form, Kind, Value};
    use crate::web::harness::param;

    fn part(text: &str, label: &str) -> Part {
        Part {
            text: text.to_owned(),
            label: (!label.is_empty()).then(|| label.to_owned()),
        }
    }

    #[test]
    fn each_reference_says_its_value_and_hides_nothing() {
        let values = [("a".to_owned(), "x\n\u{202e}\u{7}\u{200f}".to_owned())];
        let found = parts("echo \"${p_a}\" \u{202e}${p_b}", Form::Compiled, &|name| {
            value_of(&values, name)
        });
        let expected = [
            part("echo ", ""),
            part("\"${p_a}\"", "a = x\\n\\u{202e}\\u{7}⟨U+200F⟩"),
            part(" ⟨U+202E⟩${p_b}", ""),
        ];
        assert_eq!(found, expected);
        let long = [("a".to_owned(), "é".repeat(1_000))];
        let found = parts("${p_a}", Form::Compiled, &|name| value_of(&long, name));
        assert_eq!(found[0].label.as_ref().map(|l| l.chars().count()), Some(81));
        let many = "<a>".repeat(LABELS * 2);
        let found = parts(&many, Form::Written, &|name| value_of(&long, name));
        let labelled = found.iter().filter(|part| part.label.is_some()).count();
        assert!(labelled > 0 && labelled < LABELS, "{labelled}");
    }

    #[test]
    fn a_definition_says_its_defaults_and_types() {
        let mut host = param("host", Kind::Str);
        host.default = Some(Value::Str("h".to_owned()));
        let shared = [host.clone(), param("n", Kind::Int)];
        host.required = true;
        let own = [host];
        assert_eq!(
            default_of(&[], &shared, "host").as_deref(),
            Some("host = h")
        );
        assert_eq!(
            default_of(&own, &shared, "host").as_deref(),
            Some("host: str")
        );
        assert_eq!(default_of(&own, &shared, "n").as_deref(), Some("n: int"));
        assert_eq!(default_of(&own, &shared, "x"), None);
    }
}
