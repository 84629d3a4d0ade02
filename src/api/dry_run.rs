//! `?dry_run=true`: nothing is done, what would follow is said.

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use super::error::ApiError;

/// The query `dry_run`. Any other query is refused: a slip in this word must not do the deed.
pub(super) struct DryRun(Result<bool, String>);

impl DryRun {
    /// Whether nothing is to be done.
    pub(super) fn asked(self) -> Result<bool, ApiError> {
        let refused = |why| ApiError::new(Status::UnprocessableEntity, "invalid", why);
        self.0.map_err(refused)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for DryRun {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let judge = |(name, value): (&str, &str)| match (name, value) {
            ("dry_run", "true") => Ok(true),
            ("dry_run", "false") => Ok(false),
            ("dry_run", _) => Err(format!("`dry_run={value}`: write `true` or `false`")),
            _ => Err(format!("`{name}` is not known here: there is `dry_run`")),
        };
        let fields = request.query_fields();
        let fields = fields.map(|field| judge((field.name.source().as_str(), field.value)));
        let said: Result<Vec<bool>, String> = fields.collect();
        let dry = said.map(|said| said.contains(&true));
        Outcome::Success(Self(dry))
    }
}
