//! What changed from one definition to another, line by line, with a mark beside each colour.

use serde_json::Value as Json;

use crate::graph::{Diff, FieldChange};
use crate::web::parts::reveal;

/// Lines of scripts, and names, that a page shows.
const MOST: usize = 2_000;

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Line {
    /// `+`, `-`, `@` or a space.
    pub(in crate::web) mark: char,
    pub(in crate::web) text: String,
}

/// A key with its two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Key {
    pub(in crate::web) name: String,
    pub(in crate::web) before: Option<String>,
    pub(in crate::web) after: Option<String>,
}

/// A vertex that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Changed {
    pub(in crate::web) name: String,
    pub(in crate::web) keys: Vec<Key>,
    pub(in crate::web) lines: Vec<Line>,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Changes {
    pub(in crate::web) keys: Vec<Key>,
    pub(in crate::web) added: Vec<String>,
    pub(in crate::web) removed: Vec<String>,
    pub(in crate::web) changed: Vec<Changed>,
    /// First and second of each edge.
    pub(in crate::web) edges_added: Vec<(String, String)>,
    pub(in crate::web) edges_removed: Vec<(String, String)>,
    /// There is more than the page shows.
    pub(in crate::web) cut: bool,
}

impl Changes {
    /// Nothing is different.
    pub(in crate::web) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A difference as a page shows it, of bounded length.
pub(in crate::web) fn changes(diff: Diff) -> Changes {
    let mut room = MOST;
    let mut cut = false;
    let changed = diff.changed.into_iter().map(|vertex| {
        let script = vertex.script.unwrap_or_default();
        // Whether a text ends with a line break is told in a line of its own, in English.
        let told = script.lines().filter(|line| !line.starts_with('\\'));
        let mut lines: Vec<Line> = told.map(line).collect();
        cut |= lines.len() > room;
        lines.truncate(room);
        room -= lines.len();
        Changed {
            name: vertex.name,
            keys: vertex.fields.into_iter().map(key).collect(),
            lines,
        }
    });
    let mut found = Changes {
        changed: changed.collect(),
        keys: diff.settings.into_iter().map(key).collect(),
        added: diff.added,
        removed: diff.removed,
        edges_added: diff.edges_added,
        edges_removed: diff.edges_removed,
        cut,
    };
    shorten(&mut found.changed, &mut found.cut);
    for names in [&mut found.added, &mut found.removed] {
        shorten(names, &mut found.cut);
    }
    for edges in [&mut found.edges_added, &mut found.edges_removed] {
        shorten(edges, &mut found.cut);
    }
    found
}

fn shorten<T>(list: &mut Vec<T>, cut: &mut bool) {
    *cut |= list.len() > MOST;
    list.truncate(MOST);
}

fn line(line: &str) -> Line {
    let mark = line.chars().next().filter(|c| matches!(c, '+' | '-' | '@'));
    let rest = match mark {
        Some('@') => line,
        _ => line.get(1..).unwrap_or_default(),
    };
    Line {
        mark: mark.unwrap_or(' '),
        text: reveal::text(rest),
    }
}

fn key(change: FieldChange) -> Key {
    let shown = |value: Json| match value {
        Json::String(text) => reveal::text(&text),
        other => reveal::text(&other.to_string()),
    };
    Key {
        name: change.field,
        before: change.before.map(shown),
        after: change.after.map(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, changes};
    use crate::graph::{Diff, VertexChange};

    #[test]
    fn each_line_of_a_script_has_its_mark_and_there_is_an_end_of_them() {
        let one = |script: String| Diff {
            changed: vec![VertexChange {
                name: "a".to_owned(),
                fields: Vec::new(),
                script: Some(script),
            }],
            ..Diff::default()
        };
        let found = changes(one(
            "@@ -1 +1 @@\n-old\n\\ No newline\n+new\n same\n\n".to_owned()
        ));
        let lines = found.changed[0].lines.iter();
        let lines: Vec<_> = lines.map(|l| (l.mark, l.text.as_str())).collect();
        let expected = [
            ('@', "@@ -1 +1 @@"),
            ('-', "old"),
            ('+', "new"),
            (' ', "same"),
            (' ', ""),
        ];
        assert_eq!(lines, expected);
        assert!(!found.cut && !found.is_empty());
        let long = changes(one("+é\n".repeat(MOST + 1)));
        assert!(long.cut && long.changed[0].lines.len() == MOST);
        assert!(changes(Diff::default()).is_empty());
    }
}
