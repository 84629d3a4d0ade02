//! A log that is longer than half of its cap shows its newest output to everybody: while its script
//! runs, when another server has come, when its supervisor has died, and in the end.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::tools::{page, start, state};
use crate::server::{Server, program};

/// Prints 3,000 bytes and says a word, three times; waits for a file before it goes on.
const TALKS: &str = "for n in 1 2 3; do head -c 3000 /dev/zero | tr '\\0' $n; printf said$n; until [ -e go$n ]; do sleep 0.05; done; done";

struct Talk {
    server: Server,
    /// Of a browser that stays signed in.
    cookie: String,
    id: Value,
    own: tempfile::TempDir,
}

impl Talk {
    fn new() -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let settings = "[default.trackyard]\nlog_cap_bytes = '2 KiB'\n";
        std::fs::write(own.path().join("Rocket.toml"), settings).expect("written");
        let server = Server::start_on(own.path(), &[]);
        let talks = json!({"name": "g", "vertices": {"a": TALKS}});
        let id = start(&server, &talks.to_string());
        let cookie = server.sign_in(&server.link);
        Self {
            server,
            cookie,
            id,
            own,
        }
    }

    fn go(&self, n: usize) {
        let go = self.own.path().join(format!("work/{}/go{n}", self.id));
        std::fs::write(go, "").expect("written");
    }

    /// What there has to be to read once the script has said its `n`th word.
    fn expected(n: usize) -> String {
        let dropped = 3_005 * n - 2_048;
        let head = "1".repeat(1_024);
        let tail = n.to_string().repeat(1_024 - 5);
        format!("{head}\n[trackyard: {dropped} bytes of output are not kept here]\n{tail}said{n}")
    }

    /// Waits until all who read the log read this.
    fn reads(&self, n: usize) {
        let (server, expected) = (&self.server, Self::expected(n));
        let log = "/api/v1/tracks/1/attempts/1/log";
        let whole = || server.ask("GET", log, &[], b"").body;
        server.until(|| whole() == expected.as_bytes());
        let part = server.ask("GET", log, &[("Range", "bytes=-8")], b"");
        assert_eq!(
            (part.status, part.body.as_slice()),
            (206, &expected.as_bytes()[expected.len() - 8..])
        );
        let html = page(server, &self.cookie, "/tracks/1");
        assert!(html.contains(&format!("{n}said{n}</code>")), "{html}");
        let told = match 3_005 * n - 2_048 {
            few if few < 1_024 => format!("{few} B of output are missing"),
            more => format!(
                "{}.{} KiB of output are missing",
                more / 1_024,
                more * 10 / 1_024 % 10
            ),
        };
        assert!(html.contains(&told), "`{told}` is not in {html}");
        let mut logs = logs(self.own.path(), &[]);
        assert_eq!(read(&mut logs), expected);
    }

    /// The files of the log are one.
    fn is_one_file(&self, n: usize) {
        let logs = self.own.path().join(format!("logs/{}", self.id));
        let files = || std::fs::read_dir(&logs).expect("there").count();
        self.server.until(|| files() == 1);
        let log = std::fs::read_to_string(logs.join("1-1.log"));
        assert_eq!(log.expect("text"), Self::expected(n));
    }
}

fn logs(data: &Path, more: &[&str]) -> Child {
    let mut command = program();
    command.args(["logs", "1", "--data"]).arg(data).args(more);
    command.stdout(Stdio::piped()).spawn().expect("it runs")
}

fn read(logs: &mut Child) -> String {
    let mut text = String::new();
    let mut out = logs.stdout.take().expect("a pipe");
    out.read_to_string(&mut text).expect("text");
    assert!(logs.wait().expect("it ends").success());
    text
}

#[test]
fn the_newest_output_is_shown_while_it_runs_and_by_the_next_server() {
    let mut talk = Talk::new();
    talk.reads(1);
    talk.server.kill();
    talk.server = Server::start_on(talk.own.path(), &[]);
    talk.reads(1);
    talk.go(1);
    talk.reads(2);
    talk.go(2);
    talk.go(3);
    assert_eq!(talk.server.settled(&talk.id)["state"], "FINISH");
    talk.reads(3);
    talk.is_one_file(3);
}

#[test]
fn what_was_seen_last_is_kept_when_the_supervisor_dies() {
    let talk = Talk::new();
    talk.reads(1);
    talk.go(1);
    talk.reads(2);
    talk.server.kill_supervisors();
    talk.server
        .until(|| state(&talk.server, &talk.id, "a") == "INTERRUPTED");
    talk.reads(2);
    talk.is_one_file(2);
    let track = talk.server.get("/tracks/1").expect(200);
    assert_eq!(track["output"], Talk::expected(2));
    let attempt = &track["attempts"][0];
    let counted = (&attempt["log_bytes"], &attempt["dropped_bytes"]);
    assert_eq!(counted, (&json!(2_048), &json!(3_962)));
}

#[test]
fn who_follows_gets_each_word_once() {
    let talk = Talk::new();
    let mut follows = logs(talk.own.path(), &["--follow"]);
    let mut out = follows.stdout.take().expect("a pipe");
    let mut text = Vec::new();
    for n in 1..=3 {
        let word = format!("said{n}");
        while !text.ends_with(word.as_bytes()) {
            let mut byte = [0];
            out.read_exact(&mut byte).expect("more");
            text.push(byte[0]);
        }
        talk.go(n);
    }
    out.read_to_end(&mut text).expect("the end");
    assert!(follows.wait().expect("it ends").success());
    let text = String::from_utf8(text).expect("text");
    for n in 1..=3 {
        assert_eq!(text.matches(&format!("said{n}")).count(), 1, "{text}");
    }
    // What it did not get it was told.
    let notes = text.split("[trackyard: ").skip(1);
    let missing: usize = notes
        .map(|rest| {
            rest.split(' ')
                .next()
                .expect("a number")
                .parse::<usize>()
                .expect("a number")
        })
        .sum();
    let digits = |n: char| {
        text.split("\n[")
            .map(|part| part.rsplit("]\n").next().expect("text"))
            .collect::<String>()
            .matches(n)
            .count()
    };
    let printed = digits('1') + digits('2') + digits('3') + "said".len() * 3;
    assert_eq!(printed + missing, 3_005 * 3, "{text}");
}
