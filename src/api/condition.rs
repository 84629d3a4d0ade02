//! Requests with a condition (RFC 9110): a graph is given again only when it has changed, and changed only
//! when it is as its reader saw it.

use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::{Request, Response};

use super::error::ApiError;

/// The header `If-Match`, as it came.
pub(super) struct IfMatch<'r>(pub(super) Option<&'r str>);

/// The header `If-None-Match`, as it came.
pub(super) struct IfNoneMatch<'r>(pub(super) Option<&'r str>);

macro_rules! header {
    ($name:ident = $header:literal) => {
        #[rocket::async_trait]
        impl<'r> FromRequest<'r> for $name<'r> {
            type Error = ();

            async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
                Outcome::Success(Self(request.headers().get_one($header)))
            }
        }
    };
}

header!(IfMatch = "If-Match");
header!(IfNoneMatch = "If-None-Match");

/// The tags that a header names; none: `*`, any.
pub(super) type Tags = Option<Vec<String>>;

fn tags(header: &'static str, text: &str) -> Result<Tags, ApiError> {
    if text.trim() == "*" {
        return Ok(None);
    }
    let one = |tag: &str| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
        (!inside.contains('"')).then(|| inside.to_owned())
    };
    let all: Option<Vec<_>> = text.split(',').map(one).collect();
    let wrong = || {
        let detail = format!("`{header}`: write the `ETag` of the graph with its quotes, or `*`");
        ApiError::invalid(detail)
    };
    all.map(Some).ok_or_else(wrong)
}

impl IfMatch<'_> {
    /// The tags that the caller has seen, if it says so.
    pub(super) fn seen(&self) -> Result<Option<Tags>, ApiError> {
        self.0.map(|text| tags("If-Match", text)).transpose()
    }

    /// The same of what is not done without it: a program that has not read what it replaces would
    /// undo what others did, and nobody would know.
    pub(super) fn required(&self) -> Result<Tags, ApiError> {
        self.seen()?.ok_or_else(|| {
            let detail = "send the `ETag` of the newest version, which you have read, as `If-Match`, or `*` to replace it whatever it holds now";
            let status = Status::PreconditionRequired;
            ApiError::new(status, "missing-if-match", detail.to_owned())
        })
    }
}

impl IfNoneMatch<'_> {
    /// Whether what is to be made must not be there: `*`.
    pub(super) fn is_new(&self) -> Result<bool, ApiError> {
        match self.0.map(|text| tags("If-None-Match", text)).transpose()? {
            None => Ok(false),
            Some(None) => Ok(true),
            Some(Some(_)) => {
                let why = "`If-None-Match`: write `*`, so that it is saved only where no graph has the name";
                Err(ApiError::invalid(why.to_owned()))
            }
        }
    }

    /// Whether the caller has what has this tag.
    pub(super) fn has(&self, tag: &str) -> Result<bool, ApiError> {
        let tags = self.0.map(|text| tags("If-None-Match", text)).transpose()?;
        let has = |tags: Tags| tags.is_none_or(|tags| tags.iter().any(|one| one == tag));
        Ok(tags.is_some_and(has))
    }
}

/// An answer with the `ETag` of what is there, if it tells of that; none: the caller has it already.
pub(super) struct Tagged<T>(pub(super) Option<String>, pub(super) Option<T>);

impl<'r, 'o: 'r, T: Responder<'r, 'o>> Responder<'r, 'o> for Tagged<T> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'o> {
        let mut response = match self.1 {
            Some(answer) => answer.respond_to(request)?,
            None => Response::build().status(Status::NotModified).finalize(),
        };
        if let Some(tag) = self.0 {
            response.set_header(Header::new("ETag", format!("\"{tag}\"")));
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::{IfMatch, IfNoneMatch};

    #[test]
    fn tags_are_read_as_they_are_written() {
        let seen = |text: &'static str| IfMatch(Some(text)).seen().ok().flatten();
        let one = |tags: &[&str]| {
            Some(Some(
                tags.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>(),
            ))
        };
        assert_eq!(seen("\"a\""), one(&["a"]));
        assert_eq!(seen(" W/\"a\" ,\"b-c\""), one(&["a", "b-c"]));
        assert_eq!(seen("*"), Some(None));
        for wrong in ["a", "\"a", "", "\"a\",", "\"a\" \"b\"", "*, \"a\""] {
            assert!(IfMatch(Some(wrong)).seen().is_err(), "{wrong}");
        }
        assert!(IfMatch(None).required().is_err());
        let has = |text| IfNoneMatch(text).has("a").ok();
        assert_eq!(has(None), Some(false));
        assert_eq!(has(Some("*")), Some(true));
        assert_eq!(has(Some("\"b\", W/\"a\"")), Some(true));
        assert_eq!(has(Some("\"b\"")), Some(false));
        let is_new = |text| IfNoneMatch(text).is_new().ok();
        assert_eq!(
            (is_new(None), is_new(Some("*")), is_new(Some("\"b\""))),
            (Some(false), Some(true), None)
        );
    }
}
