//! Values in the format of `printf`, which reads `%` and `\` there.

use super::arguments::program;
use super::{Compilation, ScriptProblem};
use crate::graph::codes;
use crate::graph::hazards::harmless;
use crate::graph::lexer::{Lexed, Role, Site};
use crate::graph::param::Param;
use crate::graph::problem::Severity;
use crate::graph::script::base;

impl Compilation<'_> {
    /// A notice when text stands in the format of `printf`.
    pub(super) fn formatted(
        &self,
        lexed: &Lexed,
        site: &Site,
        param: &Param,
    ) -> Option<ScriptProblem> {
        let means = |text: String| text.contains(['%', '\\']);
        let plain = harmless(param) && !param.choices.iter().any(|c| means(c.to_string()));
        if plain || site.role != Role::Word {
            return None;
        }
        let command = lexed.commands.get(site.command?)?;
        let (head, name) = program(command).filter(|(_, name)| base(name) == "printf")?;
        let options = command.words[head + 1..].iter().map(Vec::as_slice);
        let mut format = head + 1;
        let mut variable = false;
        for word in options {
            if !variable && !word.starts_with(b"-v") && word != b"--" {
                break;
            }
            variable = word == b"-v";
            format += 1;
        }
        if site.word != format {
            return None;
        }
        let message = format!(
            "`<{placeholder}>` is in the format of `{name}`, where `%` and `\\` of a value are not printed as they are; write %s there and give the value as an argument: printf '%s\\n' <{placeholder}>",
            placeholder = param.name
        );
        let code = codes::PLACEHOLDER_IN_FORMAT;
        Some(self.problem(code, Severity::Notice, site.start, message))
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::compile;
    use crate::graph::param::{Kind, Param, Value};

    #[test]
    fn text_in_the_format_of_printf_is_told() {
        let choice = |choices: [&str; 2]| Param {
            choices: choices.map(|c| Value::Str(c.to_owned())).into(),
            ..Param::new("x", Kind::Choice)
        };
        let text = Param::new("x", Kind::Str);
        for (script, param, told) in [
            ("printf \"Deploying <x>\\n\"", &text, true),
            ("printf <x>", &text, true),
            ("a=$(command printf -- 'a <x>' b)", &text, true),
            ("/usr/bin/printf -v '<x>'", &text, false),
            ("printf -v line '<x> %s' a", &text, true),
            ("printf '%s\\n' <x> \"<x>\"", &text, false),
            ("printf -v line %s <x>", &text, false),
            ("echo printf <x>; printf >f<x> %s a", &text, false),
            ("printf '<x>'", &Param::new("x", Kind::Secret), true),
            ("printf '<x>'", &Param::new("x", Kind::Int), false),
            ("printf '<x>'", &choice(["a", "b_c"]), false),
            ("printf '<x>'", &choice(["a", "b%c"]), true),
        ] {
            let found = compile(script, &[param]);
            let notices = found.map(|compiled| compiled.notices).unwrap_or_default();
            let mut notices = notices.iter();
            let found = notices.any(|notice| notice.code == "placeholder-in-format");
            assert_eq!(found, told, "{script}");
        }
        let compiled = compile("printf a<x>", &[&text]).expect("a notice");
        assert_eq!(compiled.notices[0].column, 9);
    }
}
