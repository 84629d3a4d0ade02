//! What is done to many pipelines at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::filter::FilterBody;
use super::preview::FateCounts;
use super::words::PipelineState;

/// Which pipelines, and what is said with what is asked of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct ManyBody {
    /// Which pipelines, as in the list. Without `live` those are meant that can be: *delete* those that are over,
    /// *pause*, *resume*, *stop* and *kill* those that are not.
    pub(in crate::api) filter: FilterBody,
    /// Must be said where the filter says nothing.
    pub(in crate::api) everything: bool,
    /// How many pipelines at most.
    #[schema(minimum = 1, maximum = 500, default = 100)]
    pub(in crate::api) limit: Option<i64>,
    /// The `next` of the answer before it: go on with those that are older.
    pub(in crate::api) cursor: Option<String>,
    /// Why, for the journal.
    pub(in crate::api) why: String,
    /// The state that each has to have, or `any`; else the one in which it is found.
    #[schema(examples("any"))]
    pub(in crate::api) expect: Option<String>,
}

/// What became of it, one line for each pipeline, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ManyDone {
    pub(in crate::api) pipelines: Vec<OneDone>,
    /// There may be more: give it as `cursor`. Null: there are none.
    pub(in crate::api) next: Option<Cursor>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct OneDone {
    pub(in crate::api) id: i64,
    pub(in crate::api) name: String,
    pub(in crate::api) outcome: Outcome,
    /// The state in which it was found; null in the answer to a repeated request.
    pub(in crate::api) from: Option<PipelineState>,
    /// With `dry_run` the state right after, in the answer to a repeated request the state of now; null for *delete*.
    pub(in crate::api) to: Option<PipelineState>,
    /// With `dry_run` what would become of its tracks; null for *delete*.
    pub(in crate::api) counts: Option<FateCounts>,
    /// Why it was refused: the code that it would be refused with alone.
    pub(in crate::api) code: Option<&'static str>,
    /// The same in words.
    pub(in crate::api) detail: Option<String>,
}

/// What became of what was asked of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum Outcome {
    /// It was done.
    Done,
    /// It would be done.
    Would,
    /// It was refused, or would be.
    Refused,
}
