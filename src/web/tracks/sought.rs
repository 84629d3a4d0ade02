//! What somebody looks for in a log: which line, or what lines have in them.

use std::path::Path;

use rocket::http::RawStr;

use crate::spool::{LogLines, Pattern};
use crate::web::edge::answer::Failure;
use crate::web::parts::size::grouped;
use crate::web::tracks::printed::unreadable;
use crate::web::tracks::rows::{Row, each, mark};

/// Lines in which something was found, of one page.
const HITS: usize = 1_000;
/// A search looks so many times as far as one look goes.
const LOOKS: usize = 4;

/// Lines in which something was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// The lines that were looked through.
    pub(super) from: u64,
    pub(super) to: u64,
    /// There are more to look through.
    pub(super) more: bool,
    /// What is looked for, as a query says it.
    pub(super) query: String,
    /// Which of them is looked at.
    pub(super) at: Option<usize>,
}

/// Which line somebody asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The last ones.
    #[default]
    Last,
    /// From this one on.
    From(u64),
    /// Nobody can say.
    Unclear(String),
}

/// What a request asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) line: Wanted,
    pub(super) n: Option<usize>,
    pub(super) query: String,
    /// It is an expression.
    pub(super) expression: bool,
    pub(super) from: u64,
    /// The line in which it was found, of those that were, which is looked at.
    pub(super) hit: u64,
    pub(super) as_text: bool,
}

/// Looks for something in a log.
pub(super) fn search(
    known: &LogLines,
    log: &Path,
    asked: &Asked,
    pattern: &Pattern,
) -> Result<Found, Failure> {
    let mut found = Found {
        from: asked.from.max(1),
        to: asked.from.max(1),
        query: asked.search(),
        ..Found::default()
    };
    for _ in 0..LOOKS {
        let n = HITS - found.rows.len();
        let page = known
            .search(log, found.to, n, pattern)
            .map_err(unreadable)?;
        found.rows.extend(each(&page.lines));
        found.to = page.next;
        found.more = page.next <= page.total;
        if !found.more || found.rows.len() == HITS {
            break;
        }
    }
    mark(&mut found.rows, pattern);
    found.at = found.rows.iter().position(|row| row.number == asked.hit);
    Ok(found)
}

impl Wanted {
    /// The number of a line as people write it: `1234`, `1,234`, `L1234`.
    pub(super) fn read(text: &str) -> Self {
        let digits = text.trim().trim_start_matches(['#', 'L']).replace(',', "");
        match digits.parse() {
            _ if text.trim().is_empty() => Self::Last,
            Ok(line @ 1..) => Self::From(line),
            Err(_) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                Self::From(u64::MAX)
            }
            Ok(0) | Err(_) => Self::Unclear(text.to_owned()),
        }
    }
}

impl Asked {
    /// What is looked for, as a query says it; empty: nothing.
    pub(super) fn search(&self) -> String {
        let text = RawStr::new(&self.query).percent_encode();
        match (self.query.is_empty(), self.expression) {
            (true, _) => String::new(),
            (false, true) => format!("q={text}&re=true"),
            (false, false) => format!("q={text}"),
        }
    }
}

impl Found {
    pub(super) fn count(&self) -> String {
        grouped(self.rows.len() as u64)
    }

    /// The first line that was looked at.
    pub(super) fn from(&self) -> String {
        grouped(self.from)
    }

    /// The last one.
    pub(super) fn to(&self) -> String {
        grouped(self.to - 1)
    }

    /// Where the search goes on.
    pub(super) fn next(&self) -> String {
        grouped(self.to)
    }

    /// The query that leads to a line in which it was found.
    pub(super) fn link(&self, row: &Row) -> String {
        let Self { query, from, .. } = self;
        let (near, number) = (row.near(), row.number);
        format!("?{query}&from={from}&line={near}&hit={number}#L{number}")
    }

    /// The line before the one that is looked at, and the one after it; around the ends.
    pub(super) fn around(&self) -> Option<(&Row, &Row)> {
        let last = self.rows.len().checked_sub(1)?;
        let before = self.at.and_then(|at| at.checked_sub(1)).unwrap_or(last);
        let after = self.at.filter(|at| *at < last).map_or(0, |at| at + 1);
        Some((&self.rows[before], &self.rows[after]))
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn a_line_is_a_number_from_1_on() {
        for (text, wanted) in [
            ("", Wanted::Last),
            (" ", Wanted::Last),
            ("7", Wanted::From(7)),
            (" 1,234 ", Wanted::From(1_234)),
            ("#L12", Wanted::From(12)),
            ("99999999999999999999", Wanted::From(u64::MAX)),
        ] {
            assert_eq!(Wanted::read(text), wanted, "{text}");
        }
        for text in ["0", "-1", "abc", "1.5", "L", "<b>", "+3x"] {
            assert_eq!(Wanted::read(text), Wanted::Unclear(text.to_owned()));
        }
    }
}
