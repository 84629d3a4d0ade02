//! What every part of a definition is read with: keys, words, numbers and the list of problems.

use std::collections::BTreeSet;

use super::tree::{Data, Entry, Node};
use crate::graph::codes;
use crate::graph::duration::LONGEST;
use crate::graph::model::Millis;
use crate::graph::places::{Mark, Places, Spot};
use crate::graph::problem::{Problem, Severity};
use crate::graph::similar::{Suggester, quote};
use crate::graph::values::boolean;

/// Collects problems and places while a tree is read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    pub(super) places: Places,
    pub(super) suggester: Suggester,
}

/// What the keys of a mapping may be.
pub(super) enum Keys<'k> {
    /// These only.
    Known(&'k [&'k str]),
    /// Any; a second one of the same name gives this code.
    Any(&'static str),
}

impl Reader {
    /// Adds an error.
    pub(super) fn error(&mut self, code: &'static str, mark: Mark, place: &str, message: String) {
        let place = place.to_owned();
        self.problems.push(Problem {
            code,
            severity: Severity::Error,
            line: mark.line,
            column: mark.column,
            place,
            message,
        });
    }

    /// Adds an error about a value that nothing else will then be said about.
    pub(super) fn broken(
        &mut self,
        code: &'static str,
        node: &Node,
        place: &str,
        spot: Spot,
        message: String,
    ) {
        self.error(code, node.mark, place, message);
        self.places.broken.insert(spot);
    }

    /// The usable entries of a mapping, in order: each key once, merge keys and unknown keys reported.
    pub(super) fn entries<'n>(
        &mut self,
        node: &'n Node,
        place: &str,
        keys: &Keys<'_>,
    ) -> Vec<&'n Entry> {
        let Data::Map(entries) = &node.data else {
            let message = format!("this must be a mapping, not {}", node.phrase());
            self.error(codes::WRONG_TYPE, node.mark, place, message);
            return Vec::new();
        };
        let mut seen = BTreeSet::new();
        let mut usable = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = entry.key.as_str();
            let inside = if place == "graph" {
                key.to_owned()
            } else {
                format!("{place}.{key}")
            };
            if entry.plain_key && key == "<<" {
                let message = "merge keys `<<` are not read; write the keys out, or repeat one value with an alias";
                self.error(codes::MERGE_KEY, entry.mark, &inside, message.to_owned());
            } else if let Keys::Known(known) = keys
                && !known.contains(&key)
            {
                let hint = self.suggester.hint(key, known.iter().copied());
                let message = format!(
                    "{} is not a key here.{hint} Keys: {}",
                    quote(key),
                    known.join(", ")
                );
                self.error(codes::UNKNOWN_KEY, entry.mark, &inside, message);
            } else if !seen.insert(key) {
                let code = match keys {
                    Keys::Known(_) => codes::DUPLICATE_KEY,
                    Keys::Any(code) => code,
                };
                let message = format!(
                    "{} stands here a second time; remove or rename one",
                    quote(key)
                );
                self.error(code, entry.mark, &inside, message);
            } else {
                usable.push(entry);
            }
        }
        usable
    }

    /// A text, whatever it looks like: `007` and `no` stay as they are written.
    pub(super) fn text(&mut self, node: &Node, place: &str, spot: Spot) -> Option<String> {
        let text = node.scalar().map(|s| s.text.clone());
        if text.is_none() {
            let message = format!("this must be text, not {}", node.phrase());
            self.broken(codes::WRONG_TYPE, node, place, spot, message);
        }
        text
    }

    /// true or false, by any of the words for them.
    pub(super) fn boolean(&mut self, node: &Node, place: &str, spot: Spot) -> Option<bool> {
        let value = node.plain_text().and_then(boolean);
        if value.is_none() {
            let message = format!("this must be true or false, not {}", node.phrase());
            self.broken(codes::WRONG_TYPE, node, place, spot, message);
        }
        value
    }

    /// A whole number from 0.
    pub(super) fn whole(&mut self, node: &Node, place: &str, spot: Spot) -> Option<u32> {
        let value = node.plain_text().and_then(|t| t.parse().ok());
        if value.is_none() {
            let message = format!("this must be a whole number from 0, not {}", node.phrase());
            self.broken(codes::WRONG_TYPE, node, place, spot, message);
        }
        value
    }

    /// A number from 1, perhaps with a fraction.
    pub(super) fn factor(&mut self, node: &Node, place: &str, spot: Spot) -> Option<f64> {
        let value = node
            .plain_text()
            .and_then(|t| t.parse().ok())
            .filter(|x: &f64| x.is_finite());
        if value.is_none() {
            let message = format!(
                "this must be a number such as 2 or 1.5, not {}",
                node.phrase()
            );
            self.broken(codes::WRONG_TYPE, node, place, spot, message);
        }
        value
    }

    /// A length of time.
    pub(super) fn duration(&mut self, node: &Node, place: &str, spot: Spot) -> Option<Millis> {
        let value = node.scalar().and_then(|s| Millis::parse(&s.text));
        if value.is_none() {
            let message = format!(
                "{} is not a length of time; write a whole number with a unit: 500ms, 30s, 5m, 2h or 1d, at most {LONGEST}",
                node.phrase()
            );
            self.broken(codes::BAD_DURATION, node, place, spot, message);
        }
        value
    }
}
