//! The shells that can parse without running, and what they say about a script.

use super::process::SCRIPT;

/// What a shell says about one place of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    /// Line of the script, from 1; none: the shell does not say.
    pub(super) line: Option<u32>,
    /// The shell's own words.
    pub(super) text: String,
}

/// The flags with which a shell of this name parses and runs nothing; none: it is no shell that can.
pub(super) fn flags(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "sh" | "dash" | "ksh" | "ksh93" | "mksh" => Some(&["-n"]),
        // `shopt -s extglob` in the script would not be run, and its patterns are no syntax without.
        "bash" => Some(&["-O", "extglob", "-n"]),
        // Without -f zsh runs a start file of the user's even for -n.
        "zsh" => Some(&["-f", "-n"]),
        _ => None,
    }
}

/// The first remark among a shell's messages.
pub(super) fn remark(messages: &str) -> Option<Remark> {
    let first = messages.lines().find(|line| !line.trim().is_empty())?;
    // `/dev/stdin: 3: Syntax error: ...`, `/dev/stdin: line 3: syntax error ...`,
    // `/dev/stdin:3: parse error ...`; ksh93 says `... syntax error at line 3: ...`.
    let at = first.find(SCRIPT).map_or(0, |at| at + SCRIPT.len());
    let rest = first[at..].trim_start_matches([':', ' ']);
    let numbered = rest.strip_prefix("line ").unwrap_or(rest);
    let digits = numbered.bytes().take_while(u8::is_ascii_digit).count();
    let after = numbered[digits..].strip_prefix([':', ' ']);
    if let (Ok(line), Some(after)) = (numbered[..digits].parse(), after) {
        return Some(Remark {
            line: Some(line),
            text: after.trim_start().to_owned(),
        });
    }
    let inside = rest.split_once("at line ").and_then(|(_, rest)| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok()
    });
    Some(Remark {
        line: inside,
        text: rest.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{flags, remark};

    #[test]
    fn messages_of_each_shell_are_read() {
        for (messages, line, text) in [
            (
                "/dev/stdin: 2: Syntax error: \"fi\" unexpected\n",
                Some(2),
                "Syntax error: \"fi\" unexpected",
            ),
            (
                "/dev/stdin: line 12: syntax error near `fi'\n/dev/stdin: line 12: `fi'\n",
                Some(12),
                "syntax error near `fi'",
            ),
            (
                "/dev/stdin:7: parse error near `}'\n",
                Some(7),
                "parse error near `}'",
            ),
            (
                "\n/dev/stdin: syntax error at line 3: `fi' unexpected\n",
                Some(3),
                "syntax error at line 3: `fi' unexpected",
            ),
            ("out of memory", None, "out of memory"),
            ("/dev/stdin: 99999999999: x", None, "99999999999: x"),
        ] {
            let found = remark(messages).expect("there is one");
            assert_eq!((found.line, found.text.as_str()), (line, text));
        }
        assert_eq!(remark("\n \n"), None);
    }

    #[test]
    fn programs_that_are_no_shells_have_no_flags() {
        for name in ["python3", "env", "fish", "perl", ""] {
            assert_eq!(flags(name), None, "{name}");
        }
    }
}
