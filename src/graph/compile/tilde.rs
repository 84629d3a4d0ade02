//! `~<name>`: a shell looks for a home directory only where the name after the tilde is written out.

use crate::graph::codes;
use crate::graph::hazards::Hazard;
use crate::graph::lexer::{Context, Site};
use crate::graph::param::Param;

/// Why a placeholder cannot be a part of the name after a tilde, where `before` is the script in
/// front of it: the shell would keep the tilde, and say nothing.
pub(super) fn after_tilde(before: &str, site: &Site, param: &Param) -> Option<Hazard> {
    let user = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+');
    let front = before.trim_end_matches(user).strip_suffix('~')?;
    let name = before.len() - front.len();
    let word = site.prefix.len().checked_sub(name)?;
    let (word, tilde) = site.prefix.split_at(word);
    let quoted = front.ends_with(['\\', '\'', '"']);
    if site.context != Context::Bare || quoted || tilde.first() != Some(&b'~') {
        return None;
    }
    let equals = word.iter().position(|b| *b == b'=');
    let assigned = equals.is_some_and(|at| {
        let name = |b: &u8| b.is_ascii_alphanumeric() || b"_[]+\0".contains(b);
        let begins = at + 1 == word.len() || word.ends_with(b":");
        at > 0 && word[..at].iter().all(name) && begins
    });
    if !word.is_empty() && !assigned {
        return None;
    }
    let reason = format!(
        "follows `~`, where a shell looks only for a name that is written out; write the path, or ask for it: home=$(getent passwd <{}> | cut -d: -f6)",
        param.name
    );
    Some((codes::PLACEHOLDER_AFTER_TILDE, reason))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use crate::graph::compile;
    use crate::graph::param::{Kind, Param};

    /// What a shell prints for a script in which the name of root is written out.
    fn printed(shell: &str, script: &str) -> String {
        let script = script.replace("<x>", "root");
        let output = Command::new(shell).args(["-c", &script]).output();
        String::from_utf8(output.expect("it is installed").stdout).expect("UTF-8")
    }

    #[test]
    fn a_name_after_a_tilde_is_refused_where_a_shell_would_look_it_up() {
        let homes = [
            "echo ~<x>",
            "echo a ~<x>/b",
            "echo a;echo ~r<x>",
            "v=~<x>; echo $v",
            "V=a:~<x>:b; echo $V",
            "V=$HOME:b+c:~<x>; echo $V",
            "for i in ~<x>; do echo $i; done",
            "(cd ~<x>; pwd)",
            "echo $(echo ~<x>)",
            "case $(echo ~<x>) in ~<x>) echo ~<x>;; esac",
            "echo a >~<x>/../dev/null; echo ~<x>",
        ];
        let words = [
            "echo a~<x>",
            "echo \\~<x>",
            "echo '~'<x>",
            "echo \"\"~<x>",
            "echo '~<x>' \"~<x>\" ~\"<x>\"",
            "echo ~/<x>",
            "echo a:~<x>",
            "echo =~<x> --home=~<x>",
            "cat <<E\n~<x>\nE\n",
        ];
        let home = printed("bash", "echo ~root");
        for (scripts, refused) in [(&homes[..], true), (&words, false)] {
            for script in scripts {
                let param = Param::new("x", Kind::Str);
                let found = compile(script, &[&param]);
                let codes: Vec<_> = found.err().into_iter().flatten().map(|p| p.code).collect();
                assert_eq!(
                    codes.contains(&"placeholder-after-tilde"),
                    refused,
                    "{script}"
                );
                assert!(refused || codes.is_empty(), "{script}: {codes:?}");
                let script = script.replace("~r<x>", "~<x>");
                for shell in ["dash", "bash"] {
                    let said = printed(shell, &script);
                    let holds = said.contains(home.trim_end()) && !script.contains("~/<x>");
                    assert_eq!(holds, refused, "{shell}: {script}: {said}");
                }
            }
        }
    }
}
