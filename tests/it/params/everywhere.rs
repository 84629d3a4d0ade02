//! Every value in every place: the script sees exactly the value.

use std::fmt::Write;
use std::fs;

use tempfile::TempDir;

use super::corpus::{Shown, Template, templates};
use super::shells::{SHOWING, Shell, output, sang};
use super::values::values;
use super::{compiled, launched, setting};

/// Pairs of a template and a value that are run at least, in each of dash and bash.
const PAIRS: u64 = 20_000;

/// The bytes that a template must print for a value.
fn expected(template: &Template, value: &str) -> Vec<u8> {
    let mut bytes = String::new();
    for shown in template.shown {
        match shown {
            Shown::Words(words) => {
                write!(bytes, "{}\0", words.len()).expect("memory");
                for word in *words {
                    bytes.push_str(&word.replace('@', value));
                    bytes.push('\0');
                }
            }
            Shown::Input(text) => {
                bytes.push_str("in\0");
                bytes.push_str(&text.replace('@', value));
                bytes.push('\0');
            }
        }
    }
    bytes.into_bytes()
}

/// All templates one after the other, each between marks that no value can be.
fn whole(templates: &[&Template]) -> String {
    let mut script = SHOWING.to_owned();
    for (i, template) in templates.iter().enumerate() {
        let text = template.script;
        writeln!(script, "printf '\\0begin {i}\\0\\0'\n{text}").expect("memory");
    }
    script
}

/// What each template printed, by the marks.
fn parts(output: &[u8], count: usize) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new(); count];
    let mut rest = output;
    for (i, part) in parts.iter_mut().enumerate() {
        let mark = format!("\0begin {i}\0\0").into_bytes();
        let next = format!("\0begin {}\0\0", i + 1).into_bytes();
        let Some(body) = rest.strip_prefix(mark.as_slice()) else {
            break;
        };
        let end = body
            .windows(next.len())
            .position(|window| window == next)
            .unwrap_or(body.len());
        *part = body[..end].to_vec();
        rest = &body[end..];
    }
    parts
}

/// Runs all templates of `shell` with each of `values`; gives what went wrong and how many pairs
/// there were.
fn try_all(shell: Shell, values: &[String]) -> (Vec<String>, usize) {
    let templates = templates(shell);
    for template in &templates {
        let alone = compiled(template.script);
        assert!(alone.is_ok(), "{:?}: {alone:?}", template.script);
    }
    let compiled = compiled(&whole(&templates)).expect("each of them compiles alone");
    let mut wrong = Vec::new();
    for value in values {
        let dir = TempDir::new().expect("a directory");
        let file = "script";
        fs::write(dir.path().join(file), launched(&compiled, value, 0)).expect("written");
        let output = output(&mut shell.command(dir.path(), file))
            .unwrap_or_else(|| panic!("{shell:?} does not end with {value:?}"));
        if sang(dir.path()) {
            wrong.push(format!("{shell:?} ran {value:?}"));
        }
        let printed = parts(&output.stdout, templates.len());
        for (template, part) in templates.iter().zip(printed) {
            if part != expected(template, value) {
                let seen = String::from_utf8_lossy(&part).into_owned();
                let script = template.script;
                wrong.push(format!("{shell:?}: {script:?} with {value:?}: {seen:?}"));
            }
        }
    }
    (wrong, templates.len() * values.len())
}

#[test]
fn a_script_sees_exactly_the_value() {
    let pairs = setting("TRACKYARD_PAIRS", PAIRS);
    let seed = setting("TRACKYARD_SEED", 1);
    let least = templates(Shell::Dash).len() as u64;
    let values = values(
        usize::try_from(pairs.div_ceil(least)).expect("it fits"),
        seed,
    );
    let shells = [Shell::Dash, Shell::Bash];
    let (mut results, posix) = std::thread::scope(|scope| {
        let running = shells.map(|shell| {
            let values = &values;
            scope.spawn(move || try_all(shell, values))
        });
        let results: Vec<_> = running
            .into_iter()
            .map(|thread| thread.join().expect("the thread ended"))
            .collect();
        // As `sh` where that is bash: each kind of value is enough here.
        (results, try_all(Shell::PosixBash, &values[..100]))
    });
    results.push(posix);
    let mut wrong = Vec::new();
    for ((found, pairs), shell) in results.into_iter().zip(["dash", "bash", "bash --posix"]) {
        println!("{shell}: {pairs} pairs, {} wrong", found.len());
        wrong.extend(found);
    }
    let shown = &wrong[..wrong.len().min(20)];
    assert!(wrong.is_empty(), "seed {seed}: {}", shown.join("\n"));
}
