//! Values that would do something if a shell ever read them as text of a script.

use crate::random::Random;

/// Values by hand: what ends quotes, begins substitutions, splits words, names files or options.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "plain",
    "two words",
    "  leading and trailing  ",
    "trailing newlines\n\n\n",
    "\n\nleading newlines",
    "$(touch CANARY)",
    "`touch CANARY`",
    "${x:-$(touch CANARY)}",
    "'; touch CANARY; '",
    "\"; touch CANARY; \"",
    "'\"; touch CANARY; '\"",
    "\\\"; touch CANARY; \\\"",
    "\\'; touch CANARY; \\'",
    "'$(touch CANARY)'",
    "'\\''; touch CANARY; '\\''",
    "\"$(touch CANARY)\"",
    "$'\\x27; touch CANARY; \\x27'",
    ";touch CANARY",
    "&touch CANARY&",
    "|touch CANARY",
    "||touch CANARY",
    "&&touch CANARY",
    "\ntouch CANARY\n",
    "\r\ntouch CANARY\r\n",
    "#\ntouch CANARY",
    "\\\ntouch CANARY",
    "\nEOF\ntouch CANARY\n",
    "\n\tEOF\ntouch CANARY\n",
    "EOF\n$(touch CANARY)\nEOF",
    "EOF",
    ") touch CANARY",
    "); touch CANARY; (",
    "*) touch CANARY ;;",
    "a) touch CANARY ;; esac",
    "}; touch CANARY; {",
    "; done; touch CANARY; for i in a; do :",
    "; fi; touch CANARY; if :; then :",
    "]]; touch CANARY; [[ a",
    "a[$(touch CANARY)]",
    "x[$(touch CANARY)]=1",
    "$((a[$(touch CANARY)]))",
    "() { :; }; touch CANARY",
    "<(touch CANARY)",
    ">CANARY",
    "> CANARY",
    "2>CANARY",
    "&>CANARY",
    ">|CANARY",
    "a >CANARY b",
    "eval touch CANARY",
    "$0",
    "$$",
    "$!",
    "$#",
    "$@",
    "$*",
    "${HOME}",
    "$HOME",
    "${p_x}",
    "$p_x",
    "\"${p_x}\"",
    "<x>",
    "<y>",
    "it's",
    "'",
    "''",
    "'''",
    "\"",
    "\"\"",
    "\\",
    "\\\\",
    "\\\\\\",
    "ends with a backslash\\",
    "\\n\\t\\0\\c",
    "%s%n%d%%",
    "%",
    "*",
    "**",
    "/*",
    "/etc/*",
    "?",
    "[a-z]",
    "[!a]*",
    "{a,b}",
    "{1..9}",
    "~",
    "~root",
    "~/a:~/b",
    "!",
    "!!",
    "!$",
    "!-1",
    "^a^b",
    "#",
    "# comment",
    "a#b",
    "a;b&c|d>e<f",
    "=",
    "a=b",
    "-",
    "--",
    "-n",
    "-e",
    "-c",
    "-rf",
    "--help",
    "--output=CANARY",
    "+e",
    "@",
    "@(a|b)",
    "(",
    ")",
    "((",
    "))",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "if",
    "fi",
    "done",
    "esac",
    ";;",
    "0",
    "-0",
    "007",
    "1e3",
    "true",
    "/",
    ".",
    "..",
    "../..",
    "/dev/null",
    "a/b",
    "\u{feff}a",
    "\u{80}",
    "\u{85}",
    "\u{a0}",
    "é",
    "e\u{301}",
    "日本語",
    "😀",
    "\u{10ffff}",
    "\u{fffd}",
    "\u{2028}\u{2029}",
    "\u{202e}txt.exe",
    "\u{2066}a\u{2069}",
    "\u{200b}",
    "\u{ffff}",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{4}",
    "\u{1a}",
    "\u{7f}",
    "\u{81}\u{82}\u{83}\u{88}",
];

/// Pieces that random values are made of.
const PIECES: &[&str] = &[
    "'", "\"", "\\", "`", "$", "$(", "${", ")", "}", "(", "{", "\n", "\r", "\t", " ", ";", "&", "|",
    "<", ">", "<<EOF", "\nEOF\n", "touch CANARY", "$(touch CANARY)", "`touch CANARY`", "#", "*",
    "?", "[", "]", "~", "!", "=", "-", "%s", "a", "0", "é", "\u{1}", "\u{7f}", "\u{81}", "\u{88}",
    "😀", "\u{202e}", "''", "\"\"", "esac", "done",
];

/// Values by hand, long ones, every character from 1 to 255 and the public list of naughty strings,
/// some at a time. If `count` is more, each of those alone; then random ones.
pub(super) fn values(count: usize, seed: u64) -> Vec<String> {
    let chars: Vec<String> = (1..=255_u8).map(|b| char::from(b).to_string()).collect();
    let naughty: Vec<String> = naughty_strings::BLNS
        .iter()
        .filter(|v| !v.contains('\0'))
        .map(|v| (*v).to_owned())
        .collect();
    let mut values: Vec<String> = HOSTILE.iter().map(|v| (*v).to_owned()).collect();
    values.push("$(touch CANARY)' \\".repeat(100_000 / 18));
    values.push("x".repeat(100_000));
    values.push(chars.concat());
    values.push(chars.iter().rev().map(String::as_str).collect());
    values.extend(chars.chunks(16).map(|c| c.concat()));
    values.extend(naughty.chunks(16).map(|v| v.join("\n")));
    if values.len() < count {
        values.extend(chars);
        values.extend(naughty);
    }
    let mut random = Random(seed);
    while values.len() < count {
        values.push(random_value(&mut random));
    }
    values
}

/// A value of some pieces, and now and then any character.
pub(super) fn random_value(random: &mut Random) -> String {
    let pieces = 1 + random.below(8);
    let piece = |random: &mut Random| match random.below(8) {
        0 => char::from(1 + random.below(255) as u8).to_string(),
        1 => char::from_u32(1 + random.below(0x10_ffff) as u32).map_or_else(String::new, Into::into),
        _ => PIECES[random.below(PIECES.len())].to_owned(),
    };
    (0..pieces).map(|_| piece(random)).collect()
}
