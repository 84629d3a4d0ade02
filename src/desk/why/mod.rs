//! Why a track or a pipeline stands where it does, in one sentence, and what happens next.
//!
//! The engine's facts say what is so, the rows and the journal say who said it. What is here only
//! finds words; docs/why.md lists every code.

mod ended;
mod entries;
mod inputs;
mod lacks;
mod pipeline;
mod teller;
mod track;
mod words;

pub use words::Code;
pub(super) use words::joined;

use std::time::Duration;

use self::teller::Teller;
use super::Desk;
use super::survivors::lost_attempt;
use crate::driver::{CommandError, Handle};
use crate::engine::{
    About, AttemptKey, Because, Capacity, Engine, Facts, NextIds, PipelineId, Time, TrackId,
    TrackState,
};
use crate::store::Store;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// A stable name for programs.
    pub code: Code,
    /// One sentence.
    pub sentence: String,
    /// What the sentence speaks of.
    pub refers: Vec<Refer>,
    /// What happens next, in one sentence.
    pub next: String,
    /// Who moves it.
    pub moves: Moves,
    /// The words of what a person may ask for, as in docs/actions.md.
    pub actions: &'static [&'static str],
    /// When this wait, or what runs, ends at the latest, as far as that is known.
    pub until: Option<Time>,
}

/// Who moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// It goes on by itself.
    Itself,
    /// A person has to do something.
    Person,
    /// Nothing follows.
    Nobody,
}

/// Something that an answer speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refer {
    /// What it is.
    pub kind: ReferKind,
    /// Its number, if it has one.
    pub id: Option<i64>,
    /// What people call it.
    pub name: String,
    /// Where it stands.
    pub state: Option<&'static str>,
}

/// What an answer can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferKind {
    /// A track.
    Track,
    /// A pipeline.
    Pipeline,
    /// A pool.
    Pool,
    /// A parameter that has no value.
    Input,
}

impl Moves {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Itself, Self::Person, Self::Nobody];

    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Person => "person",
            Self::Nobody => "nobody",
        }
    }
}

impl ReferKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Track, Self::Pipeline, Self::Pool, Self::Input];

    /// The word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Pipeline => "pipeline",
            Self::Pool => "pool",
            Self::Input => "input",
        }
    }
}

/// Who knows what is live.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// The server's own engine, which has to answer in this time.
    Server(&'a Handle, Duration),
    /// Nobody is asked: an engine with this capacity is made from the rows. The second one looks
    /// which processes still run of an INTERRUPTED track.
    Rows(&'a Capacity, &'a dyn Fn(AttemptKey) -> Vec<u32>),
}

impl Desk {
    /// Why a track stands where it does; none when there is none.
    pub fn why_track(&self, id: TrackId, within: Duration) -> Result<Option<Why>, CommandError> {
        why_track(&self.store, Source::Server(&self.handle, within), id)
    }

    /// Why a pipeline stands where it does; none when there is none.
    pub fn why_pipeline(
        &self,
        id: PipelineId,
        within: Duration,
    ) -> Result<Option<Why>, CommandError> {
        why_pipeline(&self.store, Source::Server(&self.handle, within), id)
    }
}

/// Why a track stands where it does; none when there is none.
pub fn why_track(
    store: &Store,
    source: Source<'_>,
    id: TrackId,
) -> Result<Option<Why>, CommandError> {
    // What has ended is told by its row, which may come to be while the engine is asked.
    loop {
        let Some((head, _)) = store.track(id)? else {
            return Ok(None);
        };
        let pipeline = PipelineId(head.pipeline_id);
        let Some(whole) = store.pipeline(pipeline)? else {
            return Ok(None);
        };
        let state = TrackState::from_code(head.state);
        if matches!(state, Some(TrackState::Succeed | TrackState::Skipped)) {
            return Ok(Some(ended::ended(store, &head, &whole, (None, &[]))?));
        }
        let Some(facts) = facts(store, source, About::Track(pipeline, id))? else {
            return Ok(None);
        };
        if facts.because != Because::Ended {
            let teller = Teller::new(store, pipeline, Some(id), &facts)?;
            return Ok(Some(teller.track(&facts)?));
        }
        if state.is_some_and(|s| s.has_ended() || s == TrackState::Interrupted) {
            let still = match state {
                _ if head.lost > 0 => survivors(source, lost_attempt(&head)),
                _ => Vec::new(),
            };
            let known = (Some(&facts), still.as_slice());
            return Ok(Some(ended::ended(store, &head, &whole, known)?));
        }
    }
}

/// The processes that run now of an INTERRUPTED track.
fn survivors(source: Source<'_>, last: AttemptKey) -> Vec<u32> {
    match source {
        Source::Server(handle, _) => {
            let mut found = handle.survivors(&[last]);
            found.remove(&last.track).unwrap_or_default()
        }
        Source::Rows(_, look) => look(last),
    }
}

/// Why a pipeline stands where it does; none when there is none.
pub fn why_pipeline(
    store: &Store,
    source: Source<'_>,
    id: PipelineId,
) -> Result<Option<Why>, CommandError> {
    let Some(facts) = facts(store, source, About::Pipeline(id))? else {
        return Ok(None);
    };
    let teller = Teller::new(store, id, None, &facts)?;
    Ok(Some(teller.pipeline(&facts)?))
}

fn facts(store: &Store, source: Source<'_>, about: About) -> Result<Option<Facts>, CommandError> {
    let next = NextIds {
        pipeline: 1,
        track: 1,
        journal: 1,
    };
    let live = match source {
        Source::Server(handle, within) => handle.why(about, within)?,
        Source::Rows(capacity, _) => {
            Engine::load(capacity.clone(), next, &store.live()?).why(about)
        }
    };
    if live.is_some() {
        return Ok(live);
    }
    let (About::Pipeline(pipeline) | About::Track(pipeline, _)) = about;
    // Of most that are over the row is enough, however many tracks they have.
    if matches!(about, About::Pipeline(_))
        && let Some(facts) = store.done(pipeline)?.and_then(Facts::done)
    {
        return Ok(Some(facts));
    }
    let Some(rows) = store.loaded(pipeline)? else {
        return Ok(None);
    };
    let mut engine = Engine::new(Capacity::of(1), next);
    engine.revive(&rows);
    Ok(engine.why(about))
}
