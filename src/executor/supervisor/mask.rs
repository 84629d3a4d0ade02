//! Secrets in what a script prints become `******` before it reaches the disk.
//!
//! Only what may still become a match is held back, so a log that is followed stays live; how the
//! output was cut into reads changes nothing.

use std::path::PathBuf;

use crate::graph::{Hidden, MASK, SECRET_LEAST_BYTES, secret_parameter};
use crate::secrets::{Search, Within};
use crate::spool::{LogWriter, Logged};

/// The log of an attempt, behind a mask if the attempt has secrets.
#[derive(Debug)]
pub(super) struct MaskedLog {
    log: LogWriter,
    mask: Option<Mask>,
    /// Variables and their values.
    secrets: Vec<(String, Hidden)>,
}

impl MaskedLog {
    /// A log at `path` of at most `cap` bytes, without any of `secrets`.
    pub(super) fn new(path: PathBuf, cap: u64, secrets: Vec<(String, Hidden)>) -> MaskedLog {
        let values: Vec<&str> = secrets.iter().map(|(_, value)| value.text()).collect();
        MaskedLog {
            log: LogWriter::new(path, cap),
            mask: Mask::new(&values),
            secrets,
        }
    }

    /// What finds the secrets that this log hides.
    pub(super) fn searches(&self) -> Vec<(&str, Within)> {
        let name = |variable| secret_parameter(variable).unwrap_or(variable);
        let all = self.secrets.iter();
        all.map(|(variable, value)| (name(variable), Within::new(value.text())))
            .collect()
    }

    /// Takes output.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        match &mut self.mask {
            None => self.log.write(bytes),
            Some(mask) => mask.push(bytes, &mut |bytes| self.log.write(bytes)),
        }
    }

    /// Writes what was held back, and ends the log.
    pub(super) fn finish(&mut self) -> Logged {
        if let Some(mask) = &mut self.mask {
            mask.finish(&mut |bytes| self.log.write(bytes));
        }
        self.log.finish()
    }
}

/// Finds secrets in a stream.
#[derive(Debug)]
struct Mask {
    search: Search,
    /// The end of what has come: the longest that may be the beginning of a match.
    held: Vec<u8>,
    /// So much of it belongs to a match already.
    covered: usize,
    /// The last that was given on is a mask: a match that follows at once is part of it.
    open: bool,
    /// The characters that may be of base64 right before what is held.
    line: usize,
}

impl Mask {
    /// None where there is nothing to find.
    fn new(secrets: &[&str]) -> Option<Self> {
        Some(Self {
            search: Search::new(secrets)?,
            held: Vec::new(),
            covered: 0,
            open: false,
            line: 0,
        })
    }

    /// Takes output, and gives on what can be told of it.
    fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        self.held.extend_from_slice(bytes);
        let stretch = self.search.stretch(&self.held, self.line);
        let cut = self.search.settled(&stretch);
        if cut > 0 {
            let spans = self.search.spans(&stretch);
            self.give(cut, spans, out);
        }
    }

    /// Gives on the rest. A secret that was cut off is masked as far as it came.
    fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        let all = self.held.len();
        let stretch = self.search.stretch(&self.held, self.line);
        let mut spans = self.search.spans(&stretch);
        let begun = self.search.begun(&stretch);
        if all - begun.max(self.covered) >= SECRET_LEAST_BYTES {
            spans.push((begun, all));
            spans.sort_unstable();
        }
        self.give(all, spans, out);
    }

    /// Gives on the first `cut` bytes of what is held, in which these are matches.
    fn give(&mut self, cut: usize, spans: Vec<(usize, usize)>, out: &mut dyn FnMut(&[u8])) {
        let (mut at, mut covered) = (0, 0);
        let before = (self.covered > 0).then_some((0, self.covered));
        for (start, end) in before.into_iter().chain(spans) {
            if start >= cut {
                break;
            }
            if start > at {
                out(&self.held[at..start]);
                self.open = false;
            }
            // One mask for matches that touch or overlap.
            if !self.open {
                out(MASK.as_bytes());
                self.open = true;
            }
            at = at.max(end.min(cut));
            covered = covered.max(end.saturating_sub(cut));
        }
        if at < cut {
            out(&self.held[at..cut]);
            self.open = false;
        }
        self.covered = covered;
        self.line = Search::line_after(self.line, &self.held[..cut]);
        self.held.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::process::Command;

    use proptest::prelude::{ProptestConfig, any, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::Mask;

    /// What becomes of a text that arrives in pieces of these lengths, again and again.
    fn masked(secrets: &[&str], text: &[u8], pieces: &[usize]) -> Vec<u8> {
        let mut mask = Mask::new(secrets).expect("there are secrets");
        let mut out = Vec::new();
        let mut rest = text;
        let mut lengths = pieces.iter().cycle();
        while !rest.is_empty() {
            let length = (*lengths.next().expect("a cycle")).clamp(1, rest.len());
            let (now, later) = rest.split_at(length);
            mask.push(now, &mut |bytes| out.extend_from_slice(bytes));
            rest = later;
        }
        mask.finish(&mut |bytes| out.extend_from_slice(bytes));
        out
    }

    #[test]
    fn texts_are_masked_however_they_are_cut() {
        for (secrets, text, expected) in [
            (&["hunter2"][..], "a hunter2 b", "a ****** b"),
            (&["hunter2"], "hunter2hunter2", "******"),
            (&["hunter2"], "hunterhunter2 hunt", "hunter****** ******"),
            (&["hunter2"], "hunter 2 hun", "hunter 2 hun"),
            // The longer one is found, and what overlaps goes as a whole.
            (&["abcd", "abcdefgh"], "abcdefgh abcdefg", "****** ******"),
            (&["abcdef", "defghi"], "xabcdefghix", "x******x"),
            (&["aaaa"], "aaaaaaaaab", "******b"),
            (&["abababx"], "ababababx", "ab******"),
        ] {
            for piece in 1..=text.len() {
                let found = masked(secrets, text.as_bytes(), &[piece]);
                assert_eq!(String::from_utf8_lossy(&found), expected, "{piece}");
            }
        }
    }

    #[test]
    fn only_the_beginning_of_a_secret_is_held_back() {
        let mut mask = Mask::new(&["hunter2"]).expect("a secret");
        let mut push = |text: &str| {
            let mut out = Vec::new();
            mask.push(text.as_bytes(), &mut |bytes| out.extend_from_slice(bytes));
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(push("50 %"), "50 %");
        assert_eq!(push("\n60 % h"), "\n60 % ");
        assert_eq!(push("u"), "");
        assert_eq!(push("h"), "hu");
        assert_eq!(push("unter2!"), "******!");
    }

    /// What a program prints, the secret in its argument and between angle brackets.
    fn printed(program: &str, script: &str, secret: &str) -> Vec<u8> {
        let flag = if program == "node" { "-e" } else { "-c" };
        let said = Command::new(program)
            .args([flag, script])
            .args((program != "python3").then_some("-"))
            .arg(secret)
            .env("LANG", "C.UTF-8")
            .output()
            .expect("it is installed");
        assert!(said.status.success(), "{said:?}");
        said.stdout
    }

    #[test]
    fn what_tools_make_of_a_secret_is_masked() {
        let python = |expression: &str| {
            format!(
                "import sys, json, html, shlex, base64, urllib.parse as u\ns = sys.argv[1]\nprint('<' + {expression} + '>')"
            )
        };
        let mut scripts: Vec<(&str, String)> = [
            "u.quote(s)",
            "u.quote(s, safe='')",
            "u.quote_plus(s)",
            "u.quote(s).lower().replace('canary', 'CANARY')",
            "u.quote(s, safe=\"!~*'()\")",
            "u.quote_plus(base64.b64encode(s.encode()))",
            "json.dumps(s)[1:-1]",
            "json.dumps(s, ensure_ascii=False)[1:-1].replace('/', '\\\\/')",
            "''.join('\\\\u%04x' % ord(c) if c in '<>&' else c for c in json.dumps(s)[1:-1])",
            "''.join('\\\\u%04X' % ord(c) if ord(c) > 126 and ord(c) < 65536 else c for c in s.replace('\\\\', 2 * '\\\\'))",
            "repr(s)[1:-1]",
            "ascii(s)[1:-1]",
            "repr(s.encode())[2:-1]",
            "html.escape(s)",
            "html.escape(s).replace('&#x27;', '&#39;').replace('\"', '&#34;').replace('+', '&#43;')",
            "''.join('&#%d;' % ord(c) if ord(c) > 126 else c for c in s)",
            "s.replace(\"'\", \"''\")",
            "s.replace('\"', '\"\"')",
            "''.join(c.upper() if c.isascii() else c for c in s)",
            "''.join(c.lower() if c.isascii() else c for c in s)",
        ]
        .map(|expression| ("python3", python(expression)))
        .into();
        let bash = [
            "printf '<%q>' \"$1\"",
            "x=$1; x=$(declare -p x); x=${x#*=}; x=${x#\\$}; x=${x#?}; printf '<%s>' \"${x%?}\"",
            "x=${1@Q}; x=${x#\\$}; x=${x#?}; printf '<%s>' \"${x%?}\"",
        ];
        scripts.extend(bash.map(|script| ("bash", script.to_owned())));
        for secret in [
            "CANARY/x+y==9",
            "CANARY p\u{e4}ss<w&rd>/\"it's\" \u{1f511}~*()!%41",
            "CANARY\\a\\\\b\tc\u{a0}\u{85}",
            "/CANARY-plain_0.9",
        ] {
            for (program, script) in &scripts {
                let text = printed(program, script, secret);
                for pieces in [&[usize::MAX][..], &[1], &[3, 1, 7]] {
                    let found = masked(&[secret], &text, pieces);
                    let found = String::from_utf8_lossy(&found);
                    let hidden = ["<******>", "<$'******'>", "<$'******>"];
                    let base64 =
                        script.contains("b64") && found.starts_with("<******") && found.len() < 20;
                    assert!(
                        hidden.contains(&found.trim_end()) || base64,
                        "{secret:?} by {script}: {} became {found}",
                        String::from_utf8_lossy(&text)
                    );
                }
            }
        }
        // What a shell shows when it traces, and words that it has joined by one blank.
        for shell in ["dash", "bash"] {
            let script = "exec 2>&1; set -x; : \"$1\"; set +x; echo $1";
            let text = printed(shell, script, "it's  a   secret ");
            let found = String::from_utf8(masked(&["it's  a   secret "], &text, &[5]));
            let found = found.expect("UTF-8");
            assert!(
                !found.contains("secret") && found.ends_with("\n******\n"),
                "{found}"
            );
        }
    }

    #[test]
    fn base64_is_masked_wherever_its_lines_break() {
        let secret = "s3cr\u{e9}t/+~?>-and-long-enough-for-two-lines-of-some-width";
        for program in [
            "base64 -w76",
            "base64 -w64",
            "base64 -w20",
            "base64 | sed 's/$/\r/'",
            "base64 -w40 | sed 's/^/    /'",
            "base64 -w64 | sed 's/^/\t/; s/$/\r/'",
        ] {
            for before in (0..80).step_by(7).chain([200]) {
                let script =
                    format!("head -c {before} /dev/zero | cat - /dev/fd/3 3<<E | {program}\n$1\nE");
                let text = printed("bash", &script, secret);
                let whole = masked(&[secret], &text, &[text.len()]);
                let left: Vec<u8> = whole
                    .iter()
                    .copied()
                    .filter(|b| !b"A\r\n\t ".contains(b))
                    .collect();
                // The mask, and the characters at its ends that neighbours share in.
                assert!(
                    left.len() <= 6 + 12,
                    "{program} {before}: {}",
                    String::from_utf8_lossy(&whole)
                );
                assert_eq!(masked(&[secret], &text, &[1, 5]), whole);
            }
        }
        // Words at the end of a line are not held back.
        let mut mask = Mask::new(&["hunter2"]).expect("a secret");
        let mut out = Vec::new();
        mask.push(b"done by h\n", &mut |bytes| out.extend_from_slice(bytes));
        assert_eq!(out, b"done by h\n");
    }

    #[test]
    fn a_long_secret_needs_memory_in_proportion() {
        for length in [4 << 10, 128 << 10] {
            let secret: String = (0..length)
                .map(|n: u32| char::from(33 + (n % 7_919 * 31 / 7 % 90) as u8))
                .collect();
            let mask = Mask::new(&[&secret]).expect("a secret");
            assert!(mask.search.memory() < 250 * length as usize);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn any_mixture_of_escapes_is_masked(
            secret in "[ab%&;+ /<\\\\\"u0-4\u{e4}\u{1f511}]{4,12}",
            choices in prop::collection::vec(any::<u8>(), 1..9),
            pieces in prop::collection::vec(1_usize..9, 1..5),
        ) {
            // Blanks at the ends are no part of what is promised, nor are escapes of letters alone.
            let secret = format!("x{secret}-x");
            let mut choice = choices.iter().cycle();
            let mut texts = [String::new(), String::new(), String::new()];
            for char in secret.chars() {
                let choice = choice.next().expect("a cycle");
                let [percent, backslash, reference] = &mut texts;
                let code = char as u32;
                if choice % 3 == 0 && !['%'].contains(&char) {
                    percent.push(char);
                } else {
                    let mut bytes = [0; 4];
                    for byte in char.encode_utf8(&mut bytes).bytes() {
                        if choice % 3 == 1 { write!(percent, "%{byte:02X}") } else { write!(percent, "%{byte:02x}") }.expect("a string");
                    }
                }
                match choice % 4 {
                    _ if code > 0xffff => write!(backslash, "\\U{code:08x}"),
                    0 => write!(backslash, "\\u{code:04x}"),
                    1 if !char.is_ascii_alphanumeric() => write!(backslash, "\\{char}"),
                    _ if char == '\\' => write!(backslash, "\\\\"),
                    _ => write!(backslash, "{char}"),
                }.expect("a string");
                match choice % 3 {
                    0 => write!(reference, "&#{code};"),
                    1 => write!(reference, "&#x{code:x};"),
                    _ if char == '&' => write!(reference, "&amp;"),
                    _ => write!(reference, "{char}"),
                }.expect("a string");
            }
            for text in texts {
                let text = format!("a {text} b");
                let whole = masked(&[&secret], text.as_bytes(), &[text.len()]);
                prop_assert_eq!(String::from_utf8_lossy(&whole), "a ****** b", "{}", text);
                prop_assert_eq!(masked(&[&secret], text.as_bytes(), &pieces), whole);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        /// Whatever is printed, how it is cut changes nothing.
        #[test]
        fn cuts_change_nothing_among_escapes(
            text in "[ab%&#;\\\\ux0-4\n]{0,60}",
            pieces in prop::collection::vec(1_usize..9, 1..5),
        ) {
            let secrets = ["ab%\\", "b\u{4}a0", "&a;b", "a b1\n2"];
            let whole = masked(&secrets, text.as_bytes(), &[text.len().max(1)]);
            let cut = masked(&secrets, text.as_bytes(), &pieces);
            prop_assert_eq!(String::from_utf8_lossy(&cut), String::from_utf8_lossy(&whole));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn nothing_of_a_secret_is_left_and_cuts_change_nothing(
            secrets in prop::collection::vec("[ab]{4,9}", 1..4),
            text in prop::collection::vec(prop::sample::select(b"abc".to_vec()), 0..200),
            pieces in prop::collection::vec(any::<u8>(), 1..9),
        ) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let pieces: Vec<usize> = pieces.into_iter().map(|n| usize::from(n % 11)).collect();
            let whole = masked(&secrets, &text, &[text.len()]);
            prop_assert_eq!(&masked(&secrets, &text, &pieces), &whole);
            let shown = String::from_utf8_lossy(&whole).into_owned();
            for secret in secrets {
                prop_assert!(!shown.contains(secret), "{} in {}", secret, shown);
            }
        }
    }
}
