//! Reasons, waits and the rules of parameters in words.

use crate::engine::{Ending, Mark as Said, PendingOn, Reason, TrackState};
use crate::graph::{Kind, Param, When as Verdict};
use crate::l10n::Words;
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
pub(in crate::web) fn reason(
    code: i16,
    exit_code: Option<i32>,
    signal: Option<i32>,
    t: Words,
) -> String {
    let Some(reason) = Reason::from_code(code) else {
        return t.reason_unknown(code);
    };
    match (reason, exit_code, signal) {
        (Reason::ExitCode, Some(exit), _) => t.reason_exit_code(exit),
        (Reason::ExitCode, None, _) => t.reason_failed(),
        (Reason::Signal, _, Some(signal)) => t.reason_signal(signal),
        (Reason::Signal, _, None) => t.reason_a_signal(),
        (Reason::Timeout, _, _) => t.reason_timeout(),
        (Reason::CouldNotStart, _, _) => t.reason_could_not_start(),
        (Reason::Stopped, _, _) => t.reason_stopped(),
        (Reason::Interrupted, _, _) => t.reason_interrupted(),
        (Reason::NotStarted, _, _) => t.reason_not_started(),
        (Reason::BadOutput, _, _) => t.reason_bad_output(),
        (Reason::Forced, _, _) => t.reason_forced(),
    }
}

/// What a PENDING track waits for.
fn pending(on: PendingOn, t: Words) -> String {
    match on {
        PendingOn::Slot => t.pending_slot(),
        PendingOn::Input => t.pending_input(),
        PendingOn::Retry => t.pending_retry(),
        PendingOn::Spawn => t.reason_not_started(),
        PendingOn::Hold => t.pending_hold(),
        PendingOn::Failure => t.pending_failure(),
    }
}

/// How an attempt is being ended.
fn ending(ending: Ending, t: Words) -> String {
    match ending {
        Ending::Stop => t.ending_stop(),
        Ending::Kill => t.ending_kill(),
        Ending::Fail => t.ending_fail(),
    }
}

/// What a person has said of a track before it starts, in a word for its badge.
pub(in crate::web) fn said(track: &TrackHead, t: Words) -> String {
    match track.mark.and_then(Said::from_code) {
        Some(Said::Hold) => t.said_hold(),
        Some(Said::Skip) => t.said_skip(),
        Some(Said::Alone) => t.said_alone(),
        None => String::new(),
    }
}

/// Why a track stands where it does, with the detail that its row has.
pub(in crate::web) fn why(track: &TrackHead, around: &Around, t: Words) -> Why {
    let known = TrackState::from_code(track.state);
    if let (Some(over), Some(TrackState::Waiting | TrackState::Pending)) = (&around.over, known) {
        return Why {
            text: over.said(t),
            ..Why::default()
        };
    }
    let (words, on) = match known {
        Some(TrackState::Waiting) => {
            let first = match around.is_handler(track.id) {
                true => t.wait_verdict(),
                false => t.wait_predecessors(),
            };
            let held = track.mark == Some(Said::Hold.code());
            (if held { t.wait_held(first) } else { first }, None)
        }
        Some(TrackState::Pending) => {
            let on = track.pending_on.and_then(PendingOn::from_code);
            let words = match on {
                Some(PendingOn::Slot) => around.slot(track, t),
                Some(on) => pending(on, t),
                None => String::new(),
            };
            (words, on)
        }
        Some(TrackState::Running) => {
            let on = track.ending.and_then(Ending::from_code);
            (on.map(|on| ending(on, t)).unwrap_or_default(), None)
        }
        Some(TrackState::Succeed | TrackState::Skipped) => (String::new(), None),
        Some(TrackState::Failed | TrackState::Stopped | TrackState::Interrupted) | None => {
            let code = track.reason;
            let words = code.map(|code| reason(code, track.exit_code, None, t));
            (words.unwrap_or_default(), None)
        }
    };
    let ended = known.is_some_and(TrackState::has_ended);
    let spawn = on == Some(PendingOn::Spawn);
    let detail = (ended || spawn).then_some(track.detail.as_str());
    let detail = detail.unwrap_or_default();
    let (mut text, beneath) = match t.are_english() {
        true => (with_detail(words, detail, t), ""),
        false => (words, detail),
    };
    if let Some(due) = track.due_at.filter(|_| spawn) {
        // In whole seconds: it is soon, and the page loads itself again.
        let seconds = (due - around.now).max(0).unsigned_abs().div_ceil(1_000);
        text = t.words_again(text, seconds);
    }
    if around.ignored.contains(&track.id) {
        text = t.words_ignored(text);
    }
    Why {
        text: with_detail(text, beneath, t),
        due: track.due_at.filter(|_| on.is_some() && !spawn).map(when),
        asks: on == Some(PendingOn::Input),
    }
}

/// Words and what more there is to say, once. What the engine says of the single case is English: in
/// another language it stands beneath.
pub(in crate::web) fn with_detail(words: String, detail: &str, t: Words) -> String {
    match (words.is_empty(), detail.is_empty()) {
        (_, true) => words,
        _ if !t.are_english() => by_person(detail, t)
            .unwrap_or_else(|| format!("{words}\n{detail}").trim_start().to_owned()),
        (true, false) => detail.to_owned(),
        (false, false) if detail.contains(&words) => detail.to_owned(),
        (false, false) => t.words_detail(words, detail),
    }
}

/// What a person said of how a track ended, where the detail is that.
fn by_person(detail: &str, t: Words) -> Option<String> {
    let of = |said: &str| detail.split_once(said);
    let (who, why, said) = match (of(" said that it succeeded"), of(" said that it failed")) {
        (Some((who, why)), _) => (who, why, t.words_said_succeeded(who)),
        (None, Some((who, why))) => (who, why, t.words_said_failed(who)),
        (None, None) => return None,
    };
    match (who.contains(char::is_whitespace), why.strip_prefix(": ")) {
        (true, _) => None,
        (false, None) => Some(said),
        (false, Some(why)) => Some(t.words_detail(said, why)),
    }
}

/// By what a pipeline was started.
pub(in crate::web) fn trigger(word: &str, t: Words) -> String {
    match word {
        "rest" => t.trigger_rest(),
        "form" => t.trigger_form(),
        "run" => t.trigger_run(),
        "hook" => t.trigger_hook(),
        other => other.to_owned(),
    }
}

/// The rules of a parameter in words.
pub(in crate::web) fn rules(param: &Param, t: Words) -> String {
    let mut words = kind(param.kind, t);
    let mut and = |rule: Option<String>| {
        if let Some(rule) = rule {
            words = t.words_and(&words, rule);
        }
    };
    let (min, max) = (&param.min, &param.max);
    and(match (min.as_ref(), max.as_ref()) {
        (Some(min), Some(max)) => Some(t.rule_between(min.to_string(), max.to_string())),
        (Some(min), None) => Some(t.rule_min(min.to_string())),
        (None, Some(max)) => Some(t.rule_max(max.to_string())),
        (None, None) => None,
    });
    and(match (param.min_length, param.max_length) {
        (Some(min), Some(max)) => Some(t.rule_lengths(min, max)),
        (Some(min), None) => Some(t.rule_longer(min)),
        (None, Some(max)) => Some(t.rule_shorter(max)),
        (None, None) => None,
    });
    and(param
        .pattern
        .as_ref()
        .map(|pattern| t.rule_pattern(pattern)));
    words
}

/// A type in words.
pub(in crate::web) fn kind(kind: Kind, t: Words) -> String {
    match kind {
        Kind::Str => t.kind_str(),
        Kind::Int => t.kind_int(),
        Kind::Float => t.kind_float(),
        Kind::Bool => t.kind_bool(),
        Kind::Choice => t.kind_choice(),
        Kind::Date => t.kind_date(),
        Kind::Secret => t.kind_secret(),
    }
}

/// When a script after the verdict runs.
pub(in crate::web) fn handler(after: Verdict, t: Words) -> String {
    match after {
        Verdict::Success => t.handler_success(),
        Verdict::Failure => t.handler_failure(),
        Verdict::Stop => t.handler_stop(),
        Verdict::Exit => t.handler_exit(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Around, Said, Why, reason, said, why};
    use crate::engine::{Ending, PendingOn, PipelineState, Reason, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::web::parts::marks::{UNKNOWN, pipeline, track};
    use crate::web::parts::unrun::Over;
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
        let t = Words::of(L10n::En);
        assert_eq!(
            reason(Reason::ExitCode.code(), Some(3), None, t),
            "exit code 3"
        );
        assert_eq!(
            reason(Reason::Signal.code(), None, Some(9), t),
            "ended by signal 9"
        );
        for known in Reason::ALL {
            assert!(!reason(known.code(), None, None, t).is_empty());
        }
        assert!(reason(77, None, None, t).contains("77"));
    }

    #[test]
    fn what_a_person_said_is_told_in_the_language_of_the_page() {
        let t = Words::of(L10n::ZhCN);
        let detail = |detail: &str| super::with_detail(t.reason_forced(), detail, t);
        let said = t.words_detail(t.words_said_failed("ann"), "it: hung");
        assert_eq!(detail("ann said that it failed: it: hung"), said);
        assert_eq!(
            detail("ann said that it succeeded"),
            t.words_said_succeeded("ann")
        );
        assert_eq!(detail("no room"), format!("{}\nno room", t.reason_forced()));
        assert_eq!(detail(""), t.reason_forced());
        assert_eq!(super::with_detail(String::new(), "no room", t), "no room");
    }

    #[test]
    fn a_track_says_what_it_waits_for() {
        let t = Words::of(L10n::En);
        let at = |now| Around {
            now,
            ..Around::default()
        };
        let mut head = track_head(1, "a");
        head.state = TrackState::Pending.code();
        head.pending_on = Some(PendingOn::Input.code());
        assert!(why(&head, &at(0), t).asks);
        head.pending_on = Some(PendingOn::Retry.code());
        head.due_at = Some(0);
        assert!(why(&head, &at(0), t).due.is_some() && !why(&head, &at(0), t).asks);
        head.pending_on = Some(PendingOn::Spawn.code());
        head.due_at = Some(2_900);
        head.detail = "the machine could not start a process: no room".to_owned();
        let told = "the machine could not start a process: no room; trying again in 2 s";
        assert_eq!(why(&head, &at(1_000), t).text, told);
        assert!(why(&head, &at(9_000), t).text.ends_with("in 0 s"));
        head.state = TrackState::Failed.code();
        head.reason = Some(Reason::CouldNotStart.code());
        head.detail = "no `perl`".to_owned();
        assert_eq!(
            why(&head, &at(0), t).text,
            "could not be started: no `perl`"
        );
        let mut ignored = at(0);
        ignored.ignored.insert(1);
        let told = "could not be started: no `perl`; its failure counts as done";
        assert_eq!(why(&head, &ignored, t).text, told);
        (head.state, head.ending) = (TrackState::Running.code(), Some(Ending::Fail.code()));
        assert!(why(&head, &at(0), t).text.contains("said that it failed"));
        (head.state, head.mark) = (TrackState::Waiting.code(), Some(Said::Skip.code()));
        assert_eq!(said(&head, t), "to be skipped");
        assert_eq!(why(&head, &at(0), t).text, "its predecessors are not done");
        head.mark = Some(Said::Hold.code());
        let told = "a person holds it, and its predecessors are not done";
        assert_eq!(why(&head, &at(0), t).text, told);
    }

    #[test]
    fn what_is_over_waits_for_nothing() {
        let t = Words::of(L10n::En);
        let mut head = track_head(1, "c");
        let mut around = Around {
            over: Some(Over::ByTrack("b".to_owned(), TrackState::Failed)),
            ..Around::default()
        };
        head.due_at = Some(5_000);
        head.state = TrackState::Waiting.code();
        for on in [None, Some(PendingOn::Input), Some(PendingOn::Spawn)] {
            head.pending_on = on.map(PendingOn::code);
            let said = why(&head, &around, t);
            assert_eq!(said.text, "because `b` failed");
            assert!(said.due.is_none() && !said.asks);
            head.state = TrackState::Pending.code();
        }
        head.state = TrackState::Failed.code();
        head.reason = Some(Reason::ExitCode.code());
        head.detail.clear();
        assert_eq!(why(&head, &around, t).text, "exit code 3");
        around.over = Some(Over::Done);
        head.state = TrackState::Waiting.code();
        assert_eq!(why(&head, &around, t), Why::default());
    }
}
