//! How somebody wants pages to look: the language, the zone of the times, light or dark. It is kept in
//! cookies, which are no secret and let nobody in.

use chrono_tz::Tz;
use rocket::http::{Cookie, CookieJar, Method, SameSite, Status};
use rocket::request::{FromRequest, Outcome as Guarded, Request};
use rocket::time::Duration;
use rocket::{FromForm, get, http::RawStr};

use crate::door::Stranger;
use crate::l10n::{L10n, Words};
use crate::web::edge::answer::{Answer, Outcome};
use crate::web::parts::frame::Notice;

const LANGUAGE: &str = "trackyard_lang";
const THEME: &str = "trackyard_theme";
/// `static/js/zone.js` sets it too.
const ZONE: &str = "trackyard_zone";
/// `off`: the keyboard has no shortcuts.
const KEYS: &str = "trackyard_keys";
/// The cookies are kept for a year.
const KEPT: Duration = Duration::days(365);
/// Addresses to go back to are not longer.
const LONGEST: usize = 2_000;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::web) enum Theme {
    /// As the browser has it.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As it is written in the cookie and in the page.
    pub(in crate::web) const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What comes next when somebody goes through them.
    pub(in crate::web) const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// Its name in the language of the page.
    pub(in crate::web) fn said(self, t: &Words) -> String {
        match self {
            Self::Auto => t.theme_auto(),
            Self::Light => t.theme_light(),
            Self::Dark => t.theme_dark(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.word() == word)
    }
}

/// How pages look to whoever asks.
#[derive(Debug, Clone)]
pub(in crate::web) struct Look {
    pub(in crate::web) language: L10n,
    pub(in crate::web) t: Words,
    pub(in crate::web) zone: Tz,
    pub(in crate::web) theme: Theme,
    /// Nobody has said which zone: times are UTC until the page's script says so.
    pub(in crate::web) zone_is_guessed: bool,
    /// The page can be loaded again: it is no answer to a form.
    pub(in crate::web) is_got: bool,
    /// The keyboard has shortcuts.
    pub(in crate::web) keys: bool,
    /// The path and query of this page, with `/` and `&` written for a query.
    pub(in crate::web) here: String,
    /// The page answers a form that was sent.
    pub(in crate::web) posted: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            language: L10n::default(),
            t: Words::of(L10n::default()),
            zone: Tz::UTC,
            theme: Theme::default(),
            zone_is_guessed: true,
            is_got: true,
            keys: true,
            here: String::new(),
            posted: false,
        }
    }
}

impl Look {
    /// What a request says of it: its cookies, else its `Accept-Language`, else what is usual.
    pub(in crate::web) fn of(request: &Request<'_>) -> Self {
        let said = |name: &str| request.cookies().get(name).map(|cookie| cookie.value());
        let language = said(LANGUAGE).and_then(|word| word.parse().ok());
        let language = language.unwrap_or_else(|| {
            let asked = request.headers().get_one("Accept-Language");
            L10n::langneg(asked.unwrap_or_default())
        });
        let zone: Option<Tz> = said(ZONE).and_then(|name| name.parse().ok());
        let posted = request.method() == Method::Post;
        let address = match posted {
            // Where a form is sent to there is no page, as a rule: the way back is to that of the form.
            true => came_from(request).unwrap_or_else(|| request.uri().to_string()),
            false => request.uri().to_string(),
        };
        Self {
            language,
            t: Words::of(language),
            zone: zone.unwrap_or(Tz::UTC),
            zone_is_guessed: zone.is_none(),
            is_got: request.method() == Method::Get,
            theme: said(THEME).and_then(Theme::from_word).unwrap_or_default(),
            keys: said(KEYS) != Some("off"),
            here: written(&address),
            posted,
        }
    }

    /// The same of a page whose form stands at this address of ours.
    pub(in crate::web) fn standing_at(self, address: &str) -> Self {
        Self {
            here: written(address),
            ..self
        }
    }
}

/// An address for a query; empty when it is too long to go back to.
fn written(address: &str) -> String {
    let kept = Some(address).filter(|address| address.len() <= LONGEST);
    RawStr::new(kept.unwrap_or_default())
        .percent_encode()
        .to_string()
}

/// The path and query of the page of ours that a form was on.
fn came_from(request: &Request<'_>) -> Option<String> {
    let headers = request.headers();
    let (_, rest) = headers.get_one("Referer")?.split_once("://")?;
    let path = rest.strip_prefix(headers.get_one("Host")?)?;
    (ours(path) == path).then(|| path.to_owned())
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Look {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Guarded<Self, Self::Error> {
        Guarded::Success(Self::of(request))
    }
}

/// An address of ours to go back to; `/` for anything else.
fn ours(back: &str) -> &str {
    let foreign = |rest: &str| rest.starts_with(['/', '\\']);
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    match back.strip_prefix('/') {
        Some(rest) if !foreign(rest) && back.chars().all(plain) && back.len() <= LONGEST => back,
        _ => "/",
    }
}

/// What somebody wants; what is not there stays as it is.
#[derive(FromForm)]
pub(in crate::web) struct Choice<'r> {
    lang: Option<&'r str>,
    theme: Option<&'r str>,
    zone: Option<&'r str>,
    keys: Option<&'r str>,
    back: Option<&'r str>,
}

/// Keeps what somebody wants, and goes back to the page that they were at.
#[get("/look?<choice..>")]
pub(in crate::web) fn choose(
    _anybody: Stranger,
    choice: Choice<'_>,
    look: Look,
    jar: &CookieJar<'_>,
) -> Outcome {
    let Choice {
        lang,
        theme,
        zone,
        keys,
        back,
    } = choice;
    let chosen = [
        (
            LANGUAGE,
            lang,
            lang.is_none_or(|word| word.parse::<L10n>().is_ok()),
        ),
        (
            THEME,
            theme,
            theme.is_none_or(|word| Theme::from_word(word).is_some()),
        ),
        (
            ZONE,
            zone,
            zone.is_none_or(|name| name.parse::<Tz>().is_ok()),
        ),
        (
            KEYS,
            keys,
            keys.is_none_or(|word| matches!(word, "on" | "off")),
        ),
    ];
    if let Some((_, Some(wrong), _)) = chosen.iter().find(|(_, _, known)| !known) {
        let sentence = look.t.notice_no_such_choice(wrong);
        let notice = Notice::new(&look, look.t.notice_not_understood(), sentence);
        return Answer::page(Status::BadRequest, &notice);
    }
    for (name, value, _) in chosen {
        let Some(value) = value else { continue };
        let cookie = Cookie::build((name, value.to_owned()))
            .path("/")
            .same_site(SameSite::Lax)
            .max_age(KEPT);
        jar.add(cookie);
    }
    Ok(Answer::go(ours(back.unwrap_or("/")).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Theme, ours};

    #[test]
    fn only_addresses_of_ours_are_gone_back_to() {
        for back in ["/", "/pipelines/7?cursor=9#v3", "/look"] {
            assert_eq!(ours(back), back);
        }
        let long = format!("/{}", "a".repeat(2_000));
        for back in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:x",
            "/a\r\nX: y",
            "/a b",
            "/日",
            &long,
        ] {
            assert_eq!(ours(back), "/", "{back:?}");
        }
    }

    #[test]
    fn themes_go_round() {
        assert_eq!(Theme::Auto.next().next().next(), Theme::Auto);
        assert_eq!(Theme::from_word("dark"), Some(Theme::Dark));
        assert_eq!(Theme::from_word("black"), None);
    }
}
