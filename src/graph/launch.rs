//! What is run: a compiled body with the values of its parameters set in front of it, or in the
//! environment for interpreters that are no shells.

use super::identifiers::variable;
use super::param::Value;
use super::script::{interpreter, shebang_line};

/// What stands before a parameter's name in the environment.
pub(super) const VARIABLE: &str = "TY_";

/// What stands before a parameter's name in the variables of shells.
pub(super) const PREFIX: &str = "p_";

/// The variable of the environment that carries the secret parameter `name`, for any interpreter.
pub fn secret_variable(name: &str) -> String {
    carrier(name, true, true)
}

/// The secret parameter that a variable of the environment carries.
pub fn secret_parameter(variable: &str) -> Option<&str> {
    variable.strip_prefix(VARIABLE)
}

/// The variable in which a script finds a value: in a shell the generated assignment's, unless the
/// value is secret; else the environment's.
pub fn carrier(name: &str, secret: bool, shell: bool) -> String {
    let prefix = if shell && !secret { PREFIX } else { VARIABLE };
    format!("{prefix}{}", variable(name))
}

/// The text to run. For shells: assignments of all `values` on the same line as the first line of
/// the body after its shebang, so that line numbers in messages stay the author's (but for values
/// with line breaks). For other interpreters: the body.
pub fn launch_text(body: &str, values: &[(String, Value)]) -> String {
    if values.is_empty() || !interpreter(body).shell {
        return body.to_owned();
    }
    let shebang = shebang_line(body);
    let mut text = String::with_capacity(body.len() + 64 * values.len());
    text.push_str(shebang);
    if !shebang.is_empty() && !shebang.ends_with('\n') {
        text.push('\n');
    }
    for (name, value) in values {
        text.push_str(&carrier(name, false, true));
        text.push_str("='");
        text.push_str(&value.to_string().replace('\'', r"'\''"));
        text.push_str("'; ");
    }
    text.push_str(&body[shebang.len()..]);
    text
}

/// The environment variables that carry `values`: `TY_<name>` for interpreters other than shells,
/// nothing for shells.
pub fn environment(body: &str, values: &[(String, Value)]) -> Vec<(String, String)> {
    if interpreter(body).shell {
        return Vec::new();
    }
    values
        .iter()
        .map(|(name, value)| (carrier(name, false, false), value.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{environment, launch_text};
    use crate::graph::param::Value;

    fn values() -> Vec<(String, Value)> {
        vec![
            ("a".to_owned(), Value::Str("it's".to_owned())),
            ("n".to_owned(), Value::Int(-7)),
        ]
    }

    #[test]
    fn assignments_stand_on_the_first_line_of_the_body() {
        for (body, text) in [
            (
                "echo\nls",
                r"p_a='it'\''s'; p_n='-7'; echo
ls",
            ),
            (
                "#!/bin/sh\n# comment\nls",
                "#!/bin/sh\np_a='it'\\''s'; p_n='-7'; # comment\nls",
            ),
            ("\n\nls", "p_a='it'\\''s'; p_n='-7'; \n\nls"),
            ("#!/bin/bash", "#!/bin/bash\np_a='it'\\''s'; p_n='-7'; "),
            (
                "#!/usr/bin/python3\nprint(1)",
                "#!/usr/bin/python3\nprint(1)",
            ),
        ] {
            assert_eq!(launch_text(body, &values()), text);
        }
        assert_eq!(launch_text("echo", &[]), "echo");
    }

    #[test]
    fn other_interpreters_get_the_environment() {
        let expected = [
            ("TY_a".to_owned(), "it's".to_owned()),
            ("TY_n".to_owned(), "-7".to_owned()),
        ];
        assert_eq!(environment("#!/usr/bin/python3\n", &values()), expected);
        assert_eq!(environment("echo", &values()), []);
    }
}
