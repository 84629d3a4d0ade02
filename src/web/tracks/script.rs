//! A script in which each reference carries a label with its value.

use std::collections::BTreeMap;

use crate::desk::TrackShown;
use crate::graph::{
    Form, Kind, Name, Param, Piece, Rendered, Shown, asked_later, carrier, interpreter, one_line,
    pieces, unknown_output,
};
use crate::l10n::Words;
use crate::web::parts::reveal;

/// Characters of a label.
const LABEL: usize = 80;
/// References of one script that are labelled.
const LABELS: usize = 2_000;
/// Bytes of a script that a preview shows.
const SCRIPT: usize = 16 << 10;

/// A part of a script as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Part {
    pub(in crate::web) text: String,
    /// `host = 127.0.0.1`; none: it is no reference.
    pub(in crate::web) label: Option<String>,
}

/// A script that would run.
pub(in crate::web) struct Preview {
    pub(in crate::web) vertex: String,
    pub(in crate::web) interpreter: String,
    /// Names and values of its environment.
    pub(in crate::web) environment: Vec<(String, String)>,
    pub(in crate::web) script: Vec<Part>,
    pub(in crate::web) cut: bool,
}

/// What a reference stands for.
pub(in crate::web) struct Label {
    name: String,
    secret: bool,
    text: String,
}

/// A script in parts. Of two labels for one name the first counts.
pub(in crate::web) fn parts(script: &str, form: Form, labels: &[Label]) -> Vec<Part> {
    let shell = interpreter(script).shell;
    let names = labels.iter().rev().map(|l| (l.name.as_str(), l));
    let names: BTreeMap<&str, &Label> = names.collect();
    let variables = names
        .values()
        .map(|l| (carrier(&l.name, l.secret, shell), *l));
    let variables: BTreeMap<String, &Label> = variables.collect();
    let label = |name: Name<'_>| match name {
        Name::Written(name) => names.get(name).copied(),
        Name::Variable(variable) => variables.get(variable).copied(),
    };
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
                label: label.map(|label| reveal::text(&one_line(&label.text, LABEL))),
            }
        }
    };
    let known = |name: Name<'_>| label(name).is_some();
    pieces(script, form, &known).into_iter().map(part).collect()
}

/// What is shown for the value of `name`.
pub(in crate::web) fn told(name: &str, shown: &Shown, t: Words) -> String {
    match shown {
        Shown::Value(_) | Shown::Secret => shown.to_string(),
        Shown::Output(_) => {
            let vertex = name.rsplit_once('.').map_or(name, |(vertex, _)| vertex);
            t.script_output_of(vertex)
        }
        Shown::Later { .. } => t.script_later(),
    }
}

/// The label of a value, or of one that is not known yet.
pub(in crate::web) fn label(name: &str, shown: &Shown, t: Words) -> Label {
    let said = told(name, shown, t);
    Label {
        name: name.to_owned(),
        secret: matches!(shown, Shown::Secret | Shown::Later { secret: true }),
        text: match shown {
            Shown::Value(_) | Shown::Secret => format!("{name} = {said}"),
            Shown::Output(_) | Shown::Later { .. } => t.words_detail(name, said),
        },
    }
}

/// The label of a parameter by what is declared.
pub(in crate::web) fn declared(param: &Param) -> Label {
    let name = &param.name;
    Label {
        name: name.clone(),
        secret: param.kind == Kind::Secret,
        text: match &param.default {
            Some(value) if !param.required => format!("{name} = {value}"),
            Some(_) | None => format!("{name}: {}", param.kind.word()),
        },
    }
}

/// The label of an output that a vertex has still to give.
pub(in crate::web) fn unknown(name: &str, t: Words) -> Label {
    label(name, &Shown::Output(unknown_output(name)), t)
}

/// Scripts with their values.
pub(in crate::web) fn preview(rendered: &[Rendered], t: Words) -> Vec<Preview> {
    let one = |rendered: &Rendered| {
        let values = rendered.values.iter();
        let labels: Vec<Label> = values.map(|(name, shown)| label(name, shown, t)).collect();
        let later = rendered.values.iter();
        let later = later.filter(|(_, shown)| matches!(shown, Shown::Later { .. }));
        let later: Vec<(String, String)> = later
            .map(|(name, _)| (asked_later(name), t.script_asked_later(name)))
            .collect();
        // What stands for such a value is no part of the script: it is in the language of the page.
        let told = |text: &str| {
            let mut text = text.to_owned();
            for (stands, said) in &later {
                text = text.replace(stands, said);
            }
            text
        };
        let script = told(&rendered.script);
        let (script, cut) = reveal::head(&script, SCRIPT);
        let environment = rendered.environment.iter();
        Preview {
            vertex: rendered.vertex.clone(),
            interpreter: reveal::text(&rendered.interpreter.join(" ")),
            environment: environment
                .map(|(name, value)| (name.clone(), reveal::text(&told(value))))
                .collect(),
            script: parts(script, Form::Compiled, &labels),
            cut,
        }
    };
    rendered.iter().map(one).collect()
}

/// Names and values of an environment; of secrets the mask.
pub(in crate::web) fn environment(shown: TrackShown) -> Vec<(String, String)> {
    let variables = shown.environment.into_iter();
    variables
        .map(|variable| (variable.name, reveal::text(&variable.value)))
        .collect()
}

/// The lines of a unified diff with the class of each.
pub(in crate::web) fn changed(diff: &str) -> Vec<(&'static str, String)> {
    let class = |line: &str| match line.as_bytes().first() {
        Some(b'+') => "added",
        Some(b'-') => "removed",
        Some(b'@') => "place",
        _ => "",
    };
    let lines = diff.lines();
    lines
        .map(|line| (class(line), reveal::text(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LABELS, Label, Part, declared, parts};
    use crate::graph::{Form, Kind, Rendered, Shown, Value, asked_later};
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::param;

    fn label(name: &str, shown: &Shown) -> Label {
        super::label(name, shown, Words::of(L10n::En))
    }

    fn unknown(name: &str) -> Label {
        super::unknown(name, Words::of(L10n::En))
    }

    fn part(text: &str, label: &str) -> Part {
        Part {
            text: text.to_owned(),
            label: (!label.is_empty()).then(|| label.to_owned()),
        }
    }

    fn given(name: &str, value: &str) -> Label {
        label(name, &Shown::Value(Value::Str(value.to_owned())))
    }

    #[test]
    fn each_reference_says_its_value_and_hides_nothing() {
        let labels = [given("a", "x\n\u{202e}\u{7}\u{200f}")];
        let script = "echo \"${p_a}\" \u{202e}${p_b}";
        let expected = [
            part("echo ", ""),
            part("\"${p_a}\"", "a = x\\n\\u{202e}\\u{7}⟨U+200F⟩"),
            part(" ⟨U+202E⟩${p_b}", ""),
        ];
        assert_eq!(parts(script, Form::Compiled, &labels), expected);
        let long = [given("a", &"é".repeat(1_000))];
        let found = parts("${p_a}", Form::Compiled, &long);
        assert_eq!(found[0].label.as_ref().map(|l| l.chars().count()), Some(81));
        let many = "<a>".repeat(LABELS * 2);
        let found = parts(&many, Form::Written, &long);
        let labelled = found.iter().filter(|part| part.label.is_some()).count();
        assert!(labelled > 0 && labelled < LABELS, "{labelled}");
    }

    #[test]
    fn secrets_and_outputs_have_labels_in_every_form() {
        let labels = [
            label("key", &Shown::Secret),
            unknown("get.n"),
            given("x", "1"),
        ];
        let (key, output) = ("key = ******", "get.n: an output of get");
        for (script, form, expected) in [
            (
                "<key><get.n>",
                Form::Written,
                [part("<key>", key), part("<get.n>", output)],
            ),
            (
                "${TY_key}${p_get_n}",
                Form::Compiled,
                [part("${TY_key}", key), part("${p_get_n}", output)],
            ),
            // Only a secret is in the environment of a shell.
            (
                "${p_get_n}${TY_x}",
                Form::Compiled,
                [part("${p_get_n}", output), part("${TY_x}", "")],
            ),
        ] {
            assert_eq!(parts(script, form, &labels), expected);
        }
        let python = "#!/usr/bin/python3\nTY_key TY_get_n TY_x";
        let found = parts(python, Form::Written, &labels);
        let found: Vec<_> = found.into_iter().filter_map(|part| part.label).collect();
        assert_eq!(found, [key, output, "x = 1"]);
    }

    #[test]
    fn a_definition_says_its_defaults_and_types() {
        let mut host = param("host", Kind::Str);
        host.default = Some(Value::Str("h".to_owned()));
        let shared = [declared(&host), declared(&param("n", Kind::Int))];
        let of = |script: &str, labels: &[Label]| {
            let mut parts = parts(script, Form::Written, labels);
            parts.remove(0).label
        };
        assert_eq!(of("<host>", &shared).as_deref(), Some("host = h"));
        assert_eq!(of("<n>", &shared).as_deref(), Some("n: int"));
        assert_eq!(of("<x>", &shared), None);
        host.required = true;
        let [first, second] = shared;
        let own = [declared(&host), first, second];
        assert_eq!(of("<host>", &own).as_deref(), Some("host: str"));
    }

    #[test]
    fn what_is_asked_for_later_is_told_in_the_language_of_the_page() {
        let rendered = Rendered {
            script: format!("p_host='{}'; echo \"${{p_host}}\"", asked_later("host")),
            environment: vec![("TY_key".to_owned(), asked_later("key"))],
            values: vec![
                ("host".to_owned(), Shown::Later { secret: false }),
                ("key".to_owned(), Shown::Later { secret: true }),
            ],
            ..Rendered::default()
        };
        for (language, stands, label) in [
            (L10n::En, "‹host: asked later›", "host: asked later"),
            (L10n::ZhCN, "‹host：稍后询问›", "host：稍后询问"),
        ] {
            let shown = super::preview(std::slice::from_ref(&rendered), Words::of(language));
            let script = &shown[0].script;
            assert!(script[0].text.contains(stands), "{}", script[0].text);
            let found = script.iter().find_map(|part| part.label.as_deref());
            assert_eq!(found, Some(label));
            assert_eq!(shown[0].environment[0].1, stands.replace("host", "key"));
        }
    }
}
