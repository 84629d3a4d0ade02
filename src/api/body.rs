//! Request bodies: bounded, of a known type, with every field known.

use rocket::data::{Data, FromData, Outcome};
use rocket::http::{ContentType, Status};
use rocket::request::{self, FromRequest};
use rocket::{Request, tokio};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::error::ApiError;
use super::query::Stray;
use super::strict;
use crate::door;
use crate::graph::text::Format;

/// The most bytes that a body may have.
#[derive(Debug, Clone, Copy)]
pub struct MostBytes(pub u64);

/// How many bytes a body may have, and which setting says so, for the catcher.
pub(super) struct TooLarge(pub(super) u64, pub(super) &'static str);

/// A body that arrived whole.
pub(super) struct Body {
    bytes: Vec<u8>,
    media: Option<ContentType>,
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Body {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let most = request
            .rocket()
            .state::<MostBytes>()
            .map_or(1 << 20, |most| most.0);
        let media = request.content_type().cloned();
        match door::whole(request, data, most).await {
            Ok(bytes) => Outcome::Success(Self { bytes, media }),
            Err(status) => {
                let why = TooLarge(most, "max_file_bytes");
                request.local_cache(|| Some(why));
                Outcome::Error((status, ()))
            }
        }
    }
}

/// The most bytes of a body that says nothing: `{}`.
const NOTHING: u64 = 2;

/// There is no body, or one that says nothing: what is in it would be passed over.
pub(super) struct NoBody;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for NoBody {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let headers = request.headers();
        let length = headers.get_one("Content-Length").map(str::parse::<u64>);
        let empty = length.is_none_or(|length| length.is_ok_and(|length| length <= NOTHING));
        if empty && headers.get_one("Transfer-Encoding").is_none() {
            return request::Outcome::Success(Self);
        }
        let why = "this takes no body: leave it out".to_owned();
        request.local_cache(|| Some(Stray(why)));
        request::Outcome::Error((Status::UnprocessableEntity, ()))
    }
}

impl Body {
    /// What came by another way.
    pub(super) fn of(bytes: Vec<u8>, media: Option<ContentType>) -> Self {
        Self { bytes, media }
    }

    /// The form of a definition, by the body's type, and its text.
    pub(super) fn definition(self) -> Result<(String, Format), ApiError> {
        let format = match &self.media {
            Some(media) if is_json(media) => Format::Json,
            Some(media) if ["yaml", "x-yaml"].contains(&media.sub().as_str()) => Format::Yaml,
            _ => return Err(unsupported("`application/yaml` or `application/json`")),
        };
        Ok((self.text()?.to_owned(), format))
    }

    pub(super) fn text(&self) -> Result<&str, ApiError> {
        std::str::from_utf8(&self.bytes).map_err(|why| {
            let detail = format!("the body is not UTF-8 after byte {}", why.valid_up_to());
            ApiError::new(Status::BadRequest, "malformed", detail)
        })
    }

    /// The body as JSON of one form; an empty body is the form's default.
    pub(super) fn json<T: DeserializeOwned + Default>(&self) -> Result<T, ApiError> {
        if self.bytes.is_empty() {
            return Ok(T::default());
        }
        self.required_json()
    }

    /// The body as JSON of one form, which is an object.
    pub(super) fn required_json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let is_object = self.bytes.trim_ascii_start().starts_with(b"{");
        if !is_object && self.any_json::<IgnoredAny>().is_ok() {
            // A list would be read as the fields in their order, past their names.
            let detail = "the body: it is an object, `{...}`".to_owned();
            return Err(ApiError::invalid(detail));
        }
        self.any_json()
    }

    /// The body as JSON, whatever it is.
    pub(super) fn any_json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if !self.media.as_ref().is_some_and(is_json) {
            return Err(unsupported("`application/json`"));
        }
        let text = self.text()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = strict::check(text).map_err(|why| (None, why));
        let read = read.and_then(|()| {
            let read = serde_path_to_error::deserialize(&mut reader);
            read.map_err(|why| (Some(why.path().to_string()), why.into_inner()))
        });
        read.map_err(|(place, why)| {
            let (status, code) = if why.is_data() {
                (Status::UnprocessableEntity, "invalid")
            } else {
                (Status::BadRequest, "malformed")
            };
            let why = without_values(&why.to_string());
            // The whole body is `.`; who writes a name that is not known is told it in any case.
            let place = place.filter(|place| place != "." && !why.contains(&format!("`{place}`")));
            let detail = match place {
                Some(place) => format!("the body: `{place}`: {why}"),
                None => format!("the body: {why}"),
            };
            ApiError::new(status, code, detail)
        })
    }
}

/// What is wrong with a body, without the text that came: it may be a secret in the wrong place.
fn without_values(why: &str) -> String {
    let quoted = ["invalid type: ", "invalid value: ", "unknown variant "];
    let found = quoted.iter().find(|said| why.starts_with(**said));
    let expected = why.rfind(", expected ");
    let (Some(said), Some(expected)) = (found, expected) else {
        return why.to_owned();
    };
    let came = why.get(said.len()..expected).unwrap_or_default();
    let kind = came.split(['"', '`']).next().unwrap_or_default();
    format!("{}{}", format!("{said}{kind}").trim_end(), &why[expected..])
}

fn is_json(media: &ContentType) -> bool {
    media.top() == "application" && media.sub() == "json"
}

fn unsupported(wanted: &str) -> ApiError {
    let detail = format!("the header `Content-Type` must say {wanted}");
    ApiError::new(
        Status::UnsupportedMediaType,
        "unsupported-media-type",
        detail,
    )
}

/// Runs work that waits (database, driver, files) away from Rocket's own threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|why| {
            tracing::error!(%why, "a request's work failed: {why}");
            Err(ApiError::new(
                Status::InternalServerError,
                "internal",
                "the server failed: its log says why".to_owned(),
            ))
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::without_values;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its form is read")]
    struct Form {
        input: Option<BTreeMap<String, String>>,
        number: Option<u8>,
        word: Option<Word>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
        Two,
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_without_what_it_holds() {
        for (body, said) in [
            (
                r#"{"input": "CANARY, expected a \" b"}"#,
                "invalid type: string, expected a map at line 1",
            ),
            (
                r#"{"input": {"a": 735142}}"#,
                "invalid type: integer, expected a string at line 1",
            ),
            (
                r#"{"number": 735142}"#,
                "invalid value: integer, expected u8 at line 1",
            ),
            (
                r#"{"word": "CANARY"}"#,
                "unknown variant, expected `one` or `two` at line 1",
            ),
            (
                r#"{"word": null, "name": 1}"#,
                "unknown field `name`, expected one of",
            ),
            (
                r#"{"input": [735142]}"#,
                "invalid type: sequence, expected a map",
            ),
        ] {
            let why = serde_json::from_str::<Form>(body).expect_err("it is wrong");
            let shown = without_values(&why.to_string());
            assert!(shown.starts_with(said), "{shown}");
            assert!(
                !shown.contains("CANARY") && !shown.contains("735142"),
                "{shown}"
            );
        }
    }
}
