//! `--dry-run` says what would become of it, and changes nothing: with a server and without.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::cli::{Desk, Said};
use crate::server::Server;

const GRAPH: &str = "name: g\ninput: {who: {default: you}}\nvertices: {a: 'echo <who>'}\n";

/// The same call with a text for its standard input.
fn given(desk: &Desk, words: &[&str], text: &str) -> Said {
    let file = desk.dir().join("given");
    std::fs::write(&file, text).expect("written");
    let mut command = desk.command(words);
    let command = command.stdin(File::open(&file).expect("a file"));
    Said::of(command.output().expect("it runs"))
}

/// All that these verbs could have changed.
fn standing(desk: &Desk) -> [Value; 4] {
    let json = |words: &[&str]| desk.call(words).expect(0).json();
    [
        json(&["ls", "--graphs", "--json"]),
        json(&["ls", "--graphs", "--archived", "--json"]),
        json(&["secret", "ls", "--json"]),
        json(&["token", "show", "--json"]),
    ]
}

/// What is worked out, in words and as JSON.
fn worked_out(desk: &Desk, words: &[&str]) -> Value {
    let before = standing(desk);
    let words = [words, &["--dry-run"]].concat();
    let said = desk.call(&words).expect(0).out;
    assert!(said.ends_with("Nothing was done.\n"), "{words:?}: {said}");
    let told = desk.call(&[&words[..], &["--json"]].concat()).expect(0);
    assert_eq!(standing(desk), before, "{words:?}");
    let told = told.json();
    assert_eq!(told["dry_run"], true, "{words:?}: {told}");
    told
}

#[test]
fn without_a_server_nothing_is_saved() {
    let desk = Desk::new();
    desk.write("g.yaml", GRAPH);
    let said = desk.call(&["import", "g.yaml", "--dry-run"]).expect(0).out;
    assert_eq!(said, "`g` v1 would be saved (created). Nothing was done.\n");
    let words = ["import", "g.yaml", "--dry-run", "--json"];
    let told = desk.call(&words).expect(0).json();
    assert_eq!(told.get("changes"), Some(&Value::Null), "{told}");
    assert!(!desk.data().exists(), "nothing is made");
    desk.call(&["import", "g.yaml"]).expect(0);
    let told = worked_out(&desk, &["import", "g.yaml"]);
    assert_eq!((&told["id"], &told["version"]), (&json!(1), &json!(1)));
    assert_eq!(told["note"], "unchanged: it is as it was");
    desk.write("g.yaml", &GRAPH.replace("echo", "echo hello"));
    let told = worked_out(&desk, &["import", "g.yaml"]);
    assert_eq!(
        told["changes"]["vertices_changed"][0]["name"], "a",
        "{told}"
    );
    desk.write("g.yaml", GRAPH);
    let told = desk.call(&["import", "g.yaml", "--json"]).expect(0).json();
    assert_eq!(told.get("changes"), Some(&Value::Null), "{told}");
    desk.write("h.yaml", &GRAPH.replace("name: g", "name: h"));
    let told = worked_out(&desk, &["import", "h.yaml"]);
    assert_eq!(
        (&told["id"], &told["note"]),
        (&Value::Null, &json!("created"))
    );
    desk.write("bad.yaml", "name: bad\nvertices: {a: 'echo <nobody>'}\n");
    desk.call(&["import", "bad.yaml", "--dry-run"]).expect(1);
    desk.write("make", "all: b\n\techo all\nb:\n\techo b\n");
    let words = [
        "import",
        "--from",
        "make",
        "--name",
        "m",
        "make",
        "--dry-run",
    ];
    let said = desk.call(&words).expect(0).out;
    assert_eq!(said, "`m` v1 would be saved (created). Nothing was done.\n");
    let set = ["secret", "set", "NAME", "--dry-run"];
    let said = given(&desk, &set, "a long value").expect(0).out;
    assert_eq!(said, "the secret `NAME` would be set. Nothing was done.\n");
    given(&desk, &set, "abc").expect(2);
    given(
        &desk,
        &["secret", "set", "PATH", "--dry-run"],
        "a long value",
    )
    .expect(2);
    desk.call(&["secret", "rm", "NAME", "--dry-run"]).expect(1);
    given(&desk, &["secret", "set", "NAME"], "a long value").expect(0);
    worked_out(&desk, &["secret", "rm", "NAME"]);
    worked_out(&desk, &["token", "rotate"]);
}

#[test]
fn a_key_that_refuses_the_deed_refuses_what_is_worked_out() {
    let desk = Desk::new();
    desk.write("g.yaml", GRAPH);
    given(&desk, &["secret", "set", "NAME"], "a long value").expect(0);
    let key = desk.data().join("secret.key");
    let whole = fs::read(&key).expect("a key");
    let refused = |what: &str| {
        let set = ["secret", "set", "OTHER"];
        let would = given(&desk, &[&set[..], &["--dry-run"]].concat(), "a long value").expect(1);
        assert_eq!(would.err, given(&desk, &set, "a long value").expect(1).err);
        assert!(would.err.contains(what), "{what}: {}", would.err);
        for deed in [["secret", "rm", "NAME"].as_slice(), &["import", "g.yaml"]] {
            let would = desk.call(&[deed, &["--dry-run"]].concat()).expect(1);
            assert_eq!(would.err, desk.call(deed).expect(1).err, "{deed:?}");
        }
    };
    fs::remove_file(&key).expect("removed");
    refused("is not there");
    fs::write(&key, [7; 32]).expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    refused("another key");
    fs::write(&key, whole).expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("set");
    refused("chmod 600");
}

#[test]
fn beside_a_server_nothing_is_done() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", GRAPH);
    desk.call(&["import", "g.yaml"]).expect(0);
    given(&desk, &["secret", "set", "NAME"], "a long value").expect(0);
    desk.write("g.yaml", &GRAPH.replace("echo", "echo hello"));
    for words in [
        &["import", "g.yaml"][..],
        &["archive", "g"],
        &["unarchive", "g"],
        &["clone", "g", "copy"],
        &["versions", "g", "--restore", "1"],
        &["secret", "rm", "NAME"],
        &["token", "rotate"],
        &["drain"],
        &["drain", "--undo"],
    ] {
        worked_out(&desk, words);
    }
    let set = ["secret", "set", "NAME", "--dry-run", "--json"];
    let told = given(&desk, &set, "another value").expect(0).json();
    assert_eq!(told, json!({"name": "NAME", "dry_run": true}));
    desk.call(&["clone", "g", "g", "--dry-run"]).expect(1);
    desk.call(&["versions", "g", "--dry-run"]).expect(2);
    desk.call(&["import", "g.yaml", "--print", "--dry-run"])
        .expect(2);
    // It would be known by now: the server takes work as before.
    assert_eq!(desk.call(&["start", "g", "--wait"]).expect(0).code, Some(0));
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn what_is_over_and_what_is_archived_stays_as_it_is() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", GRAPH);
    desk.call(&["import", "g.yaml"]).expect(0);
    desk.call(&["start", "g", "--wait"]).expect(0);
    worked_out(&desk, &["rm", "1"]);
    let gc = ["gc", "--older-than", "0s", "--dry-run"];
    let said = desk.call(&gc).expect(0).out;
    assert!(said.ends_with("Nothing was done.\n"), "{said}");
    let shelf = |word: &str| desk.call(&[word, "g", "--dry-run"]).expect(0).out;
    let same =
        |not: &str| format!("`g` is {not}archived: nothing would change. Nothing was done.\n");
    assert_eq!(shelf("unarchive"), same("not "));
    desk.call(&["archive", "g"]).expect(0);
    assert_eq!(shelf("archive"), same(""));
    assert!(shelf("unarchive").contains("would be taken out"));
    drop(server);
    worked_out(&desk, &["migrate"]);
}

#[test]
fn a_list_that_is_cut_says_so() {
    let desk = Desk::new();
    for name in ["g", "h"] {
        desk.write(
            "g.yaml",
            &GRAPH.replace("name: g", &format!("name: {name}")),
        );
        desk.call(&["import", "g.yaml"]).expect(0);
    }
    for list in [&["ls", "--graphs"][..], &["audit"]] {
        let call = |more: &[&str]| desk.call(&[list, more].concat()).expect(0);
        let cut = "1 of more; `--limit N` shows more\n";
        assert_eq!(call(&["-n", "1"]).err, cut, "{list:?}");
        assert_eq!(call(&["-n", "2"]).err, "", "{list:?}");
        let next = |n: &str| call(&["-n", n, "--json"]).json()["next"].clone();
        assert!(next("1").is_string(), "{list:?}");
        assert_eq!(next("2"), Value::Null, "{list:?}");
    }
}

#[test]
fn a_hook_is_made_shown_changed_and_removed() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let _server = Server::start_on(&desk.data(), &[]);
    desk.write("g.yaml", GRAPH);
    desk.call(&["import", "g.yaml"]).expect(0);
    let hooks = || desk.call(&["hook", "ls", "g", "--json"]).expect(0).json();
    let show = || {
        desk.call(&["hook", "show", "g", "1", "--json"])
            .expect(0)
            .json()
    };
    let would = desk.call(&["hook", "add", "g", "--dry-run", "--json"]);
    assert_eq!(would.expect(0).json()["dry_run"], true);
    assert_eq!(hooks(), json!({"hooks": []}));
    let words = ["hook", "add", "g", "--off", "--secret", "--json"];
    let made = given(&desk, &words, "sixteen bytes at least\n")
        .expect(0)
        .json();
    assert_eq!(made["secret"], "sixteen bytes at least");
    assert_eq!(show()["enabled"], false);
    let set = |words: &[&str]| {
        let words = [&["hook", "set", "g", "1"][..], words, &["--json"]].concat();
        desk.call(&words).expect(0).json()
    };
    let before = show();
    assert_eq!(set(&["--on", "--dry-run"])["enabled"], true);
    assert_eq!(show(), before);
    assert_eq!(set(&["--on"])["enabled"], true);
    let changed = set(&["-i", "who=/who", "--style", "github"]);
    assert_eq!(changed["input"], json!({"who": {"pointer": "/who"}}));
    assert_eq!(changed["style"], "github");
    // What is not said stays.
    assert_eq!(set(&["--off"])["input"], changed["input"]);
    assert_eq!(set(&["--no-values"])["input"], json!({}));
    assert_eq!(
        set(&["--value", "who=me"])["input"],
        json!({"who": {"value": "me"}})
    );
    let text = desk.call(&["hook", "show", "g", "1"]).expect(0).out;
    for line in ["signed as `github`; it is off\n", "who: \"me\"\n"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    for (words, code) in [
        (&["hook", "set", "g", "1"][..], 2),
        (&["hook", "set", "g", "1", "--on", "--off"], 2),
        (
            &["hook", "set", "g", "1", "-i", "who=/a", "--value", "who=b"],
            2,
        ),
        (&["hook", "set", "g", "9", "--on"], 1),
        (&["hook", "show", "g", "9"], 1),
        (&["hook", "rm", "g", "9", "--dry-run"], 1),
    ] {
        desk.call(words).expect(code);
    }
    desk.call(&["hook", "rm", "g", "1", "--dry-run"]).expect(0);
    assert_eq!(hooks()["hooks"].as_array().map(Vec::len), Some(1));
    desk.call(&["hook", "rm", "g", "1"]).expect(0);
    assert_eq!(hooks(), json!({"hooks": []}));
}
