//! Where a stream of events goes on: the header `Last-Event-ID`, or what the address says.

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::api::error::ApiError;

/// The header `Last-Event-ID`.
pub(in crate::api) struct LastEventId<'r>(pub(in crate::api) Option<&'r str>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LastEventId<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.headers().get_one("Last-Event-ID")))
    }
}

impl LastEventId<'_> {
    /// The entry after which to go on: what the browser says by itself comes before the address,
    /// which stays as it is. One that is no number is of no entry, so that all is told again.
    pub(in crate::api) fn or(&self, after: Option<&str>) -> Result<Option<i64>, ApiError> {
        if let Some(id) = self.0 {
            return Ok(Some(id.trim().parse().unwrap_or(-1)));
        }
        let number = |text: &str| {
            text.parse().map_err(|_| {
                let detail = format!("`after={text}`: write the `id` of an event");
                ApiError::invalid(detail)
            })
        };
        after.map(number).transpose()
    }
}
