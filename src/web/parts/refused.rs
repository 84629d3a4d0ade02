//! Why what a form asks for was not done.

use crate::desk::StartError;
use crate::engine::Refusal;
use crate::web::edge::answer::Failure;
use crate::web::parts::frame::capital;

/// Why something was not done, in a sentence.
pub(in crate::web) fn told(why: Refusal) -> Result<String, Failure> {
    match why {
        Refusal::NoPipeline(_) => Err(Failure::Missing("pipeline")),
        Refusal::NoTrack(..) => Err(Failure::Missing("track")),
        Refusal::PipelineMoved(state) => Ok(moved(&state)),
        Refusal::TrackMoved(state, _) => Ok(moved(&state)),
        Refusal::Pipeline(..)
        | Refusal::Track(..)
        | Refusal::Runs(_)
        | Refusal::NotItsTurn(_)
        | Refusal::Limit(_) => Ok(capital(&format!("{why}."))),
    }
}

fn moved(state: &impl std::fmt::Display) -> String {
    format!(
        "It has moved since you looked, and is {state} now. Look at what would follow now, and send it \
         once more if that is what you want."
    )
}

/// What is no answer to the form.
pub(in crate::web) fn failure(why: StartError) -> Failure {
    match why {
        StartError::Command(why) => why.into(),
        StartError::Store(why) => why.into(),
        StartError::NoTrack(_) => Failure::Missing("track"),
        StartError::NoGraph(_) | StartError::Unchecked(..) => Failure::Missing("graph"),
        why @ (StartError::Fields(_) | StartError::UnknownSecrets(_) | StartError::Sealed(_)) => {
            Failure::CutOff(why.to_string())
        }
    }
}
