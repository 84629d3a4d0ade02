//! The log of one attempt: any part of it, what something is in, and what comes while it is written.

use std::path::Path;
use std::sync::Arc;

use askama::Template;
use rocket::http::{ContentType, Status};
use rocket::{FromForm, State, get};

use crate::desk::Desk;
use crate::spool::{LogLines, Pattern, Spool};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::tracks::printed::{Of, Window, find, unreadable, window};
use crate::web::tracks::rows::{hex, not_a_text};
use crate::web::tracks::sought::{Asked, Found, Wanted, search};

/// Bytes of a line that is too long for a page, as a file.
const MOST_BYTES: u64 = 16 << 20;

#[derive(Template)]
#[template(path = "tracks/log.html")]
struct LogPage {
    frame: Frame,
    of: Of,
    window: Window,
    /// The end of the log was asked for, not a line.
    tail: bool,
    /// The beginning of what is no text; empty: it is one.
    hex: Vec<(String, String, String)>,
    asked: Asked,
    /// What is looked for, as a query says it; empty: nothing.
    searched: String,
    found: Option<Found>,
    wrong: Option<Wrong>,
    /// The line that was asked for is not there: these are the last ones.
    beyond: bool,
}

/// What is wrong with what is looked for.
#[derive(Debug)]
enum Wrong {
    TooLong,
    /// What the parser of expressions says.
    Expression(String),
}

#[derive(Template)]
#[template(path = "tracks/lines.html")]
struct LinesPart {
    frame: Frame,
    of: Of,
    window: Window,
}

/// What a request may ask for.
#[derive(Debug, Default, FromForm)]
pub(in crate::web) struct Query {
    line: Option<String>,
    n: Option<usize>,
    q: Option<String>,
    re: Option<bool>,
    from: Option<u64>,
    hit: Option<u64>,
    text: Option<bool>,
    part: Option<bool>,
}

#[get("/tracks/<id>/attempts/<number>/log?<query..>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    number: i32,
    query: Query,
    desk: &State<Desk>,
    spool: &State<Spool>,
    known: &State<Arc<LogLines>>,
) -> Outcome {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    let known = Arc::clone(known);
    blocking(move || {
        let asked = Asked {
            line: Wanted::read(query.line.as_deref().unwrap_or_default()),
            n: query.n,
            query: query.q.unwrap_or_default(),
            expression: query.re.unwrap_or_default(),
            from: query.from.unwrap_or(1),
            hit: query.hit.unwrap_or_default(),
            as_text: query.text.unwrap_or_default(),
        };
        // Before the bytes: what an attempt that has ended has printed is all there.
        let (of, log) = find(&desk, &spool, id, number)?;
        let frame = Frame::new(&who, Section::Pipelines);
        if query.part.unwrap_or_default() {
            let pattern = pattern(&asked).ok().flatten();
            let window = window(&known, &log, &asked, pattern.as_ref())?;
            return Answer::ok(&LinesPart { frame, of, window });
        }
        let page = page(frame, of, &log, &known, asked)?;
        Answer::page(page.status(), &page)
    })
    .await
}

/// The bytes of a line of which a page shows no more than the beginning.
#[get("/tracks/<id>/attempts/<number>/log/bytes?<at>&<n>")]
#[expect(clippy::too_many_arguments, reason = "what a request has")]
pub(in crate::web) async fn bytes(
    _who: Browser,
    id: i64,
    number: i32,
    at: Option<u64>,
    n: Option<u64>,
    desk: &State<Desk>,
    spool: &State<Spool>,
    known: &State<Arc<LogLines>>,
) -> Outcome {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    let known = Arc::clone(known);
    blocking(move || {
        let (_, log) = find(&desk, &spool, id, number)?;
        let (at, n) = (at.unwrap_or(0), n.unwrap_or(MOST_BYTES).min(MOST_BYTES));
        let bytes = known.before(&log, at.saturating_add(n), n);
        let bytes = bytes.map_err(unreadable)?;
        let name = format!("{id}-{number}-{at}.log");
        Ok(Answer::file(ContentType::Plain, bytes, &name))
    })
    .await
}

fn page(
    frame: Frame,
    of: Of,
    log: &Path,
    known: &LogLines,
    asked: Asked,
) -> Result<LogPage, Failure> {
    let binary = not_a_text(known, log).map_err(unreadable)?;
    let hex = match binary.filter(|_| !asked.as_text) {
        Some(bytes) => hex(&bytes),
        None => Vec::new(),
    };
    let (pattern, wrong) = match pattern(&asked) {
        Ok(pattern) => (pattern, None),
        Err(why) => (None, Some(why)),
    };
    let found = pattern
        .as_ref()
        .map(|pattern| search(known, log, &asked, pattern));
    let mut page = LogPage {
        window: window(known, log, &asked, pattern.as_ref())?,
        tail: !matches!(asked.line, Wanted::From(_)),
        beyond: false,
        hex,
        searched: asked.search(),
        found: found.transpose()?,
        wrong,
        asked,
        frame,
        of,
    };
    if page.window.rows.is_empty() && page.window.total > 0 {
        let last = Asked::default();
        page.window = window(known, log, &last, pattern.as_ref())?;
        (page.tail, page.beyond) = (true, true);
    }
    Ok(page)
}

/// What is looked for, if anything is.
fn pattern(asked: &Asked) -> Result<Option<Pattern>, Wrong> {
    let Asked { query, .. } = asked;
    match (query.is_empty(), asked.expression) {
        (true, _) => Ok(None),
        _ if query.len() > Pattern::MOST_BYTES => Err(Wrong::TooLong),
        (false, false) => Pattern::text(query, true)
            .map(Some)
            .map_err(Wrong::Expression),
        (false, true) => Pattern::regex(query, true)
            .map(Some)
            .map_err(Wrong::Expression),
    }
}

impl LogPage {
    fn status(&self) -> Status {
        match (&self.wrong, &self.asked.line) {
            (None, Wanted::Last | Wanted::From(_)) => Status::Ok,
            _ => Status::BadRequest,
        }
    }
}
