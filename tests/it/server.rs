//! A real server of the built program, on a port and a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use diesel::sql_types::BigInt;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use serde_json::Value;
use trackyard::spool::Spool;

use crate::api::described;
use crate::processes;

/// An answer: its status, its headers as asked for, and its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media: String,
    pub(crate) cookie: String,
    pub(crate) sniff: String,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) replayed: bool,
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON ({}): {text}", self.status))
    }

    /// The body as JSON, when the status is as expected.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }
}

/// A running server. Dropped, it is killed with all that it runs, unless its test has killed it.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) link: String,
    pub(crate) token: String,
    data: PathBuf,
    killed: bool,
    _own: Option<tempfile::TempDir>,
}

/// The built program.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackyard"));
    command
        .env_remove("TRACKYARD_DATA")
        .env_remove("TRACKYARD_SLOTS")
        // These are the tests' own.
        .env_remove("TRACKYARD_KILLS")
        .env_remove("TRACKYARD_SEED")
        .stdin(Stdio::null());
    command
}

impl Server {
    /// A server on a new data directory.
    pub(crate) fn start() -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let mut server = Self::start_on(own.path(), &[]);
        server._own = Some(own);
        server
    }

    /// A server on a data directory, with more arguments.
    pub(crate) fn start_on(data: &Path, arguments: &[&str]) -> Self {
        Self::from_command(program(), data, arguments)
    }

    /// A server whose data directory is a disk of this size, in a mount namespace of its own. What it tells
    /// goes into a file on another one.
    pub(crate) fn start_in_own_disk(data: &Path, size: &str, told: &Path) -> Self {
        let root = rustix::process::getuid().is_root();
        let mut command = Command::new("unshare");
        command.args(if root { &["-m"][..] } else { &["-rm"][..] });
        let mount = format!(
            "mount -t tmpfs -o size={size} none \"$0\" && cd \"$0\" && exec \"$@\" 2>\"$TOLD\""
        );
        command
            .args(["sh", "-c", &mount])
            .arg(data)
            .env("TOLD", told);
        command.arg(env!("CARGO_BIN_EXE_trackyard"));
        Self::from_command(command, data, &[])
    }

    /// A server of this program with this environment, or one that another program ends up as: one
    /// that changes its limits, its user, its disk.
    pub(crate) fn from_command(mut command: Command, data: &Path, arguments: &[&str]) -> Self {
        command.current_dir(data).stdin(Stdio::null()).arg("serve");
        command
            .args(["--port", "0", "--data"])
            .arg(data)
            .args(arguments);
        let child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        // From here on a panic ends the process too.
        let mut server = Self {
            child,
            url: String::new(),
            link: String::new(),
            token: String::new(),
            data: data.to_owned(),
            killed: false,
            _own: None,
        };
        let stdout = server.child.stdout.take().expect("a pipe");
        let mut lines = BufReader::new(stdout).lines();
        let mut next = |mark: &str| loop {
            let line = lines
                .next()
                .expect("the server says where it answers")
                .expect("text");
            if let Some(at) = line.find(mark) {
                return line[at..]
                    .split_whitespace()
                    .next()
                    .expect("a word")
                    .to_owned();
            }
        };
        server.url = next("http://");
        server.link = next("http://");
        // As the server sees it: it may have a disk that nobody else sees.
        let inside = format!("/proc/{}/root{}", server.child.id(), data.display());
        let token = std::fs::read_to_string(Path::new(&inside).join("local.token"));
        let token = token.expect("a token");
        server.token = token.trim().to_owned();
        server
    }

    /// The data directory.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the server with no word, as `kill -9` does. The data directory stays.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it has ended");
        self.killed = true;
    }

    /// Ends the server as a person or an upgrade does. What runs goes on.
    pub(crate) fn stop(&mut self) {
        processes::terminate(self.child.id() as i32);
        // In its first moment it has no ear for the signal, which ends it then as any other process.
        self.child.wait().expect("it has ended");
        self.killed = true;
    }

    /// Where the files of attempts are.
    pub(crate) fn spool(&self) -> Spool {
        Spool::open(&self.data).expect("it is there")
    }

    /// Waits until the server has ended by itself, and gives the signal that ended it.
    #[cfg(feature = "failpoints")]
    pub(crate) fn signal(&mut self) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(&self.ended())
    }

    /// Waits until the server has ended by itself, a minute at most.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.killed = true;
        let began = std::time::Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status;
            }
            assert!(began.elapsed().as_secs() < 60, "the server goes on");
            std::thread::yield_now();
        }
    }

    /// The supervisors of this data directory.
    pub(crate) fn supervisors(&self) -> Vec<i32> {
        processes::supervisors(&self.data)
    }

    /// Ends the supervisors of this data directory with no word.
    pub(crate) fn kill_supervisors(&self) {
        let supervisors = self.supervisors();
        assert!(!supervisors.is_empty(), "there was a supervisor");
        supervisors.into_iter().for_each(processes::end);
    }

    /// A request with the token, as JSON unless `media` says otherwise.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.try_ask(method, path, headers, body)
            .expect("an answer")
    }

    /// The same of a server that may die before it has answered.
    pub(crate) fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let authorization = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        try_ask(method, &format!("{}{path}", self.url), &all, body)
    }

    /// `GET` under `/api/v1`.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", &format!("/api/v1{path}"), &[], b"")
    }

    /// `POST` of JSON under `/api/v1`.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let media = [("Content-Type", "application/json")];
        self.ask(
            "POST",
            &format!("/api/v1{path}"),
            &media,
            body.to_string().as_bytes(),
        )
    }

    /// Saves a graph from YAML.
    pub(crate) fn define(&self, yaml: &str) -> Answer {
        let media = [("Content-Type", "application/yaml")];
        self.ask("POST", "/api/v1/graphs", &media, yaml.as_bytes())
    }

    /// Saves a graph, starts it, waits for its end, and gives the pipeline.
    pub(crate) fn run(&self, yaml: &str, start: &Value) -> Value {
        let graph = self.define(yaml).json();
        assert_eq!(graph["checked"], true, "{graph}");
        let started = self
            .post(
                &format!("/graphs/{}/pipelines?wait=60s", graph["id"]),
                start,
            )
            .expect(201);
        let pipeline = self
            .get(&format!("/pipelines/{}", started["id"]))
            .expect(200);
        assert!(
            pipeline["finished_at"].is_string(),
            "it ended in time: {pipeline}"
        );
        pipeline
    }

    /// A pipeline once nothing of it can move any more.
    pub(crate) fn settled(&self, id: &Value) -> Value {
        let path = format!("/pipelines/{id}");
        self.until(|| self.get(&path).json()["finished_at"].is_string());
        self.get(&path).expect(200)
    }

    /// Asks until something is so; a minute at most.
    pub(crate) fn until(&self, so: impl Fn() -> bool) {
        let began = std::time::Instant::now();
        while !so() {
            assert!(began.elapsed().as_secs() < 60, "it did not come to be");
            std::thread::yield_now();
        }
    }

    /// Signs a browser in: the value of its `Cookie` header.
    pub(crate) fn sign_in(&self, link: &str) -> String {
        let answer = ask("GET", link, &[], b"");
        assert_eq!(
            answer.status,
            303,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer
            .cookie
            .split(';')
            .next()
            .expect("a cookie")
            .to_owned()
    }

    /// The track of a vertex of a pipeline, whole.
    pub(crate) fn track(&self, pipeline: &Value, vertex: &str) -> Value {
        let tracks = pipeline["tracks"].as_array().expect("tracks");
        let track = tracks
            .iter()
            .find(|t| t["vertex"] == vertex)
            .expect("a track of that name");
        self.get(&format!("/tracks/{}", track["id"])).expect(200)
    }

    /// The log of the last attempt of a track.
    pub(crate) fn log(&self, track: &Value) -> Vec<u8> {
        let (id, attempt) = (&track["id"], &track["attempt"]);
        let log = self.get(&format!("/tracks/{id}/attempts/{attempt}/log"));
        assert_eq!(log.status, 200);
        log.body
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its scripts may be the next server's by now, unless the whole test has failed.
        if self.killed && !std::thread::panicking() {
            return;
        }
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        processes::end_all(&self.data);
    }
}

/// How many rows there are of a table, with a condition if one follows its name.
pub(crate) fn rows(data: &Path, from: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let path = data.join("trackyard.db");
    let mut db = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let sql = format!("SELECT count(*) AS n FROM {from}");
    let found: Count = diesel::sql_query(sql).get_result(&mut db).unwrap();
    found.n
}

/// One request, with nothing but what is given.
pub(crate) fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_ask(method, url, headers, body).expect("an answer")
}

fn try_ask(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_vec()).expect("a request");
    let mut response = agent.run(request)?;
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.and_then(|v| v.to_str().ok()).unwrap_or("").to_owned()
    };
    let (media, cookie) = (header("content-type"), header("set-cookie"));
    let sniff = header("x-content-type-options");
    let headers = response.headers().clone();
    let replayed = header("idempotency-replayed") == "true";
    let etag = header("etag");
    let limit = 256 << 20;
    let body = response
        .body_mut()
        .with_config()
        .limit(limit)
        .read_to_vec()?;
    let answer = Answer {
        status: response.status().as_u16(),
        media,
        cookie,
        sniff,
        headers,
        replayed,
        etag,
        body,
    };
    if let Some((_, path)) = url.split_once("/api/v1") {
        described::check(method, path, &answer);
    } else if let Some(at) = url.find("/ws/") {
        described::check(method, &url[at..], &answer);
    }
    Ok(answer)
}

#[test]
fn a_test_that_fails_leaves_nothing_running() {
    let own = tempfile::tempdir().expect("a directory");
    let failed = std::panic::catch_unwind(|| {
        let mut server = Server::start_on(own.path(), &[]);
        let graph = server.define("name: g\nvertices: {a: sleep 1000}\n");
        let path = format!("/graphs/{}/pipelines", graph.expect(201)["id"]);
        server.post(&path, &serde_json::json!({})).expect(201);
        server.until(|| !processes::scripts(own.path()).is_empty());
        server.kill();
        panic!("it fails between two servers");
    });
    assert!(failed.is_err());
    assert!(processes::supervisors(own.path()).is_empty());
    assert!(processes::scripts(own.path()).is_empty());
}
