//! The database: connections, migrations, what the driver writes and what pages read.
//!
//! One [`Writer`] exists for a database, and only the driver's thread has it; everybody else reads
//! through [`Store`]. Nothing here decides anything about pipelines.

mod attempts;
mod bulk;
mod commit;
mod connection;
mod definition;
mod definitions;
mod error;
mod graphs;
mod inbox;
mod live;
mod migrate;
mod names;
mod newest;
mod now;
mod orders;
mod params;
mod pipelines;
mod progress;
#[cfg(test)]
mod query_plan;
mod reader;
mod refers;
mod save;
mod schema;
mod secrets;
mod sessions;
mod spec;
mod spent;
mod standing;
mod starts;
mod tracks;
mod views;
mod whys;
mod writer;

pub use connection::Durability;
pub use definitions::{NewGraph, Outcome, Saved};
pub use error::StoreError;
pub use graphs::{GraphHead, StoredProblem, VertexRow};
pub use inbox::Waiting;
pub use migrate::schema_version;
pub use newest::Noted;
pub use now::Before;
pub use orders::TrackOrder;
pub(crate) use params::{params_from_json, params_to_json};
pub use pipelines::PipelineHead;
pub use reader::Store;
pub use refers::Referred;
pub use secrets::{PipelineSecrets, SecretHead};
pub use standing::Handler;
pub use tracks::{AttemptRow, JournalRow, TrackHead, TrackTexts};
pub use whys::{Named, Ways};
pub use writer::Writer;
