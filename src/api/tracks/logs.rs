//! `/tracks/<id>/attempts/<n>/log` and `/tracks/<id>/log/raw`: the bytes of a log, whole or by range.

use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::tokio::fs::File;
use rocket::tokio::io::{AsyncRead, AsyncReadExt, empty};
use rocket::{Request, Response, State, get};

use super::printed::{Printed, unreadable};
use super::unpacking::Unpacking;
use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number as query_number;
use crate::api::guard::Auth;
use crate::desk::Desk;
use crate::door::Cut;
use crate::engine::TrackId;
use crate::spool::{LogView, Piece, Spool};

/// A part of a file that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Range {
    /// All of it: there was no `Range` header, or one of a form that may be ignored.
    Whole,
    /// From a byte on.
    From(u64),
    /// From a byte to another, both included.
    Between(u64, u64),
    /// The last bytes.
    Last(u64),
}

impl Range {
    /// Reads a `Range` header; several ranges at once, and other units than bytes, are answered
    /// with the whole, as RFC 9110 allows.
    fn parse(header: &str) -> Self {
        let Some((from, to)) = header
            .trim()
            .strip_prefix("bytes=")
            .and_then(|r| r.split_once('-'))
        else {
            return Self::Whole;
        };
        match (
            from.trim().parse(),
            to.trim().parse(),
            from.trim(),
            to.trim(),
        ) {
            (Ok(from), Ok(to), _, _) if from <= to => Self::Between(from, to),
            (Ok(from), Err(_), _, "") => Self::From(from),
            (Err(_), Ok(last), "", _) => Self::Last(last),
            _ => Self::Whole,
        }
    }

    /// First byte and number of bytes; none when no byte of the file is meant.
    fn within(self, length: u64) -> Option<(u64, u64)> {
        match self {
            Self::Whole => Some((0, length)),
            Self::From(from) => (from < length).then(|| (from, length - from)),
            Self::Between(from, to) => {
                (from < length).then(|| (from, to.min(length - 1) - from + 1))
            }
            Self::Last(last) => {
                (last > 0 && length > 0).then(|| (length - last.min(length), last.min(length)))
            }
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Range {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(
            request
                .headers()
                .get_one("Range")
                .map_or(Self::Whole, Self::parse),
        )
    }
}

/// Bytes of a log. They are served as plain text that no browser may take for anything else.
pub(in crate::api) struct Log {
    pieces: Vec<Piece>,
    range: Range,
    first: u64,
    count: u64,
    length: u64,
    /// It is to be kept as a file of this name.
    name: Option<String>,
    /// The connection that it goes to; none where there is no door.
    cut: Option<Cut>,
}

impl<'r> Responder<'r, 'static> for Log {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut response = Response::build();
        response
            .header(ContentType::new("text", "plain").with_params(("charset", "utf-8")))
            .header(Header::new("Accept-Ranges", "bytes"))
            .header(Header::new("Content-Length", self.count.to_string()));
        if let Some(name) = self.name {
            let kept = format!("attachment; filename=\"{name}\"");
            response.header(Header::new("Content-Disposition", kept));
        }
        if self.range != Range::Whole {
            let last = self.first + self.count - 1;
            response.status(Status::PartialContent).header(Header::new(
                "Content-Range",
                format!("bytes {}-{last}/{}", self.first, self.length),
            ));
        }
        response.streamed_body(stream(self.pieces, self.cut)).ok()
    }
}

fn stream(pieces: Vec<Piece>, mut cut: Option<Cut>) -> Box<dyn AsyncRead + Send + Unpin> {
    let empty: Box<dyn AsyncRead + Send + Unpin> = Box::new(empty());
    pieces.into_iter().fold(empty, |before, piece| match piece {
        Piece::Note(text) => Box::new(before.chain(std::io::Cursor::new(text))),
        Piece::Part(file, len) => Box::new(before.chain(File::from_std(file).take(len))),
        Piece::Compressed(text) => Box::new(before.chain(Unpacking::new(text, cut.take()))),
    })
}

/// What an attempt printed
#[utoipa::path(
    tag = "tracks",
    operation_id = "getLog",
    params(Range),
    responses(
        (status = 200, description = "All of it.", body = String, content_type = "text/plain"),
        (status = 206, description = "The range that was asked for.", body = String, content_type = "text/plain"),
        describe::log,
    )
)]
#[get("/tracks/<id>/attempts/<number>/log")]
pub(in crate::api) async fn log(
    _caller: Auth,
    desk: &State<Desk>,
    spool: &State<Spool>,
    id: i64,
    number: u32,
    range: Range,
    cut: Option<Cut>,
) -> Result<Log, ApiError> {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let of = Printed::find(&desk, TrackId(id), Some(number))?;
        Ok(Log {
            cut,
            ..Log::open(&of, &spool, range)?
        })
    })
    .await
}

/// What a track printed, as a file to keep
///
/// All bytes as they are, under a name that says whose they are.
#[utoipa::path(
    tag = "tracks",
    operation_id = "downloadLog",
    params(Range),
    responses(
        (status = 200, description = "All of it.", body = String, content_type = "text/plain"),
        (status = 206, description = "The range that was asked for.", body = String, content_type = "text/plain"),
        describe::log,
    )
)]
#[get("/tracks/<id>/log/raw?<attempt>")]
pub(in crate::api) async fn raw(
    _caller: Auth,
    desk: &State<Desk>,
    spool: &State<Spool>,
    id: i64,
    attempt: Option<&str>,
    range: Range,
    cut: Option<Cut>,
) -> Result<Log, ApiError> {
    let attempt = query_number("attempt", attempt)?;
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let of = Printed::find(&desk, TrackId(id), attempt)?;
        Ok(Log {
            name: Some(of.file_name()),
            cut,
            ..Log::open(&of, &spool, range)?
        })
    })
    .await
}

impl Log {
    fn open(of: &Printed, spool: &Spool, range: Range) -> Result<Self, ApiError> {
        let path = of.log(spool).ok_or_else(|| {
            let detail = format!("track `{}` has not started: it has no log", of.track.id);
            ApiError::new(Status::NotFound, "not-found", detail)
        })?;
        let view = LogView::open(&path).map_err(unreadable)?;
        let length = view.len();
        let Some((first, count)) = range.within(length) else {
            let detail = format!("the log has {length} bytes: the range begins after its end");
            let error = ApiError::new(Status::RangeNotSatisfiable, "range", detail);
            return Err(error.with_length(length));
        };
        let pieces = view.part(first, count).map_err(unreadable)?;
        // What is damaged where it begins is still told as an error.
        for piece in &pieces {
            if let Piece::Compressed(text) = piece {
                text.begin().map_err(unreadable)?;
            }
        }
        Ok(Self {
            pieces,
            range,
            first,
            count,
            length,
            name: None,
            cut: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let cases = [
            ("bytes=0-4", Some((0, 5))),
            ("bytes=5-", Some((5, 5))),
            ("bytes=-3", Some((7, 3))),
            ("bytes=-30", Some((0, 10))),
            ("bytes=8-99", Some((8, 2))),
            ("bytes=10-", None),
            ("bytes=-0", None),
            ("bytes=4-2", Some((0, 10))),
            ("bytes=0-1,3-4", Some((0, 10))),
            ("lines=1-2", Some((0, 10))),
        ];
        for (header, expected) in cases {
            assert_eq!(Range::parse(header).within(10), expected, "{header}");
        }
        assert_eq!(Range::Whole.within(0), Some((0, 0)));
        assert_eq!(Range::From(0).within(0), None);
    }
}
