//! The forms in which a secret may appear in what a script prints.
//!
//! Not every transformation can be found, and none is promised but these: docs/secrets.md.

use std::ops::RangeInclusive;

use crate::graph::SECRET_LEAST_BYTES;

/// A line of a secret with several lines is looked for by itself from so many bytes on.
const LINE_LEAST_BYTES: usize = 8;
/// A secret of so many bytes is looked for in upper and in lower case, too: a shorter one is a word,
/// and a longer one would need a third more memory.
const CASE_BYTES: RangeInclusive<usize> = 8..=1024;
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Everything to look for: the bytes, their base64 wherever they stand in what was encoded, and
/// what addresses, shells and single lines make of them beside escapes (`readings`). Their length
/// together is a small multiple of the secret's.
pub(super) fn forms(secret: &str) -> Vec<Vec<u8>> {
    let trimmed = secret.trim_end_matches(['\n', '\r']);
    let words: Vec<&str> = secret.split_ascii_whitespace().collect();
    let mut found: Vec<Vec<u8>> = vec![
        secret.into(),
        trimmed.into(),
        // `echo $x` without quotes.
        words.join(" ").into(),
        // Forms of pages.
        trimmed.replace(' ', "+").into(),
        latin(trimmed),
        // As dash and bash show words when they trace (`set -x`).
        trimmed.replace('\'', r"'\''").into(),
        trimmed.replace('\'', r#"'"'"'"#).into(),
        // SQL, YAML and CSV.
        trimmed.replace('\'', "''").into(),
        trimmed.replace('"', "\"\"").into(),
    ];
    if CASE_BYTES.contains(&trimmed.len()) {
        // `${x^^}`, `tr A-Z a-z`.
        found.push(trimmed.to_ascii_uppercase().into());
        found.push(trimmed.to_ascii_lowercase().into());
    }
    for alphabet in [STANDARD, URL] {
        found.extend((0..3).map(|before| base64(trimmed.as_bytes(), before, alphabet)));
    }
    found.retain(|form| form.len() >= SECRET_LEAST_BYTES);
    let lines = trimmed.lines().filter(|l| l.len() >= LINE_LEAST_BYTES);
    found.extend(lines.map(Into::into));
    found.sort_unstable();
    found.dedup();
    found
}

/// Characters up to U+00FF as one byte: what `\xe4` in Python's text reads as, where the same in a
/// shell's is a byte.
fn latin(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars() {
        match u8::try_from(char) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
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

    use super::{STANDARD, base64};

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
    }
}
