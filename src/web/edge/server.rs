//! The address of this server as the browser asked for it, for commands that are to be copied.

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

/// `http://host:port`, or `https://` behind a proxy that says so.
pub(in crate::web) struct Server(pub(in crate::web) String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Server {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let host = request.host().map(ToString::to_string);
        let proto = request.headers().get_one("X-Forwarded-Proto");
        Outcome::Success(Self(address(host.as_deref(), proto)))
    }
}

/// The server speaks plain HTTP itself: only the proxy in front of it knows what the browser spoke.
fn address(host: Option<&str>, proto: Option<&str>) -> String {
    let first = proto.and_then(|proto| proto.split(',').next());
    let scheme = match first.map(str::trim) {
        Some(proto) if proto.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    };
    format!("{scheme}://{}", host.unwrap_or("127.0.0.1:8000"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_proxy_says_what_the_browser_spoke() {
        for (host, proto, expected) in [
            (Some("a.example:81"), None, "http://a.example:81"),
            (Some("a.example"), Some("https"), "https://a.example"),
            (Some("a.example"), Some("HTTPS, http"), "https://a.example"),
            (Some("a.example"), Some("http"), "http://a.example"),
            (Some("a.example"), Some("javascript"), "http://a.example"),
            (None, None, "http://127.0.0.1:8000"),
        ] {
            assert_eq!(address(host, proto), expected);
        }
    }
}
