//! The forms in which a secret may appear in what a script prints.
//!
//! Not every transformation can be found, and none is promised but these: docs/secrets.md.

use std::fmt::Write;

use crate::graph::SECRET_LEAST_BYTES;

/// A line of a secret with several lines is looked for by itself from so many bytes on.
const LINE_LEAST_BYTES: usize = 8;
/// Where `base64` and `openssl base64` break their lines.
const WIDTHS: [usize; 2] = [76, 64];
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Everything to look for: the bytes, their base64 wherever they stand in what was encoded, and
/// what JSON, addresses, shells and single lines make of them.
pub(super) fn forms(secret: &str) -> Vec<Vec<u8>> {
    let trimmed = secret.trim_end_matches('\n');
    let mut found: Vec<Vec<u8>> = vec![
        secret.into(),
        trimmed.into(),
        json(trimmed).into(),
        percent(trimmed).into(),
        // As dash and bash show words when they trace (`set -x`).
        trimmed.replace('\'', r"'\''").into(),
        trimmed.replace('\'', r#"'"'"'"#).into(),
    ];
    for alphabet in [STANDARD, URL] {
        found.extend((0..3).map(|before| base64(trimmed.as_bytes(), before, alphabet)));
    }
    let start = base64(trimmed.as_bytes(), 0, STANDARD);
    for width in WIDTHS.into_iter().filter(|width| start.len() > *width) {
        found.push(start.chunks(width).collect::<Vec<_>>().join(&b'\n'));
    }
    found.retain(|form| form.len() >= SECRET_LEAST_BYTES);
    let lines = trimmed.lines().filter(|l| l.len() >= LINE_LEAST_BYTES);
    found.extend(lines.map(Into::into));
    found
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("writing to a string"),
        }
    }
    out
}

/// The characters of base64 that `bytes` decide alone when `before` bytes (modulo 3) stand in front
/// of them, whatever those are and whatever follows. A character at either end may be decided
/// together with a neighbour: it stays, and tells at most four bits.
fn base64(bytes: &[u8], before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |at: usize| {
        let byte = bytes[at / 8 - before];
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let (first, last) = ((8 * before).div_ceil(6), 8 * (before + bytes.len()) / 6);
    let character = |at: usize| {
        let index = (6 * at..6 * at + 6).fold(0, |index, at| index << 1 | bit(at));
        alphabet[index]
    };
    (first..last).map(character).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::{STANDARD, base64, forms};

    /// What a program makes of a text.
    fn through(program: &str, arguments: &[&str], text: &[u8]) -> Vec<u8> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is installed");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(text).expect("it reads");
        drop(input);
        child.wait_with_output().expect("it ends").stdout
    }

    fn contains(text: &[u8], form: &[u8]) -> bool {
        text.windows(form.len()).any(|window| window == form)
    }

    #[test]
    fn base64_is_found_wherever_the_secret_stands() {
        let secret = "s3cr\u{e9}t/+~?>";
        for before in 0..7 {
            for after in 0..5 {
                let text = format!("{}{secret}{}", "x".repeat(before), "y".repeat(after));
                let encoded = through("base64", &["-w0"], text.as_bytes());
                let form = base64(secret.as_bytes(), before % 3, STANDARD);
                assert!(contains(&encoded, &form), "{before} {after}");
                // All but the characters at the ends that neighbours share in.
                assert!(form.len() * 6 + 2 * 5 >= secret.len() * 8);
            }
        }
        let long = "0123456789".repeat(20);
        for (program, arguments) in [("base64", &[][..]), ("base64", &["-w64"])] {
            let encoded = through(program, arguments, long.as_bytes());
            assert!(
                forms(&long)
                    .iter()
                    .any(|f| f.contains(&b'\n') && contains(&encoded, f))
            );
        }
    }

    #[test]
    fn what_tools_make_of_a_secret_is_found() {
        let secret = "it's \"so\" 100%\nand more\n";
        let found = forms(secret);
        for expected in [
            r#"it's \"so\" 100%\nand more"#,
            "it%27s%20%22so%22%20100%25%0Aand%20more",
            "it'\\''s \"so\" 100%\nand more",
            "it's \"so\" 100%",
            "and more",
        ] {
            assert!(found.contains(&expected.as_bytes().to_vec()), "{expected}");
        }
        for shell in ["dash", "bash"] {
            let script = "exec 2>&1; x=$(cat); set -x; : \"$x\"";
            let traced = through(shell, &["-c", script], b"it's a secret");
            let found = forms("it's a secret");
            assert!(found.iter().any(|f| contains(&traced, f)), "{shell}");
        }
    }
}
