//! Why what a form asks for was not done, in the language of the page.

use crate::desk::{SecretError, StartError};
use crate::driver::CommandError;
use crate::engine::{NotNow, Refusal};
use crate::graph::{FieldError, SECRET_LEAST_BYTES, codes as graph_codes, quote};
use crate::l10n::Words;
use crate::store::Unfit;
use crate::web::edge::answer::Failure;
use crate::web::parts::frame::capital;
use crate::web::parts::{codes, marks, reveal};

/// What is so, by its code, and in the lines beneath what is said of the single case. Where that is
/// in the language of the page anyway, it is all.
pub(in crate::web) fn beside(by_code: String, single: &str, t: Words) -> String {
    match t.are_english() || by_code.is_empty() {
        true => single.to_owned(),
        false => format!("{by_code}\n{single}"),
    }
}

/// What its code says whole, with whatever names the single case: there is nothing to say beneath.
fn whole(by_code: String, single: &str, t: Words) -> String {
    match t.are_english() {
        true => single.to_owned(),
        false => by_code,
    }
}

/// What is wrong with a value.
pub(in crate::web) fn of_field(error: &FieldError, t: Words) -> String {
    let by_code = codes::told(error.code, t).unwrap_or_default();
    match error.code {
        graph_codes::MISSING_REASON | graph_codes::TAKES_NO_VALUES => {
            whole(by_code, &error.message, t)
        }
        _ => beside(by_code, &error.message, t),
    }
}

/// Why something was not done, in a sentence.
pub(in crate::web) fn told(why: Refusal, t: Words) -> Result<String, Failure> {
    match why {
        Refusal::NoPipeline(_) => Err(Failure::Missing("pipeline")),
        Refusal::NoTrack(..) => Err(Failure::Missing("track")),
        // The page itself says what has moved.
        Refusal::PipelineMoved(_) | Refusal::TrackMoved(..) => Ok(by_rule(why, t)),
        Refusal::Pipeline(..)
        | Refusal::Track(..)
        | Refusal::Runs(_)
        | Refusal::NotItsTurn(_)
        | Refusal::Limit(_) => Ok(whole(by_rule(why, t), &capital(&format!("{why}.")), t)),
    }
}

fn by_rule(why: Refusal, t: Words) -> String {
    match why {
        Refusal::NoPipeline(_) => t.missing_pipeline(),
        Refusal::NoTrack(..) => t.missing_track(),
        Refusal::Pipeline(state, why) => {
            t.refused_pipeline_state(marks::pipeline(state.code()).said(&t), not_now(why, t))
        }
        Refusal::Track(state, why) => {
            t.refused_track_state(marks::track(state.code(), None).said(&t), not_now(why, t))
        }
        Refusal::PipelineMoved(state) => t.refused_moved(marks::pipeline(state.code()).said(&t)),
        Refusal::TrackMoved(state, _) => t.refused_moved(marks::track(state.code(), None).said(&t)),
        Refusal::Runs(track) => t.refused_runs(track.to_string()),
        Refusal::NotItsTurn(track) => t.refused_turn(track.to_string()),
        Refusal::Limit(most) => t.refused_limit(most),
    }
}

fn not_now(why: NotNow, t: Words) -> String {
    match why {
        NotNow::Done => t.not_now_done(),
        NotNow::SkippedInTurn => t.not_now_skipped_in_turn(),
        NotNow::UnrunSkip => t.not_now_unrun_skip(),
        NotNow::UnrunStop => t.not_now_unrun_stop(),
        NotNow::Unrun => t.not_now_unrun(),
        NotNow::BeingEnded => t.not_now_being_ended(),
        NotNow::Ended => t.not_now_ended(),
        NotNow::Paused => t.not_now_paused(),
        NotNow::NothingToPause => t.not_now_nothing_to_pause(),
        NotNow::NotPaused => t.not_now_not_paused(),
        NotNow::Still => t.not_now_still(),
        NotNow::BeingStopped => t.not_now_being_stopped(),
        NotNow::NoneFailed => t.not_now_none_failed(),
        NotNow::Held => t.not_now_held(),
        NotNow::Begun => t.not_now_begun(),
        NotNow::NotHeld => t.not_now_not_held(),
        NotNow::NothingRuns => t.not_now_nothing_runs(),
        NotNow::ValuesUsed => t.not_now_values_used(),
        NotNow::NoVerdict => t.not_now_no_verdict(),
        NotNow::VerdictMoves => t.not_now_verdict_moves(),
    }
}

fn by_fit(why: &Unfit, t: Words) -> String {
    match why {
        Unfit::Missing(_) => t.missing_graph(),
        Unfit::Archived(name) => t.refused_archived(quote(name)),
        Unfit::Changed { version, .. } => t.refused_changed(version.to_string()),
        Unfit::Taken(_) => t.refused_taken(),
        Unfit::InUse(name) => t.refused_in_use(quote(name)),
    }
}

/// Why the driver did not do something.
pub(in crate::web) fn of_command(why: &CommandError, t: Words) -> String {
    let by_code = match why {
        CommandError::Busy => t.refused_busy(),
        CommandError::Unwritable(_) => t.refused_unwritable(),
        CommandError::PutOff(_) => t.refused_put_off(),
        CommandError::Closed => t.refused_closed(),
        CommandError::NoGraph(_) => t.missing_graph(),
        CommandError::Unchecked(_) => t.refused_unchecked(),
        CommandError::Edited(_) => t.refused_edited(),
        CommandError::KeyReused(_) | CommandError::KeyTaken => t.refused_key(),
        CommandError::Unfit(why) => by_fit(why, t),
        CommandError::Refused(why) => by_rule(*why, t),
        CommandError::InTheWay(..) => t.refused_in_the_way(),
        CommandError::Live(_, state) => t.refused_live(marks::pipeline(state.code()).said(&t)),
        CommandError::Survives(_) => t.refused_survives(),
        CommandError::Deleted(..) => t.refused_deleted(),
        CommandError::Store(_) => String::new(),
    };
    let single = capital(&reveal::text(&format!("{why}.")));
    match why {
        CommandError::Busy
        | CommandError::Closed
        | CommandError::NoGraph(_)
        | CommandError::Unchecked(_)
        | CommandError::Edited(_)
        | CommandError::KeyReused(_)
        | CommandError::KeyTaken
        | CommandError::Unfit(_)
        | CommandError::Live(..) => whole(by_code, &single, t),
        CommandError::Refused(why) => told(*why, t).unwrap_or(by_code),
        // What the system or the database said, what else runs, who did it and when.
        CommandError::Unwritable(_)
        | CommandError::PutOff(_)
        | CommandError::InTheWay(..)
        | CommandError::Survives(_)
        | CommandError::Deleted(..)
        | CommandError::Store(_) => beside(by_code, &single, t),
    }
}

/// Why nothing can be started, where that is no answer about its values.
pub(in crate::web) fn of_start(why: &StartError, t: Words) -> String {
    let by_code = match why {
        StartError::NoGraph(_) => t.missing_graph(),
        StartError::NoTrack(_) => t.missing_track(),
        StartError::Unchecked(..) => t.refused_unchecked(),
        StartError::UnknownSecrets(names) => {
            let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
            t.refused_secrets(names.join(", "))
        }
        StartError::Sealed(_) => t.refused_sealed(),
        StartError::Command(why) => return of_command(why, t),
        StartError::Fields(_) | StartError::Store(_) => String::new(),
    };
    let single = capital(&reveal::text(&format!("{why}.")));
    match why {
        StartError::Sealed(_) => beside(by_code, &single, t),
        _ if by_code.is_empty() => single,
        _ => whole(by_code, &single, t),
    }
}

/// Why a secret was not set or removed.
pub(in crate::web) fn of_secret(why: &SecretError, t: Words) -> String {
    let by_code = match why {
        SecretError::Name(name) => t.refused_secret_name(quote(name)),
        SecretError::Value(graph_codes::TOO_SHORT, _) => t.refused_secret_short(SECRET_LEAST_BYTES),
        SecretError::Value(..) => t.refused_secret_value(),
        SecretError::Unknown(name) => t.refused_secret_unknown(quote(name)),
        SecretError::Seal(_) => t.refused_sealed(),
        SecretError::Command(why) => return of_command(why, t),
        SecretError::Store(_) => String::new(),
    };
    let single = capital(&reveal::text(&format!("{why}.")));
    match why {
        SecretError::Unknown(_) | SecretError::Value(graph_codes::TOO_SHORT, _) => {
            whole(by_code, &single, t)
        }
        // The rules of names, the other limits of values.
        _ => beside(by_code, &single, t),
    }
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

#[cfg(test)]
mod tests {
    use super::{of_command, of_secret, of_start, told};
    use crate::desk::{SecretError, StartError};
    use crate::driver::CommandError;
    use crate::engine::{GraphId, NotNow, PipelineId, PipelineState, Refusal, TrackId, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::store::Unfit;
    use crate::web::tests::harness::HOSTILE;

    #[test]
    fn a_refusal_is_in_the_language_of_the_page_with_the_single_case_beneath() {
        let (pipeline, track) = (PipelineId(7), TrackId(9));
        let refusals = [
            Refusal::Pipeline(PipelineState::Finish, NotNow::Still),
            Refusal::Track(TrackState::Running, NotNow::Unrun),
            Refusal::Runs(track),
            Refusal::NotItsTurn(track),
            Refusal::Limit(3),
        ];
        let mut said: Vec<String> = Vec::new();
        for t in [Words::of(L10n::En), Words::of(L10n::ZhCN)] {
            said.extend(refusals.map(|why| told(why, t).expect("words")));
            let unfit = [
                Unfit::Missing(GraphId(1)),
                Unfit::Archived(HOSTILE.to_owned()),
                Unfit::Taken(GraphId(1)),
                Unfit::InUse(HOSTILE.to_owned()),
            ];
            let commands = [
                CommandError::Busy,
                CommandError::Unwritable("full".to_owned()),
                CommandError::PutOff("full".to_owned()),
                CommandError::Closed,
                CommandError::Unchecked(GraphId(1)),
                CommandError::Edited(GraphId(1)),
                CommandError::KeyTaken,
                CommandError::Live(pipeline, PipelineState::Running),
                CommandError::Survives("3 processes".to_owned()),
            ];
            let commands = (unfit.map(CommandError::Unfit).into_iter()).chain(commands);
            said.extend(commands.map(|why| of_command(&why, t)));
            said.push(of_start(
                &StartError::UnknownSecrets(vec!["A".to_owned()]),
                t,
            ));
            said.push(of_secret(&SecretError::Name("a-b".to_owned()), t));
            let moved = told(Refusal::PipelineMoved(PipelineState::Stopped), t).expect("words");
            assert!(
                !moved.contains('\n') && moved.contains(&t.state_stopped()),
                "{moved}"
            );
        }
        let (english, chinese) = said.split_at(said.len() / 2);
        let mut beneath = 0;
        for (english, chinese) in english.iter().zip(chinese) {
            let (sentence, detail) = chinese.split_once('\n').unwrap_or((chinese, english));
            assert_eq!(detail, english);
            beneath += usize::from(chinese.contains('\n'));
            assert!(
                sentence.ends_with('。') && !sentence.contains("running"),
                "{sentence}"
            );
        }
        // What words of others or of the system say.
        assert_eq!(beneath, 4);
        let t = Words::of(L10n::ZhCN);
        let named = |why: &StartError| of_start(why, t);
        let secrets = named(&StartError::UnknownSecrets(vec!["A".into(), "B".into()]));
        assert!(
            secrets.contains("`A`, `B`") && !secrets.contains('\n'),
            "{secrets}"
        );
        let turn = told(Refusal::NotItsTurn(track), t).expect("words");
        assert!(turn.contains("#9") && !turn.contains('\n'), "{turn}");
        let short = of_secret(&SecretError::Value("too-short", "x".to_owned()), t);
        assert!(short.contains('4') && !short.contains('\n'), "{short}");
        assert!(told(Refusal::NoPipeline(pipeline), Words::of(L10n::En)).is_err());
    }
}
