//! What has to be said in a database that was restored, before a server works with it.

use std::path::Path;

use crate::engine::{Action, Capacity, Engine, Event, Outbox, PipelineId, Refusal, Request, Time};
use crate::secrets::{KeyError, Vault};
use crate::store::{Durability, StoreError, Writer};

/// What was found in a restored database, and done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// The pipelines of which something can still move.
    pub live: Vec<PipelineId>,
    /// Those of them that were paused for that reason.
    pub paused: Vec<PipelineId>,
    /// Attempts that ran when the backup was made.
    pub interrupted: usize,
}

/// Sees to it that what ran when the backup was made is not started again: nothing is known of how
/// it ended, and the files that say so are not here. With a reason, everything that is live is
/// paused: what had not run then may have run since.
pub fn restored(path: &Path, pause: Option<&str>, now: Time) -> Result<Restored, StoreError> {
    // Only this process knows the directory yet; no boot has this name.
    let mut writer = Writer::open(path, Durability::Full, "")?;
    let rows = writer.live()?;
    let mut restored = Restored {
        live: rows.iter().map(|pipeline| pipeline.id).collect(),
        interrupted: writer.belong_to_nobody()?,
        ..Restored::default()
    };
    // One that has signed out since would be signed in again.
    writer.end_sessions()?;
    let Some(why) = pause else {
        return Ok(restored);
    };
    // Nothing is ordered here: how much may run is of no importance.
    let mut engine = Engine::load(Capacity::of(1), writer.next_ids()?, &rows);
    let mut out = Outbox::default();
    for pipeline in &restored.live {
        let request = Request {
            pipeline: *pipeline,
            action: Action::Pause,
            expect: None,
            who: "restore".to_owned(),
            why: why.to_owned(),
        };
        match engine.step(now, Event::Act(request), &mut out) {
            Ok(_) => restored.paused.push(*pipeline),
            // It is paused already.
            Err(Refusal::Pipeline(..)) => {}
            Err(why) => return Err(StoreError::Mismatch(format!("{why:?}"))),
        }
    }
    writer.commit(&out)?;
    Ok(restored)
}

/// Whether the key file of a data directory is the one with which a value of its database is sealed.
pub fn right_key(data: &Path, sealed: Option<&[u8]>) -> Result<(), KeyError> {
    Vault::open(data, sealed).map(drop)
}
