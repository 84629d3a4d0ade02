//! Programs that are not shells and take code as an argument: other interpreters, `awk`, `sed`, and
//! `ssh`, which gives its words to a shell on another machine.

use super::commands::program;

/// Programs that run another one, which stands later among their words.
const BEFORE: &[&str] = &[
    "sudo", "doas", "env", "timeout", "nohup", "nice", "ionice", "setsid", "stdbuf", "time",
    "xargs",
];

/// Letters of short options after which code stands, and of those with another value.
const TAKES: &[(&[&str], &[u8], &[u8])] = &[
    (&["python", "python2", "python3"], b"c", b"WX"),
    (&["perl"], b"eE", b"IM"),
    (&["ruby"], b"e", b"IrC"),
    (&["node"], b"ep", b"rC"),
    (&["php"], b"rBRE", b"cdz"),
    (&["lua", "Rscript"], b"e", b"l"),
    (&["awk", "gawk", "mawk", "nawk"], b"e", b"vFf"),
    (&["sed", "gsed"], b"e", b"fl"),
    (&["ssh"], b"o", b"bcDEeFIiJLlmOPpQRSWw"),
];

/// Of those, programs whose first other word is code, too, when no option gave it.
const FIRST: &[&str] = &["awk", "gawk", "mawk", "nawk", "sed", "gsed"];

/// The words of a command that a program in it reads as code, with what the author can do instead.
pub(super) fn code_words(words: &[Vec<u8>], head: usize) -> (Vec<usize>, &'static str) {
    let Some((at, name, code, values)) = found(words, head) else {
        return (Vec::new(), "");
    };
    let (mut found, mut given, mut i) = (Vec::new(), false, at + 1);
    while let Some(word) = words
        .get(i)
        .filter(|w| matches!(w.as_slice(), [b'-', _, ..]))
    {
        i += 1;
        if word == b"--" {
            break;
        }
        if word.starts_with(b"--") {
            let long = [&b"--e"[..], b"--p"].iter().any(|o| word.starts_with(o));
            let apart = usize::from(!word.contains(&b'='));
            if long {
                found.push(i - 1 + apart);
                (given, i) = (true, i + apart);
            }
            continue;
        }
        let takes = |b: &u8| code.contains(b) || values.contains(b);
        let Some(letter) = word[1..].iter().position(takes) else {
            continue;
        };
        let apart = usize::from(letter + 2 == word.len());
        if code.contains(&word[letter + 1]) {
            found.push(i - 1 + apart);
            given = true;
        }
        given |= word[letter + 1] == b'f';
        i += apart;
    }
    if name == "ssh" {
        found.extend(i + 1..words.len());
    } else if !given && FIRST.contains(&name) {
        found.push(i);
    }
    let instead = match name {
        "ssh" => "send it: printf '%s\\n' <name> | ssh HOST 'IFS= read -r v; … \"$v\"'",
        "sed" | "gsed" => "use awk: v=<name> awk '… ENVIRON[\"v\"] …'",
        name if FIRST.contains(&name) => "write v=<name> awk '… ENVIRON[\"v\"] …'",
        _ => "pass it as an argument behind the program",
    };
    (found, instead)
}

/// The program, where it stands and its options.
type Found<'w> = (usize, &'w str, &'static [u8], &'static [u8]);

fn found(words: &[Vec<u8>], head: usize) -> Option<Found<'_>> {
    let runs = BEFORE.contains(&program(words.get(head)?));
    let last = if runs { words.len() } else { head + 1 };
    (head..last).find_map(|at| {
        let name = program(&words[at]);
        let (_, code, values) = TAKES.iter().find(|(names, _, _)| names.contains(&name))?;
        Some((at, name, *code, *values))
    })
}
