//! Drawing the problems of a definition under the lines that they are about.

use super::output::is_hidden;
use crate::graph::{Problem, Severity};
use crate::store::StoredProblem;

/// The most characters of a source line that are shown, around the place.
const MOST_COLUMNS: usize = 120;

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const BLUE: &str = "\u{1b}[1;34m";
const RESET: &str = "\u{1b}[0m";

/// A problem as the command line shows it, wherever it was found.
pub(super) fn shown(problem: &Problem) -> StoredProblem {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Notice => "notice",
    };
    StoredProblem {
        code: problem.code.to_owned(),
        severity: severity.to_owned(),
        line: problem.line,
        column: problem.column,
        place: problem.place.clone(),
        message: problem.message.clone(),
    }
}

/// Whether there is an error among these.
pub(super) fn has_error(problems: &[StoredProblem]) -> bool {
    problems.iter().any(|p| p.severity == "error")
}

/// Draws problems of the text `source` of the file `name`.
pub(super) struct Drawing<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
    coloured: bool,
}

impl<'a> Drawing<'a> {
    /// Problems of a text; an empty one where there is none to show.
    pub(super) fn new(name: &'a str, source: &'a str, coloured: bool) -> Self {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        Self {
            name,
            lines: source.lines().map(str::trim_end).collect(),
            coloured,
        }
    }

    /// All of them, each followed by its source line.
    pub(super) fn draw(&self, problems: &[StoredProblem]) -> String {
        let mut read = Read::default();
        let drawn = problems.iter().map(|p| self.one(p, &mut read));
        drawn.collect()
    }

    fn one(&self, problem: &StoredProblem, read: &mut Read) -> String {
        let at = if problem.line > 0 {
            format!("{}:{}:{}:", self.name, problem.line, problem.column)
        } else {
            format!("{}:", self.name)
        };
        let colour = if problem.severity == "error" {
            RED
        } else {
            YELLOW
        };
        let kind = format!("{}[{}]:", problem.severity, problem.code);
        let mut text = format!(
            "{} {} {}\n",
            self.paint(BOLD, &at),
            self.paint(colour, &kind),
            problem.message
        );
        let line = (problem.line as usize).checked_sub(1);
        if let Some(line) = line.and_then(|i| self.lines.get(i)) {
            if read.line != problem.line {
                *read = Read::default();
                read.line = problem.line;
            }
            let (line, caret) = window(line, problem.column as usize, read);
            let number = problem.line.to_string();
            let edge = self.paint(BLUE, &format!("{number} |"));
            let blank = self.paint(BLUE, &format!("{} |", " ".repeat(number.len())));
            let caret = format!("{}{}", " ".repeat(caret), self.paint(colour, "^"));
            text.push_str(&format!("{edge} {line}\n{blank} {caret}\n"));
        }
        text
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.coloured {
            format!("{colour}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

/// How far a line has been read. Problems come in the order of their places, so that thousands of
/// them in one long line read it once.
#[derive(Default)]
struct Read {
    line: u32,
    chars: usize,
    bytes: usize,
}

/// The part of a line around a column (from 1), and where in it the column is (from 0). Every
/// character takes one place, so that the caret stands under its own.
fn window(line: &str, column: usize, read: &mut Read) -> (String, usize) {
    let at = column.saturating_sub(1);
    let long = line.chars().nth(MOST_COLUMNS).is_some();
    let first = if long {
        at.saturating_sub(MOST_COLUMNS / 2)
    } else {
        0
    };
    if first < read.chars {
        (read.chars, read.bytes) = (0, 0);
    }
    let skipped = line[read.bytes..].chars().take(first - read.chars);
    for char in skipped {
        read.chars += 1;
        read.bytes += char.len_utf8();
    }
    if read.chars < first {
        // The column is behind the line: its end is shown.
        return window(line, read.chars + 1, read);
    }
    let plain = |c: char| match c {
        '\t' => ' ',
        c if is_hidden(c) => '\u{fffd}',
        c => c,
    };
    let mut rest = line[read.bytes..].chars();
    let mut text: String = rest.by_ref().take(MOST_COLUMNS).map(plain).collect();
    let mut caret = (at - first).min(text.chars().count());
    if first > 0 {
        text.insert(0, '…');
        caret += 1;
    }
    if !rest.as_str().is_empty() {
        text.push('…');
    }
    (text, caret)
}

#[cfg(test)]
mod tests {
    use super::{Drawing, Read, window};
    use crate::store::StoredProblem;

    fn problem(line: u32, column: u32) -> StoredProblem {
        StoredProblem {
            code: "cycle".to_owned(),
            severity: "error".to_owned(),
            line,
            column,
            place: String::new(),
            message: "a cycle".to_owned(),
        }
    }

    #[test]
    fn the_caret_stands_under_the_column() {
        let drawing = Drawing::new("g.yaml", "\u{feff}name: x\n\tb: [a]\n", false);
        assert_eq!(
            drawing.draw(&[problem(2, 5), problem(0, 0)]),
            "g.yaml:2:5: error[cycle]: a cycle\n2 |  b: [a]\n  |     ^\ng.yaml: error[cycle]: a cycle\n"
        );
    }

    #[test]
    fn a_place_after_the_end_of_the_text_has_no_line() {
        let drawing = Drawing::new("g.yaml", "a: 1\n", false);
        assert_eq!(
            drawing.draw(&[problem(9, 1)]),
            "g.yaml:9:1: error[cycle]: a cycle\n"
        );
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let line = "x".repeat(1_000_000) + "y" + &"z".repeat(1_000_000);
        let (text, caret) = window(&line, 1_000_001, &mut Read::default());
        assert_eq!(text.chars().nth(caret), Some('y'));
        assert_eq!(text.chars().count(), 122);
        let after = |line: &str| window(line, usize::MAX, &mut Read::default());
        assert_eq!(after("abc"), ("abc".to_owned(), 3));
        assert_eq!(after(&line).0, format!("…{}", "z".repeat(60)));
    }

    #[test]
    fn many_problems_of_a_long_line_are_drawn_in_linear_time() {
        let line = "é<word> ".repeat(20_000);
        let drawing = Drawing::new("g.yaml", &line, false);
        let at = |i: u32| problem(1, 8 * (i % 20_000) + 2);
        let problems: Vec<_> = (0..40_000).map(at).collect();
        let start = std::time::Instant::now();
        let drawn = drawing.draw(&problems);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), 3 * problems.len());
        let (shown, caret) = (lines[lines.len() - 2], lines[lines.len() - 1]);
        assert_eq!(shown.chars().nth(caret.chars().count() - 1), Some('<'));
    }
}
