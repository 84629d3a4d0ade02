//! Secrets, draining, sign-in links and the sign of life.

use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::values::Moment;
use crate::store::SecretHead;

/// A named secret. Nothing ever tells its value.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Secret {
    name: String,
    /// Who set it last.
    creator: String,
    created_at: Moment,
    updated_at: Moment,
}

impl From<&SecretHead> for Secret {
    fn from(head: &SecretHead) -> Self {
        Self {
            name: head.name.clone(),
            creator: head.creator.clone(),
            created_at: Moment::of(head.created_at),
            updated_at: Moment::of(head.updated_at),
        }
    }
}

/// Named secrets, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretPage {
    pub(in crate::api) secrets: Vec<Secret>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A secret was set.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretSet {
    pub(in crate::api) name: String,
    /// There was one of that name.
    pub(in crate::api) replaced: bool,
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
}

/// A secret was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretRemoved {
    pub(in crate::api) name: String,
    /// How many pipelines that have not ended name it: what they still start will fail.
    pub(in crate::api) unfinished_pipelines: usize,
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
}

/// Whether the server is being emptied.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Drain {
    pub(in crate::api) draining: bool,
    /// How many scripts run.
    pub(in crate::api) running: u32,
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
}

/// A link that signs a browser in, once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SignInLink {
    /// To be put after the address of the server; null with `dry_run`.
    pub(in crate::api) path: Option<String>,
    /// How long it can be used.
    pub(in crate::api) valid_ms: i64,
    /// Nothing was done: there is no such link.
    pub(in crate::api) dry_run: bool,
}

/// The token was replaced.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NewToken {
    /// The file on the server that has the new one.
    pub(in crate::api) file: String,
    /// Nothing was done: the file has the old one.
    pub(in crate::api) dry_run: bool,
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Health {
    /// `ok`, or `ready`.
    pub(in crate::api) status: &'static str,
}

/// What a server is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Version {
    pub(in crate::api) version: &'static str,
    /// The commit that it was built from, where the build was told.
    pub(in crate::api) commit: Option<&'static str>,
    /// The newest change of the form of the database that it knows.
    pub(in crate::api) schema: String,
}
