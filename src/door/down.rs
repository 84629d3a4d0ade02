//! The way of the bytes from Rocket to the client, and what the client hears last.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;
use rustix::net::sockopt::set_socket_linger;
use rustix::net::{Shutdown, shutdown};

use super::copy::End;
use super::line::Line;
use super::refusal::Refusal;

/// Bytes that are moved at once. Nothing is held for a connection where nothing moves.
const CHUNK: usize = 16 << 10;
/// How long a client may take to hear the last answer, before the connection is dropped with it.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// Brings what Rocket says to the client.
pub(super) async fn down(
    (server, client): (&TcpStream, &TcpStream),
    line: &Line,
    owed: &AtomicBool,
    stall: Duration,
) -> End {
    loop {
        if server.readable().await.is_err() {
            return End::Closed;
        }
        let bytes = match read(server) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(_) => return End::Closed,
        };
        owed.store(false, Ordering::Relaxed);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match client.try_write(rest) {
                Ok(sent) => rest = &rest[sent..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    line.unread(Instant::now());
                    if !matches!(timeout(stall, client.writable()).await, Ok(Ok(()))) {
                        // Nor does the kernel keep it.
                        let _ = set_socket_linger(client, Some(Duration::ZERO));
                        return End::Gone;
                    }
                }
                Err(_) => return End::Gone,
            }
            line.answered(Instant::now());
        }
    }
}

/// Ends a connection so that the client can read what was said last.
pub(super) async fn last_words(client: &TcpStream, why: Option<Refusal>) {
    if let Some(why) = why {
        // It is small, and nothing is before it: it fits, or the client does not listen.
        let _ = client.try_write(&why.answer());
    }
    let _ = shutdown(client, Shutdown::Write);
    let hears = async { while client.readable().await.is_ok() && read(client).is_ok() {} };
    let _ = timeout(LAST_WORDS, hears).await;
}

/// The next bytes; none when there are none now. An end is an error.
pub(super) fn read(from: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(CHUNK);
    match from.try_read_buf(&mut bytes) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(_) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(e) => Err(e),
    }
}
