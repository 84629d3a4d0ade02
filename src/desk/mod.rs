//! What pages, programs and the command line all ask for, said once: save a definition, check it
//! again, start a graph with what was given, give values to a track that waits for them.
//!
//! No web framework and no wording of pages here; every answer is a value.

mod acts;
mod again;
mod archive;
mod asking;
mod asks;
mod bundle;
mod compare;
mod define;
mod diff;
mod draft;
mod edit;
pub mod eta;
mod hooks;
mod known;
mod many;
mod once;
mod parts;
mod pictures;
mod recheck;
mod remove;
mod render;
mod resolve;
mod retention;
mod secrets;
mod shown;
mod simulate;
mod stage;
mod start;
mod stats;
mod survivors;
mod timeline;
mod values;
mod warnings;
pub mod why;

pub use crate::secrets::Vault;
pub use acts::Asked;
pub use asking::Would;
pub use asks::{ANY, Ask, Care, PipelineAsk, Takes, TrackAsk};
pub use bundle::{BundleError, bundle};
pub use compare::Compared;
pub use define::{DefineError, Defined, Validated, examine, would_define};
pub use diff::{compare, compare_texts};
pub use draft::{Draft, WouldDefine};
pub use edit::EditError;
pub use hooks::{HookCall, HookChange, HookError, SignedCall, Source, Style, WouldCall};
pub use known::Known;
pub use once::{Keyed, Repeated};
pub use pictures::{MOST_NEAR, MOST_VERTICES, Pictured, Pictures};
pub use remove::Removed;
pub use render::{RenderError, RenderRequest, scripts};
pub use retention::{
    Applied, Collected, Collecting, Key, Line, Moment, RETENTION, Retained, Rule, Rules, Says,
};
pub use secrets::{SecretError, judge_secret, would_remove_secret};
pub use shown::{TrackShown, Variable, variables};
pub use simulate::{Acts, Attempted, Endless, Simulated, simulate};
pub use start::{RUN, StartError, StartRequest, WouldStart};
pub use stats::{Stats, Tally};
pub use timeline::{Span, Timeline};
pub use warnings::{Caution, Warning};

use std::sync::Arc;

use crate::driver::Handle;
use crate::graph::Limits;
use crate::probe::Probe;
use crate::store::Store;

/// Reads through the store, writes through the driver.
#[derive(Clone)]
pub struct Desk {
    /// Reads.
    pub store: Store,
    /// Writes.
    pub handle: Handle,
    /// What a definition and a value may hold.
    pub limits: Limits,
    /// What only this machine can say about a definition.
    pub probe: Probe,
    /// Seals and opens secrets.
    pub vault: Arc<Vault>,
    /// The secrets of whole pipelines.
    pub known: Arc<Known>,
    /// The pictures of graphs that were asked for last.
    pub pictures: Arc<Pictures>,
    /// What this server says of what is over, and what came of it.
    pub retained: Arc<Retained>,
}
