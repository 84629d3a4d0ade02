//! `/tracks/<id>/log`: a log by its lines: from one on, the last ones, those that something is in.

use std::io::Cursor;
use std::sync::Arc;

use rocket::http::{ContentType, Header, MediaType};
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::serde::json::Json;
use rocket::{Request, Response, State, get};

use super::printed::{Printed, unreadable};
use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number;
use crate::api::guard::Auth;
use crate::api::query::flag;
use crate::api::wire::LogPage;
use crate::desk::Desk;
use crate::engine::TrackId;
use crate::spool::{LinePage, LogLines, Pattern, Place, Spool};

/// The most lines of one answer.
pub(in crate::api) const MOST_LINES: u64 = 10_000;
/// And how many it has unless something else is asked for.
pub(in crate::api) const USUAL_LINES: u64 = 1_000;

/// Whether the caller wants a text rather than JSON, and then what the query says beside the place.
pub(in crate::api) struct Wanted(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Wanted {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let wanted = request.accept().map(|accept| accept.preferred());
        let text = wanted.is_some_and(|wanted| *wanted.media_type() == MediaType::Plain);
        let query = request.uri().query().map_or("", |query| query.as_str());
        let rest = query.split('&').filter(|part| {
            let place = ["line=", "tail="].iter().any(|name| part.starts_with(name));
            !place && !part.is_empty()
        });
        let rest = rest.map(|part| format!("&{}", in_header(part)));
        Outcome::Success(Self(text.then(|| rest.collect())))
    }
}

/// A part of a query as the value of a header takes it.
fn in_header(part: &str) -> String {
    let mut safe = String::new();
    for byte in part.bytes() {
        match byte {
            b'"' | b'<' | b'>' => safe.push_str(&format!("%{byte:02X}")),
            b'!'..=b'~' => safe.push(byte.into()),
            _ => safe.push_str(&format!("%{byte:02X}")),
        }
    }
    safe
}

/// Lines as JSON, or as a text whose next page is in the header `Link`.
pub(in crate::api) struct Lines(LogPage, Wanted);

impl<'r> Responder<'r, 'static> for Lines {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let (Self(page, Wanted(text)), mut response) = (self, Response::new());
        match text {
            None => response = Json(page).respond_to(request)?,
            Some(rest) => {
                let text = page.text();
                response.set_header(ContentType::Plain);
                response.set_sized_body(text.len(), Cursor::new(text));
                if let Some(next) = page.next {
                    let link = format!("<?line={next}{rest}>; rel=\"next\"");
                    response.set_header(Header::new("Link", link));
                }
            }
        }
        response.set_header(Header::new("Vary", "Accept"));
        Ok(response)
    }
}

/// What a query says.
struct Query<'r> {
    line: Option<&'r str>,
    n: Option<&'r str>,
    tail: Option<&'r str>,
    grep: Option<&'r str>,
    regex: Option<&'r str>,
    ignore_case: Option<&'r str>,
}

/// What is asked of the lines.
struct Asked {
    place: Place,
    n: usize,
    pattern: Option<Pattern>,
}

/// A number of lines.
fn lines(name: &str, written: Option<&str>, most: u64) -> Result<Option<u64>, ApiError> {
    let n = number(name, written)?;
    match n {
        Some(n) if !(1..=most).contains(&n) => Err(ApiError::invalid(format!(
            "`{name}={n}`: write a number from 1 to {most}"
        ))),
        n => Ok(n),
    }
}

impl Query<'_> {
    fn read(self) -> Result<Asked, ApiError> {
        let from = lines("line", self.line, i64::MAX as u64)?;
        let n = lines("n", self.n, MOST_LINES)?;
        let tail = lines("tail", self.tail, MOST_LINES)?;
        let ignore_case = flag("ignore_case", self.ignore_case)?;
        let found = match (self.grep, self.regex) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid(
                    "write `grep` or `regex`, not both".to_owned(),
                ));
            }
            (Some(text), None) => ("grep", Pattern::text(text, ignore_case).map(Some)),
            (None, Some(text)) => ("regex", Pattern::regex(text, ignore_case).map(Some)),
            (None, None) => ("", Ok(None)),
        };
        let (name, pattern) = found;
        let pattern = pattern.map_err(|why| ApiError::invalid(format!("`{name}`: {why}")))?;
        if tail.is_some() && (from.is_some() || n.is_some() || pattern.is_some()) {
            let detail = "`tail` stands alone: write it without `line`, `n`, `grep` and `regex`";
            return Err(ApiError::invalid(detail.to_owned()));
        }
        Ok(Asked {
            place: tail.map_or(Place::From(from.unwrap_or(1)), |_| Place::Last),
            n: tail.or(n).unwrap_or(USUAL_LINES) as usize,
            pattern,
        })
    }
}

/// The lines of a log
///
/// As JSON, or with `Accept: text/plain` as a text whose header `Link` says where to go on. Without a query the first lines.
#[utoipa::path(
    tag = "tracks",
    operation_id = "getLogLines",
    responses(
        (status = 200, description = "Lines; it may be none.", content(
            (LogPage = "application/json"),
            (String = "text/plain"),
        )),
        describe::log_lines,
    )
)]
#[get("/tracks/<id>/log?<line>&<n>&<tail>&<grep>&<regex>&<ignore_case>&<attempt>")]
#[expect(clippy::too_many_arguments, reason = "what a request has")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    spool: &State<Spool>,
    known: &State<Arc<LogLines>>,
    wanted: Wanted,
    id: i64,
    line: Option<&str>,
    n: Option<&str>,
    tail: Option<&str>,
    grep: Option<&str>,
    regex: Option<&str>,
    ignore_case: Option<&str>,
    attempt: Option<&str>,
) -> Result<Lines, ApiError> {
    let query = Query {
        line,
        n,
        tail,
        grep,
        regex,
        ignore_case,
    };
    let (asked, attempt) = (query.read()?, number("attempt", attempt)?);
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    let known = Arc::clone(known);
    blocking(move || {
        // Before the bytes: what an attempt that has ended has printed is all there.
        let of = Printed::find(&desk, TrackId(id), attempt)?;
        let page = match (of.log(&spool), asked.pattern, asked.place) {
            (None, ..) => Ok(LinePage {
                next: 1,
                ..LinePage::default()
            }),
            (Some(log), Some(pattern), Place::From(line)) => {
                known.search(&log, line, asked.n, &pattern)
            }
            (Some(log), _, place) => known.page(&log, place, asked.n),
        };
        let page = page.map_err(unreadable)?;
        let number = of.attempt.as_ref().map(|row| row.number.unsigned_abs());
        Ok(Lines(LogPage::new(number, page, of.complete), wanted))
    })
    .await
}
