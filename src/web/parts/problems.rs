//! What a check found, each beside the line that it is about.

use crate::l10n::Words;
use crate::store::StoredProblem;
use crate::web::parts::refused::beside;
use crate::web::parts::{codes, reveal};

/// A finding as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Finding {
    pub(in crate::web) is_error: bool,
    /// `line:column`; empty: it is about no line.
    pub(in crate::web) at: String,
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
            code: problem.code.clone(),
            message: reveal::text(&problem.message),
            line,
        }
    };
    let mut sorted: Vec<&StoredProblem> = problems.iter().collect();
    sorted.sort_by_key(|p| (p.severity != "error", p.line, p.column));
    sorted.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::findings;
    use crate::web::tests::harness::problem;

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
