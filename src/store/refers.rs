//! Outputs that scripts refer to: as a vertex keeps them, and with their values for one track.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::{Map, Value as Json};

use super::connection::Db;
use super::error::StoreError;
use super::params::ParamSpec;
use super::schema::{track, vertex};
use super::spec::{from_json, to_json};
use crate::engine::{GraphId, TrackState};
use crate::graph::{Reference, Value, value_from_json};

/// An output that a script refers to, and its value for the script's own run.
#[derive(Debug, Clone, PartialEq)]
pub struct Referred {
    /// `vertex.name`, as the script has it.
    pub name: String,
    /// None: the track that was to give it was skipped, failed or succeeded without it.
    pub value: Option<Value>,
    /// Where that track stands.
    pub state: Option<TrackState>,
}

/// The `refers` column of a vertex.
pub(super) fn references_to_json(references: &[Reference]) -> String {
    let pair = |r: &Reference| (r.place, ParamSpec::from(&r.param));
    to_json(&references.iter().map(pair).collect::<Vec<_>>())
}

/// The references of a `refers` column.
pub(super) fn references_from_json(text: &str) -> Result<Vec<Reference>, StoreError> {
    let pairs: Vec<(u32, ParamSpec)> = from_json(text)?;
    let reference = |(place, spec): (u32, ParamSpec)| {
        let param = spec.try_into()?;
        Ok(Reference { place, param })
    };
    pairs.into_iter().map(reference).collect()
}

/// The outputs that the scripts of vertices `first..=last` refer to, by vertex.
pub(super) fn references(
    db: &mut Db,
    id: GraphId,
    (first, last): (i64, i64),
) -> Result<BTreeMap<i64, Vec<Reference>>, StoreError> {
    let rows: Vec<(i64, String)> = vertex::table
        .filter(vertex::graph_id.eq(id.0))
        .filter(vertex::id.between(first, last))
        .filter(vertex::refers.ne("[]"))
        .select((vertex::id, vertex::refers))
        .load(db)?;
    let row = |(id, refers): (i64, String)| Ok((id, references_from_json(&refers)?));
    rows.into_iter().map(row).collect()
}

/// The values of outputs in one pipeline, whose first track is `first`.
pub(super) fn referred(
    db: &mut Db,
    first: i64,
    references: Vec<Reference>,
) -> Result<Vec<Referred>, StoreError> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let tracks = references.iter().map(|r| first + i64::from(r.place));
    let tracks: BTreeSet<i64> = tracks.collect();
    let rows: Vec<(i64, i16, String)> = track::table
        .filter(track::id.eq_any(tracks))
        .select((track::id, track::state, track::outputs))
        .load(db)?;
    let given: BTreeMap<i64, (Option<TrackState>, Map<String, Json>)> = rows
        .into_iter()
        .map(|(id, state, text)| Ok((id, (TrackState::from_code(state), from_json(&text)?))))
        .collect::<Result<_, StoreError>>()?;
    let referred = |Reference { place, param }: Reference| {
        let own = given.get(&(first + i64::from(place)));
        let short = param.name.rsplit('.').next().unwrap_or(&param.name);
        let succeeded = own.filter(|(state, _)| *state == Some(TrackState::Succeed));
        // A person may have said that it succeeded: then its defaults serve.
        let value = succeeded.and_then(|(_, outputs)| match outputs.get(short) {
            Some(json) => value_from_json(json, param.kind),
            None => param.default,
        });
        Referred {
            name: param.name,
            value,
            state: own.and_then(|(state, _)| *state),
        }
    };
    Ok(references.into_iter().map(referred).collect())
}
