//! The line of a page that says why a track or a pipeline stands where it does.

use std::time::Duration;

use crate::desk::why::{Code, Moves, ReferKind, Why};
use crate::driver::CommandError;
use crate::graph::quote;
use crate::l10n::{L10n, Words};
use crate::web::edge::answer::Failure;
use crate::web::parts::refused::beside;
use crate::web::parts::reveal;
use crate::web::parts::when::{When, when};

/// How long a page waits for the driver: it is whole without this line, too.
pub(in crate::web) const PATIENCE: Duration = Duration::from_millis(200);

/// The answer, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Reason {
    pub(in crate::web) code: Code,
    pub(in crate::web) moves: Moves,
    /// The same of the single case, in English.
    pub(in crate::web) sentence: String,
    pub(in crate::web) next: String,
    pub(in crate::web) until: Option<When>,
    /// Names of values that are missing, or of the pool that is full.
    pub(in crate::web) names: Vec<String>,
    /// Addresses and names of what the sentence speaks of.
    pub(in crate::web) links: Vec<(String, String)>,
}

impl Reason {
    /// Why, in the language of the page.
    pub(in crate::web) fn said(&self, t: &Words) -> String {
        let by_code = match (self.code, self.names.as_slice()) {
            (Code::Input, [_, ..]) => t.why_input_of(self.names.join(", ")),
            (Code::PoolFull, [_, ..]) => t.why_pool_of(self.names.join(", ")),
            (code, _) => told(code, *t),
        };
        match self.is_whole() && !t.are_english() {
            true => by_code,
            false => beside(by_code, &self.sentence, *t),
        }
    }

    /// Whether the sentence says no more than its code, the names beside it and what the page has
    /// anyway: the number of the attempt, an exit code. A part more in it is after a `;`, in brackets,
    /// or a number of those that have no name there.
    fn is_whole(&self) -> bool {
        if self.sentence == told(self.code, Words::of(L10n::En)) {
            return true;
        }
        let more = [";", "(", " more"];
        let plain = !more.iter().any(|sign| self.sentence.contains(sign));
        plain
            && match self.code {
                Code::Predecessors
                | Code::Handlers
                | Code::Draining
                | Code::PoolFull
                | Code::Turn
                | Code::Input
                | Code::Runs
                | Code::ExitCode
                | Code::ScriptsRun
                | Code::WaitsForPerson
                | Code::TracksFailed => true,
                // Who did it and why, how many run, what the machine said.
                Code::Verdict
                | Code::NothingNew
                | Code::Queued
                | Code::Paused
                | Code::MaxParallel
                | Code::Slots
                | Code::Retry
                | Code::Machine
                | Code::Held
                | Code::BeingEnded
                | Code::Succeeded
                | Code::SaidSucceeded
                | Code::Signal
                | Code::Timeout
                | Code::CouldNotStart
                | Code::BadOutput
                | Code::Lost
                | Code::SaidFailed
                | Code::Skipped
                | Code::OtherVerdict
                | Code::Stopped
                | Code::StoppedByRule
                | Code::Interrupted
                | Code::OutOfTime
                | Code::Finished => false,
            }
    }

    /// What happens next; where the sentence has lines beneath it, in a word.
    pub(in crate::web) fn then(&self, t: &Words) -> String {
        match (t.are_english(), self.moves) {
            (true, _) => self.next.clone(),
            (false, Moves::Itself) => t.why_moves_itself(),
            (false, Moves::Person) => t.why_moves_person(),
            (false, Moves::Nobody) => t.why_moves_nobody(),
        }
    }
}

fn told(code: Code, t: Words) -> String {
    match code {
        Code::Predecessors => t.why_waits_for_predecessors(),
        Code::Verdict => t.why_waits_for_verdict(),
        Code::Handlers => t.why_waits_for_handlers(),
        Code::NothingNew => t.why_nothing_new_starts(),
        Code::Queued => t.why_queued(),
        Code::Paused => t.why_paused(),
        Code::Draining => t.why_server_drains(),
        Code::MaxParallel => t.why_max_parallel(),
        Code::PoolFull => t.why_pool_full(),
        Code::Slots => t.why_waits_for_slot(),
        Code::Turn => t.why_starts_now(),
        Code::Input => t.why_waits_for_input(),
        Code::Retry => t.why_waits_for_retry(),
        Code::Machine => t.why_waits_for_machine(),
        Code::Held => t.why_held(),
        Code::Runs => t.why_runs(),
        Code::BeingEnded => t.why_being_ended(),
        Code::Succeeded => t.why_succeeded(),
        Code::SaidSucceeded => t.why_said_succeeded(),
        Code::ExitCode => t.why_failed_exit_code(),
        Code::Signal => t.why_failed_signal(),
        Code::Timeout => t.why_failed_timeout(),
        Code::CouldNotStart => t.why_failed_start(),
        Code::BadOutput => t.why_failed_output(),
        Code::Lost => t.why_failed_lost(),
        Code::SaidFailed => t.why_said_failed(),
        Code::Skipped => t.why_skipped(),
        Code::OtherVerdict => t.why_skipped_other_verdict(),
        Code::Stopped => t.why_stopped(),
        Code::StoppedByRule => t.why_stopped_by_rule(),
        Code::Interrupted => t.why_interrupted(),
        Code::ScriptsRun => t.why_scripts_run(),
        Code::WaitsForPerson => t.why_waits_for_person(),
        Code::TracksFailed => t.why_tracks_failed(),
        Code::OutOfTime => t.why_out_of_time(),
        Code::Finished => t.why_finished(),
    }
}

/// The line; none when nobody can be asked now, because of which no page fails.
pub(in crate::web) fn reason(
    why: Result<Option<Why>, CommandError>,
) -> Result<Option<Reason>, Failure> {
    match why {
        Ok(why) => Ok(why.map(line)),
        Err(CommandError::Store(why)) => Err(why.into()),
        Err(_) => Ok(None),
    }
}

fn line(why: Why) -> Reason {
    let link = |kind: ReferKind, id: i64, name: &str| match kind {
        ReferKind::Track => Some((format!("/tracks/{id}"), reveal::text(name))),
        ReferKind::Pipeline => Some((format!("/pipelines/{id}"), format!("#{id}"))),
        ReferKind::Pool | ReferKind::Input => None,
    };
    let named = why.refers.iter();
    let named = named.filter(|r| matches!(r.kind, ReferKind::Input | ReferKind::Pool));
    let names = named.map(|refer| quote(&refer.name)).collect();
    let links = why.refers.iter();
    let links = links.filter_map(|refer| link(refer.kind, refer.id?, &refer.name));
    Reason {
        code: why.code,
        moves: why.moves,
        names,
        links: links.collect(),
        sentence: reveal::text(&why.sentence),
        next: reveal::text(&why.next),
        until: why.until.map(|until| when(until.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reason, told};
    use crate::desk::why::Code;
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::hostile_reason;

    #[test]
    fn every_answer_has_a_sentence_of_its_own_in_every_language() {
        for language in L10n::iter() {
            let sentence = |code: &Code| told(*code, Words::of(*language));
            let mut all: Vec<String> = Code::ALL.iter().map(sentence).collect();
            assert!(all.iter().all(|s| s.ends_with(['.', '。'])));
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), Code::ALL.len());
        }
    }

    #[test]
    fn the_single_case_stands_beneath_where_it_is_in_another_language() {
        let (english, chinese) = (Words::of(L10n::En), Words::of(L10n::ZhCN));
        let reason = hostile_reason();
        assert_eq!(reason.said(&english), reason.sentence);
        assert_eq!(reason.then(&english), reason.next);
        let expected = format!("{}\n{}", chinese.why_runs(), reason.sentence);
        assert_eq!(reason.said(&chinese), expected);
        assert_eq!(reason.then(&chinese), chinese.why_moves_itself());
    }

    #[test]
    fn a_sentence_that_says_no_more_than_its_code_does_not_stand_beneath() {
        let chinese = Words::of(L10n::ZhCN);
        let of = |code, sentence: &str, names: &[&str]| {
            let reason = Reason {
                code,
                sentence: sentence.to_owned(),
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                ..hostile_reason()
            };
            reason.said(&chinese)
        };
        for (code, sentence, names, said) in [
            (
                Code::Succeeded,
                "Its script ended with exit code 0.",
                &[][..],
                chinese.why_succeeded(),
            ),
            (
                Code::Runs,
                "Attempt 1 of its script runs.",
                &[],
                chinese.why_runs(),
            ),
            (
                Code::Predecessors,
                "It comes after a and b, which are not done.",
                &[],
                chinese.why_waits_for_predecessors(),
            ),
            (
                Code::Input,
                "It needs a value for `host`.",
                &["`host`"],
                chinese.why_input_of("`host`"),
            ),
        ] {
            assert_eq!(of(code, sentence, names), said);
        }
        for (code, sentence) in [
            (
                Code::Predecessors,
                "It comes after a and 3 more, which are not done.",
            ),
            (
                Code::Runs,
                "Attempt 1 of its script runs; when its turn comes it is skipped.",
            ),
            (Code::Held, "`ann` holds it: not before noon."),
            (
                Code::ExitCode,
                "Its script ended with exit code 3 (no such file).",
            ),
        ] {
            assert!(
                of(code, sentence, &[]).ends_with(&format!("\n{sentence}")),
                "{sentence}"
            );
        }
    }
}
