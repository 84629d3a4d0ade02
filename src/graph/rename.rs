//! What scripts call the outputs of a vertex that is called otherwise from now on.

use std::collections::BTreeMap;

use super::identifiers::{bracketed, placeholder_name, variable};
use super::launch::VARIABLE;
use super::script::interpreter;

/// A script after the vertex `of` has become `name`: `<of.output>` and, where no shell runs it, the
/// variables of these outputs. It stays as it is where no placeholder could have the new name.
pub(super) fn in_script(script: &str, (of, name): (&str, &str), outputs: &[&str]) -> String {
    if placeholder_name(format!("{name}.x>").as_bytes()).is_none() {
        return script.to_owned();
    }
    let (mut renamed, mut from) = (String::with_capacity(script.len()), 0);
    let meant = bracketed(script).filter_map(|(at, placeholder)| {
        let (vertex, _) = placeholder.rsplit_once('.')?;
        (vertex == of).then_some(at + 1)
    });
    for at in meant {
        renamed.push_str(&script[from..at]);
        renamed.push_str(name);
        from = at + of.len();
    }
    renamed.push_str(&script[from..]);
    match interpreter(script).shell {
        true => renamed,
        false => in_variables(&renamed, (of, name), outputs),
    }
}

fn in_variables(script: &str, (of, name): (&str, &str), outputs: &[&str]) -> String {
    let of_output = |vertex: &str, output: &str| {
        let output = format!("{vertex}.{output}");
        format!("{VARIABLE}{}", variable(&output))
    };
    let pairs = outputs
        .iter()
        .map(|o| (of_output(of, o), of_output(name, o)));
    let known: BTreeMap<String, String> = pairs.collect();
    let apart = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let words = script.split_inclusive(apart).map(|piece| {
        let word = piece.trim_end_matches(apart);
        let rest = &piece[word.len()..];
        match known.get(word) {
            Some(word) => format!("{word}{rest}"),
            None => piece.to_owned(),
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::in_script;

    #[test]
    fn outputs_are_called_by_the_new_name_of_their_vertex() {
        let of = |script: &str, name: &str| in_script(script, ("a", name), &["n"]);
        for (script, expected) in [
            ("echo <a.n> <a.n> <b.n>", "echo <z.n> <z.n> <b.n>"),
            (
                "echo <aa.n> <a> a.n $TY_a_n 日志<a.n>",
                "echo <aa.n> <a> a.n $TY_a_n 日志<z.n>",
            ),
            (
                "#!/usr/bin/python3\nprint(TY_a_n, TY_a_nn, '日')",
                "#!/usr/bin/python3\nprint(TY_z_n, TY_a_nn, '日')",
            ),
            ("", ""),
        ] {
            assert_eq!(of(script, "z"), expected);
        }
        // No placeholder can have such a name: the check tells where the old one stands.
        assert_eq!(of("echo <a.n>", "z z"), "echo <a.n>");
    }
}
