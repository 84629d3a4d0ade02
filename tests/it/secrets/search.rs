//! Looks for canaries wherever somebody else could read them.

use std::fs;
use std::io::Write;
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
pub(super) fn needles() -> Vec<Vec<u8>> {
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
pub(super) fn clean(what: &str, bytes: &[u8], needles: &[Vec<u8>]) {
    for needle in needles {
        let at = bytes.windows(needle.len()).position(|w| w == needle);
        if let Some(at) = at {
            let around = &bytes[at.saturating_sub(60)..(at + needle.len() + 20).min(bytes.len())];
            panic!("a canary in {what}: {}", String::from_utf8_lossy(around));
        }
    }
}

/// Searches every file below a directory, and what every process shows to all.
pub(super) fn clean_machine(data: &Path, needles: &[Vec<u8>]) -> usize {
    let mut files = 0;
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
                clean(&path.display().to_string(), &bytes, needles);
                let name = path.as_os_str().as_encoded_bytes();
                clean("a file's name", name, needles);
            }
        }
    }
    processes(|words| {
        clean("an argument", words.join("\0").as_bytes(), needles);
        false
    });
    files
}
