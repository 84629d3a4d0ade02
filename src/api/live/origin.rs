//! The header `Origin`: a page of another site must not watch with the cookie of a browser that is
//! signed in here, and a browser asks nobody before it opens a WebSocket.

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use crate::api::error::ApiError;

/// Whether the page that asks is of this server, as far as a browser says. Programs say nothing.
pub(in crate::api) struct Origin(pub(in crate::api) Result<(), ApiError>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Origin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let headers = request.headers();
        let host = headers.get_one("Host").unwrap_or_default();
        let foreign = headers.get("Origin").find(|origin| !is_of(origin, host));
        Outcome::Success(Self(match foreign {
            None => Ok(()),
            Some(origin) => {
                let detail = format!("a page of `{origin}` may not watch what `{host}` does");
                let status = Status::Forbidden;
                Err(ApiError::new(status, "foreign-origin", detail))
            }
        }))
    }
}

/// Whether an origin is of this host. Which scheme it has, a proxy may have changed.
fn is_of(origin: &str, host: &str) -> bool {
    let of = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    !host.is_empty() && of.is_some_and(|of| of.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn an_origin_is_of_a_host_when_name_and_port_are_the_same() {
        let host = "Example.org:8000";
        for (origin, own) in [
            ("http://example.org:8000", true),
            ("https://EXAMPLE.ORG:8000", true),
            ("http://example.org", false),
            ("http://example.org:80001", false),
            ("http://example.org:8000.evil.org", false),
            ("http://evil.org/http://example.org:8000", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_of(origin, host), own, "{origin}");
        }
        assert!(!is_of("http://", ""));
    }
}
