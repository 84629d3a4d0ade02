//! Rows and browsers for tests, and a server on a database of its own with no executor.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, unbounded};
use rocket::http::{ContentType, Cookie, Header};
use rocket::local::blocking::{Client, LocalRequest, LocalResponse};

use crate::access::{Access, Caller, Secret, digest};
use crate::config::{Config, Flags};
use crate::desk::why::{Code, Moves};
use crate::desk::{Desk, Known, Vault};
use crate::driver::{Backend, Driver, Fact, Settings, Verdict};
use crate::engine::{AttemptKey, Capacity, PipelineId, Time, TrackId};
use crate::graph::{Kind, Limits, Param};
use crate::l10n::{L10n, Words};
use crate::probe::{Bounds, Probe};
use crate::spool::{LineLimits, LogLines, Spool};
use crate::store::{
    Durability, GraphHead, PipelineHead, Store, StoredProblem, TrackHead, Turn, Writer,
};
use crate::web::docs::Documented;
use crate::web::edge::guard::{Browser, COOKIE, Clock};
use crate::web::edge::look::Look;
use crate::web::parts::reason::Reason;
use crate::web::parts::when::when;
use crate::web::system::Installed;

/// A name that would do harm if it were not escaped.
pub(in crate::web) const HOSTILE: &str =
    "\"><script>alert(1)</script>' onclick='x' \u{202e}&amp; 日志";
/// The moment of every request.
pub(in crate::web) const NOW: Time = Time(1_795_230_504_120);

pub(in crate::web) fn browser() -> Browser {
    Browser {
        caller: Caller {
            name: "browser",
            csrf: Some("abc".to_owned()),
        },
        cookie: "def".to_owned(),
        now: NOW,
        trouble: Some(HOSTILE.to_owned()),
        draining: true,
        no_reserve: Some(HOSTILE.to_owned()),
        inbox: 100,
        look: Look::default(),
    }
}

/// The same browser, of somebody who reads Chinese.
pub(in crate::web) fn in_chinese() -> Browser {
    let mut who = browser();
    who.look.language = L10n::ZhCN;
    who.look.t = Words::of(L10n::ZhCN);
    who
}

pub(in crate::web) fn problem(severity: &str, line: u32) -> StoredProblem {
    StoredProblem {
        code: "cycle".to_owned(),
        severity: severity.to_owned(),
        line,
        column: 3,
        place: "vertices".to_owned(),
        message: format!("{HOSTILE} is wrong"),
    }
}

pub(in crate::web) fn param(name: &str, kind: Kind) -> Param {
    Param {
        name: name.to_owned(),
        kind,
        required: false,
        default: None,
        choices: Vec::new(),
        min: None,
        max: None,
        min_length: None,
        max_length: None,
        pattern: None,
        allow_dash: false,
        desc: HOSTILE.to_owned(),
    }
}

pub(in crate::web) fn graph_head(id: i64, name: &str) -> GraphHead {
    GraphHead {
        id,
        name: name.to_owned(),
        version: 2,
        revision: 3,
        desc: HOSTILE.to_owned(),
        checked: id % 2 == 1,
        sealed: id % 3 == 0,
        vertices: 1,
        edges: 0,
        creator: "browser".to_owned(),
        created_at: NOW.0 - 90_000,
        updated_at: NOW.0 - 60_000,
        archived: false,
    }
}

pub(in crate::web) fn hostile_reason() -> Reason {
    let text = || HOSTILE.to_owned();
    Reason {
        code: Code::Runs,
        moves: Moves::Itself,
        sentence: text(),
        next: text(),
        until: Some(when(NOW.0)),
        names: Vec::new(),
        links: vec![("/tracks/9".to_owned(), text())],
    }
}

pub(in crate::web) fn pipeline_head(id: i64) -> PipelineHead {
    PipelineHead {
        id,
        graph_id: 1,
        graph: HOSTILE.to_owned(),
        version: 2,
        name: HOSTILE.to_owned(),
        desc: HOSTILE.to_owned(),
        state: (id % 5) as i16,
        creator: "browser".to_owned(),
        trigger: "form".to_owned(),
        input: "{\"host\":\"<b>\",\"n\":3}".to_owned(),
        vertices: 3,
        created_at: NOW.0 - 60_000,
        finished_at: (id % 2 == 0).then_some(NOW.0),
        priority: 0,
        again_of: None,
        queued: false,
        reason: None,
        paused: id % 5 == 1,
        due_at: None,
        again_of_deleted: false,
    }
}

pub(in crate::web) fn track_head(id: i64, vertex: &str) -> TrackHead {
    TrackHead {
        id,
        pipeline_id: 1,
        vertex_id: id,
        vertex: vertex.to_owned(),
        state: (id % 8) as i16,
        pending_on: Some((id % 5) as i16),
        due_at: Some(NOW.0 + 5_000),
        reason: Some((id % 7) as i16),
        detail: HOSTILE.to_owned(),
        exit_code: Some(3),
        attempt: 1,
        started_at: Some(NOW.0 - 5_000),
        finished_at: None,
        mark: None,
        ending: None,
        lost: 0,
    }
}

/// Writes a page for somebody who wants to look at it: `TRACKYARD_PAGES` names the folder.
pub(in crate::web) fn keep(name: &str, html: &str) {
    if let Some(folder) = std::env::var_os("TRACKYARD_PAGES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.html"));
        std::fs::write(path, html).expect("the folder is there");
    }
}

/// How much of logs the pages of this server read.
const LINES: LineLimits = LineLimits {
    index: 1 << 20,
    search: 1 << 20,
    line: 1_000,
    page: 1 << 20,
};

/// Notes launches and runs nothing.
struct Idle(Sender<AttemptKey>);

impl Backend for Idle {
    fn launch(&self, key: AttemptKey) {
        // A test that does not look at launches has dropped the other end.
        let _ = self.0.send(key);
    }
    fn kill(&self, _: AttemptKey, _: u64) {}
    fn cancel(&self, _: AttemptKey) {}
    fn probe(&self, _: &[(AttemptKey, String)]) -> Vec<(AttemptKey, Verdict)> {
        Vec::new()
    }
    fn end_survivors(&self, _: AttemptKey, _: u64) {}
    fn survivors(&self, _: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>> {
        BTreeMap::new()
    }
    fn clean(&self, _: AttemptKey) {}
    fn finish_pipeline(&self, _: PipelineId) {}
    fn remove_pipeline(&self, _: PipelineId, _: Sender<PipelineId>) {}
}

/// A server with its pages.
pub(in crate::web) struct Server {
    pub(in crate::web) client: Client,
    pub(in crate::web) desk: Desk,
    /// Where a test puts what scripts did.
    pub(in crate::web) facts: Sender<Fact>,
    /// Where logs are.
    pub(in crate::web) spool: Spool,
    pub(in crate::web) launches: crossbeam_channel::Receiver<AttemptKey>,
    /// The cookie of a signed-in browser.
    pub(in crate::web) cookie: String,
    driver: Option<Driver>,
    _data: tempfile::TempDir,
}

impl Server {
    pub(in crate::web) fn start() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let path = data.path().join("trackyard.db");
        let writer = Writer::open(&path, Durability::Normal, "boot").expect("a database");
        let vault = Arc::new(Vault::open(data.path(), None).expect("a vault"));
        let writer = writer.sealing(Arc::clone(&vault));
        let given = writer.given();
        let settings = Settings {
            capacity: Capacity::of(2),
            commands_waiting: 64,
            batch: 64,
            grace_ms: 10,
            news_kept: 100,
            asked_at_once: 50,
            removal: Turn::default(),
            now: || NOW,
        };
        let ((launch, launches), (facts, received)) = (unbounded(), unbounded());
        let spool = Spool::open(data.path()).expect("a spool");
        let driver = Driver::spawn(
            settings,
            writer,
            std::sync::Arc::new(Idle(launch)),
            received,
            spool.clone(),
        );
        let driver = driver.expect("a driver");
        let bounds = Bounds {
            processes: 2,
            time: Duration::from_secs(60),
        };
        let store = Store::open(&path, 4).expect("a store");
        let desk = Desk {
            known: Arc::new(Known::new(store.clone(), Arc::clone(&vault), given)),
            pictures: Arc::default(),
            retained: Arc::default(),
            store,
            handle: driver.handle(),
            limits: Limits {
                file_bytes: 4_096,
                ..Limits::default()
            },
            probe: Probe::new("/usr/bin:/bin", bounds),
            vault,
        };
        let token = Secret::new("token".to_owned());
        let access = Access::new(desk.store.clone(), desk.handle.clone(), &token);
        let (code, _) = access.new_link(NOW, None).expect("a link");
        let home = ("HOME".to_owned(), "/home/ann".to_owned());
        let config = Config::load(Flags::default(), data.path(), [home].into_iter());
        let config = config.expect("the defaults");
        let figment = rocket::Config::figment().merge(("log_level", "off"));
        let rocket = rocket::custom(figment)
            .manage(desk.clone())
            .manage(spool.clone())
            .manage(Arc::new(LogLines::new(LINES)))
            .manage(Arc::new(access))
            .manage(Clock(|| NOW))
            .manage(Installed::of(&config, path))
            .manage(Documented(Arc::default()))
            .mount("/", crate::web::routes())
            .register("/", crate::web::catchers());
        let client = Client::untracked(rocket).expect("a server");
        let answer = client
            .get(format!("/sign-in?code={}", code.text()))
            .dispatch();
        let cookie = answer.cookies().get(COOKIE).expect("a cookie").value();
        let cookie = cookie.to_owned();
        drop(answer);
        Self {
            client,
            desk,
            facts,
            spool,
            launches,
            cookie,
            driver: Some(driver),
            _data: data,
        }
    }

    /// A page for the browser that is signed in.
    pub(in crate::web) fn get(&self, path: &str) -> LocalResponse<'_> {
        self.signed(self.client.get(path.to_owned())).dispatch()
    }

    /// A form of that browser, with what its forms carry.
    pub(in crate::web) fn post(&self, path: &str, body: &str) -> LocalResponse<'_> {
        let csrf = digest(&format!("csrf {}", self.cookie));
        let request = self
            .signed(self.client.post(path.to_owned()))
            .header(ContentType::Form)
            .header(Header::new("Host", "127.0.0.1:8000"))
            .header(Header::new("Origin", "http://127.0.0.1:8000"));
        request.body(format!("csrf={csrf}&{body}")).dispatch()
    }

    /// Waits until what happened before is committed and its effects are done: a question is
    /// answered after both, whichever batch took it.
    pub(in crate::web) fn settle(&self) {
        let census = self.desk.handle.census(Duration::from_secs(60));
        census.expect("the driver answers");
    }

    pub(in crate::web) fn signed<'c>(&self, request: LocalRequest<'c>) -> LocalRequest<'c> {
        request.cookie(Cookie::new(COOKIE, self.cookie.clone()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.stop();
        }
    }
}
