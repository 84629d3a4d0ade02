//! Where the next page of a list begins. Each list reads only its own; to callers it is a text.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;

/// The lists that have pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum List {
    Attempts,
    Audit,
    Edges,
    Graphs,
    Hooks,
    Inbox,
    Journal,
    Logs,
    Nodes,
    NodeEdges,
    Pipelines,
    Secrets,
    Tracks,
    Versions,
    Vertices,
}

impl List {
    /// What the cursors of the list begin with; no two lists have the same.
    const fn word(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Audit => "audit",
            Self::Edges => "edges",
            Self::Graphs => "graphs",
            Self::Hooks => "hooks",
            Self::Inbox => "inbox",
            Self::Journal => "journal",
            Self::Logs => "logs",
            Self::Nodes => "nodes",
            Self::NodeEdges => "node-edges",
            Self::Pipelines => "pipelines",
            Self::Secrets => "secrets",
            Self::Tracks => "tracks",
            Self::Versions => "versions",
            Self::Vertices => "vertices",
        }
    }
}

/// The cursor of a list of pipelines of one graph, by which those older than `id` are meant.
pub fn older_than(id: i64) -> String {
    Cursor::of(List::Pipelines, id).0
}

/// The cursor of the list of graphs after the one of this name.
pub fn graphs_after(name: &str) -> String {
    Cursor::of(List::Graphs, name).0
}

/// The cursor of the list of what people changed, after the entry of this number.
pub fn deeds_after(id: i64) -> String {
    Cursor::of(List::Audit, id).0
}

/// Where the next page of a list begins: a text that the list itself reads as `cursor`, and nobody else.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct Cursor(String);

impl Cursor {
    /// The place, as the list reads it.
    pub(in crate::api) fn of(list: List, place: impl Display) -> Self {
        Self(format!("{}.{place}", list.word()))
    }

    /// After the last row of a page; none: the page is not full, so there are no more.
    pub(in crate::api) fn after<T, P: Display>(
        list: List,
        rows: &[T],
        limit: i64,
        place: impl FnOnce(&T) -> P,
    ) -> Option<Self> {
        let last = rows.last().filter(|_| rows.len() as i64 == limit);
        last.map(|row| Self::of(list, place(row)))
    }

    /// The place that a query or a body names; a place of another list is refused.
    pub(in crate::api) fn read<T: FromStr>(
        list: List,
        written: Option<&str>,
    ) -> Result<Option<T>, ApiError> {
        let read = |text: &str| {
            let of_list = text
                .split_once('.')
                .filter(|(word, _)| *word == list.word());
            let place = of_list.and_then(|(_, place)| place.parse().ok());
            place.ok_or_else(|| Self::refused(text))
        };
        written.map(read).transpose()
    }

    /// No page of this list has ended there.
    pub(in crate::api) fn refused(text: &str) -> ApiError {
        let detail = format!("`cursor={text}`: write the `next` of the page before it");
        ApiError::invalid(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, List};

    #[test]
    fn a_list_reads_its_own_cursors_alone() {
        let Cursor(text) = Cursor::of(List::Graphs, "a.b");
        let read = |list| Cursor::read::<String>(list, Some(&text));
        assert_eq!(read(List::Graphs).expect("its own").as_deref(), Some("a.b"));
        let (_, why) = read(List::Hooks).expect_err("of another list").said();
        assert!(why.contains("`cursor=graphs.a.b`"), "{why}");
        for text in ["", "7", "hooks", "hooks.", "hooks.x", ".7"] {
            let read = Cursor::read::<i64>(List::Hooks, Some(text));
            assert!(read.is_err(), "{text}");
        }
        let none = Cursor::read::<i64>(List::Hooks, None);
        assert_eq!(none.expect("it may be left out"), None);
    }
}
