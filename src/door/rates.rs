//! How often somebody may ask.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use super::lines::network;
use crate::config;

/// Seconds' worth of requests that may come at once.
const BURST: u32 = 10;
/// Seconds' worth of wrong credentials that may come at once.
const FAILED_BURST: u32 = 60;
/// Whom we remember of each kind; those beyond share one account.
const MOST_KEYS: usize = 10_000;
/// After so many questions those are forgotten who have not asked for a while.
const SWEEP: u32 = 1_000;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Asking<'a> {
    /// Whoever has the token.
    Token,
    /// The browser with this cookie.
    Session(&'a str),
    /// Somebody who shows nothing.
    Nobody,
    /// Somebody who shows something wrong.
    Wrong,
}

/// The accounts of all who ask.
pub struct Rates {
    token: Rate<()>,
    sessions: Rate<u64>,
    addresses: Rate<Option<IpAddr>>,
    failures: Rate<Option<IpAddr>>,
    /// No cookie is kept here, and nobody can choose one that is taken for another.
    hasher: RandomState,
}

impl Rates {
    /// As the settings say.
    pub fn new(settings: &config::Door) -> Self {
        Self {
            token: Rate::new(settings.token_rate, BURST),
            sessions: Rate::new(settings.session_rate, BURST),
            addresses: Rate::new(settings.address_rate, BURST),
            failures: Rate::new(settings.failure_rate, FAILED_BURST),
            hasher: RandomState::new(),
        }
    }

    fn ask(&self, asking: Asking<'_>, address: Option<IpAddr>) -> Option<Duration> {
        let of = address.map(network);
        match asking {
            Asking::Token => self.token.ask((), ()),
            Asking::Session(cookie) => self.sessions.ask(self.hasher.hash_one(cookie), 0),
            Asking::Nobody => self.addresses.ask(of, None),
            Asking::Wrong => self.failures.ask(of, None),
        }
    }
}

/// One limit, with an account for each key.
struct Rate<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, MonotonicClock>,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(each_second: u32, burst: u32) -> Self {
        let rate = NonZeroU32::new(each_second).unwrap_or(NonZeroU32::MIN);
        let burst = rate.saturating_mul(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
        Self {
            limiter: RateLimiter::hashmap_with_clock(
                Quota::per_second(rate).allow_burst(burst),
                MonotonicClock,
            ),
            asked: AtomicU32::new(0),
        }
    }

    /// How long to wait, when that was too often. Whoever comes when all accounts are taken has
    /// the one of `others`.
    fn ask(&self, key: K, others: K) -> Option<Duration> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked.is_multiple_of(SWEEP) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let full = self.limiter.len() >= MOST_KEYS;
        let key = if full { others } else { key };
        let wait = |not: NotUntil<_>| not.wait_time_from(MonotonicClock.now());
        self.limiter.check_key(&key).err().map(wait)
    }
}

/// What this request was answered, once.
struct Asked(Option<Duration>);

/// Whether this request is one too many. It counts once, however often that is asked.
pub fn too_often(request: &Request<'_>, asking: Asking<'_>) -> bool {
    let ask = || {
        let rates = request.rocket().state::<Rates>();
        Asked(rates.and_then(|rates| rates.ask(asking, request.client_ip())))
    };
    request.local_cache(ask).0.is_some()
}

/// How many seconds to wait before the next request; for the answer to one too many.
pub fn retry_after(request: &Request<'_>) -> u64 {
    let wait = request.local_cache(|| Asked(None)).0.unwrap_or_default();
    wait.as_secs() + 1
}

/// Anybody, as often as the settings say: the guard of what needs no credential.
pub struct Stranger;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Stranger {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        if too_often(request, Asking::Nobody) {
            return Outcome::Error((Status::TooManyRequests, ()));
        }
        Outcome::Success(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEYS, Rate};

    #[test]
    fn one_too_many_is_told_how_long_to_wait_and_others_are_not() {
        let rate = Rate::new(1, 3);
        let asked: Vec<bool> = (0..4).map(|_| rate.ask("a", "").is_some()).collect();
        assert_eq!(asked, [false, false, false, true]);
        let wait = rate.ask("a", "").expect("too often");
        assert!(wait.as_millis() <= 1_000, "{wait:?}");
        assert!(rate.ask("b", "").is_none());
    }

    #[test]
    fn accounts_are_bounded_and_forgotten() {
        let slow = Rate::new(1, 1);
        for key in 0..2 * MOST_KEYS as u64 {
            slow.ask(key + 1, 0);
        }
        assert!(
            slow.limiter.len() <= MOST_KEYS + 1,
            "{}",
            slow.limiter.len()
        );
        assert!(slow.ask(u64::MAX, 0).is_some(), "it shares an account");
        let fast = Rate::new(1_000_000, 1);
        for key in 0..2 * MOST_KEYS as u64 {
            assert!(fast.ask(key, 0).is_none());
        }
        assert!(fast.limiter.len() < MOST_KEYS, "{}", fast.limiter.len());
    }
}
