//! Reasons, waits and the rules of parameters in words.

use crate::engine::{Ending, Mark as Said, PendingOn, Reason, TrackState};
use crate::graph::{Kind, Param, When as Verdict};
use crate::store::TrackHead;
use crate::web::parts::around::Around;
use crate::web::parts::when::{When, when};

/// Why a track stands where it does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Why {
    /// In words; empty: there is nothing to say.
    pub(in crate::web) text: String,
    /// When its wait ends.
    pub(in crate::web) due: Option<When>,
    /// It waits for a value: its page has the form.
    pub(in crate::web) asks: bool,
}

/// Why an attempt ended as it did.
pub(in crate::web) fn reason(code: i16, exit_code: Option<i32>, signal: Option<i32>) -> String {
    let Some(reason) = Reason::from_code(code) else {
        return format!("reason {code}, which this version does not know");
    };
    match (reason, exit_code, signal) {
        (Reason::ExitCode, Some(exit), _) => format!("exit code {exit}"),
        (Reason::ExitCode, None, _) => "the script failed".to_owned(),
        (Reason::Signal, _, Some(signal)) => format!("ended by signal {signal}"),
        (Reason::Signal, _, None) => "ended by a signal".to_owned(),
        (Reason::Timeout, _, _) => "timed out".to_owned(),
        (Reason::CouldNotStart, _, _) => "could not be started".to_owned(),
        (Reason::Stopped, _, _) => "stopped".to_owned(),
        (Reason::Interrupted, _, _) => {
            "interrupted: its supervisor or its machine died, the outcome is unknown".to_owned()
        }
        (Reason::NotStarted, _, _) => "the machine could not start a process".to_owned(),
        (Reason::BadOutput, _, _) => "an output is missing or wrong".to_owned(),
        (Reason::Forced, _, _) => "a person said that it failed".to_owned(),
    }
}

/// What a PENDING track waits for.
fn pending(on: PendingOn) -> &'static str {
    match on {
        PendingOn::Slot => "waits for a free slot",
        PendingOn::Input => "waits for a value",
        PendingOn::Retry => "waits for its next attempt",
        PendingOn::Spawn => "the machine could not start a process",
        PendingOn::Hold => "a person holds it",
        PendingOn::Failure => "held: another track has failed and nothing new starts",
    }
}

/// How an attempt is being ended.
fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Stop => "is being ended",
        Ending::Kill => "is being ended at once",
        Ending::Fail => "is being ended, because a person said that it failed",
    }
}

/// What a person has said of a track before it starts, in a word for its badge.
pub(in crate::web) fn said(track: &TrackHead) -> &'static str {
    match track.mark.and_then(Said::from_code) {
        Some(Said::Hold) => "held",
        Some(Said::Skip) => "to be skipped",
        Some(Said::Alone) => "runs alone",
        None => "",
    }
}

/// Why a track stands where it does, with the detail that its row has.
pub(in crate::web) fn why(track: &TrackHead, around: &Around) -> Why {
    let known = TrackState::from_code(track.state);
    let (words, on) = match known {
        Some(TrackState::Waiting) => {
            let first = match around.is_handler(track.id) {
                true => "there is no verdict yet",
                false => "its predecessors are not done",
            };
            let held = track.mark == Some(Said::Hold.code());
            let person = if held { "a person holds it, and " } else { "" };
            (format!("{person}{first}"), None)
        }
        Some(TrackState::Pending) => {
            let on = track.pending_on.and_then(PendingOn::from_code);
            let words = match on {
                Some(PendingOn::Slot) => around.slot(track),
                Some(on) => pending(on).to_owned(),
                None => String::new(),
            };
            (words, on)
        }
        Some(TrackState::Running) => {
            let ending = track.ending.and_then(Ending::from_code).map(ending);
            (ending.unwrap_or_default().to_owned(), None)
        }
        Some(TrackState::Succeed | TrackState::Skipped) => (String::new(), None),
        Some(TrackState::Failed | TrackState::Stopped | TrackState::Interrupted) | None => {
            let code = track.reason;
            let words = code.map(|code| reason(code, track.exit_code, None));
            (words.unwrap_or_default(), None)
        }
    };
    let ended = known.is_some_and(TrackState::has_ended);
    let spawn = on == Some(PendingOn::Spawn);
    let detail = (ended || spawn).then_some(track.detail.as_str());
    let mut text = with_detail(words, detail.unwrap_or_default());
    if let Some(due) = track.due_at.filter(|_| spawn) {
        // In whole seconds: it is soon, and the page loads itself again.
        let seconds = (due - around.now).max(0).unsigned_abs().div_ceil(1_000);
        text.push_str(&format!("; trying again in {seconds} s"));
    }
    if around.ignored.contains(&track.id) {
        text.push_str("; its failure counts as done");
    }
    Why {
        text,
        due: track.due_at.filter(|_| on.is_some() && !spawn).map(when),
        asks: on == Some(PendingOn::Input),
    }
}

/// Words and what more there is to say, once.
pub(in crate::web) fn with_detail(words: String, detail: &str) -> String {
    match (words.is_empty(), detail.is_empty()) {
        (_, true) => words,
        (true, false) => detail.to_owned(),
        (false, false) if detail.contains(&words) => detail.to_owned(),
        (false, false) => format!("{words}: {detail}"),
    }
}

/// By what a pipeline was started.
pub(in crate::web) fn trigger(word: &str) -> &str {
    match word {
        "rest" => "through the REST API",
        "form" => "with the start form",
        "run" => "by trackyard run",
        "hook" => "by a hook",
        other => other,
    }
}

/// The rules of a parameter in words.
pub(in crate::web) fn rules(param: &Param) -> String {
    let mut parts = vec![kind(param.kind).to_owned()];
    match (&param.min, &param.max) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max}")),
        (Some(min), None) => parts.push(format!("{min} or more")),
        (None, Some(max)) => parts.push(format!("{max} or less")),
        (None, None) => {}
    }
    match (param.min_length, param.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
        (Some(min), None) => parts.push(format!("{min} characters or more")),
        (None, Some(max)) => parts.push(format!("{max} characters at most")),
        (None, None) => {}
    }
    if let Some(pattern) = &param.pattern {
        parts.push(format!("matches {pattern}"));
    }
    parts.join(", ")
}

/// A type in words.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Str => "text",
        Kind::Int => "whole number",
        Kind::Float => "number",
        Kind::Bool => "yes or no",
        Kind::Choice => "a choice",
        Kind::Date => "a day, YYYY-MM-DD",
        Kind::Secret => "a secret; it is not shown again",
    }
}

/// When a script after the verdict runs.
pub(in crate::web) fn handler(after: Verdict) -> &'static str {
    match after {
        Verdict::Success => "when the pipeline has succeeded",
        Verdict::Failure => "when the pipeline has failed",
        Verdict::Stop => "when the pipeline was stopped",
        Verdict::Exit => "at the end, whatever the verdict",
    }
}

#[cfg(test)]
mod tests {
    use super::{Around, Said, reason, said, why};
    use crate::engine::{Ending, PendingOn, PipelineState, Reason, TrackState};
    use crate::web::parts::marks::{UNKNOWN, pipeline, track};
    use crate::web::tests::harness::track_head;

    #[test]
    fn every_state_has_a_shape_of_its_own_and_its_word() {
        let mut looks = Vec::new();
        for state in TrackState::ALL {
            let mark = track(state.code(), None);
            assert_eq!(mark.word, state.word());
            looks.push(mark.look);
        }
        looks.push(track(TrackState::Failed.code(), Some(Reason::Timeout.code())).look);
        let all = looks.len();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), all);
        for state in PipelineState::ALL {
            assert_eq!(pipeline(state.code()).word, state.word());
        }
        assert_eq!(track(99, None), UNKNOWN);
        let sprite = include_str!("../../../templates/parts/icons.html");
        for look in looks {
            assert!(sprite.contains(&format!("id=\"i-{look}\"")), "{look}");
        }
    }

    #[test]
    fn reasons_name_their_numbers() {
        assert_eq!(
            reason(Reason::ExitCode.code(), Some(3), None),
            "exit code 3"
        );
        assert_eq!(
            reason(Reason::Signal.code(), None, Some(9)),
            "ended by signal 9"
        );
        for known in Reason::ALL {
            assert!(!reason(known.code(), None, None).is_empty());
        }
        assert!(reason(77, None, None).contains("77"));
    }

    #[test]
    fn a_track_says_what_it_waits_for() {
        let at = |now| Around {
            now,
            ..Around::default()
        };
        let mut head = track_head(1, "a");
        head.state = TrackState::Pending.code();
        head.pending_on = Some(PendingOn::Input.code());
        assert!(why(&head, &at(0)).asks);
        head.pending_on = Some(PendingOn::Retry.code());
        head.due_at = Some(0);
        assert!(why(&head, &at(0)).due.is_some() && !why(&head, &at(0)).asks);
        head.pending_on = Some(PendingOn::Spawn.code());
        head.due_at = Some(2_900);
        head.detail = "the machine could not start a process: no room".to_owned();
        let told = "the machine could not start a process: no room; trying again in 2 s";
        assert_eq!(why(&head, &at(1_000)).text, told);
        assert!(why(&head, &at(9_000)).text.ends_with("in 0 s"));
        head.state = TrackState::Failed.code();
        head.reason = Some(Reason::CouldNotStart.code());
        head.detail = "no `perl`".to_owned();
        assert_eq!(why(&head, &at(0)).text, "could not be started: no `perl`");
        let mut ignored = at(0);
        ignored.ignored.insert(1);
        let told = "could not be started: no `perl`; its failure counts as done";
        assert_eq!(why(&head, &ignored).text, told);
        (head.state, head.ending) = (TrackState::Running.code(), Some(Ending::Fail.code()));
        assert!(why(&head, &at(0)).text.contains("said that it failed"));
        (head.state, head.mark) = (TrackState::Waiting.code(), Some(Said::Skip.code()));
        assert_eq!(said(&head), "to be skipped");
        assert_eq!(why(&head, &at(0)).text, "its predecessors are not done");
        head.mark = Some(Said::Hold.code());
        let told = "a person holds it, and its predecessors are not done";
        assert_eq!(why(&head, &at(0)).text, told);
    }
}
