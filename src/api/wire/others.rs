//! Secrets, draining, sign-in links and the sign of life.

use serde::Serialize;
use utoipa::ToSchema;

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

/// All named secrets, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretPage {
    pub(in crate::api) secrets: Vec<Secret>,
}

/// A secret was set.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretSet {
    pub(in crate::api) name: String,
}

/// A secret was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SecretRemoved {
    pub(in crate::api) name: String,
    /// How many pipelines that have not ended name it: what they still start will fail.
    pub(in crate::api) unfinished_pipelines: usize,
}

/// Whether the server is being emptied.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Drain {
    pub(in crate::api) draining: bool,
    /// How many scripts run.
    pub(in crate::api) running: u32,
}

/// A link that signs a browser in, once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SignInLink {
    /// To be put after the address of the server.
    pub(in crate::api) path: String,
}

/// The token was replaced.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct NewToken {
    /// The file on the server that has the new one.
    pub(in crate::api) file: String,
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
