//! "Did you mean": the known word nearest to one that is not known, and how values are shown.

use std::cell::Cell;

/// How many words one [`Suggester`] compares before it stops suggesting: a broken graph of 50,000
/// vertices must not cost 50,000 times 50,000 comparisons.
const COMPARISONS: usize = 400_000;

/// Gives suggestions until its budget is used up; from then on none.
#[derive(Debug)]
pub(super) struct Suggester {
    left: Cell<usize>,
}

impl Default for Suggester {
    fn default() -> Self {
        Self {
            left: Cell::new(COMPARISONS),
        }
    }
}

impl Suggester {
    /// ` Did you mean ...?` with the nearest of `known`, or nothing when none is near.
    pub(super) fn hint<'k>(&self, word: &str, known: impl Iterator<Item = &'k str>) -> String {
        match self.nearest(word, known) {
            Some(near) => format!(" Did you mean {}?", quote(near)),
            None => String::new(),
        }
    }

    /// The nearest of `known` to `word`, if it is near at all; the first of equals.
    pub(super) fn nearest<'k>(
        &self,
        word: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> Option<&'k str> {
        let wanted: Vec<char> = word.chars().take(64).flat_map(char::to_lowercase).collect();
        let most = (wanted.len() / 3).clamp(1, 3);
        let mut best: Option<(usize, &'k str)> = None;
        for candidate in known {
            if self.left.get() == 0 {
                return None;
            }
            self.left.set(self.left.get() - 1);
            if candidate.len() > 4 * (wanted.len() + most) {
                continue;
            }
            let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            if other.is_empty() || other.len().abs_diff(wanted.len()) > most {
                continue;
            }
            let far = distance(&wanted, &other);
            if far <= most && far < wanted.len() && best.is_none_or(|(d, _)| far < d) {
                best = Some((far, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }
}

/// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// A value in backticks for a message: cut to 60 characters, with control characters shown as escapes.
pub fn quote(value: &str) -> String {
    format!("`{}`", one_line(value, 60))
}

/// The first `most` characters of a text on one line, with control characters shown as escapes.
pub fn one_line(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        match c {
            '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{Suggester, quote};

    #[test]
    fn finds_the_nearest_word() {
        let known = ["script", "needs", "timeout", "retry", "ä"];
        for (word, near) in [
            ("scirpt", Some("script")),
            ("need", Some("needs")),
            ("Timeout", Some("timeout")),
            ("tiemuot", Some("timeout")),
            ("zzz", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(
                Suggester::default().nearest(word, known.into_iter()),
                near,
                "{word}"
            );
        }
    }

    #[test]
    fn stops_when_its_budget_is_used_up() {
        let suggester = Suggester { left: Cell::new(1) };
        assert_eq!(
            suggester.hint("aa", ["ab"].into_iter()),
            " Did you mean `ab`?"
        );
        assert_eq!(suggester.hint("aa", ["ab"].into_iter()), "");
    }

    #[test]
    fn quotes_values_on_one_line() {
        assert_eq!(quote("a\nb\u{7}"), "`a\\nb\\u{7}`");
        assert_eq!(quote(&"x".repeat(70)).chars().count(), 63);
    }
}
