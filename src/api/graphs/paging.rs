//! Pages of a definition. They are cut by places in it, so all of them are of the same definition.

use std::fmt;
use std::str::FromStr;

use crate::api::error::ApiError;
use crate::api::graphs::{head, rows};
use crate::api::wire::{Cursor, List};
use crate::desk::Desk;

/// Which definition of which graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) struct Edition {
    graph: i64,
    revision: i64,
}

/// Where a page begins.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    of: Edition,
    from: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Edition { graph, revision } = self.of;
        write!(f, "{graph}.{revision}.{}", self.from)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(());
        let (graph, revision, from) = (next()?, next()?, next()?);
        let place = Self {
            of: Edition {
                graph: graph.parse().map_err(drop)?,
                revision: revision.parse().map_err(drop)?,
            },
            from: from.parse().map_err(drop)?,
        };
        parts.next().is_none().then_some(place).ok_or(())
    }
}

/// What is read of a definition that nobody changes meanwhile, and which one it is.
pub(in crate::api) fn steady<T>(
    desk: &Desk,
    id: i64,
    read: impl Fn() -> Result<T, ApiError>,
) -> Result<(Edition, T), ApiError> {
    loop {
        let revision = head(desk, id)?.revision;
        let found = read()?;
        if head(desk, id)?.revision == revision {
            let edition = Edition {
                graph: id,
                revision,
            };
            return Ok((edition, found));
        }
    }
}

/// What a page has of a list of a definition, and where the next one begins. The page after one of another
/// definition is refused: it would leave out what has moved, or give it twice.
pub(in crate::api) fn page<T>(
    (list, of): (List, Edition),
    all: impl Iterator<Item = T>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<(Vec<T>, Option<Cursor>), ApiError> {
    let limit = usize::try_from(rows(limit)?).unwrap_or(usize::MAX);
    let from = match (Cursor::read::<Place>(list, cursor)?, cursor) {
        (Some(place), Some(text)) if place.of.graph != of.graph => {
            return Err(Cursor::refused(text));
        }
        (Some(place), Some(text)) if place.of != of => {
            let why = "the definition has changed since: begin again without it";
            return Err(ApiError::invalid(format!("`cursor={text}`: {why}")));
        }
        (Some(place), _) => place.from,
        (None, _) => 0,
    };
    let mut found: Vec<T> = all.skip(from).take(limit.saturating_add(1)).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = || Place {
        of,
        from: from + limit,
    };
    Ok((found, more.then(|| Cursor::of(list, next()))))
}
