//! Looks for canaries wherever somebody else could read them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sha2::{Digest, Sha256};

use super::{GIVEN, LATE, NAMED};
use crate::executor::bench::processes;

pub(super) fn sha(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// The canaries, and their base64 behind none, one and two other bytes.
pub(crate) fn needles() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for canary in [GIVEN, LATE, NAMED] {
        all.push(canary.as_bytes().to_vec());
        // What a person could still read of it.
        all.push(canary.as_bytes()[..12].to_vec());
        for before in ["", "x", "xx"] {
            let encoded = call(
                Command::new("base64").arg("-w0"),
                &format!("{before}{canary}"),
            );
            let inside = &encoded.stdout[4..encoded.stdout.len() - 4];
            all.push(inside.to_vec());
            let url = inside.iter().map(|b| match b {
                b'+' => b'-',
                b'/' => b'_',
                b => *b,
            });
            all.push(url.collect());
        }
    }
    all
}

/// Runs a program with a text as its standard input.
pub(super) fn call(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// Fails where a canary is.
pub(crate) fn clean(what: &str, bytes: &[u8], needles: &[Vec<u8>]) {
    for needle in needles {
        let at = bytes.windows(needle.len()).position(|w| w == needle);
        if let Some(at) = at {
            let around = &bytes[at.saturating_sub(60)..(at + needle.len() + 20).min(bytes.len())];
            panic!("a canary in {what}: {}", String::from_utf8_lossy(around));
        }
    }
}

/// Where a script's own doing may put a secret, as docs/secrets.md says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Own {
    /// The arguments of a program that it calls.
    Argument,
    /// Its file of outputs, which nobody else can read, while it runs.
    Output,
}

/// What a search found.
pub(super) struct Searched {
    pub(super) files: usize,
    pub(super) own: BTreeSet<Own>,
}

/// Searches every file below a directory, and what every process shows to all.
pub(super) fn clean_machine(data: &Path, needles: &[Vec<u8>]) -> Searched {
    let (mut files, mut own) = (0, BTreeSet::new());
    let given = |bytes: &[u8]| bytes.windows(GIVEN.len()).any(|w| w == GIVEN.as_bytes());
    let mut directories = vec![data.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a type");
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                files += 1;
                let output = path.extension().is_some_and(|e| e == "output");
                if output && given(&bytes) {
                    let mode = entry.metadata().map_or(0, |about| about.mode());
                    assert_eq!(mode & 0o077, 0, "nobody else can read it");
                    own.insert(Own::Output);
                    continue;
                }
                clean(&path.display().to_string(), &bytes, needles);
                let name = path.as_os_str().as_encoded_bytes();
                clean("a file's name", name, needles);
            }
        }
    }
    let found = processes(|words| {
        if words.len() > 2 && words[1] == "-c" && words[2].ends_with("; : argued") {
            return given(words.join("\0").as_bytes());
        }
        clean("an argument", words.join("\0").as_bytes(), needles);
        false
    });
    own.extend((!found.is_empty()).then_some(Own::Argument));
    Searched { files, own }
}
