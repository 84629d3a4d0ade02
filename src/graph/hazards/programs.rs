//! Which words of a command name programs that will run: its own, and those that programs like `sudo`
//! or `xargs` run in turn.

use super::commands::{assignment, program};
use super::interpreters::interpret;
use super::kinds::is_interpreter;
use super::runs::Runs;

/// Programs that run another one: their names, the letters of options with a value, and how many
/// other words stand before that program.
const WRAPPERS: &[(&[&str], &[u8], usize)] = &[
    (&["sudo"], b"ugpChrtTUDR", 0),
    (&["doas"], b"uC", 0),
    (&["env"], b"uC", 0),
    (&["timeout"], b"ks", 1),
    (
        &["nohup", "setsid", "busybox", "chronic", "unbuffer"],
        b"",
        0,
    ),
    (&["nice"], b"n", 0),
    (&["ionice"], b"cnpPu", 0),
    (&["stdbuf"], b"ioe", 0),
    (&["time"], b"fo", 0),
    (&["xargs"], b"IELnPsdEa", 0),
    (&["flock"], b"wE", 1),
    (&["sshpass"], b"pfdP", 0),
    (&["chroot", "gosu", "su-exec"], b"", 1),
    (&["strace", "ltrace"], b"eopsSu", 0),
    (
        &["systemd-run", "nsenter", "unshare", "setpriv", "prlimit"],
        b"pUCS",
        0,
    ),
    (&["taskset", "chrt", "setarch"], b"", 1),
    (&["fakeroot"], b"lsb", 0),
    (&["xvfb-run"], b"efnpsw", 0),
];

/// Long options of those whose value may be the next word.
const LONG: &[&[u8]] = &[
    b"--user",
    b"--group",
    b"--unset",
    b"--chdir",
    b"--signal",
    b"--kill-after",
    b"--adjustment",
    b"--class",
    b"--classdata",
    b"--max-args",
    b"--max-procs",
    b"--max-lines",
    b"--delimiter",
    b"--arg-file",
    b"--timeout",
    b"--property",
    b"--unit",
];

/// Programs that run another one in a container.
const CONTAINERS: &[&str] = &["docker", "podman", "nerdctl", "docker-compose"];

/// The same behind `--`.
const CLUSTERS: &[&str] = &["kubectl", "oc"];

/// Programs that run others are followed this deep; behind that, all words count as code.
const DEEP: usize = 16;

/// Whether what a word names is not written out.
pub(super) fn unknown(word: &[u8]) -> bool {
    let base = word.rsplit(|b| *b == b'/').next().unwrap_or(word);
    base.contains(&0)
}

/// Whether a program's assignments among its words set variables of the program that it runs.
pub(super) fn sets_variables(word: &[u8]) -> bool {
    matches!(program(word), "env" | "sudo" | "doas")
}

/// What all programs of a command do with its words.
pub(super) fn runs(words: &[Vec<u8>], head: usize) -> Runs {
    runs_within(words, head, 0)
}

/// The same for the words that `deep` others run.
pub(super) fn runs_within(words: &[Vec<u8>], head: usize, deep: usize) -> Runs {
    let mut runs = Runs::default();
    if deep > DEEP {
        runs.code.extend(head..words.len());
        runs.reads = true;
        return runs;
    }
    let mut from = vec![head];
    // What stands behind an `-exec` is looked at once, whichever `find` it is of.
    let mut searched = words.len();
    while let Some(at) = from.pop() {
        let Some(word) = words.get(at) else { continue };
        let name = program(word);
        if let Some((_, values, skip)) = WRAPPERS.iter().find(|(names, ..)| names.contains(&name)) {
            let next = behind(words, at + 1, values) + skip;
            match (name, words.get(next).map(Vec::as_slice)) {
                ("flock", Some(b"-c" | b"--command")) => runs.give(next + 1),
                ("env", _) if next > at + 1 && words[next - 1].starts_with(b"-S") => {
                    // What stands behind `-S` is taken apart and run.
                    runs.give(if words[next - 1] == b"-S" {
                        next
                    } else {
                        next - 1
                    });
                }
                ("xargs", _) => runs.input_as_words(words, at, next, deep),
                _ => from.push(next),
            }
        } else if name == "find" {
            let executes =
                |w: &Vec<u8>| matches!(w.as_slice(), b"-exec" | b"-execdir" | b"-ok" | b"-okdir");
            let found = (at..searched).filter(|i| executes(&words[*i]));
            from.extend(found.map(|i| i + 1));
            searched = searched.min(at);
        } else if CONTAINERS.contains(&name) || CLUSTERS.contains(&name) {
            from.extend(contained(words, at, CLUSTERS.contains(&name)));
        } else {
            interpret(words, at, &mut runs, deep);
            // An empty variable leaves its place to the next word.
            let plain = |w: &&Vec<u8>| !w.starts_with(b"-") && !unknown(w);
            if word == b"\0" && words.get(at + 1).is_some_and(|w| plain(&w)) {
                from.push(at + 1);
            }
        }
    }
    runs
}

/// The first word from `at` on that is no option, value of one, or assignment.
fn behind(words: &[Vec<u8>], mut at: usize, values: &[u8]) -> usize {
    while let Some(word) = words.get(at) {
        if word == b"--" {
            return at + 1;
        }
        if !matches!(word.as_slice(), [b'-', _, ..]) {
            // `env -` is `env -i`.
            if assignment(word).is_none() && word != b"-" {
                break;
            }
            at += 1;
            continue;
        }
        at += 1;
        if word.starts_with(b"--") {
            at += usize::from(LONG.contains(&word.as_slice()));
        } else if let Some(letter) = word[1..].iter().position(|b| values.contains(b)) {
            at += usize::from(letter + 2 == word.len());
        }
    }
    at
}

/// The program that runs in a container.
fn contained(words: &[Vec<u8>], at: usize, cluster: bool) -> Option<usize> {
    let starts = |w: &Vec<u8>| matches!(w.as_slice(), b"exec" | b"run" | b"debug");
    let verb = at + 1 + words[at + 1..].iter().position(starts)?;
    let rest = &words[verb + 1..];
    if cluster && let Some(dashes) = rest.iter().position(|w| w == b"--") {
        return Some(verb + 2 + dashes);
    }
    // Which options have values is not known here: the name of the container or image is the first
    // word that is none, and the program stands somewhere after it.
    let name = verb + 1 + rest.iter().position(|w| !w.starts_with(b"-"))?;
    (name + 1..words.len()).find(|i| {
        is_interpreter(&words[*i]) || WRAPPERS.iter().any(|w| w.0.contains(&program(&words[*i])))
    })
}
