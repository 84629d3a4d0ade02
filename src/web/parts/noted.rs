//! Why a line of the journal was written: the words of the engine in the language of the page, and what
//! a person said as it is.

use crate::engine::{Action, Reason, Scope, TrackAction, TrackId, TrackInput};
use crate::l10n::Words;
use crate::web::parts::words;

/// Why, for a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Noted {
    /// In the language of the page.
    pub(in crate::web) words: String,
    /// What a person said, or the engine of the single case.
    pub(in crate::web) rest: String,
    /// The rest is of the engine, in English.
    pub(in crate::web) english: bool,
}

/// The reason of a line that `who` caused; nobody: the engine.
pub(in crate::web) fn noted(why: &str, who: &str, t: Words) -> Noted {
    let rest = |rest: &str| Noted {
        rest: rest.to_owned(),
        english: who.is_empty() && !t.are_english(),
        ..Noted::default()
    };
    // A word for programs is no sentence in English either.
    if t.are_english() && why.contains(' ') {
        return rest(why);
    }
    let (first, said) = why.split_once(": ").unwrap_or((why, ""));
    let known = match who.is_empty() {
        true => by_rule(why, t).map(|words| (words, "")),
        false => of_person(first, t).map(|words| (words, said)),
    };
    match known {
        None => rest(why),
        Some((words, said)) => Noted {
            words,
            ..rest(said)
        },
    }
}

/// What the engine does by itself.
fn by_rule(why: &str, t: Words) -> Option<String> {
    Some(match why {
        "a newer pipeline of its graph takes its place" => t.noted_newer(),
        "the pipeline ran out of time" => t.noted_out_of_time(),
        "a track that was stopped holds all that is left" => t.noted_held_by_stopped(),
        word => {
            let reason = Reason::ALL.iter().find(|reason| reason.word() == word)?;
            words::reason(reason.code(), None, None, t)
        }
    })
}

/// What a person asked for, or how something was started.
fn of_person(word: &str, t: Words) -> Option<String> {
    if let Some(number) = word.strip_prefix("again of ") {
        return Some(t.noted_again(number));
    }
    let asked = |action: &Action| action.word() == word;
    let track = |action| Action::Track(TrackId(0), action);
    let retry = |scope| track(TrackAction::Retry(scope, None));
    let all = [
        (Action::Pause, t.act_pause()),
        (Action::Resume, t.act_resume()),
        (Action::Stop { now: false }, t.act_stop()),
        (Action::Stop { now: true }, t.act_kill()),
        (Action::RetryFailed, t.act_retry_failed()),
        (retry(Scope::Only), t.act_retry()),
        (retry(Scope::After), t.act_retry_after()),
        (retry(Scope::Alone), t.act_run_alone()),
        (track(TrackAction::Skip), t.act_skip()),
        (track(TrackAction::ForceSuccess(None)), t.act_succeed()),
        (track(TrackAction::ForceFailure), t.act_fail()),
        (track(TrackAction::Hold), t.act_hold()),
        (track(TrackAction::Release), t.act_release()),
        (
            track(TrackAction::Input(TrackInput::default())),
            t.act_input(),
        ),
    ];
    let found = all.into_iter().find(|(action, _)| asked(action));
    let started = || Some(words::trigger(word, t)).filter(|words| words != word);
    found.map(|(_, words)| words).or_else(started)
}

#[cfg(test)]
mod tests {
    use super::noted;
    use crate::engine::Reason;
    use crate::l10n::{L10n, Words};

    #[test]
    fn the_engine_speaks_the_language_of_the_page_and_people_their_own() {
        let (english, chinese) = (Words::of(L10n::En), Words::of(L10n::ZhCN));
        let of = |why, who| {
            let noted = noted(why, who, chinese);
            (noted.words, noted.rest, noted.english)
        };
        let none = String::new;
        assert_eq!(noted("stop: now", "ann", english).rest, "stop: now");
        assert_eq!(of("pause", "ann"), (chinese.act_pause(), none(), false));
        let said = (chinese.act_kill(), "it: hangs".to_owned(), false);
        assert_eq!(of("kill: it: hangs", "ann"), said);
        assert_eq!(of("form", "ann"), (chinese.trigger_form(), none(), false));
        let again = (chinese.noted_again("7"), "b".to_owned(), false);
        assert_eq!(of("again of 7: b", "ann"), again);
        assert_eq!(of("by hand", "ann"), (none(), "by hand".to_owned(), false));
        // A person's words are not those of the engine.
        assert_eq!(of("timeout", "ann").0, "");
        for reason in Reason::ALL {
            assert_ne!(of(reason.word(), "").0, "", "{reason}");
        }
        assert_eq!(of("no room", ""), (none(), "no room".to_owned(), true));
        assert_eq!(of("", ""), (none(), none(), true));
    }
}
