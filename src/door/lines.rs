//! All connections: how many there may be, and who makes room when there are as many.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::watch;
use rocket::tokio::time::timeout;

use super::line::Line;
use super::refusal::Refusal;

/// Connections that may be on their way out at the same time, beyond those that there may be.
pub(super) const LEAVING: usize = 32;

/// All connections.
#[derive(Debug)]
pub struct Lines {
    most: usize,
    most_of_one: usize,
    inner: Mutex<Inner>,
    /// How many connections may still have something from Rocket to bring to their clients.
    speaking: watch::Sender<usize>,
}

/// A connection to Rocket whose last word has not been brought to the client, until this is dropped.
#[derive(Debug)]
pub(super) struct Speaking<'a>(&'a watch::Sender<usize>);

impl Drop for Speaking<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    /// Those that count.
    all: HashMap<u64, Arc<Line>>,
    of_one: HashMap<IpAddr, usize>,
    /// By the address of our end of the connection to Rocket.
    peers: HashMap<SocketAddr, Arc<Line>>,
    /// How many made room and have not ended yet.
    leaving: usize,
}

impl Lines {
    /// Room for this many, and for this many of one address.
    pub fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            most,
            // Whoever is refused is told of the limit that is the narrower one.
            most_of_one: if most_of_one < most {
                most_of_one
            } else {
                usize::MAX
            },
            inner: Mutex::default(),
            speaking: watch::Sender::new(0),
        }
    }

    /// One more connection goes on to Rocket.
    pub(super) fn speaks(&self) -> Speaking<'_> {
        self.speaking.send_modify(|count| *count += 1);
        Speaking(&self.speaking)
    }

    /// Ends every connection when Rocket has no request of it, and waits until all that Rocket has said is
    /// with the clients, so long at most.
    pub async fn end(&self, within: Duration) {
        for line in self.inner().all.values() {
            line.end_after_this();
        }
        let mut speaking = self.speaking.subscribe();
        // The sender is this one: it is there.
        let _ = timeout(within, speaking.wait_for(|count| *count == 0)).await;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a client in; whoever has kept the server waiting longest makes room where there is none.
    pub(super) fn admit(&self, client: SocketAddr, now: Instant) -> Result<Arc<Line>, Refusal> {
        let mut inner = self.inner();
        let of = network(client.ip());
        let count = inner.of_one.get(&of).copied().unwrap_or_default();
        if count >= self.most_of_one && !inner.make_room(Some(of), Refusal::AddressFull, now) {
            return Err(Refusal::AddressFull);
        }
        if inner.all.len() >= self.most && !inner.make_room(None, Refusal::Full, now) {
            return Err(Refusal::Full);
        }
        inner.next += 1;
        let line = Arc::new(Line::new(inner.next, client, now));
        inner.all.insert(line.id, Arc::clone(&line));
        *inner.of_one.entry(of).or_default() += 1;
        Ok(line)
    }

    /// Takes a place for somebody who is only told that there is none; none when there are too many.
    pub(super) fn usher_out(&self) -> bool {
        let mut inner = self.inner();
        let room = inner.leaving < LEAVING;
        inner.leaving += usize::from(room);
        room
    }

    /// Gives back such a place.
    pub(super) fn ushered_out(&self) {
        self.inner().leaving -= 1;
    }

    /// A connection ends.
    pub(super) fn remove(&self, line: &Line) {
        let mut inner = self.inner();
        if !inner.forget(line) {
            inner.leaving -= 1;
        }
    }

    /// Requests of this peer are requests of this client.
    pub(super) fn introduce(&self, peer: SocketAddr, line: &Arc<Line>) {
        self.inner().peers.insert(peer, Arc::clone(line));
    }

    /// The connection to Rocket is closed.
    pub(super) fn part(&self, peer: SocketAddr) {
        self.inner().peers.remove(&peer);
    }

    /// The connection whose requests come to Rocket from this peer.
    pub(super) fn of_peer(&self, peer: SocketAddr) -> Option<Arc<Line>> {
        self.inner().peers.get(&peer).cloned()
    }
}

impl Inner {
    /// Takes a line out of those that count; false when it had made room before.
    fn forget(&mut self, line: &Line) -> bool {
        if self.all.remove(&line.id).is_none() {
            return false;
        }
        let of = network(line.client.ip());
        if let Some(count) = self.of_one.get_mut(&of) {
            *count -= 1;
            if *count == 0 {
                self.of_one.remove(&of);
            }
        }
        true
    }

    fn make_room(&mut self, of: Option<IpAddr>, why: Refusal, now: Instant) -> bool {
        if self.leaving >= LEAVING {
            return false;
        }
        let among = self
            .all
            .values()
            .filter(|line| of.is_none_or(|of| network(line.client.ip()) == of));
        let still = among.filter_map(|line| Some((line.stands_still(now)?, line)));
        let longest = still.max_by_key(|(still, line)| (*still, std::cmp::Reverse(line.id)));
        let Some(line) = longest.map(|(_, line)| Arc::clone(line)) else {
            return false;
        };
        self.forget(&line);
        self.leaving += 1;
        line.refuse(why);
        true
    }
}

/// Whom an address belongs to: whoever has one of version 6 has its whole network.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};
    use std::time::{Duration, Instant};

    use super::{LEAVING, Lines, network};
    use crate::door::refusal::Refusal;

    fn from(address: &str, port: u16) -> SocketAddr {
        SocketAddr::new(address.parse().expect("an address"), port)
    }

    #[test]
    fn who_keeps_the_server_waiting_longest_makes_room() {
        let (lines, start) = (Lines::new(3, 2), Instant::now());
        let at = |s| start + Duration::from_secs(s);
        let a = lines.admit(from("192.0.2.1", 1), at(0)).expect("room");
        let b = lines.admit(from("192.0.2.2", 1), at(1)).expect("room");
        let c = lines.admit(from("192.0.2.2", 2), at(2)).expect("room");
        let refused = |line: &super::Line| line.stands().2;
        // Full in all, and of this address: one of its own goes.
        let d = lines.admit(from("192.0.2.2", 3), at(3)).expect("room");
        assert_eq!(
            (refused(&a), refused(&b)),
            (None, Some(Refusal::AddressFull))
        );
        let e = lines.admit(from("192.0.2.3", 1), at(4)).expect("room");
        assert_eq!((refused(&a), refused(&c)), (Some(Refusal::Full), None));
        for line in [&c, &d, &e] {
            line.begin(at(5));
        }
        let refusal = |client| lines.admit(client, at(99)).expect_err("all are at work");
        assert_eq!(refusal(from("192.0.2.2", 4)), Refusal::AddressFull);
        assert_eq!(refusal(from("192.0.2.4", 1)), Refusal::Full);
        for line in [&a, &b, &c, &d, &e] {
            lines.remove(line);
        }
        let inner = lines.inner();
        assert_eq!(
            (inner.all.len(), inner.of_one.len(), inner.leaving),
            (0, 0, 0)
        );
    }

    #[test]
    fn not_more_than_a_few_are_on_their_way_out() {
        let (lines, now) = (Lines::new(1, 1), Instant::now());
        let client = from("192.0.2.1", 1);
        let kept: Vec<_> = (0..=LEAVING).map(|_| lines.admit(client, now)).collect();
        assert!(kept.iter().all(Result::is_ok));
        assert_eq!(lines.admit(client, now).err(), Some(Refusal::Full));
        assert!(!lines.usher_out());
        lines.remove(kept[0].as_ref().expect("let in"));
        assert!(lines.usher_out());
        lines.ushered_out();
        assert!(lines.admit(client, now).is_ok());
    }

    #[test]
    fn a_peer_is_known_until_it_parts() {
        let (lines, now) = (Lines::new(1, 1), Instant::now());
        let line = lines.admit(from("192.0.2.1", 7), now).expect("room");
        let peer = from("127.0.0.1", 9);
        assert!(lines.of_peer(peer).is_none());
        lines.introduce(peer, &line);
        let found = lines.of_peer(peer).expect("it is known");
        assert_eq!(found.client, from("192.0.2.1", 7));
        lines.part(peer);
        assert!(lines.of_peer(peer).is_none());
    }

    #[test]
    fn an_address_of_version_6_counts_as_its_network() {
        let of = |text: &str| network(text.parse::<IpAddr>().expect("an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
