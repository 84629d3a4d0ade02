//! Each commit against the rules of a track: by which states it went, what followed from an end,
//! and why another attempt was ordered.

use trackyard::engine::{AttemptKey, Ending, Outbox, Reason, TrackChange, TrackId, TrackState};
use trackyard::graph::{ExitCodes, OnInterrupt};

use crate::database::Database;
use crate::oracles::{Checked, Oracle, Truth, ensure, may_follow, may_start};

impl Database {
    /// The journal says how a track came from its row to its new one, and each of these steps is
    /// in the table.
    pub(crate) fn check_path(
        &self,
        id: TrackId,
        change: &TrackChange,
        out: &Outbox,
        truth: &Truth,
    ) -> Checked {
        let row = self
            .track(id)
            .map(|(pipeline, i)| pipeline.tracks[i as usize].row);
        let as_believed = row.is_some_and(|row| row.state == change.from);
        ensure(as_believed, Oracle::Transitions, || {
            format!("track {id} is no {}: {row:?}", change.from)
        })?;
        let mut at = change.from;
        for entry in out.journal.iter().filter(|entry| entry.track == Some(id)) {
            let state = |word| TrackState::from_word(word).expect("a word of the table");
            let (from, to) = (state(entry.from), state(entry.to));
            // What a person does of a track that stays where it is is journaled, too.
            let stays = from == to;
            ensure(
                from == at && (stays || may_follow(from, to)),
                Oracle::Transitions,
                || format!("track {id} went from {at} by {from} to {to}"),
            )?;
            if from == TrackState::Running && !stays {
                self.check_end(id, entry.attempt, to, out)?;
            }
            let ended = from == TrackState::Running;
            let success = to == TrackState::Succeed && !stays && !ended;
            let called = truth.called_success.contains(&(id, entry.attempt));
            ensure(!success || called, Oracle::ResultInvented, || {
                format!(
                    "nobody has said that attempt {} of track {id} succeeded",
                    entry.attempt
                )
            })?;
            at = to;
        }
        ensure(at == change.to.state, Oracle::Transitions, || {
            format!(
                "the journal leaves track {id} at {at}, its row at {}",
                change.to.state
            )
        })
    }

    /// What follows from the end of an attempt is what its reason and the vertex say.
    fn check_end(&self, id: TrackId, attempt: u32, to: TrackState, out: &Outbox) -> Checked {
        let (row, index) = self.track(id).expect("its row was found just now");
        let vertex = row.plan.vertex(index);
        let ending = row.tracks[index as usize].row.ending;
        let now = out.tracks[&id].to.reason;
        let forced = ending == Some(Ending::Fail) || now == Some(Reason::Forced);
        let end = out
            .ends
            .iter()
            .find(|(key, _)| (key.track, key.attempt) == (id, attempt));
        let reason = end.map(|(_, end)| end.reason);
        use TrackState as S;
        let follows = match (reason, vertex.on_interrupt) {
            (None, _) => false,
            (Some(None), _) => to == S::Succeed,
            (Some(Some(Reason::Interrupted)), OnInterrupt::Ask) => to == S::Interrupted,
            (Some(Some(Reason::Interrupted)), OnInterrupt::Fail) => to == S::Failed,
            (Some(Some(Reason::Interrupted)), OnInterrupt::Rerun) => {
                matches!(to, S::Pending | S::Interrupted)
            }
            (Some(Some(Reason::NotStarted)), _) => {
                matches!(to, S::Pending | S::Stopped) || (forced && to == S::Failed)
            }
            (Some(Some(Reason::Stopped)), _) => to == if forced { S::Failed } else { S::Stopped },
            (Some(Some(_)), _) => to == S::Failed || (to == S::Pending && vertex.retry.is_some()),
        };
        ensure(follows, Oracle::Transitions, || {
            format!("attempt {attempt} of track {id} ended by {reason:?}, and the track is {to}")
        })
    }

    /// An attempt is ordered once, and a second one only for a reason.
    pub(crate) fn order(&mut self, key: AttemptKey, boot: u32, truth: &Truth) -> Checked {
        let new = self.ordered.insert(key, boot).is_none();
        ensure(new, Oracle::RunsOnce, || {
            format!("attempt {key} is ordered twice")
        })?;
        let Some((pipeline, index)) = self.track(key.track) else {
            let how = || format!("attempt {key} is ordered in a pipeline that is settled");
            return ensure(false, Oracle::RunsAllowed, how);
        };
        ensure(may_start(pipeline, index), Oracle::RunsAllowed, || {
            let track = &pipeline.tracks[index as usize];
            format!("attempt {key} is ordered: {track:?} of {:?}", pipeline.row)
        })?;
        let Some(attempt) = key.attempt.checked_sub(1).filter(|before| *before > 0) else {
            return Ok(());
        };
        let vertex = pipeline.plan.vertex(index);
        let retries = pipeline.tracks[index as usize].row.retries;
        let before = self.ended.get(&AttemptKey { attempt, ..key });
        let by_itself = match before.map(|end| end.reason) {
            None | Some(None | Some(Reason::Stopped | Reason::Forced)) => false,
            Some(Some(Reason::NotStarted)) => true,
            Some(Some(Reason::Interrupted)) => vertex.on_interrupt == OnInterrupt::Rerun,
            Some(Some(
                Reason::ExitCode
                | Reason::Signal
                | Reason::Timeout
                | Reason::CouldNotStart
                | Reason::BadOutput,
            )) => vertex.retry.is_some_and(|retry| {
                let code = before.and_then(|end| end.exit_code);
                let named = |codes: ExitCodes| code.is_some_and(|code| codes.has(code));
                retries <= retry.limit && retry.exit_codes.is_none_or(named)
            }),
        };
        let asked = truth.called_again.contains(&(key.track, attempt));
        ensure(by_itself || asked, Oracle::RunsAgain, || {
            format!("attempt {key} follows one that ended by {before:?}")
        })
    }
}
