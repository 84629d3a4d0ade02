//! A person asks something of a pipeline, also of one that is over.

use std::collections::BTreeSet;

use trackyard::engine::{
    Action, Event, Outbox, Preview, Refusal, Request, Scope, TrackAction, TrackId, TrackState,
};

use crate::faults::Fault;
use crate::oracles::{Checked, Oracle, ensure};
use crate::story;
use crate::world::World;

impl World {
    /// Does what is asked; what is refused changes nothing, and a preview says what is done.
    pub(crate) fn ask(&mut self, request: Request, out: &mut Outbox) -> Checked {
        let (now, id) = (self.now, request.pipeline);
        let rows = &self.database.rows[&id];
        let over = rows.row.finished_at.is_some();
        let server = self.server.as_mut().expect("only a living server is asked");
        match (server.engine.is_live(id), over) {
            (true, _) => {}
            (false, true) => {
                let touched = out.pipelines.contains_key(&id);
                assert!(!touched, "what is over changes only when it is asked");
                server.engine.revive(rows);
            }
            // It has ended in this very batch: its rows have to be written before they are read.
            (false, false) => return Ok(()),
        }
        let before = server.engine.clone();
        let preview = server.engine.preview(now, request.clone());
        let told = out.journal.len();
        let event = Event::Act(request.clone());
        let answer = server.engine.step(now, event.clone(), out);
        let same = server.engine.agrees_with(&before);
        server.engine.forget(id);
        self.story
            .tell(|| format!("driver: {}, {answer:?}", story::event(&event)));
        let word = if answer.is_ok() { "done" } else { "refused" };
        *self.seen.entry(word).or_insert(0) += 1;
        match answer {
            Err(refusal) => ensure(same, Oracle::Foretold, || {
                format!("{request:?} is refused, and something has changed: {refusal}")
            })?,
            Ok(_) => {
                *self.seen.entry(request.action.word()).or_insert(0) += 1;
                if !self.has(Fault::NobodyAsked) {
                    self.remember(&request, &out.journal[told..]);
                }
            }
        }
        self.check_preview(&request, preview, answer.err(), out)
    }

    /// What the person has really asked for: other attempts, and successes.
    fn remember(&mut self, request: &Request, told: &[trackyard::engine::Entry]) {
        self.truth.asked.insert(request.pipeline);
        let row = &self.database.rows[&request.pipeline];
        let number = |i: u32| TrackId(row.first_track.0 + i64::from(i));
        let vertex = |track: TrackId| (track.0 - row.first_track.0) as u32;
        let mut again: BTreeSet<TrackId> = match request.action {
            Action::Track(track, TrackAction::Retry(scope, _)) => {
                let mut all = BTreeSet::from([vertex(track)]);
                let mut open = vec![vertex(track)];
                while let Some(tail) = open.pop().filter(|_| scope == Scope::After) {
                    let heads = row.plan.successors(tail).iter();
                    open.extend(heads.filter(|head| all.insert(**head)));
                }
                all.into_iter().map(number).collect()
            }
            Action::RetryFailed => (0..row.plan.scripts() as u32).map(number).collect(),
            _ => BTreeSet::new(),
        };
        // A pipeline that goes on again may come to another verdict.
        again.extend((row.plan.scripts() as u32..row.plan.len() as u32).map(number));
        let success = match request.action {
            Action::Track(track, TrackAction::ForceSuccess(_)) => Some(track),
            _ => None,
        };
        for entry in told {
            let Some(track) = entry.track else { continue };
            let to = TrackState::from_word(entry.to);
            if to == Some(TrackState::Waiting) && again.contains(&track) {
                self.truth.called_again.insert((track, entry.attempt));
            }
            if to == Some(TrackState::Succeed) && success == Some(track) {
                self.truth.called_success.insert((track, entry.attempt));
            }
        }
    }

    fn check_preview(
        &self,
        request: &Request,
        preview: Result<Preview, Refusal>,
        refused: Option<Refusal>,
        out: &Outbox,
    ) -> Checked {
        let foretold = match preview {
            Err(refusal) => Some(refusal) == refused,
            Ok(_) if refused.is_some() => false,
            Ok(preview) => {
                let row = &self.database.rows[&request.pipeline];
                let now = out
                    .pipelines
                    .get(&request.pipeline)
                    .map_or(row.row, |change| change.to);
                let states = preview.tracks.iter().zip(&row.tracks).all(|(fate, track)| {
                    let change = out.tracks.get(&fate.track);
                    fate.to == change.map_or(track.row.state, |change| change.to.state)
                });
                states && (preview.to, preview.queued) == (now.state, now.queued)
            }
        };
        ensure(foretold, Oracle::Foretold, || {
            format!("{request:?} does another thing than was foretold")
        })
    }
}
