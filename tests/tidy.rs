//! House rules that a machine can check: which way imports point, what the pure modules may touch,
//! how long files are, and words that have no place here. Says every violation with file and line.
//!
//! Dependency-free on purpose: a scanner blanks strings and comments, the checks look for words.

use std::fs;
use std::path::Path;

#[path = "tidy/planted.rs"]
mod planted;
#[path = "tidy/scan.rs"]
mod scan;

use scan::{Source, names_after};

/// Which modules of the crate each module may import. An import only points downward.
const IMPORTS: &[(&str, &str)] = &[
    ("clock", ""),
    ("config", ""),
    ("failpoint", ""),
    ("door", "config"),
    ("graph", ""),
    ("engine", "graph"),
    ("secrets", "graph"),
    ("spool", "engine clock"),
    ("store", "graph engine secrets config failpoint"),
    (
        "executor",
        "graph engine secrets spool store config clock failpoint",
    ),
    (
        "driver",
        "graph engine spool store executor config clock failpoint",
    ),
    ("scheduler", "engine store driver clock"),
    ("notify", "engine store driver clock"),
    ("access", "engine store driver"),
    ("probe", "graph"),
    ("l10n", ""),
    (
        "desk",
        "graph engine secrets spool store driver access probe clock",
    ),
    (
        "web",
        "graph engine spool store driver access probe desk door config clock l10n",
    ),
    (
        "api",
        "graph engine spool store driver access desk door config clock",
    ),
    (
        "app",
        "graph engine secrets spool store executor driver scheduler notify access probe desk door web api config clock",
    ),
    (
        "cli",
        "graph engine spool store executor driver scheduler notify access probe desk door web api app config clock",
    ),
    // The program itself: the command line, and the supervisor's hidden entry.
    ("main", "cli executor"),
];

const PURE: &str = "graph engine";
const IMPURE_STD: &str = "fs thread process net env";
const IMPURE: &str = "Instant SystemTime HashMap HashSet diesel rocket rustix Utc::now Local::now";
/// Where `async` may stand: the pages, the wire, the door, and the file that launches Rocket.
const ASYNC: &str = "web api app door";
const TYPE_WORDS: &str = "Manager Helper Service Utils utils helpers";
/// What no Rust file of ours holds, and why.
const BANNED: &[(&[&str], &str)] = &[
    (
        &["#[allow(", "#![allow(", ", allow("],
        "is written `expect`",
    ),
    (&["todo!", "unimplemented!", "dbg!"], "is not finished"),
    (&["sleep("], "waits for a guess: wait for a condition"),
    (&["#[ignore"], "hides a test"),
    (&["::*"], "imports names that nobody sees"),
];
// In two parts, so that this file does not find itself.
const NOTES: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];
const PLACES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs"),
    concat!("pypi", ".org"),
    concat!("deb.", "debian.org"),
];
const FILE_LINES: usize = 600;
const CODE_LINES: usize = 250;
/// What is ours in the top directory; everything else there is made by tools.
const TREES: &str = "src tests benches clients docs examples migrations static templates locales web .ci \
     .cargo";

fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|item| item == word)
}

fn check_imports(s: &Source) -> Vec<String> {
    let Some(module) = s.module().filter(|module| *module != "lib" && s.is_rust()) else {
        return Vec::new();
    };
    let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == module) else {
        return vec![s.say(0, &format!("module `{module}` is not in the import table"))];
    };
    let roots = ["crate::", "trackyard::"].iter();
    let names = roots.flat_map(|root| names_after(&s.code, root));
    let wrong = |name: &str| name != module && !listed(allowed, name);
    let mut found: Vec<String> = names
        .filter(|(_, name)| wrong(name))
        .map(|(line, name)| s.say(line, &format!("`{module}` may not import `{name}`")))
        .collect();
    let why = "hides where an import points: write `crate::`";
    found.extend(s.find(&s.code, &["super::super::"], usize::MAX, why));
    if s.path.matches('/').count() == 1 {
        found.extend(s.find(&s.code, &["super::"], s.tests_from, why));
    }
    found
}

fn check_purity(s: &Source) -> Vec<String> {
    if !s.module().is_some_and(|module| listed(PURE, module)) {
        return Vec::new();
    }
    let words: Vec<&str> = IMPURE.split(' ').collect();
    let mut found = s.find(&s.code, &words, s.tests_from, "in a pure module");
    for (line, name) in names_after(&s.code, "std::") {
        if line < s.tests_from && listed(IMPURE_STD, &name) {
            found.push(s.say(line, &format!("`std::{name}` in a pure module")));
        }
    }
    found
}

fn check_shape(s: &Source) -> Vec<String> {
    let length = s.text.lines().count();
    let code = s.tests_from.min(length);
    let mut found = Vec::new();
    let coded = [".rs", ".js", ".css", ".html", ".sql", ".sh", ".py"]
        .iter()
        .any(|end| s.path.ends_with(end));
    if coded && length > FILE_LINES {
        found.push(s.say(0, &format!("{length} lines; at most {FILE_LINES}")));
    }
    if s.module().is_some() && s.is_rust() && code > CODE_LINES {
        found.push(s.say(
            0,
            &format!("{code} lines before the tests; at most {CODE_LINES}"),
        ));
    }
    if s.is_rust() && !s.text.starts_with("//!") {
        found.push(s.say(0, "does not open with `//!`"));
    }
    found
}

fn check_words(s: &Source) -> Vec<String> {
    let all = usize::MAX;
    let notes = if s.is_rust() { &s.comments } else { &s.text };
    let mut found = s.find(notes, NOTES, all, "is not finished");
    if !s.is_rust() {
        return found;
    }
    for (words, why) in BANNED {
        found.extend(s.find(&s.code, words, all, why));
    }
    found.extend(s.find(&s.code, &[".unwrap()"], s.tests_from, "outside tests"));
    if s.module().is_some_and(|module| !listed(ASYNC, module)) {
        let words = ["async", ".await"];
        found.extend(s.find(&s.code, &words, s.tests_from, "outside the web edge"));
    }
    let kinds = ["struct", "enum", "trait", "type", "mod", "union"];
    for (i, line) in s.code.lines().enumerate() {
        let mut words = line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty());
        let name = words
            .find(|word| kinds.contains(word))
            .and(words.next())
            .unwrap_or_default();
        if TYPE_WORDS.split(' ').any(|word| name.contains(word)) {
            found.push(s.say(i, &format!("`{name}` does not say what it is")));
        }
    }
    found
}

fn check_places(s: &Source) -> Vec<String> {
    let own = |c: char| c.is_alphanumeric() || "_-./}>*".contains(c);
    let inside =
        |line: &str, at: usize, place: &str| place.starts_with('/') && line[..at].ends_with(own);
    let mut found = Vec::new();
    for (i, line) in s.text.lines().enumerate() {
        for place in PLACES {
            if line
                .match_indices(place)
                .any(|(at, _)| !inside(line, at, place))
            {
                found.push(s.say(i, &format!("`{place}` is of one machine")));
            }
        }
    }
    found
}

/// All files that are ours.
fn tree(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("the directory is readable") {
            let path = entry.expect("the entry is readable").path();
            let name = path
                .strip_prefix(root)
                .expect("it is below the root")
                .to_string_lossy()
                .into_owned();
            // What a package manager or an interpreter has put there is not ours.
            if ["node_modules", "__pycache__", "static/vendor"]
                .iter()
                .any(|made| name.ends_with(made))
            {
                continue;
            }
            if path.is_dir() && (directory != root || listed(TREES, &name)) {
                directories.push(path);
            } else if path.is_file() && ![".git", "Cargo.lock"].contains(&name.as_str()) {
                let text = fs::read(&path).expect("the file is readable");
                sources.push(Source::new(&name, &String::from_utf8_lossy(&text)));
            }
        }
    }
    let test_files: Vec<String> = sources.iter().flat_map(Source::test_files).collect();
    for s in &mut sources {
        let of = |file: &String| {
            s.path == format!("{file}.rs") || s.path.starts_with(&format!("{file}/"))
        };
        if test_files.iter().any(of) {
            s.tests_from = 0;
        }
    }
    sources
}

fn check(s: &Source) -> Vec<String> {
    let checks = [
        check_imports,
        check_purity,
        check_shape,
        check_words,
        check_places,
    ];
    checks.iter().flat_map(|check| check(s)).collect()
}

/// The messages of one file of `locales/`, as the names of their functions.
fn messages(s: &Source) -> impl Iterator<Item = String> {
    let named = s.text.lines().filter_map(|line| line.split_once(" ="));
    let named = named.filter(|(id, _)| id.starts_with(|c: char| c.is_ascii_lowercase()));
    named.map(|(id, _)| id.replace('-', "_"))
}

/// Every message is said by some page, and every language has the same ones in the same files.
#[test]
fn every_message_is_said_in_every_language() {
    let sources = tree(Path::new(env!("CARGO_MANIFEST_DIR")));
    let of = |language: &str| -> Vec<(String, String)> {
        let folder = format!("locales/{language}/");
        let files = sources
            .iter()
            .filter_map(|s| Some((s.path.strip_prefix(&folder)?, s)));
        let keyed = |(name, s): (&str, _)| {
            messages(s)
                .map(|key| (name.to_owned(), key))
                .collect::<Vec<_>>()
        };
        let mut all: Vec<_> = files.flat_map(keyed).collect();
        all.sort();
        all
    };
    let english = of("en");
    assert!(english.iter().any(|(_, key)| key == "state_failed"));
    assert_eq!(english, of("zh-CN"));
    let pages = sources.iter().filter(|s| {
        let page = s.path.starts_with("src/web/") || s.path.starts_with("templates/");
        page && s.tests_from > 0
    });
    let said: String = pages.map(|s| s.text.as_str()).collect();
    let unsaid: Vec<&String> = english
        .iter()
        .map(|(_, key)| key)
        // The build reads this one: the names of the languages.
        .filter(|key| *key != "language_name" && !said.contains(&format!("{key}(")))
        .collect();
    assert!(unsaid.is_empty(), "no page says {unsaid:?}");
}

#[test]
fn the_tree_is_tidy() {
    let sources = tree(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(
        sources.iter().any(|s| s.path == "src/lib.rs"),
        "the walk found the sources"
    );
    let mut found: Vec<String> = sources.iter().flat_map(check).collect();
    found.sort();
    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
}
