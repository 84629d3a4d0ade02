//! What every handler gives back, and the one way to work that blocks.
//!
//! The headers that keep pages safe are put on here, so that no page can be without them.

use std::io::Cursor;

use askama::Template;
use rocket::Request;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{self, Responder, Response};
use rocket::tokio::task::spawn_blocking;

use crate::driver::CommandError;
use crate::store::StoreError;
use crate::web::edge::look::Look;
use crate::web::parts::frame::Notice;
use crate::web::parts::refused::of_command;

/// What a page may load: its own style sheet and nothing else.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A whole answer: a page, a redirect or a file.
#[derive(Debug)]
pub(in crate::web) struct Answer {
    status: Status,
    kind: ContentType,
    body: Vec<u8>,
    extra: Option<Header<'static>>,
}

/// Why there is no answer; the page that says so is made from it.
#[derive(Debug, thiserror::Error)]
pub(in crate::web) enum Failure {
    /// Nothing has this number.
    #[error("there is no {0} with this number")]
    Missing(&'static str),
    /// A body is larger than the limit in bytes.
    #[error("the text is larger than the limit of {0} bytes")]
    TooLarge(usize),
    /// The driver refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A template did not render.
    #[error(transparent)]
    Template(#[from] askama::Error),
    /// The work was cut off.
    #[error("the work was cut off: {0}")]
    CutOff(String),
}

/// What handlers give back.
pub(in crate::web) type Outcome = Result<Answer, Failure>;

/// Does work that may wait for the database or the driver where waiting harms nobody.
pub(in crate::web) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(why) => Err(Failure::CutOff(why.to_string())),
    }
}

impl Answer {
    /// A page.
    pub(in crate::web) fn page(status: Status, template: &impl Template) -> Outcome {
        Ok(Self {
            status,
            kind: ContentType::HTML,
            body: template.render()?.into_bytes(),
            extra: None,
        })
    }

    /// A page with status 200.
    pub(in crate::web) fn ok(template: &impl Template) -> Outcome {
        Self::page(Status::Ok, template)
    }

    /// "See other": a path of ours, made of fixed words and numbers.
    pub(in crate::web) fn go(path: String) -> Self {
        Self {
            status: Status::SeeOther,
            kind: ContentType::Plain,
            body: Vec::new(),
            extra: Some(Header::new("Location", path)),
        }
    }

    /// With one header more.
    pub(in crate::web) fn with(self, header: Header<'static>) -> Self {
        Self {
            extra: Some(header),
            ..self
        }
    }

    /// Bytes to save as a file. The name is of fixed words and numbers.
    pub(in crate::web) fn file(kind: ContentType, bytes: impl Into<Vec<u8>>, name: &str) -> Self {
        let disposition = format!("attachment; filename=\"{name}\"");
        Self {
            status: Status::Ok,
            kind,
            body: bytes.into(),
            extra: Some(Header::new("Content-Disposition", disposition)),
        }
    }
}

impl Failure {
    fn notice(&self, look: &Look) -> (Status, Notice) {
        let t = look.t;
        let say = |title, sentence| Notice::new(look, title, sentence);
        match self {
            Self::Missing(what) => {
                let sentence = match *what {
                    "pipeline" => t.missing_pipeline(),
                    "track" => t.missing_track(),
                    "graph" => t.missing_graph(),
                    _ => t.missing_other(),
                };
                (Status::NotFound, say(t.notice_not_found(), sentence))
            }
            Self::TooLarge(most) => (
                Status::PayloadTooLarge,
                say(t.notice_too_large(), t.refused_text(*most)),
            ),
            Self::Command(why @ (CommandError::NoGraph(_) | CommandError::Deleted(..))) => (
                Status::NotFound,
                say(t.notice_not_found(), of_command(why, t)),
            ),
            Self::Command(
                why @ (CommandError::Busy | CommandError::Closed | CommandError::Unwritable(_)),
            ) => (
                Status::ServiceUnavailable,
                say(
                    t.notice_not_now(),
                    format!("{} {}", t.notice_nothing_changed(), of_command(why, t)),
                ),
            ),
            Self::Command(why @ CommandError::PutOff(_)) => (
                Status::ServiceUnavailable,
                say(t.notice_not_yet(), of_command(why, t)),
            ),
            Self::Command(
                why @ (CommandError::Unchecked(_)
                | CommandError::Edited(_)
                | CommandError::KeyReused(_)
                | CommandError::KeyTaken
                | CommandError::Unfit(_)
                | CommandError::Refused(_)
                | CommandError::InTheWay(..)
                | CommandError::Live(..)
                | CommandError::Survives(_)),
            ) => (
                Status::Conflict,
                say(t.notice_refused_now(), of_command(why, t)),
            ),
            Self::Command(CommandError::Store(_))
            | Self::Store(_)
            | Self::Template(_)
            | Self::CutOff(_) => (Status::InternalServerError, Notice::broken(look)),
        }
    }
}

impl<'r> Responder<'r, 'static> for Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let (status, notice) = self.notice(&Look::of(request));
        if status == Status::InternalServerError {
            tracing::error!(path = %request.uri().path(), "a page failed: {self}");
        }
        match Answer::page(status, &notice) {
            Ok(answer) => answer.respond_to(request),
            Err(_) => Err(status),
        }
    }
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response
            .status(self.status)
            .header(self.kind)
            .raw_header("Content-Security-Policy", CSP)
            .raw_header("Referrer-Policy", "same-origin")
            .raw_header("X-Content-Type-Options", "nosniff")
            .raw_header("Cache-Control", "no-store")
            .sized_body(self.body.len(), Cursor::new(self.body));
        if let Some(extra) = self.extra {
            response.header(extra);
        }
        response.ok()
    }
}
