//! What a form sent. Only a form of ours, in a browser that is signed in, gets this far.

use rocket::Request;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::{RawStr, Status};

use crate::desk::Desk;
use crate::door;
use crate::web::edge::guard::Browser;

/// The bytes of a form around its one large text.
const AROUND: usize = 64 << 10;

/// The fields of a form, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web) struct Posted {
    fields: Vec<(String, String)>,
}

impl Posted {
    /// The first value of a field. Line ends are `\n`, whatever the browser made of them.
    pub(in crate::web) fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every value of a field, in order.
    pub(in crate::web) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let of = self.fields.iter().filter(move |(field, _)| field == name);
        of.map(|(_, value)| value.as_str())
    }

    /// The first value of a field, or empty text.
    pub(in crate::web) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// All fields, in order.
    pub(in crate::web) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads the body of a form; none when it is not UTF-8.
    pub(in crate::web) fn parse(body: &str) -> Option<Self> {
        let mut fields = Vec::new();
        for pair in body.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = RawStr::new(name).url_decode().ok()?.into_owned();
            let value = RawStr::new(value).url_decode().ok()?;
            fields.push((name, value.replace("\r\n", "\n")));
        }
        Some(Self { fields })
    }
}

/// Whether the browser says that another site made it send this.
fn is_foreign(request: &Request<'_>) -> bool {
    let headers = request.headers();
    let site = headers.get_one("Sec-Fetch-Site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let Some(origin) = headers.get_one("Origin") else {
        return false;
    };
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_none() || authority != headers.get_one("Host")
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Posted {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let browser = match request.guard::<Browser>().await {
            rocket::outcome::Outcome::Success(browser) => browser,
            rocket::outcome::Outcome::Error((status, ())) => return Outcome::Error((status, ())),
            rocket::outcome::Outcome::Forward(status) => return Outcome::Error((status, ())),
        };
        if is_foreign(request) {
            return Outcome::Error((Status::Forbidden, ()));
        }
        let limits = request.rocket().state::<Desk>().map(|desk| desk.limits);
        let most = limits.unwrap_or_default().file_bytes;
        // Each byte of a text may be three in a form.
        let cap = most.saturating_mul(3).saturating_add(AROUND);
        let body = match door::whole(request, data, cap as u64).await {
            Ok(body) => body,
            Err(status) => return Outcome::Error((status, ())),
        };
        match std::str::from_utf8(&body).ok().and_then(Self::parse) {
            None => Outcome::Error((Status::BadRequest, ())),
            Some(form) if browser.caller.may_post(form.text("csrf")) => Outcome::Success(form),
            Some(_) => Outcome::Error((Status::Forbidden, ())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Posted;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = Posted::parse("a=1+2&p.caf%C3%A9+x.y=%26%3D&text=one%0D%0Atwo&&empty&a=3");
        let form = form.expect("UTF-8");
        assert_eq!(form.get("a"), Some("1 2"));
        assert_eq!(form.get("p.café x.y"), Some("&="));
        assert_eq!(form.get("text"), Some("one\ntwo"));
        assert_eq!(form.get("empty"), Some(""));
        assert_eq!(form.get("b"), None);
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1 2", "3"]);
        assert_eq!(Posted::parse("a=%FF"), None);
    }
}
