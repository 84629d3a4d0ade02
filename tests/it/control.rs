//! Scripts after the verdict, pools, failures that count as done and the time of a whole pipeline, as
//! `trackyard run` does them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::server::program;

fn run(own: &Path, yaml: &str, more: &[&str]) -> Output {
    let file = own.join("graph.yaml");
    std::fs::write(&file, yaml).expect("written");
    let mut command = program();
    command
        .args(["run", "--json", "--data"])
        .arg(own.join("data"));
    command.args(more).arg(file);
    command.output().expect("it runs")
}

/// The state of each vertex in words, and the verdict.
fn states(said: &Output) -> (String, Vec<String>) {
    let json: Value = serde_json::from_slice(&said.stdout).expect("JSON");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tracks = json["tracks"].as_array().expect("tracks");
    let one = |track: &Value| format!("{} {}", word(&track["vertex"]), word(&track["state"]));
    (word(&json["state"]), tracks.iter().map(one).collect())
}

const TELLS: &str = "\
handlers:
  on_success: echo well >>DIR/told
  on_failure: |
    printf '%s|%s|%s|' \"$TRACKYARD_STATE\" \"$TRACKYARD_REASON\" \"$(echo \"$TRACKYARD_FAILED\" | tr '\\n' ,)\" >>DIR/told
    echo <who> >>DIR/told
  on_exit:
    retry: {limit: 1}
    script: |
      echo \"end $TRACKYARD_STATE ${TRACKYARD_PIPELINE:+of one} $TRACKYARD_ATTEMPT\" >>DIR/told
      exit 3
";

fn tells(own: &Path, graph: &str) -> String {
    let text = format!("name: g\ninput: {{who: {{default: you}}}}\n{TELLS}{graph}");
    text.replace("DIR", own.to_str().expect("text"))
}

fn told(own: &Path) -> String {
    std::fs::read_to_string(own.join("told")).expect("it was told")
}

#[test]
fn scripts_after_the_verdict_are_told_what_it_is() {
    let own = tempfile::tempdir().expect("a directory");
    let graph = tells(
        own.path(),
        "on_failure: continue_independent\nvertices:\n  a b: exit 1\n  c: 'true'\n  d: {script: exit 2, needs: c}\n  e: {script: 'true', needs: d}\n  f: {script: exit 3, on_error: ignore}\n",
    );
    let said = run(own.path(), &graph, &[]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    let (verdict, tracks) = states(&said);
    assert_eq!(verdict, "FAILED");
    let expected = [
        "a b FAILED",
        "c SUCCEED",
        "d FAILED",
        "e WAITING",
        "f FAILED",
        "on_success SKIPPED",
        "on_failure SUCCEED",
        "on_exit FAILED",
    ];
    assert_eq!(tracks, expected);
    assert_eq!(
        told(own.path()),
        "FAILED||a b,d,|you\nend FAILED of one 1\nend FAILED of one 2\n"
    );
}

/// What fails after the verdict changes nothing of it.
#[test]
fn a_failure_that_is_ignored_is_a_success() {
    let own = tempfile::tempdir().expect("a directory");
    let graph = tells(
        own.path(),
        "vertices:\n  a: {script: exit 1, on_error: ignore}\n  b: {script: 'true', needs: a}\n",
    );
    let said = run(own.path(), &graph, &[]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    let (verdict, tracks) = states(&said);
    assert_eq!(
        (verdict.as_str(), &tracks[..2]),
        (
            "FINISH",
            &["a FAILED".to_owned(), "b SUCCEED".to_owned()][..]
        )
    );
    assert_eq!(
        told(own.path()),
        "well\nend FINISH of one 1\nend FINISH of one 2\n"
    );
}

#[test]
fn a_pipeline_has_so_much_time() {
    let own = tempfile::tempdir().expect("a directory");
    let graph = tells(
        own.path(),
        "timeout: 300ms\nvertices:\n  a: while :; do sleep 0.05; done\n  b: {script: 'true', needs: a}\n",
    );
    let said = run(own.path(), &graph, &[]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    let (verdict, tracks) = states(&said);
    assert_eq!(verdict, "FAILED");
    assert_eq!(
        tracks[..2],
        ["a STOPPED".to_owned(), "b STOPPED".to_owned()]
    );
    let told = told(own.path());
    assert!(told.starts_with("FAILED|timeout|,|you\n"), "{told}");
}

/// Each script of the pool sees whether another one is inside.
#[test]
fn a_pool_has_room_for_as_many_as_the_settings_say() {
    let script = "\
        touch DIR/in/$TRACKYARD_TRACK; ls DIR/in | wc -l >>DIR/seen; \
        until [ $(ls DIR/in | wc -l) -ge 2 ] || [ -e DIR/alone ]; do sleep 0.01; done; \
        rm DIR/in/$TRACKYARD_TRACK; touch DIR/alone";
    for (more, most) in [
        (&["--pool", "db=1"][..], 1),
        (&["--pool", "db=2"], 2),
        (&[], 1),
    ] {
        let own = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(own.path().join("in")).expect("made");
        if most == 1 {
            // Nobody waits for another one.
            std::fs::write(own.path().join("alone"), "").expect("written");
        }
        let dir = own.path().to_str().expect("text");
        let vertex =
            |name: &str| format!("  {name}: {{pool: db, timeout: 20s, script: \"{script}\"}}\n");
        let all: String = ["a", "b", "c", "d"].map(vertex).concat();
        let graph = format!("name: g\nvertices:\n{all}").replace("DIR", dir);
        let said = run(own.path(), &graph, &[&["--slots", "4"], more].concat());
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        let seen = std::fs::read_to_string(own.path().join("seen")).expect("seen");
        let seen = seen
            .lines()
            .map(|n| n.trim().parse::<u32>().expect("a number"));
        assert_eq!(seen.max(), Some(most), "{more:?}");
    }
}

#[test]
fn a_pool_that_the_settings_do_not_name_is_told() {
    let own = tempfile::tempdir().expect("a directory");
    let file = own.path().join("graph.yaml");
    let text =
        "name: g\nvertices:\n  a: {pool: bd, script: 'true'}\n  b: {pool: bd, script: 'true'}\n";
    std::fs::write(&file, text).expect("written");
    let check = |more: &[&str]| {
        let mut command = program();
        command.arg("check").arg(&file).args(more);
        let said = command
            .arg("--data")
            .arg(own.path())
            .output()
            .expect("it runs");
        assert_eq!(said.status.code(), Some(0), "{said:?}");
        String::from_utf8([said.stdout, said.stderr].concat()).expect("text")
    };
    let said = check(&["--pool", "db=1"]);
    assert_eq!(said.matches("unknown-pool").count(), 1, "{said}");
    assert!(said.contains("3:13: notice[unknown-pool]"), "{said}");
    assert!(!check(&[]).contains("unknown-pool"));
}
