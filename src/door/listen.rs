//! The address that people use.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rocket::Shutdown;
use rocket::tokio::net::{TcpListener as Accepting, TcpStream};
use rocket::tokio::time::timeout;
use rocket::tokio::{select, spawn};
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};

use super::copy::{Client, End};
use super::down::last_words;
use super::line::Line;
use super::lines::{LEAVING, Lines};
use super::refusal::Refusal;
use crate::config;

/// The file handles that a connection may take: its own, two of the way to Rocket, a file.
const HANDLES_EACH: u64 = 4;
/// What there is in any case.
const FEWEST: usize = 8;
/// Bytes of an answer that the kernel keeps for a client that does not read, in each of the two
/// sockets on the way: without a limit these are megabytes.
const BUFFER: usize = 128 << 10;
/// How long nobody is let in after the system could not give a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// How many file handles so many connections need.
pub fn handles(settings: &config::Door) -> u64 {
    settings.max_connections as u64 * HANDLES_EACH + settings.reserved_handles + LEAVING as u64
}

/// How many connections there may be with so many file handles.
pub fn capacity(settings: &config::Door, handles: u64) -> usize {
    let free = handles.saturating_sub(settings.reserved_handles + LEAVING as u64);
    let room = usize::try_from(free / HANDLES_EACH).unwrap_or(usize::MAX);
    room.clamp(FEWEST, settings.max_connections.max(FEWEST))
        .min(settings.max_connections)
}

/// Listens, and lets nobody in yet.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Takes the address.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
        })
    }

    /// Where it listens, with the port that the system gave.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets clients in from now on, until the server ends. To be called on Rocket's own threads.
    pub fn open(
        self,
        lines: Arc<Lines>,
        settings: config::Door,
        rocket: SocketAddr,
        shutdown: Shutdown,
    ) -> io::Result<()> {
        let listener = Accepting::from_std(self.listener)?;
        spawn(async move {
            loop {
                let accepted = select! {
                    biased;
                    () = shutdown.clone() => return,
                    accepted = listener.accept() => accepted,
                };
                match accepted {
                    Ok((stream, client)) => let_in(stream, client, &lines, settings, rocket),
                    Err(why) if why.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(why) => {
                        tracing::warn!(%why, "a connection could not be taken: {why}");
                        let _ = timeout(PAUSE, shutdown.clone()).await;
                    }
                }
            }
        });
        Ok(())
    }
}

fn let_in(
    stream: TcpStream,
    client: SocketAddr,
    lines: &Arc<Lines>,
    settings: config::Door,
    rocket: SocketAddr,
) {
    let lines = Arc::clone(lines);
    match lines.admit(client, Instant::now()) {
        Ok(line) => {
            let place = Place { lines, line };
            spawn(async move { attend(&place, &stream, &settings, rocket).await });
        }
        Err(why) if lines.usher_out() => {
            let way_out = WayOut(lines);
            spawn(async move {
                last_words(&stream, Some(why)).await;
                drop(way_out);
            });
        }
        // It hears it if it has said nothing yet.
        Err(why) => drop(stream.try_write(&why.answer())),
    }
}

/// A place among the lines, which is free again when this is dropped.
struct Place {
    lines: Arc<Lines>,
    line: Arc<Line>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lines.remove(&self.line);
        self.line.over.notify_one();
    }
}

/// Somebody who is only told to go.
struct WayOut(Arc<Lines>);

impl Drop for WayOut {
    fn drop(&mut self) {
        self.0.ushered_out();
    }
}

/// Rocket knows whose requests come from this peer, until this is dropped.
struct Introduced<'a>(&'a Lines, SocketAddr);

impl Drop for Introduced<'_> {
    fn drop(&mut self) {
        self.0.part(self.1);
    }
}

async fn attend(place: &Place, stream: &TcpStream, settings: &config::Door, rocket: SocketAddr) {
    let (line, owed) = (&place.line, AtomicBool::new(false));
    let _ = stream.set_nodelay(true);
    let _ = set_socket_send_buffer_size(stream, BUFFER);
    let mut client = Client::new(stream, line, settings, &owed);
    match client.head().await {
        Ok(_) => {}
        Err(End::Refused(why)) => return client.dismiss(why).await,
        Err(End::Gone | End::Closed) => return,
    }
    let server = match connect(rocket).await {
        Ok(connected) => connected,
        Err(why) => {
            tracing::warn!(%why, "a connection could not be taken further: {why}");
            return last_words(stream, Some(Refusal::Ending)).await;
        }
    };
    let (server, peer) = server;
    place.lines.introduce(peer, line);
    let introduced = Introduced(&place.lines, peer);
    client.copy(&server, place.lines.speaks()).await;
    drop(introduced);
}

async fn connect(rocket: SocketAddr) -> io::Result<(TcpStream, SocketAddr)> {
    let server = TcpStream::connect(rocket).await?;
    server.set_nodelay(true)?;
    set_socket_recv_buffer_size(&server, BUFFER)?;
    let peer = server.local_addr()?;
    Ok((server, peer))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{capacity, handles};
    use crate::config::Door;

    #[test]
    fn connections_leave_the_reserved_handles_alone() {
        let settings = Door {
            max_connections: 1_000,
            max_connections_per_address: 600,
            reserved_handles: 96,
            head_time: Duration::ZERO,
            max_head_bytes: 0,
            idle_time: Duration::ZERO,
            stall_time: Duration::ZERO,
            token_rate: 1,
            session_rate: 1,
            address_rate: 1,
            failure_rate: 1,
        };
        assert_eq!(handles(&settings), 4_128);
        for (handles, connections) in [
            (4_128, 1_000),
            (u64::MAX, 1_000),
            (1_024, 224),
            (256, 32),
            (64, 8),
        ] {
            assert_eq!(capacity(&settings, handles), connections, "{handles}");
        }
        let few = Door {
            max_connections: 3,
            ..settings
        };
        assert_eq!(capacity(&few, 64), 3);
    }
}
