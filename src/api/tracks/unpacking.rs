//! The text of a compressed log as a body: it is unpacked where it may take its time, a piece at a time,
//! and only as fast as it is read.

use std::io::{self, Cursor, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rocket::tokio::io::{AsyncRead, ReadBuf};
use rocket::tokio::task::{JoinHandle, spawn_blocking};

use crate::door::Cut;
use crate::spool::Excerpt;

/// Bytes that are unpacked at once, at most.
const CHUNK: usize = 256 << 10;

type Unpacked = (Excerpt, io::Result<Vec<u8>>);

/// A text on its way.
pub(super) struct Unpacking {
    /// None: it is being read, or was read to its end.
    rest: Option<Excerpt>,
    busy: Option<JoinHandle<Unpacked>>,
    now: Cursor<Vec<u8>>,
    cut: Option<Cut>,
    /// It cannot be read to its end: done when nobody hears of it any more.
    broken: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Unpacking {
    /// `cut`: the connection that it goes to, so that what breaks off is not taken for all of it.
    pub(super) fn new(text: Excerpt, cut: Option<Cut>) -> Self {
        Self {
            rest: Some(text),
            busy: None,
            now: Cursor::default(),
            cut,
            broken: None,
        }
    }

    fn breaks(&mut self, why: &io::Error) {
        tracing::error!(%why, "a log was not sent to its end: {why}");
        let cut = self.cut.take();
        self.broken = Some(Box::pin(async {
            if let Some(cut) = cut {
                cut.cut().await;
            }
        }));
    }
}

fn unpack(mut text: Excerpt) -> Unpacked {
    let mut bytes = vec![0; CHUNK];
    let read = text.read(&mut bytes).map(|count| {
        bytes.truncate(count);
        bytes
    });
    (text, read)
}

impl AsyncRead for Unpacking {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if let Some(broken) = &mut self.broken {
                ready!(broken.as_mut().poll(context));
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            if self.now.position() < self.now.get_ref().len() as u64 {
                return Pin::new(&mut self.now).poll_read(context, into);
            }
            if let Some(text) = self.rest.take() {
                self.busy = Some(spawn_blocking(move || unpack(text)));
            }
            let Some(busy) = &mut self.busy else {
                return Poll::Ready(Ok(()));
            };
            let done = ready!(Pin::new(busy).poll(context));
            self.busy = None;
            match done.map_err(io::Error::other) {
                Ok((_, Ok(bytes))) if bytes.is_empty() => {}
                Ok((rest, Ok(bytes))) => {
                    (self.rest, self.now) = (Some(rest), Cursor::new(bytes));
                }
                Ok((_, Err(why))) | Err(why) => self.breaks(&why),
            }
        }
    }
}
