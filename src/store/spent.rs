//! Numbers are given once: what is deleted keeps its number from everything that comes later.

use diesel::dsl::max;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::schema::{graph, hook, journal, pipeline, spent, track, vertex};

/// What has numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Graph,
    Vertex,
    Pipeline,
    Track,
    Journal,
    Hook,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Graph,
        Self::Vertex,
        Self::Pipeline,
        Self::Track,
        Self::Journal,
        Self::Hook,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Vertex => "vertex",
            Self::Pipeline => "pipeline",
            Self::Track => "track",
            Self::Journal => "journal",
            Self::Hook => "hook",
        }
    }

    /// The highest number of the rows that are there.
    fn top(self, db: &mut Db) -> QueryResult<i64> {
        let top: Option<i64> = match self {
            Self::Graph => graph::table.select(max(graph::id)).first(db)?,
            Self::Vertex => vertex::table.select(max(vertex::id)).first(db)?,
            Self::Pipeline => pipeline::table.select(max(pipeline::id)).first(db)?,
            Self::Track => track::table.select(max(track::id)).first(db)?,
            Self::Journal => journal::table.select(max(journal::sequence)).first(db)?,
            Self::Hook => hook::table.select(max(hook::id)).first(db)?,
        };
        Ok(top.unwrap_or(0))
    }
}

/// The first number that nothing has or has had.
pub(super) fn free(db: &mut Db, kind: Kind) -> QueryResult<i64> {
    let rows = spent::table.find(kind.word()).select(spent::highest);
    let gone: Option<i64> = rows.first(db).optional()?;
    Ok(kind.top(db)?.max(gone.unwrap_or(0)) + 1)
}

/// Notes the highest numbers. For the transaction that deletes rows, before it does.
pub(super) fn note(db: &mut Db) -> QueryResult<()> {
    for kind in Kind::ALL {
        let top = kind.top(db)?;
        let lower = spent::table
            .find(kind.word())
            .filter(spent::highest.lt(top));
        diesel::update(lower)
            .set(spent::highest.eq(top))
            .execute(db)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use diesel::{ExpressionMethods, RunQueryDsl};

    use super::{Kind, free, note};
    use crate::store::connection::{Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::schema::journal;

    #[test]
    fn a_number_is_never_given_twice() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("trackyard.db");
        let mut db = open_writer(&path, Durability::Normal).expect("a database");
        migrate(&mut db, &path).expect("tables");
        for kind in Kind::ALL {
            assert_eq!(free(&mut db, kind), Ok(1), "{kind:?}");
        }
        diesel::insert_into(journal::table)
            .values((
                journal::sequence.eq(7),
                journal::at.eq(0),
                journal::pipeline_id.eq(1),
                journal::old_state.eq(""),
                journal::new_state.eq(""),
                journal::attempt.eq(0),
                journal::who.eq(""),
                journal::why.eq(""),
            ))
            .execute(&mut db)
            .expect("written");
        note(&mut db).expect("noted");
        diesel::delete(journal::table)
            .execute(&mut db)
            .expect("deleted");
        assert_eq!(free(&mut db, Kind::Journal), Ok(8));
        note(&mut db).expect("noted");
        assert_eq!(free(&mut db, Kind::Journal), Ok(8), "it never goes down");
        assert_eq!(free(&mut db, Kind::Track), Ok(1));
    }
}
