//! Random scripts: with the value `X` a compiled script behaves as the script with the word `X`
//! where the placeholders stood, and with any other value as that, but for the word.

use std::collections::BTreeSet;

use super::grammar::Grammar;
use super::shells::{CANARY, Deed, Shell, run};
use super::values::{random_value, values};
use super::{compiled, launched, setting};
use crate::random::Random;

/// Random scripts that are tried, in each shell.
const SCRIPTS: u64 = 400;
/// Scripts that one process of a shell runs.
const BATCH: usize = 50;
/// The plain word, and the plain number.
pub(super) const WORD: &str = "Zq7";
const NUMBER: i64 = 7;

/// One accepted script: what it is, and what it is run with.
struct Case {
    seed: u64,
    template: String,
    values: Vec<String>,
}

/// `bytes` with the word replaced.
fn with(bytes: &[u8], value: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(WORD.as_bytes()) {
            out.extend_from_slice(value.as_bytes());
            rest = after;
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

/// What `plain` did, had the word been `value`.
fn as_if(plain: &Deed, value: &str) -> Deed {
    Deed {
        status: plain.status.clone(),
        output: with(&plain.output, value),
        files: plain
            .files
            .iter()
            .map(|(name, text)| (with(name, value), with(text, value)))
            .collect(),
    }
}

/// Whether a value can be a part of a file's name.
fn names_a_file(value: &str) -> bool {
    !value.contains('/') && value.len() < 200
}

/// The case of a seed, if its script is accepted.
fn case(seed: u64, shell: Shell, hostile: &[String]) -> Option<Case> {
    let any_value = seed.is_multiple_of(2);
    let template = Grammar::new(seed, shell == Shell::Bash, any_value).script();
    compiled(&template).ok()?;
    let mut random = Random(seed ^ 0x5eed);
    let mut values = vec![WORD.to_owned()];
    if any_value {
        values.push(hostile[random.below(hostile.len())].clone());
        values.push(random_value(&mut random));
        values.push("\nE1\nE2\nE3\ntouch CANARY\n)\" ' }z".to_owned());
        // A substitution takes line breaks off the end of what it reads, the value's too.
        values.retain(|value| names_a_file(value) && !value.ends_with('\n'));
        if template.contains("case ") || template.contains("[[") {
            // Not by chance a word that the script compares it with.
            values[1..]
                .iter_mut()
                .for_each(|value| value.insert(0, 'q'));
        }
    }
    Some(Case {
        seed,
        template,
        values,
    })
}

/// Runs the cases; says what differs, and how many pairs there were.
fn differences(shell: Shell, cases: &[Case]) -> (Vec<String>, usize) {
    let mut scripts = Vec::new();
    for case in cases {
        let plain = case.template.replace("<x>", WORD);
        scripts.push(plain.replace("<n>", &NUMBER.to_string()));
        let compiled = compiled(&case.template).expect("it compiled before");
        let launched = case
            .values
            .iter()
            .map(|value| launched(&compiled, value, NUMBER));
        scripts.extend(launched);
    }
    let deeds = run(shell, &scripts);
    let (mut wrong, mut at) = (Vec::new(), 0);
    for case in cases {
        let plain = &deeds[at];
        for (i, value) in case.values.iter().enumerate() {
            let deed = &deeds[at + 1 + i];
            let ran = deed.files.contains_key(CANARY.as_bytes());
            if ran || *deed != as_if(plain, value) {
                let seed = case.seed;
                wrong.push(format!(
                    "{shell:?}, seed {seed}, value {value:?}{}\n--- script\n{}\n--- launched\n{}\n--- plain {plain:?}\n--- value {deed:?}\n",
                    if ran { " WAS RUN" } else { "" },
                    case.template,
                    scripts[at + 1 + i],
                    plain = show(plain),
                    deed = show(deed),
                ));
            }
        }
        at += 1 + case.values.len();
    }
    (wrong, at - cases.len())
}

fn show(deed: &Deed) -> String {
    let files = deed
        .files
        .iter()
        .map(|(name, text)| (String::from_utf8_lossy(name), String::from_utf8_lossy(text)));
    let files: Vec<_> = files.collect();
    format!(
        "{} {:?} {files:?}",
        deed.status,
        String::from_utf8_lossy(&deed.output)
    )
}

fn try_seeds(shell: Shell, from: u64, count: u64) -> Vec<String> {
    let hostile = values(0, 1);
    let cases: Vec<Case> = (from..from + count)
        .filter_map(|seed| case(seed, shell, &hostile))
        .collect();
    let (mut wrong, mut pairs) = (Vec::new(), 0);
    for batch in cases.chunks(BATCH) {
        let (found, tried) = differences(shell, batch);
        wrong.extend(found);
        pairs += tried;
    }
    let accepted = cases.len();
    println!(
        "{shell:?}: {count} scripts, {accepted} accepted, {pairs} pairs, {} wrong",
        wrong.len()
    );
    assert!(
        accepted as u64 * 2 > count || count < 20,
        "too few are accepted"
    );
    wrong
}

#[test]
fn a_random_script_sees_the_value_where_a_plain_word_would_be() {
    // A twentieth of the pairs, if more are wanted than usual.
    let scripts = SCRIPTS.max(setting("TRACKYARD_PAIRS", 0) / 20);
    let (from, count) = (
        setting("TRACKYARD_SEED", 1),
        setting("TRACKYARD_SCRIPTS", scripts),
    );
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let running = [Shell::Dash, Shell::Bash]
            .map(|shell| scope.spawn(move || try_seeds(shell, from, count)));
        let ended = running
            .into_iter()
            .map(|thread| thread.join().expect("it ended"));
        ended.flatten().collect()
    });
    // The shortest says most, and one for each script is enough.
    wrong.sort_by_key(String::len);
    let mut seeds = BTreeSet::new();
    wrong.retain(|text| seeds.insert(text.split(", value").next().map(str::to_owned)));
    let shown = &wrong[..wrong.len().min(5)];
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
