//! The database: connections, migrations, what the driver writes and what pages read.
//!
//! One [`Writer`] exists for a database, and only the driver's thread has it; everybody else reads
//! through [`Store`]. Nothing here decides anything about pipelines.

mod attempts;
mod bulk;
mod bundle;
mod catalog;
mod commit;
mod connection;
mod definition;
mod definitions;
mod error;
mod filter;
mod graphs;
mod hooks;
mod inbox;
mod lists;
mod live;
mod look;
mod migrate;
mod newest;
mod orders;
mod params;
mod pipelines;
#[cfg(test)]
mod query_plan;
mod reader;
mod refers;
mod removal;
mod requests;
mod save;
mod schema;
mod secrets;
mod sessions;
mod shelf;
mod spec;
mod spent;
mod standing;
mod starts;
mod stats;
mod timeline;
mod track_pages;
mod tracks;
mod views;
mod whys;
mod writer;

pub use attempts::RESTORED;
pub use bundle::Packed;
pub use catalog::{Archived, GraphFilter, LastRun, Listed};
pub use connection::Durability;
pub use definitions::{NewGraph, Outcome, Saved, Terms};
pub use error::StoreError;
pub use filter::{OfGraph, PipelineFilter, Place};
pub use graphs::{GraphHead, StoredProblem, VertexRow};
pub use hooks::{HookDeed, HookHead};
pub use inbox::Waiting;
pub use lists::PipelineList;
pub use look::{Counts, Look, copy, look};
pub use migrate::{Standing, kept_copy, schema_version};
pub use newest::Noted;
pub use orders::TrackOrder;
pub(crate) use params::{params_from_json, params_to_json};
pub use pipelines::PipelineHead;
pub use reader::Store;
pub use refers::Referred;
pub use removal::Extent;
pub use requests::{Note, Used};
pub use secrets::{PipelineSecrets, SecretHead};
pub use shelf::{Expect, Shelved, Shelving, Unfit};
pub use standing::Handler;
pub use stats::{RunRow, STATS_RUNS, STATS_TRACKS, TrackRow};
pub use timeline::{Bar, Lane, Lanes};
pub use tracks::{AttemptRow, JournalRow, TrackHead, TrackTexts};
pub use whys::{Named, Ways};
pub use writer::Writer;
