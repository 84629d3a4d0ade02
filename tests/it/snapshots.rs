//! Every verb of the command line: what its help says, and what it prints for fixed input, kept in
//! `tests/it/cli/snapshots`. `INSTA_UPDATE=always` writes them anew; then read what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use regex::Regex;

use crate::cli::Desk;
use crate::server::{Server, program};

const GRAPH: &str = "\
name: g
input: {who: {type: str, default: you}}
vertices:
  hello: echo \"hello <who>\"
  bye: {script: echo bye, needs: [hello]}
";
const FAILS: &str = "name: f\nvertices: {a: 'exit 3', b: {script: 'true', needs: [a]}}\n";
/// Its tracks wait for a person.
const WAITS: &str = "name: w\ninput: {x: {type: str, required: true}}\nvertices: {a: 'echo <x>'}\n";
const WRONG: &str = "name: x\nvertices:\n  a: {skript: 'true'}\n";

/// What is typed, in this order; one call is one line of the record of its verb. `@` begins a call for
/// a data directory that no server has.
const CALLS: &[&str] = &[
    "check g.yaml",
    "check wrong.yaml",
    "fmt --check g.yaml",
    "fmt wrong.yaml",
    "init",
    "init",
    "example",
    "graph g.yaml",
    "graph wrong.yaml",
    "simulate g.yaml",
    "simulate wrong.yaml",
    "render g.yaml",
    "render wrong.yaml",
    "import g.yaml",
    "import f.yaml --dry-run",
    "import f.yaml",
    "import w.yaml",
    "import wrong.yaml",
    "@run g.yaml",
    "@import f.yaml --dry-run",
    "@run f.yaml",
    "@run wrong.yaml",
    "@ls",
    "@migrate",
    "@backup b.tar.gz --json",
    "restore b.tar.gz",
    "@restore b.tar.gz",
    "serve --run gone.yaml",
    "start g --wait",
    "start nothing",
    "start w --ask-later",
    "start f --wait",
    "ls",
    "show 1",
    "show 99",
    "logs 1",
    "why 1",
    "why --pipeline 2",
    "why g",
    "logs 2 --tail 1",
    "logs 1 --json --grep hello",
    "timeline 99",
    "stats nothing",
    "versions g",
    "clone g copy --dry-run",
    "clone g copy",
    "archive copy --dry-run",
    "archive copy",
    "unarchive copy --dry-run",
    "ls --graphs --archived",
    "unarchive copy",
    "versions copy --restore 9",
    "versions copy --restore 1 --dry-run",
    "stop --graph copy --dry-run",
    "pause",
    "hold 3",
    "release 3",
    "pause 2",
    "resume 2",
    "input 3 -p x=1 --dry-run",
    "stop 2 --dry-run",
    "kill 2",
    "retry 3 --dry-run",
    "skip 4 --dry-run",
    "force 4 succeed --why seen --dry-run",
    "again 1 --dry-run",
    "secret set S",
    "secret ls --json",
    "secret rm S --dry-run",
    "secret rm S",
    "drain --dry-run",
    "drain --undo --dry-run",
    "drain --undo",
    "token path",
    "token rotate --dry-run",
    "audit --object secret --json",
    "audit --who nobody",
    "doctor --json",
    "export g --format json",
    "export nothing",
    "diff g.yaml",
    "diff g.yaml f.yaml",
    "wait 1",
    "wait 99",
    "ps",
    "hook add g --dry-run",
    "hook add g",
    "hook set g 1",
    "hook set g 1 --off -i who=/who --dry-run --json",
    "hook set g 1 --off -i who=/who",
    "hook show g 1",
    "hook rm g 1 --dry-run",
    "hook rm g 1 --json",
    "hook ls g",
    "bundle 1 -o b.tar.gz",
    "bundle 1 -o one.tar.gz --json",
    "bundle 99",
    "gc --keep-last 1 --dry-run",
    "gc --older-than 0s --keep-last 1",
    "gc --older-than 0s --graph f --dry-run",
    "gc --older-than 1d --json",
    "gc",
    "rm g --dry-run",
    "rm 1 99 --json",
    "bench --quick nothing",
    "link",
    "man",
    "completions bash",
    "@pause 1",
];
/// What is too long, or differs from machine to machine: only so many lines are kept.
const FIRST_LINES: &[(&str, usize)] = &[
    ("man", 6),
    ("completions", 3),
    ("example", 2),
    ("doctor", 3),
];
/// Verbs without `--json`, and why.
const NO_FACTS: &[(&str, &str)] = &[
    ("completions", "a script for a shell"),
    ("man", "pages for man(1)"),
];
/// Each verb as a program calls it, one after the other on one server.
const JSON_CALLS: &[&str] = &[
    "init new.yaml",
    "example",
    "check g.yaml",
    "fmt --check g.yaml",
    "graph g.yaml",
    "simulate g.yaml",
    "render g.yaml",
    "import g.yaml",
    "run g.yaml --data other",
    "start g --wait",
    "wait 1",
    "ps",
    "ls",
    "show 1",
    "timeline 1",
    "why 1",
    "logs 1",
    "versions g",
    "stats g",
    "clone g copy",
    "archive copy",
    "unarchive copy",
    "export g -o out.yaml",
    "diff g@1 copy",
    "import w.yaml",
    "start w --ask-later",
    "hold 3",
    "release 3",
    "pause 2",
    "resume --all",
    "input 3 -p x=1 --dry-run",
    "skip 3 --dry-run",
    "stop 2 --dry-run",
    "kill --state RUNNING,PAUSED",
    "force 3 succeed --why seen --dry-run",
    "retry 2 --dry-run",
    "again 1 --dry-run",
    "secret ls",
    "hook ls g",
    "bundle 1 -o b.tar.gz",
    "gc --keep-last 5",
    "rm 1 --dry-run",
    "link",
    "token path",
    "audit",
    "bench --vertices 2 commits",
    "doctor",
    "backup all.tar.gz",
    "migrate --data other",
    "restore all.tar.gz --data third",
    "drain --undo",
];

fn text(mut command: Command) -> (Option<i32>, String, String) {
    command
        .env("NO_COLOR", "1")
        .env("TZ", "UTC")
        .env("COLUMNS", "100");
    let output = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn help(words: &[&str]) -> String {
    let mut command = program();
    command.args(words).arg("--help");
    let (code, out, err) = text(command);
    assert_eq!(code, Some(0), "{words:?}: {err}");
    out
}

/// The verbs that a help lists.
fn verbs(help: &str) -> BTreeSet<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty());
    // Lines that go on are indented further.
    let named = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named
        .map(|line| line.split_whitespace().next().expect("a word").to_owned())
        .collect()
}

/// What differs from run to run, under names.
struct Redactions(Vec<(Regex, &'static str)>);

impl Redactions {
    fn new(desk: &Desk, url: &str) -> Self {
        let dir = desk.dir();
        let literal = |text: &str| Regex::new(&regex::escape(text)).expect("a pattern");
        let pattern = |text: &str| Regex::new(text).expect("a pattern");
        let real = dir.canonicalize().expect("it is there");
        Self(vec![
            (literal(&real.to_string_lossy()), "[DIR]"),
            (literal(&dir.to_string_lossy()), "[DIR]"),
            (literal(url), "[URL]"),
            (pattern("[0-9a-f]{64}"), "[HEX]"),
            (
                pattern(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"),
                "[TIME]",
            ),
            (pattern(r"\b\d+(\.\d+)? (ms|s)\b"), "[LONG]"),
            (pattern(r"\b20\d{12}\b"), "[SCHEMA]"),
            (pattern(r"process id \d+"), "process id [PID]"),
            (pattern(r#""(database_)?bytes": \d+"#), "\"bytes\": [SIZE]"),
            // Columns move with what is in them.
            (pattern(r"([^\s|]) {3,}"), "$1  "),
        ])
    }

    fn of(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (pattern, name) in &self.0 {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        text
    }
}

#[test]
fn every_verb_says_what_it_said() {
    let desk = Desk::new();
    for (name, text) in [
        ("g.yaml", GRAPH),
        ("f.yaml", FAILS),
        ("w.yaml", WAITS),
        ("wrong.yaml", WRONG),
    ] {
        desk.write(name, text);
    }
    let data = desk.data();
    std::fs::create_dir(&data).expect("made");
    let server = Server::start_on(&data, &["--slots", "1"]);
    let redactions = Redactions::new(&desk, &server.url);
    let all = verbs(&help(&[]));
    let mut records: BTreeMap<String, String> = BTreeMap::new();
    for verb in all.iter().filter(|verb| *verb != "help") {
        let mut record = help(&[verb]);
        for inner in verbs(&record).iter().filter(|inner| *inner != "help") {
            record.push_str(&format!("\n==> {inner} <==\n{}", help(&[verb, inner])));
        }
        records.insert(verb.clone(), record);
    }
    let mut ran = BTreeSet::new();
    for line in CALLS {
        let line_words = line.trim_start_matches('@');
        let words: Vec<&str> = line_words.split(' ').collect();
        let other = desk.dir().join("other");
        let at = if line.starts_with('@') { &other } else { &data };
        let mut command = program();
        command
            .current_dir(desk.dir())
            .args(&words)
            .arg("--data")
            .arg(at);
        let (code, out, err) = text(command);
        let most = FIRST_LINES.iter().find(|(verb, _)| *verb == words[0]);
        let most = most.map_or(usize::MAX, |(_, most)| *most);
        let out: String = out
            .lines()
            .take(most)
            .map(|line| format!("{line}\n"))
            .collect();
        let record = records.get_mut(words[0]).expect("a verb");
        let mut said = redactions.of(&format!("{out}{err}"));
        if words[0] == "start" {
            // Tracks may have ended before anybody listens, or nobody knows how long one took.
            let track = |line: &&str| line.ends_with("  [LONG]") || line.starts_with("SUCCEED  ");
            let lines = said.lines().filter(|line| !track(line));
            said = lines.map(|line| format!("{line}\n")).collect();
        }
        record.push_str(&format!(
            "\n$ trackyard {line_words}\n{said}ends with {}\n",
            code.expect("a code")
        ));
        ran.insert(words[0].to_owned());
    }
    let without: Vec<&String> = records.keys().filter(|verb| !ran.contains(*verb)).collect();
    assert_eq!(without, [""; 0], "every verb is called once");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("cli/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (verb, record) in &records {
            insta::assert_snapshot!(verb.as_str(), record);
        }
    });
    // Every file is of a verb that there is.
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cli/snapshots");
    for entry in std::fs::read_dir(dir).expect("snapshots") {
        let name = entry.expect("a file").file_name();
        let name = name.to_string_lossy().into_owned();
        // What a run left that had failed.
        if name.ends_with(".snap.new") {
            continue;
        }
        let verb = name
            .strip_suffix(".snap")
            .unwrap_or_else(|| panic!("{name} is no snapshot"));
        assert!(records.contains_key(verb), "no verb is called {verb}");
    }
}

#[test]
fn what_prints_facts_prints_json_too() {
    let mut without = Vec::new();
    for verb in verbs(&help(&[])).into_iter().filter(|verb| verb != "help") {
        let text = help(&[&verb]);
        let inner = verbs(&text);
        let calls: Vec<Vec<&str>> = match inner.is_empty() {
            true => vec![vec![&verb]],
            false => inner
                .iter()
                .map(|inner| vec![verb.as_str(), inner])
                .collect(),
        };
        for call in calls {
            let fact = NO_FACTS.iter().all(|(verb, _)| *verb != call[0]);
            let fact = fact && call.last() != Some(&"help");
            if fact && !help(&call).contains("--json") {
                without.push(call.join(" "));
            }
        }
    }
    assert_eq!(without, [""; 0]);
}

#[test]
fn every_verb_prints_json_that_programs_can_read() {
    let desk = Desk::new();
    for (name, text) in [("g.yaml", GRAPH), ("w.yaml", WAITS)] {
        desk.write(name, text);
    }
    std::fs::create_dir(desk.data()).expect("made");
    let _server = Server::start_on(&desk.data(), &["--slots", "1"]);
    // It goes on until it is ended: tests/it/cli/json.rs reads what it prints.
    let mut called = BTreeSet::from(["serve".to_owned()]);
    for line in JSON_CALLS {
        let mut words: Vec<&str> = line.split(' ').collect();
        called.insert(words[0].to_owned());
        words.push("--json");
        let mut command = program();
        command
            .current_dir(desk.dir())
            .env("TRACKYARD_DATA", desk.data())
            .args(&words);
        let (code, out, err) = text(command);
        assert!(matches!(code, Some(0 | 1)), "{line}: {code:?} {err}");
        let values: Result<Vec<serde_json::Value>, _> = serde_json::Deserializer::from_str(&out)
            .into_iter()
            .collect();
        let values = values.unwrap_or_else(|why| panic!("{line}: {why} in {out}{err}"));
        assert!(!values.is_empty(), "{line}: {err}");
    }
    let mut verbs = verbs(&help(&[]));
    verbs.remove("help");
    for (verb, _) in NO_FACTS {
        assert!(verbs.remove(*verb), "{verb} is no verb");
    }
    assert_eq!(called, verbs);
}

#[test]
fn every_verb_has_an_example_a_page_and_is_completed() {
    let desk = Desk::new();
    let call = |words: &[&str]| desk.call(words).expect(0).out;
    call(&["man", "pages"]);
    let shells = ["bash", "zsh", "fish"].map(|shell| (shell, call(&["completions", shell])));
    let page = |words: &[&str]| {
        let file = format!("pages/trackyard-{}.1", words.join("-"));
        std::fs::read_to_string(desk.dir().join(&file)).unwrap_or_else(|_| panic!("no {file}"))
    };
    let one = |words: &[&str]| {
        let said = help(words);
        let example = said
            .lines()
            .skip_while(|line| !line.starts_with("Example"))
            .nth(1)
            .unwrap_or_else(|| panic!("{words:?}: no example"));
        // Its first words, as the page has them.
        let plain = example.trim().replace('\\', "\\\\").replace('-', "\\-");
        let begin = plain.split(['\'', '|', '.']).next().expect("a text");
        assert!(page(words).contains(begin), "{words:?}: {begin}");
        for (shell, script) in &shells {
            let last = words.last().expect("a verb");
            assert!(script.contains(last), "{shell} does not know {words:?}");
        }
        said
    };
    for verb in verbs(&help(&[])).iter().filter(|verb| *verb != "help") {
        let said = one(&[verb]);
        for inner in verbs(&said).iter().filter(|inner| *inner != "help") {
            one(&[verb, inner]);
        }
    }
    // What a person gets who types so much and a tab.
    desk.write("completions", &shells[0].1);
    let complete = |line: &str, last: &str| {
        let script = format!(
            ". ./completions; COMP_WORDS=({line} '{last}'); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _trackyard trackyard '{last}' \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(desk.dir())
            .output()
            .expect("bash runs");
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(complete("trackyard", "unar"), "unarchive\n");
    assert_eq!(complete("trackyard token", "ro"), "rotate\n");
    assert_eq!(complete("trackyard stop", "--gr"), "--graph\n");
}
