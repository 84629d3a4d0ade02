//! Who may speak with this server: the local token, one-time sign-in links, sessions of browsers.
//!
//! Every secret has 256 random bits, so a digest without salt is enough to keep and to compare.
//! No web framework here: `web` and `api` have a guard each that asks [`Access`].

mod secret;
mod token;

pub use secret::{Secret, digest, random};
pub use token::{TOKEN_FILE, TokenError, new_token, read_token, stage_token, write_token};

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq;
use token::Staged;

use crate::driver::{CommandError, Handle};
use crate::engine::Time;
use crate::store::{Store, StoreError};

/// The cookie of a browser that is signed in.
pub const SESSION_COOKIE: &str = "trackyard_session";
/// How long a browser stays signed in.
pub const SESSION_MS: i64 = 7 * 24 * 3_600_000;
/// How long a sign-in link can be used.
pub const LINK_MS: i64 = 30 * 60_000;
/// Links that are waiting to be used; one more makes the oldest void.
const MOST_LINKS: usize = 32;

/// Hexadecimal digits of a digest that are a number of the database.
const MARK_DIGITS: usize = 15;

/// Why there is no other token.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// It cannot be written; nothing was done.
    #[error("the token stays as it is: {0}")]
    Token(#[from] TokenError),
    /// It cannot be put in its place when the sessions have ended.
    #[error("all browsers are signed out, but the token stays as it is: {0}")]
    Half(#[source] TokenError),
    /// The sessions cannot be ended; nothing was done.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// Somebody who has shown a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// For the journal: `token` or `browser`.
    pub name: &'static str,
    /// Of a browser: what its forms must carry.
    pub csrf: Option<String>,
}

/// Checks credentials.
pub struct Access {
    store: Store,
    handle: Handle,
    /// Digest of the token in `<data>/local.token`.
    token: Mutex<String>,
    /// Sign-in links that have not been used.
    links: Mutex<Vec<Link>>,
    /// Held by who makes another token.
    turn: Mutex<()>,
}

/// A link that signs a browser in.
struct Link {
    digest: String,
    end: Time,
    /// Of a request with a key: what it is given when it comes again.
    again: Option<(String, Secret)>,
}

impl Access {
    /// Checks against `token`, the text of `<data>/local.token`.
    pub fn new(store: Store, handle: Handle, token: &Secret) -> Self {
        Self {
            store,
            handle,
            token: Mutex::new(digest(token.text())),
            links: Mutex::default(),
            turn: Mutex::default(),
        }
    }

    /// The caller who shows this token.
    pub fn by_token(&self, shown: &str) -> Option<Caller> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let same = digest(shown).as_bytes().ct_eq(token.as_bytes());
        bool::from(same).then_some(Caller {
            name: "token",
            csrf: None,
        })
    }

    /// The turn of one who makes another token, so that of many identical requests one does.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes another token because `who` wants it: ends all sessions and what they watch, then puts it in
    /// its place. With a handle that notes a request it is noted with the mark of the old token, see
    /// [`Access::finish`].
    pub fn rotate(&self, data: &Path, handle: &Handle, who: &str) -> Result<(), RotateError> {
        let new = stage_token(data)?;
        handle.token_rotated(who, self.mark())?;
        self.put(new).map_err(RotateError::Half)
    }

    /// Goes on with a rotation that was noted with this mark: where the token is still the one that it
    /// was to replace, the file had failed then, or the server had ended.
    pub fn finish(&self, data: &Path, mark: i64) -> Result<(), RotateError> {
        match mark == self.mark() {
            true => self.put(stage_token(data)?).map_err(RotateError::Half),
            false => Ok(()),
        }
    }

    /// What tells the token from others, and nothing of its text.
    fn mark(&self) -> i64 {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let short = token.get(..MARK_DIGITS).unwrap_or_default();
        i64::from_str_radix(short, 16).unwrap_or_default()
    }

    /// The new token is valid from now on in place of the old one; what the old one watches ends. Links
    /// that it has made sign nobody in any more.
    fn put(&self, new: Staged) -> Result<(), TokenError> {
        let put = new.put();
        if let Ok(new) = &put {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = digest(new.text());
            let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            links.clear();
        }
        // The sessions have ended, whatever became of the file.
        self.handle.recall_viewers();
        put.map(drop)
    }

    /// The caller who shows this session cookie.
    pub fn by_session(&self, cookie: &str, now: Time) -> Result<Option<Caller>, StoreError> {
        let known = self.store.has_session(&digest(cookie), now)?;
        Ok(known.then(|| Caller {
            name: "browser",
            csrf: Some(csrf(cookie)),
        }))
    }

    /// A code for a sign-in link that works once. The same key has the same one again for as long as it
    /// can be used; true: it was made before. It is kept here alone, as long as the link.
    pub fn new_link(&self, now: Time, key: Option<&str>) -> Result<(Secret, bool), TokenError> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| link.end > now);
        let mut made = links.iter().filter_map(|link| link.again.as_ref());
        if let Some((_, code)) = made.find(|(of, _)| Some(of.as_str()) == key) {
            return Ok((code.clone(), true));
        }
        let code = random()?;
        if links.len() >= MOST_LINKS {
            links.remove(0);
        }
        links.push(Link {
            digest: digest(code.text()),
            end: Time(now.0 + LINK_MS),
            again: key.map(|key| (key.to_owned(), code.clone())),
        });
        Ok((code, false))
    }

    /// Uses up a sign-in link: the cookie of a new session, or none when the code is not known.
    pub fn sign_in(&self, code: &str, now: Time) -> Result<Option<Secret>, CommandError> {
        let shown = digest(code);
        {
            let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            let found = links
                .iter()
                .position(|link| link.digest == shown && link.end > now);
            let Some(place) = found else { return Ok(None) };
            links.remove(place);
        }
        let cookie = random().map_err(|_| CommandError::Closed)?;
        self.handle
            .add_session(digest(cookie.text()), Time(now.0 + SESSION_MS))?;
        Ok(Some(cookie))
    }

    /// Ends a session, and what it watches.
    pub fn sign_out(&self, cookie: &str) -> Result<(), CommandError> {
        self.handle.remove_session(digest(cookie))?;
        self.handle.recall_viewers();
        Ok(())
    }
}

/// What the forms of a session carry: nobody who cannot read the cookie can make it.
fn csrf(cookie: &str) -> String {
    digest(&format!("csrf {cookie}"))
}

impl Caller {
    /// Whether a form carries what this browser's forms must carry.
    pub fn may_post(&self, shown: &str) -> bool {
        self.csrf
            .as_ref()
            .is_some_and(|csrf| bool::from(csrf.as_bytes().ct_eq(shown.as_bytes())))
    }
}
