//! Bodies of requests: whole, bounded, and not for ever.

use rocket::Request;
use rocket::data::{Data, ToByteUnit};
use rocket::http::Status;
use rocket::tokio::io::AsyncReadExt;
use rocket::tokio::time::{Instant, timeout_at};

use super::turn::Turn;

/// What has to come before the time begins anew: a body that creeps stands still.
const PIECE: usize = 1 << 10;
const CHUNK: usize = 16 << 10;

/// The bytes of a body.
///
/// # Errors
/// The status of the answer: larger than `most` bytes, stood still for too long, broken off.
pub async fn whole(request: &Request<'_>, data: Data<'_>, most: u64) -> Result<Vec<u8>, Status> {
    let turn = request.local_cache(|| None::<Turn>).as_ref();
    let mut from = data.open(most.saturating_add(1).bytes());
    let mut body = Vec::new();
    loop {
        let late = turn.map(|turn| Instant::now() + turn.stall);
        let enough = body.len() + PIECE;
        while body.len() < enough {
            body.reserve(CHUNK);
            if let Some(turn) = turn {
                turn.reads(true);
            }
            let read = from.read_buf(&mut body);
            let read = match late {
                Some(late) => timeout_at(late, read).await,
                None => Ok(read.await),
            };
            if let Some(turn) = turn {
                turn.reads(false);
            }
            match read {
                Ok(Ok(0)) => return Ok(body),
                Ok(Ok(_)) if body.len() as u64 > most => return Err(Status::PayloadTooLarge),
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return Err(Status::BadRequest),
                Err(_) => return Err(Status::RequestTimeout),
            }
        }
    }
}
