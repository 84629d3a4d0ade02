//! How what is asked is done, or only worked out.

use std::collections::BTreeMap;

use super::asks::{Ask, Care, PipelineAsk, Takes, TrackAsk};
use super::warnings::Warning;
use super::{Asked, Desk, StartError, survivors};
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
    /// What to think of before.
    pub warnings: Vec<Warning>,
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
        self.work_out(ask, (pipeline, action), asked)
    }

    /// What would follow from it with what is there: neither a reason is asked for nor the outputs of
    /// a track that is to count as a success, which somebody is about to type.
    ///
    /// # Errors
    /// Those of [`Desk::ask`].
    pub fn foretell(&self, ask: Ask, asked: Asked) -> Result<Would, StartError> {
        let said = match ask {
            Ask::Track(id, TrackAsk::Succeed) => {
                let (head, _) = self.store.track(id)?.ok_or(StartError::NoTrack(id))?;
                let action = Action::Track(id, TrackAction::ForceSuccess(None));
                (PipelineId(head.pipeline_id), action)
            }
            Ask::Track(id, word) => self.of_track(id, word, &BTreeMap::new())?,
            Ask::Pipeline(id, word) => (id, of_pipeline(word)),
        };
        self.work_out(ask, said, asked)
    }

    fn work_out(
        &self,
        ask: Ask,
        (pipeline, action): (PipelineId, Action),
        asked: Asked,
    ) -> Result<Would, StartError> {
        let preview = self.preview(pipeline, action, asked)?;
        let tracks = self.store.tracks(pipeline, 0, i64::MAX)?;
        let mut warnings = self.warnings(ask, &preview, &tracks)?;
        warnings.extend(survivors::warnings(&self.handle, ask, &preview, &tracks));
        Ok(Would {
            pipeline,
            preview,
            warnings,
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
    pub fn judge_reason(&self, word: &str, why: &str, needed: bool) -> Vec<FieldError> {
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
            TrackAsk::Succeed => TrackAction::ForceSuccess(self.outputs(&head, given)?),
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

pub(super) fn of_pipeline(ask: PipelineAsk) -> Action {
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
