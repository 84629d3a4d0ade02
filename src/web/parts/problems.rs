//! What a check found, each beside the line that it is about, or by the field of a form.

use std::collections::BTreeSet;

use crate::l10n::Words;
use crate::store::StoredProblem;
use crate::web::parts::place::{Part, Place};
use crate::web::parts::refused::beside;
use crate::web::parts::{codes, reveal};

/// A finding as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Finding {
    pub(in crate::web) is_error: bool,
    /// `line:column`; empty: it is about no line.
    pub(in crate::web) at: String,
    /// Where it is in the words of the forms; none: a text is shown, and its line tells that.
    pub(in crate::web) place: Option<Place>,
    pub(in crate::web) code: String,
    pub(in crate::web) message: String,
    /// The line of the text.
    pub(in crate::web) line: String,
}

impl Finding {
    /// What is wrong, in the language of the page.
    pub(in crate::web) fn said(&self, t: &Words) -> String {
        let by_code = codes::told(&self.code, *t).unwrap_or_default();
        beside(by_code, &self.message, *t)
    }
}

/// The most bytes of a line that are shown.
const LINE: usize = 240;

/// The findings in the order of their lines, errors before notices.
pub(in crate::web) fn findings(problems: &[StoredProblem], source: &str) -> Vec<Finding> {
    let lines: Vec<&str> = source.lines().collect();
    let one = |problem: &StoredProblem| {
        let line = (problem.line as usize)
            .checked_sub(1)
            .and_then(|place| lines.get(place));
        let (line, cut) = reveal::head(line.copied().unwrap_or_default(), LINE);
        let mut line = reveal::text(line);
        if cut {
            line.push('…');
        }
        Finding {
            is_error: problem.severity == "error",
            at: if problem.line == 0 {
                String::new()
            } else {
                format!("{}:{}", problem.line, problem.column)
            },
            place: None,
            code: problem.code.clone(),
            message: reveal::text(&problem.message),
            line,
        }
    };
    sorted(problems).map(one).collect()
}

fn sorted(problems: &[StoredProblem]) -> impl Iterator<Item = &StoredProblem> {
    let mut sorted: Vec<&StoredProblem> = problems.iter().collect();
    sorted.sort_by_key(|p| (p.severity != "error", p.line, p.column));
    sorted.into_iter()
}

/// The same where a form is filled in: by vertex and field. `names` are those of the vertices, and `href`
/// leads to the field of a part. Of a text only the line of a script is shown, which is as it was typed.
pub(in crate::web) fn in_forms<'n>(
    (problems, source): (&[StoredProblem], &str),
    names: impl Iterator<Item = &'n str>,
    href: impl Fn(Part<'_>) -> Option<String>,
    t: &Words,
) -> Vec<Finding> {
    let names: BTreeSet<&str> = names.collect();
    let one = |(problem, finding): (&StoredProblem, Finding)| {
        let part = Part::of(&problem.place, &names);
        let line = match part.keys {
            "script" => finding.line,
            _ => String::new(),
        };
        Finding {
            at: String::new(),
            place: Some(part.place(href(part), *t)),
            line,
            ..finding
        }
    };
    let found = findings(problems, source);
    sorted(problems).zip(found).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{findings, in_forms};
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::problem;

    #[test]
    fn in_forms_a_problem_has_its_field_and_only_a_script_its_line() {
        let at = |place: &str| {
            let mut problem = problem("error", 1);
            problem.place = place.to_owned();
            problem
        };
        let problems = [at("vertices.a.script"), at("vertices.a.timeout")];
        let found = in_forms(
            (&problems, "echo <x>"),
            ["a"].into_iter(),
            |part| Some(format!("#{}", part.keys)),
            &Words::of(L10n::En),
        );
        let place = |i: usize| found[i].place.clone().expect("a place");
        assert_eq!(place(0).href.as_deref(), Some("#script"));
        assert_eq!(place(1).steps[1].0, "Time limit");
        assert!(found.iter().all(|finding| finding.at.is_empty()));
        assert_eq!([found[0].line.as_str(), &found[1].line], ["echo <x>", ""]);
    }

    #[test]
    fn each_problem_has_its_line_and_errors_come_first() {
        let found = findings(
            &[
                problem("notice", 1),
                problem("error", 2),
                problem("error", 9),
            ],
            "name: a\nvertices: \u{202e}\n",
        );
        assert_eq!(found[0].line, "vertices: ⟨U+202E⟩");
        assert_eq!(found[0].at, "2:3");
        assert_eq!(found[1].line, "");
        assert!(!found[2].is_error);
        assert_eq!(findings(&[problem("error", 0)], "")[0].at, "");
    }
}
