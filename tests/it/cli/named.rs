//! Pipelines and tracks by name, with a server and without one.

use crate::cli::Desk;
use crate::executor::bench::until;
use crate::server::Server;

const FIRST: &str = "name: web\ninput: {who: {default: one}}\nvertices:\n  ping: echo ping <who>\n  a/b: echo parted\n";

/// What a call printed.
fn out(desk: &Desk, words: &[&str]) -> String {
    desk.call(words).expect(0).out
}

/// What a call that fails said.
fn err(desk: &Desk, words: &[&str], code: i32) -> String {
    desk.call(words).expect(code).err
}

/// Pipelines 1 and 2 are of two versions of `web`, 3 of `load~1`, 4 of `web/a`.
fn history() -> Desk {
    let desk = Desk::new();
    desk.write("web.yaml", FIRST);
    desk.call(&["run", "web.yaml"]).expect(0);
    desk.write("web.yaml", &FIRST.replace("echo ping", "echo again"));
    desk.call(&["run", "web.yaml", "-p", "who=two"]).expect(0);
    desk.write("load.yaml", "name: load~1\nvertices: {go: echo load}\n");
    desk.call(&["run", "load.yaml"]).expect(0);
    desk.write("a.yaml", "name: web/a\nvertices: {b: echo other}\n");
    desk.call(&["run", "a.yaml"]).expect(0);
    desk
}

#[test]
fn names_mean_the_newest_one_and_those_before_it() {
    let desk = history();
    let shown = |name: &str| desk.call(&["show", name, "--json"]).expect(0).json()["id"].clone();
    for (name, id) in [
        ("2", 2),
        ("web", 2),
        ("web~0", 2),
        ("web~1", 1),
        ("last", 4),
        ("last~1", 3),
        ("load~1", 3),
        ("load~1~0", 3),
        ("web/a", 4),
    ] {
        assert_eq!(shown(name), id, "{name}");
    }
    for (name, log) in [
        ("1", "ping one\n"),
        ("web/ping", "again two\n"),
        ("web~1/ping", "ping one\n"),
        ("1/ping", "ping one\n"),
        ("last/b", "other\n"),
        ("web~1/a/b", "parted\n"),
    ] {
        assert_eq!(out(&desk, &["logs", name]), log, "{name}");
    }
    for (name, number) in [("web/ping", "3"), ("web~1/a/b", "2")] {
        assert_eq!(out(&desk, &["why", name]), out(&desk, &["why", number]));
    }
    let of = |name: &str| out(&desk, &["why", "--pipeline", name]);
    assert_eq!(of("web"), of("2"));
}

#[test]
fn what_is_not_known_names_what_may_have_been_meant() {
    let desk = history();
    let list = format!("`trackyard ls --data {}`", desk.data().display());
    for (name, told) in [
        (
            "wev",
            "there is no graph called `wev` (did you mean `web`?)",
        ),
        ("web~7", "there are not so many pipelines of `web`"),
        ("last~9", "there are not so many pipelines"),
        ("zzz", "there is no graph called `zzz`"),
    ] {
        let said = err(&desk, &["show", name], 1);
        assert!(said.contains(told), "{name}: {said}");
    }
    let said = err(&desk, &["show", "web~7"], 1);
    assert!(said.contains(&format!("{list} lists pipelines")), "{said}");
    for (name, code, told) in [
        (
            "web/pong",
            1,
            "pipeline 2 has no track `pong` (did you mean `ping`?)",
        ),
        ("9/ping", 1, "pipeline 9 does not exist"),
        ("wev/ping", 1, "(did you mean `web`?)"),
        (
            "ping",
            2,
            "`ping` is no track: write its number, or PIPELINE/VERTEX, e.g. `last/b`",
        ),
        (
            "web/a/b",
            2,
            "`web/a/b` may be more than one track: track 4 is `a/b` of `web`, track 6 is `b` of `web/a`",
        ),
    ] {
        let said = err(&desk, &["logs", name], code);
        assert!(said.contains(told), "{name}: {said}");
    }
    desk.write("new.yaml", "name: new\nvertices: {a: 'true'}\n");
    desk.call(&["import", "new.yaml"]).expect(0);
    let said = err(&desk, &["show", "new"], 1);
    assert!(
        said.contains("no pipeline of `new` has been started"),
        "{said}"
    );
}

#[test]
fn what_is_asked_of_a_server_is_named_too() {
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).expect("made");
    let server = Server::start_on(&desk.data(), &[]);
    desk.write(
        "g.yaml",
        "name: g\nvertices: {a: 'until [ -e go ]; do sleep 0.02; done', b: {script: 'true', needs: [a]}}\n",
    );
    desk.call(&["import", "g.yaml"]).expect(0);
    desk.call(&["start", "g"]).expect(0);
    let state = || server.get("/pipelines/1").json()["tracks"][0]["state"].clone();
    until("it runs", || state() == "RUNNING");
    for (words, told) in [
        (&["pause", "g"][..], "pipeline 1 is PAUSED\n"),
        (&["resume", "last"], "pipeline 1 is RUNNING\n"),
        (&["hold", "g/b"], "track 2 (b) is WAITING\n"),
        (&["release", "last/b"], "track 2 (b) is WAITING\n"),
        (&["skip", "1/b"], "track 2 (b) is WAITING\n"),
        (&["kill", "--track", "g/a"], "track 1 (a) is "),
    ] {
        let said = out(&desk, words);
        assert!(said.starts_with(told), "{words:?}: {said}");
    }
    let said = err(&desk, &["start", "h"], 1);
    assert!(said.contains("there is no graph called `h`"), "{said}");
    until("it has ended", || state() == "STOPPED");
    let again = out(&desk, &["again", "g", "--dry-run"]);
    assert!(again.contains("would start with 2 tracks"), "{again}");
}
