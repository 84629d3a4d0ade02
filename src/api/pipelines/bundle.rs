//! `/pipelines/<id>/bundle`: a pipeline as one file, written while it is sent.

use std::io::{self, BufWriter, Cursor, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rocket::http::{ContentType, Header};
use rocket::response::Responder;
use rocket::tokio::io::{AsyncRead, ReadBuf};
use rocket::tokio::sync::mpsc::{Receiver, Sender, channel};
use rocket::tokio::task::spawn_blocking;
use rocket::{Request, Response, Shutdown, State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Rights;
use crate::api::live::Watching;
use crate::api::pipelines::head;
use crate::desk::{BundleError, Desk, bundle};
use crate::door::Cut;
use crate::engine::PipelineId;
use crate::spool::Spool;

/// Bytes that are handed over at once.
const CHUNK: usize = 64 * 1024;
/// How many of these wait for a slow reader.
const CHUNKS_WAITING: usize = 4;

type Chunk = io::Result<Vec<u8>>;

/// A bundle on its way.
pub(in crate::api) struct Bundle {
    id: i64,
    chunks: Chunks,
}

impl<'r> Responder<'r, 'static> for Bundle {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let name = format!("attachment; filename=\"pipeline-{}.tar.gz\"", self.id);
        Response::build()
            .header(ContentType::new("application", "gzip"))
            .header(Header::new("Content-Disposition", name))
            .streamed_body(self.chunks)
            .ok()
    }
}

/// A pipeline as one file
///
/// A `.tar.gz` with the graph, the scripts as they ran, how to run each by hand (null for each secret), the journal,
/// the logs of all attempts, `manifest.json`, and `SHA256SUMS` for `sha256sum -c`. It takes one of `stream_viewers`. One
/// of a pipeline that is deleted meanwhile breaks off without the last chunk.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "getBundle",
    responses(
        (status = 200, description = "The file.", body = String, content_type = "application/gzip"),
        describe::stream_of_pipeline,
    )
)]
#[get("/pipelines/<id>/bundle")]
pub(in crate::api) async fn get(
    rights: Rights,
    desk: &State<Desk>,
    spool: &State<Spool>,
    watching: &State<Watching>,
    shutdown: Shutdown,
    cut: Cut,
    id: i64,
) -> Result<Bundle, ApiError> {
    let place = watching.visit(rights, shutdown)?.place;
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    let (wanted, head) = {
        let desk = desk.clone();
        (id, blocking(move || head(&desk, PipelineId(id))).await?)
    };
    let (send, receive) = channel(CHUNKS_WAITING);
    spawn_blocking(move || {
        let _place = place;
        let out = BufWriter::with_capacity(CHUNK, Sending(send.clone()));
        match bundle(&desk.store, &spool, &head, out) {
            Ok(()) => {}
            // The reader has gone away.
            Err(BundleError::Io(why)) if why.kind() == io::ErrorKind::BrokenPipe => {}
            Err(why) => {
                tracing::error!(pipeline = wanted, %why, "a bundle was not written to its end: {why}");
                // What has been sent must not be taken for all of it.
                let _ = send.blocking_send(Err(io::Error::other(why)));
            }
        }
    });
    Ok(Bundle {
        id,
        chunks: Chunks {
            receive,
            now: Cursor::default(),
            cut: Some(cut),
            broken: None,
        },
    })
}

/// Hands over what is written; waits for the reader.
struct Sending(Sender<Chunk>);

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(bytes.to_vec()));
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was handed over, as a body.
struct Chunks {
    receive: Receiver<Chunk>,
    now: Cursor<Vec<u8>>,
    cut: Option<Cut>,
    /// It cannot be written to its end: done when nobody hears of it any more.
    broken: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl AsyncRead for Chunks {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.broken.is_none() && self.now.position() == self.now.get_ref().len() as u64 {
            match ready!(self.receive.poll_recv(context)) {
                Some(Ok(chunk)) => self.now = Cursor::new(chunk),
                Some(Err(_)) => {
                    let cut = self.cut.take();
                    self.broken = cut.map(|cut| -> Pin<Box<dyn Future<Output = ()> + Send>> {
                        Box::pin(cut.cut())
                    });
                }
                None => return Poll::Ready(Ok(())),
            }
        }
        if let Some(broken) = &mut self.broken {
            ready!(broken.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.now).poll_read(context, into)
    }
}
