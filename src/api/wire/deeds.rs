//! What people changed, and who it was.

use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::values::Moment;
use crate::store::DeedRow;

/// Something that was done with what people define and keep. No value of a secret is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deed {
    id: i64,
    at: Moment,
    /// Who asked for it: `token`, `browser`, `cli`.
    who: String,
    /// `create`, `change`, `copy`, `restore`, `archive`, `unarchive`, `delete` of graphs and hooks; `set`, `change`, `remove`
    /// of secrets; `rotate`, `drain`, `undrain`.
    verb: String,
    /// `graph`, `hook`, `secret`, `token`, `sign-in-link` or `server`.
    object: String,
    /// What people call it; of a hook the name of its graph.
    name: String,
    /// Its number, if it has one: of a graph that of the version.
    number: Option<i64>,
    /// More of it, in a few words.
    detail: String,
}

impl From<DeedRow> for Deed {
    fn from(row: DeedRow) -> Self {
        Self {
            id: row.id,
            at: Moment::of(row.at),
            who: row.who,
            verb: row.verb,
            object: row.object,
            name: row.name,
            number: row.number,
            detail: row.detail,
        }
    }
}

/// What people changed, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DeedPage {
    pub(in crate::api) deeds: Vec<Deed>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}
