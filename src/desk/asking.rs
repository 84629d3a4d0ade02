//! How what is asked is done, or only worked out.

use std::collections::BTreeMap;

use super::asks::{Ask, Care, PipelineAsk, Takes, TrackAsk};
use super::survivors::warnings;
use super::{Asked, Desk, StartError};
use crate::engine::{Action, Expect, PipelineId, Preview, Scope, TrackAction, TrackId, TrackState};
use crate::graph::{FieldError, GivenOwned, codes};

/// What would follow from what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Would {
    /// The run.
    pub pipeline: PipelineId,
    /// What would become of it.
    pub preview: Preview,
    /// The vertex of each of its tracks.
    pub vertices: Vec<String>,
    /// What still runs of INTERRUPTED tracks and would be ended, or go on: sentences.
    pub warnings: Vec<String>,
}

impl Desk {
    /// Does what is asked.
    ///
    /// # Errors
    /// Every value and reason that cannot be taken, or what the engine refuses.
    pub fn ask(
        &self,
        ask: Ask,
        asked: Asked,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<(), StartError> {
        // Nobody changes a track's values between their being read and their being given back.
        let merges = ask.takes() == Takes::Values;
        let _turn = merges.then(|| self.handle.turn());
        let (pipeline, action) = self.action(ask, &asked, given)?;
        if let Action::Track(_, TrackAction::Input(input) | TrackAction::Retry(_, Some(input))) =
            &action
        {
            self.sealable([input])?;
        }
        Ok(self.act(pipeline, action, asked)?)
    }

    /// What would follow from it; nothing is done, and everything is judged as if it were.
    ///
    /// # Errors
    /// Those of [`Desk::ask`].
    pub fn would(
        &self,
        ask: Ask,
        asked: Asked,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<Would, StartError> {
        let (pipeline, action) = self.action(ask, &asked, given)?;
        let preview = self.preview(pipeline, action, asked)?;
        let tracks = self.store.tracks(pipeline, 0, i64::MAX)?;
        Ok(Would {
            pipeline,
            warnings: warnings(&self.handle, ask, &preview, &tracks),
            preview,
            vertices: tracks.into_iter().map(|track| track.vertex).collect(),
        })
    }

    fn action(
        &self,
        ask: Ask,
        asked: &Asked,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<(PipelineId, Action), StartError> {
        // Nobody knows how it ended: to say so contradicts nothing.
        let unknown = matches!(
            asked.expect,
            Some(Expect::Track(TrackState::Interrupted, _))
        );
        let needed = ask.care() == Care::Reason && !unknown;
        let mut errors = self.judge_reason(ask.word(), &asked.why, needed);
        let action = match ask {
            Ask::Pipeline(id, word) => {
                takes_nothing(word.word(), given).map(|()| (id, of_pipeline(word)))
            }
            Ask::Track(id, word) => self.of_track(id, word, given),
        };
        match action {
            Err(StartError::Fields(more)) => {
                errors.extend(more);
                Err(StartError::Fields(errors))
            }
            Ok(_) if !errors.is_empty() => Err(StartError::Fields(errors)),
            other => other,
        }
    }

    /// What is wrong with a reason; the field is `why`.
    pub(super) fn judge_reason(&self, word: &str, why: &str, needed: bool) -> Vec<FieldError> {
        let (most, chars) = (self.limits.reason_chars, why.chars().count());
        let found = if chars > most {
            let message =
                format!("the reason has {chars} characters and the limit is {most}: shorten it");
            Some((codes::REASON_TOO_LONG, message))
        } else if needed && why.trim().is_empty() {
            let message =
                format!("`{word}` needs a reason: say why, for those who read the journal");
            Some((codes::MISSING_REASON, message))
        } else {
            None
        };
        let error = found.map(|(code, message)| FieldError {
            field: "why".to_owned(),
            code,
            message,
        });
        error.into_iter().collect()
    }

    fn of_track(
        &self,
        id: TrackId,
        ask: TrackAsk,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<(PipelineId, Action), StartError> {
        let (head, texts) = self.store.track(id)?.ok_or(StartError::NoTrack(id))?;
        if ask.takes() == Takes::Nothing {
            takes_nothing(ask.word(), given)?;
        }
        let retry = |scope| {
            let changes = (!given.is_empty()).then(|| self.values(&head, &texts.input, given));
            changes
                .transpose()
                .map(|input| TrackAction::Retry(scope, input))
        };
        let action = match ask {
            TrackAsk::Retry => retry(Scope::Only)?,
            TrackAsk::RetryAfter => retry(Scope::After)?,
            TrackAsk::RunAlone => retry(Scope::Alone)?,
            TrackAsk::Skip => TrackAction::Skip,
            TrackAsk::Succeed => TrackAction::ForceSuccess(self.outputs(id, given)?),
            TrackAsk::Fail => TrackAction::ForceFailure,
            TrackAsk::Hold => TrackAction::Hold,
            TrackAsk::Release => TrackAction::Release,
            TrackAsk::Stop => TrackAction::Stop { now: false },
            TrackAsk::Kill => TrackAction::Stop { now: true },
            TrackAsk::Input => TrackAction::Input(self.values(&head, &texts.input, given)?),
        };
        Ok((PipelineId(head.pipeline_id), Action::Track(id, action)))
    }
}

fn of_pipeline(ask: PipelineAsk) -> Action {
    match ask {
        PipelineAsk::Pause => Action::Pause,
        PipelineAsk::Resume => Action::Resume,
        PipelineAsk::Stop => Action::Stop { now: false },
        PipelineAsk::Kill => Action::Stop { now: true },
        PipelineAsk::RetryFailed => Action::RetryFailed,
    }
}

fn takes_nothing(word: &str, given: &BTreeMap<String, GivenOwned>) -> Result<(), StartError> {
    let error = |field: &String| FieldError {
        field: field.clone(),
        code: codes::TAKES_NO_VALUES,
        message: format!("`{word}` takes no values"),
    };
    match given.is_empty() {
        true => Ok(()),
        false => Err(StartError::Fields(given.keys().map(error).collect())),
    }
}
