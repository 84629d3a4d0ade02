//! Scripts as people write them, and random changes of those.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::growth::{PIECES, used};
use super::plain_word::WORD;
use super::shells::{Shell, output};
use super::{compiled, launched, setting};
use crate::random::Random;

const SCRIPTS: &[(&str, &str)] = &[
    ("backup.sh", include_str!("scripts/backup.sh")),
    ("build.sh", include_str!("scripts/build.sh")),
    ("report.sh", include_str!("scripts/report.sh")),
    ("service.sh", include_str!("scripts/service.sh")),
    ("deploy.bash", include_str!("scripts/deploy.bash")),
    ("people.bash", include_str!("scripts/people.bash")),
];

/// Changed scripts that are compiled.
const CHANGED: u64 = 4_000;
/// The processor's time for one of them, debug build, on average: ten times what it needs.
const EACH: Duration = Duration::from_millis(3);
/// Places of each script at which a placeholder is put.
const PLACES: usize = 80;

fn shell_of(name: &str) -> Shell {
    if name.ends_with(".bash") {
        Shell::Bash
    } else {
        Shell::Dash
    }
}

#[test]
fn a_real_script_is_followed_to_its_end_and_kept_as_it_is() {
    for (name, script) in SCRIPTS {
        let alone = compiled(script).expect(name);
        assert!(alone.body == *script && alone.uses.is_empty(), "{name}");
        assert_eq!(alone.notices, [], "{name}");
        let longer = format!("{script}\nw <x> '<x>' \"$(w \"<x>\")\"\n");
        let compiled = compiled(&longer).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let reference = "\nw \"${p_x}\" ''\"${p_x}\"'' \"$(w \"${p_x}\")\"\n";
        assert_eq!(compiled.body, format!("{script}{reference}"), "{name}");
    }
}

/// Whether the shells can read each of `scripts`.
fn can_read(shell: Shell, scripts: &[String]) -> Vec<bool> {
    let lab = TempDir::new().expect("a directory");
    let mut driver = String::new();
    for (i, script) in scripts.iter().enumerate() {
        fs::write(lab.path().join(format!("s{i}")), script).expect("written");
        let program = shell.program();
        writeln!(driver, "{program} -n s{i} 2>/dev/null; echo $?").expect("memory");
    }
    fs::write(lab.path().join("driver"), driver).expect("written");
    let output = output(&mut shell.command(lab.path(), "driver")).expect("it ends");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let read: Vec<bool> = text.lines().map(|line| line == "0").collect();
    assert_eq!(read.len(), scripts.len());
    read
}

#[test]
fn where_a_word_can_be_read_so_can_an_accepted_placeholder() {
    let mut random = Random(setting("TRACKYARD_SEED", 1));
    let (mut tried, mut refused) = (0, 0);
    for (name, script) in SCRIPTS {
        let mut scripts = Vec::new();
        for _ in 0..PLACES {
            let at = random.below(script.len());
            let with = |text: &str| format!("{}{text}{}", &script[..at], &script[at..]);
            match compiled(&with("<x>")) {
                Ok(compiled) => scripts.extend([with(WORD), launched(&compiled, "it's", 7)]),
                Err(_) => refused += 1,
            }
        }
        let read = can_read(shell_of(name), &scripts);
        for (texts, read) in scripts.chunks(2).zip(read.chunks(2)) {
            assert!(!read[0] || read[1], "{name}:\n{}", texts[1]);
            tried += 1;
        }
    }
    println!("{tried} placeholders accepted and read, {refused} refused");
    assert!(tried > refused, "too many are refused");
}

/// One script with a few random changes.
fn changed(random: &mut Random) -> String {
    let (_, script) = SCRIPTS[random.below(SCRIPTS.len())];
    let mut text = script.to_owned();
    for _ in 0..1 + random.below(6) {
        let (a, b) = (random.below(text.len() + 1), random.below(text.len() + 1));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 60));
        match random.below(4) {
            0 => text.insert_str(from, PIECES[random.below(PIECES.len())]),
            1 => text.replace_range(from..to, ""),
            2 => {
                let again = text[from..to].to_owned();
                text.insert_str(a, &again);
            }
            _ => text.insert_str(from, "<x>"),
        }
    }
    text
}

#[test]
fn changed_real_scripts_compile_or_are_refused_soon() {
    let seed = setting("TRACKYARD_SEED", 1);
    let count = setting("TRACKYARD_FUZZ", CHANGED);
    let began = used();
    let mut accepted = 0;
    for seed in seed..seed + count {
        let script = changed(&mut Random(seed));
        if let Ok(compiled) = compiled(&script) {
            accepted += 1;
            let kept = compiled.body.len() >= script.len();
            assert!(kept || compiled.body == script, "seed {seed}: {script}");
        }
        // Nothing but placeholders changes.
        let plain = script.replace("<x>", "").replace("<n>", "");
        if let Ok(alone) = compiled(&plain) {
            let declared = plain.contains("<x>") || plain.contains("<n>");
            assert!(declared || alone.body == plain, "seed {seed}: {script}");
        }
    }
    let took = used() - began;
    println!("{count} changed scripts, {accepted} accepted, {took:?}");
    assert!(
        took < EACH * u32::try_from(count).expect("it fits"),
        "{took:?}"
    );
}
