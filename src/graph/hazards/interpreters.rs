//! Shells and other programs that read code: from which of their words, and whether from their
//! standard input.

use super::commands::program;
use super::kinds::{Kind, is_input, is_shell, kind, runs_lines, statements, takes_statements};
use super::programs::{runs_within, unknown};
use super::runs::Runs;

fn option(word: &[u8]) -> bool {
    matches!(word, [b'-' | b'+', _, ..])
}

/// What the program at `at` does with the words after it.
pub(super) fn interpret(words: &[Vec<u8>], at: usize, runs: &mut Runs, deep: usize) {
    let word = &words[at];
    if is_shell(word) {
        shell(words, at, runs);
    } else if let Some(kind) = kind(word) {
        other(words, at, *kind, runs, deep);
    } else if unknown(word) {
        unnamed(words, at, runs);
    } else if runs_lines(word) {
        lines(words, at, runs);
    }
    runs.statements |= takes_statements(words, at);
    runs.stated.extend(statements(words, at));
}

/// A shell: a script after `-c`, a file, or its input.
fn shell(words: &[Vec<u8>], at: usize, runs: &mut Runs) {
    let user_first = matches!(program(&words[at]), "su" | "runuser" | "sg");
    let (mut i, mut input, mut file, mut script) = (at + 1, false, false, false);
    while let Some(word) = words.get(i).map(Vec::as_slice) {
        if word.starts_with(b"--command") {
            return runs.give(if word.contains(&b'=') { i } else { i + 1 });
        } else if word.starts_with(b"--") {
            if matches!(word, b"--rcfile" | b"--init-file") {
                i += 1;
                runs.files.push(i);
            }
        } else if option(word) && user_first {
            if let Some(letter) = word.iter().position(|b| *b == b'c') {
                // The script is what follows the letter, or the next word.
                return runs.give(if letter + 1 == word.len() { i + 1 } else { i });
            }
        } else if option(word) {
            script |= word[0] == b'-' && word.contains(&b'c');
            input |= word.contains(&b's');
            // Each of these takes a word, wherever it stands among the letters.
            i += word.iter().filter(|b| matches!(b, b'o' | b'O')).count();
        } else if script {
            return runs.give(i);
        } else if !user_first && !is_input(word) {
            runs.files.push(i);
            file = true;
            // A variable may hold options, and `-c` may follow it; a file ends them.
            if word != b"\0" {
                break;
            }
        }
        i += 1;
    }
    if script {
        // Somebody else gives it.
        return runs.give(i);
    }
    runs.reads |= input || !file;
}

/// Another interpreter, `awk`, `sed`, `ssh`, or a program that gives its words to a shell.
fn other(
    words: &[Vec<u8>],
    at: usize,
    (names, code, files, values): Kind,
    runs: &mut Runs,
    deep: usize,
) {
    let name = names[0];
    let (mut given, mut i) = (false, at + 1);
    while let Some(word) = words
        .get(i)
        .filter(|w| matches!(w.as_slice(), [b'-', _, ..]))
    {
        i += 1;
        if word == b"--" {
            break;
        }
        if word.starts_with(b"--") {
            let long = [&b"--e"[..], b"--p", b"--comm"]
                .iter()
                .any(|o| word.starts_with(o));
            let apart = usize::from(!word.contains(&b'='));
            if long && name != "ssh" && name != "watch" {
                runs.code.push(i - 1 + apart);
                (given, i) = (true, i + apart);
            }
            continue;
        }
        let takes = |b: &u8| code.contains(b) || values.contains(b) || files.contains(b);
        let Some(letter) = word[1..].iter().position(takes) else {
            continue;
        };
        let apart = usize::from(letter + 2 == word.len() || name == "node");
        let (letter, value) = (word[letter + 1], i - 1 + apart);
        if code.contains(&letter) {
            runs.code.push(value);
            given = name != "ssh";
        } else if files.contains(&letter) {
            runs.files.push(value);
            runs.reads |= words.get(value).is_some_and(|w| is_input(w));
            given = true;
        }
        i += apart;
    }
    let rest = words.get(i);
    match name {
        "ssh" => remote(words, i + 1, runs, deep),
        "watch" => runs.code.extend(i..words.len()),
        "awk" | "sed" if !given => runs.code.push(i),
        "awk" | "sed" => {}
        "script" => runs.reads |= !given,
        _ if given => {}
        _ => {
            runs.files.push(i);
            runs.reads |= rest.is_none_or(|w| is_input(w));
        }
    }
    let advice = match name {
        "ssh" => "send it: printf '%s\\n' <name> | ssh HOST 'IFS= read -r v; … \"$v\"'",
        "sed" => "use awk: v=<name> awk '… ENVIRON[\"v\"] …'",
        "awk" => "write v=<name> awk '… ENVIRON[\"v\"] …'",
        "watch" | "script" => "put it into the environment: v=<name> PROGRAM '… \"$v\"'",
        _ => "pass it as an argument behind the program",
    };
    if runs.instead.is_empty() {
        runs.instead = advice;
    }
}

/// What `ssh` gives to a shell on the other machine; without it that shell reads the input.
fn remote(words: &[Vec<u8>], from: usize, runs: &mut Runs, deep: usize) {
    runs.code.extend(from..words.len());
    let split: Vec<Vec<u8>> = words
        .get(from..)
        .unwrap_or(&[])
        .iter()
        .flat_map(|w| w.split(u8::is_ascii_whitespace))
        .filter(|w| !w.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    runs.reads |= split.is_empty() || runs_within(&split, 0, deep + 1).reads;
}

/// A program whose name is not written out may be a shell.
fn unnamed(words: &[Vec<u8>], at: usize, runs: &mut Runs) {
    for (i, word) in words.iter().enumerate().skip(at + 1) {
        if !option(word) {
            // Whatever it is, it has something to work on.
            return;
        }
        let short = word[1] != b'-' && word[1..].iter().any(|b| matches!(b, b'c' | b'e'));
        let long = word.starts_with(b"--command") || word.starts_with(b"--eval");
        if short || long {
            let value = if word.contains(&b'=') { i } else { i + 1 };
            return runs.give(value);
        }
    }
    runs.reads = true;
}

/// A program that runs lines of its input.
fn lines(words: &[Vec<u8>], at: usize, runs: &mut Runs) {
    let rest = &words[at + 1..];
    match program(&words[at]) {
        "parallel" => {
            let end = rest
                .iter()
                .position(|w| w.starts_with(b":::"))
                .unwrap_or(rest.len());
            let first = rest[..end].iter().position(|w| !option(w));
            runs.code.extend(
                first
                    .map(|i| at + 1 + i..at + 1 + end)
                    .into_iter()
                    .flatten(),
            );
            runs.reads |= first.is_none() && end == rest.len();
            runs.instead = "pass it behind `:::`";
        }
        "crontab" => runs.reads |= rest.iter().all(|w| is_input(w)) && !rest.is_empty(),
        "tclsh" => runs.reads |= rest.iter().all(|w| is_input(w)),
        _ => runs.reads |= !rest.iter().any(|w| w == b"-f"),
    }
}
