//! What is wrong with a hook: with what is said of it, and with what its graph has become since.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::define::{HookChange, HookError, Source};
use crate::desk::Desk;
use crate::desk::secrets::secret_fields;
use crate::engine::GraphId;
use crate::graph::{FieldError, GivenOwned, Graph, Later, Limits, accept_inputs, codes};
use crate::store::{HookHead, StoreError};

/// The fewest bytes of a secret that somebody gives for a hook.
const FEWEST_SECRET_BYTES: usize = 16;
/// The most values that a hook gives.
const MOST_INPUTS: usize = 1_000;

/// Where values come from, by `name` or `vertex.name`.
pub(super) type Sources = BTreeMap<String, Source>;

impl Desk {
    /// Of each of these hooks of a graph why its calls cannot start the newest version: what a call
    /// cannot make good, whatever it brings.
    pub fn hook_problems(
        &self,
        graph: &str,
        hooks: &[HookHead],
    ) -> Result<Vec<Vec<FieldError>>, StoreError> {
        let newest = match hooks.is_empty() {
            true => None,
            false => self.newest_named(graph)?,
        };
        let of = |hook: &HookHead| {
            let newest = newest.as_ref();
            newest.map_or_else(Vec::new, |newest| {
                misfits(newest, &read(&hook.input), &self.limits)
            })
        };
        Ok(hooks.iter().map(of).collect())
    }

    /// Refuses what cannot be, for the newest version of the graph.
    pub(super) fn judge_hook(
        &self,
        graph: &str,
        new: &HookChange,
        input: Option<&Sources>,
    ) -> Result<(), HookError> {
        let mut errors = Vec::new();
        if let Some(secret) = &new.secret {
            errors.extend(self.judge_secret_of_hook(secret.text().len()));
        }
        if input.is_some_and(|input| input.len() > MOST_INPUTS) {
            let why = format!("a hook gives {MOST_INPUTS} values at most");
            errors.push(wrong("input".to_owned(), codes::BAD_VALUE, why));
        } else if let (Some(input), Some(newest)) = (input, self.newest_named(graph)?) {
            errors.extend(misfits(&newest, input, &self.limits));
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(HookError::Fields(errors)),
        }
    }

    fn judge_secret_of_hook(&self, bytes: usize) -> Option<FieldError> {
        let most = self.limits.secret_bytes;
        let (code, why) = if bytes < FEWEST_SECRET_BYTES {
            let why = format!(
                "the secret has {bytes} bytes: give {FEWEST_SECRET_BYTES} or more, or none for a random one"
            );
            (codes::TOO_SHORT, why)
        } else if bytes > most {
            let why = format!("the secret has {bytes} bytes and the limit is {most}");
            (codes::VALUE_TOO_LARGE, why)
        } else {
            return None;
        };
        Some(wrong("secret".to_owned(), code, why))
    }

    /// The newest version of a name.
    fn newest_named(&self, graph: &str) -> Result<Option<Arc<Graph>>, StoreError> {
        let versions = self.store.versions(graph, i32::MAX, 1)?;
        match versions.first() {
            Some(head) => self.store.definition(GraphId(head.id)),
            None => Ok(None),
        }
    }
}

/// What a row says of where values come from.
pub(super) fn read(input: &str) -> Sources {
    serde_json::from_str(input).unwrap_or_default()
}

/// A constant as a start takes it: a text is read by the type of its parameter.
pub(super) fn constant(value: Json) -> GivenOwned {
    match value {
        Json::String(text) => GivenOwned::Text(text),
        value => GivenOwned::Json(value),
    }
}

/// Whatever a start with values from there would be refused for. Of what a call brings only the place
/// is known.
fn misfits(graph: &Graph, sources: &Sources, limits: &Limits) -> Vec<FieldError> {
    let secret = secret_fields(graph);
    let given = sources.iter().map(|(name, source)| {
        let value = match source {
            Source::Pointer(_) => GivenOwned::Json(Json::Null),
            Source::Value(value) => constant(value.clone()),
        };
        (name.clone(), value)
    });
    let accepted = accept_inputs(graph, &given.collect(), Later::Nothing, limits);
    let mut errors = accepted.err().unwrap_or_default();
    errors.retain(|error| match sources.get(&error.field) {
        Some(Source::Pointer(_)) => error.code == codes::UNKNOWN_PARAMETER,
        Some(Source::Value(_)) => !secret.contains(&error.field),
        None => true,
    });
    for (name, source) in sources {
        let why = match source {
            Source::Pointer(pointer) if !is_pointer(pointer) => {
                "write a JSON pointer (RFC 6901), such as `/repository/name`; `~` is written `~0` and `/` in a name `~1`"
            }
            Source::Value(_) if secret.contains(name) => {
                "a secret is not written into a hook: let the scripts have it as a named secret, or send it with the call"
            }
            Source::Pointer(_) | Source::Value(_) => continue,
        };
        errors.push(wrong(name.clone(), codes::BAD_VALUE, why.to_owned()));
    }
    for error in &mut errors {
        error.field = format!("input.{}", error.field);
    }
    errors
}

fn wrong(field: String, code: &'static str, message: String) -> FieldError {
    FieldError {
        field,
        code,
        message,
    }
}

/// Whether this is a JSON pointer.
fn is_pointer(text: &str) -> bool {
    let escaped = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/'))
        && escaped.into_iter().all(|rest| rest.starts_with(['0', '1']))
}
