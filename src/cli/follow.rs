//! Following a stream of the server through its deaths: a thread reads, the verb takes what it has
//! heard when it likes. A server that comes back, also on another port, is followed from where the one
//! before it was. Nothing is asked for again and again while there is a server.

use std::io::{BufReader, Read};
use std::thread;

use crossbeam_channel::{Receiver, SendError, Sender, bounded};

use super::context::Context;
use super::error::CliError;
use super::remote::{Broken, Remote};
use super::sse::{Event, Events};
use crate::app::Hold;
use crate::spool::Changes;

/// What may wait for a verb that is busy; then the stream is not read on.
const MOST_WAITING: usize = 256;

/// What is heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// What is told comes from here on; what was before it is read elsewhere.
    Open,
    /// Something is told.
    Event(Event),
    /// Nothing is told now: there is no server, or none that answers, and why. Whether that is still
    /// so is said now and then.
    Gone(String),
    /// There is nothing more to tell.
    Over,
    /// The server does not tell it.
    Refused(CliError),
}

/// Follows a stream under `/api/v1` until the receiver is dropped.
pub(super) fn follow(context: &Context, path: String) -> Result<Receiver<Heard>, CliError> {
    let failed = |why: std::io::Error| CliError::Failed(format!("cannot follow: {why}"));
    // Before anybody looks who is there: what changes later is told by the kernel.
    let changes = Changes::new(&[Hold::path(&context.config.data)]).map_err(failed)?;
    let (send, heard) = bounded(MOST_WAITING);
    let context = context.clone();
    let listen = move || {
        // Nobody listens any more.
        let _ = listen(&context, &path, &changes, &send);
    };
    thread::Builder::new()
        .name("follow".to_owned())
        .spawn(listen)
        .map_err(failed)?;
    Ok(heard)
}

fn listen(
    context: &Context,
    path: &str,
    changes: &Changes,
    send: &Sender<Heard>,
) -> Result<(), SendError<Heard>> {
    let mut last: Option<String> = None;
    loop {
        let why = match Remote::needed(context) {
            Err(why) => why.to_string(),
            Ok(server) => match server.stream(path, last.as_deref()) {
                Ok(Some(stream)) => {
                    send.send(Heard::Open)?;
                    let mut events = Events::new(BufReader::new(stream));
                    let why = tell(&mut events, send)?;
                    last = events.last.or(last);
                    format!("the server at {} tells nothing more: {why}", server.url)
                }
                Ok(None) => return send.send(Heard::Over),
                Err(Broken::Refused(why)) => return send.send(Heard::Refused(why)),
                Err(Broken::Silent(why)) => why.to_string(),
            },
        };
        send.send(Heard::Gone(why))?;
        // A server that is there and does not answer tells nobody when it does again: so there is
        // another try after a while.
        if changes.wait(&[]).is_err() {
            let why = "the kernel does not tell what changes".to_owned();
            return send.send(Heard::Refused(CliError::Failed(why)));
        }
    }
}

/// Hands events on while there are any, and says why there are no more.
fn tell(
    events: &mut Events<BufReader<impl Read>>,
    send: &Sender<Heard>,
) -> Result<String, SendError<Heard>> {
    loop {
        match events.next() {
            Ok(Some(event)) => send.send(Heard::Event(event))?,
            Ok(None) => return Ok("it has ended the stream".to_owned()),
            Err(why) => return Ok(why.to_string()),
        }
    }
}
