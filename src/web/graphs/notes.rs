//! Notes of what an import leaves out, in the language of the page. They stay with a text until it is saved.

use crate::graph::foreign::{LeftOut, Note};
use crate::l10n::Words;
use crate::web::edge::posted::Posted;
use crate::web::parts::refused::beside;
use crate::web::parts::reveal;

/// Notes that a form keeps; more are shown and not sent back.
const MOST_KEPT: usize = 200;

/// A note as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct NoteLine {
    /// In the text that was imported, from 1; 0: the whole text.
    pub(in crate::web) line: u32,
    pub(in crate::web) said: String,
    /// The same as a hidden field carries it; empty: it is not kept.
    pub(in crate::web) kept: String,
}

impl NoteLine {
    /// Of the whole text, in words that are there.
    pub(in crate::web) fn of(said: String) -> Self {
        Self {
            line: 0,
            said,
            kept: String::new(),
        }
    }
}

/// Notes as lines of a page.
pub(in crate::web) fn lines(left_out: &[LeftOut], t: &Words) -> Vec<NoteLine> {
    let line = |(i, left): (usize, &LeftOut)| NoteLine {
        kept: match i < MOST_KEPT {
            true => format!("{} {} {}", left.line, left.note.code(), left.what),
            false => String::new(),
        },
        ..line(left, t)
    };
    left_out.iter().enumerate().map(line).collect()
}

/// One note, which no form keeps.
pub(in crate::web) fn line(left: &LeftOut, t: &Words) -> NoteLine {
    NoteLine {
        line: left.line,
        said: beside(told(left.note, *t), &reveal::text(&left.what), *t),
        kept: String::new(),
    }
}

/// The notes that a form has kept.
pub(in crate::web) fn kept(form: &Posted) -> Vec<LeftOut> {
    let read = |text: &str| {
        let mut parts = text.splitn(3, ' ');
        let (line, code, what) = (parts.next()?, parts.next()?, parts.next()?);
        let note = Note::ALL.iter().find(|note| note.code() == code)?;
        Some(LeftOut {
            line: line.parse().ok()?,
            what: what.to_owned(),
            note: *note,
        })
    };
    form.all("note").take(MOST_KEPT).filter_map(read).collect()
}

/// What a kind of note means and what to do.
fn told(note: Note, t: Words) -> String {
    match note {
        Note::Line => t.note_line(),
        Note::Schedule => t.note_schedule(),
        Note::User => t.note_user(),
        Note::MaybeUser => t.note_maybe_user(),
        Note::Directory => t.note_directory(),
        Note::Mail => t.note_mail(),
        Note::VariableName => t.note_variable_name(),
        Note::Variable => t.note_variable(),
        Note::Renamed => t.note_renamed(),
        Note::NoJob => t.note_no_job(),
        Note::NoRule => t.note_no_rule(),
        Note::NoGoal => t.note_no_goal(),
        Note::RunsNothing => t.note_runs_nothing(),
        Note::OtherGoals => t.note_other_goals(),
        Note::EveryTarget => t.note_every_target(),
        Note::Condition => t.note_condition(),
        Note::Word => t.note_word(),
        Note::VariableForm => t.note_variable_form(),
        Note::OtherFile => t.note_other_file(),
        Note::PatternRule => t.note_pattern_rule(),
        Note::Expression => t.note_expression(),
        Note::NeedsItself => t.note_needs_itself(),
        Note::Missing => t.note_missing(),
        Note::TooDeep => t.note_too_deep(),
        Note::Files => t.note_files(),
        Note::Environment => t.note_environment(),
        Note::RunsLater => t.note_runs_later(),
        Note::Script => t.note_script(),
        Note::Yaml => t.note_yaml(),
        Note::Triggers => t.note_triggers(),
        Note::InputName => t.note_input_name(),
        Note::Machine => t.note_machine(),
        Note::Matrix => t.note_matrix(),
        Note::Checkout => t.note_checkout(),
        Note::Action => t.note_action(),
        Note::Always => t.note_always(),
        Note::TimeLimit => t.note_time_limit(),
        Note::RunnerVariables => t.note_runner_variables(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, Note, kept, lines, told};
    use crate::l10n::{L10n, Words};
    use crate::web::edge::posted::Posted;

    #[test]
    fn every_kind_has_words_of_its_own_in_every_language() {
        for language in L10n::iter() {
            let t = Words::of(*language);
            let mut all: Vec<String> = Note::ALL.iter().map(|note| told(*note, t)).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), Note::ALL.len());
        }
    }

    #[test]
    fn a_form_keeps_the_notes_that_it_shows() {
        let left_out = [LeftOut {
            line: 7,
            what: "the schedule `0 2 * * *`: keep cron & more".to_owned(),
            note: Note::Schedule,
        }];
        let shown = lines(&left_out, &Words::of(L10n::ZhCN));
        assert!(shown[0].said.contains('\n'), "{}", shown[0].said);
        let body = rocket::http::RawStr::new(&shown[0].kept).percent_encode();
        let form = Posted::parse(&format!("note={body}&note=x&note=1+none+x"));
        assert_eq!(kept(&form.expect("UTF-8")), left_out);
    }
}
