//! Secrets: those that the server keeps under a name, and those in what is given for a start.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::start::RUN;
use super::{Desk, StartError, StartRequest};
use crate::driver::CommandError;
use crate::engine::TrackId;
use crate::graph::{GivenOwned, Graph, Hidden, Kind, Limits, SECRET_NAMES, is_secret_name};
use crate::secrets::{Place, SealError};
use crate::store::{SecretHead, Store, StoreError};

/// Why a named secret was not set or removed. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Nothing may be called so.
    #[error("`{0}` cannot name a secret: {SECRET_NAMES}")]
    Name(String),
    /// The value cannot be kept: a code of docs/checks.md, and what to do.
    #[error("{1}")]
    Value(&'static str, String),
    /// Nobody has set it.
    #[error("there is no secret `{0}`")]
    Unknown(String),
    /// The key file or the cipher failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The driver refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// The named secrets, without their values.
    pub fn secrets(&self) -> Result<Vec<SecretHead>, StoreError> {
        self.store.secrets()
    }

    /// Sets a named secret; true: it was there before.
    pub fn set_secret(&self, name: &str, value: &Hidden, who: &str) -> Result<bool, SecretError> {
        judge_secret(&self.limits, name, value)?;
        let sealed = self.vault.seal(Place::Named(name), value)?;
        Ok(self.handle.set_secret(name, sealed, who)?)
    }

    /// Judges what [`Desk::set_secret`] would do; true: there is one of that name.
    ///
    /// # Errors
    /// Those of [`Desk::set_secret`].
    pub fn would_set_secret(&self, name: &str, value: &Hidden) -> Result<bool, SecretError> {
        judge_secret(&self.limits, name, value)?;
        is_set(&self.store, name)
    }

    /// How many pipelines [`Desk::remove_secret`] would take the secret from.
    ///
    /// # Errors
    /// Nobody has set it.
    pub fn would_remove_secret(&self, name: &str) -> Result<usize, SecretError> {
        would_remove_secret(&self.store, name)
    }

    /// Removes a named secret. Gives how many pipelines that have not ended name it: what they
    /// still start will fail.
    pub fn remove_secret(&self, name: &str, who: &str) -> Result<usize, SecretError> {
        let used = self.store.secret_users(name)?;
        match self.handle.remove_secret(name, who)? {
            true => Ok(used),
            false => Err(SecretError::Unknown(name.to_owned())),
        }
    }

    /// What was given for a start, as the pipeline keeps it and as a repeated start is compared
    /// with. For a secret there is a digest that only the key file can repeat, and only where a
    /// start may be repeated: it has a key, or is of a file that is run.
    pub(super) fn given_to_json(
        &self,
        graph: &Graph,
        request: &StartRequest,
    ) -> Result<String, StartError> {
        let secret = secret_fields(graph);
        let of_run = (request.trigger == RUN).then_some(RUN);
        let repeated = request.request_key.as_deref().or(of_run);
        let value = |(field, given): (&String, &GivenOwned)| {
            let value = match given {
                GivenOwned::Text(text) => Value::String(text.clone()),
                GivenOwned::Json(value) => value.clone(),
            };
            let value = match (value, repeated) {
                (value, _) if !secret.contains(field) => value,
                (Value::String(text), Some(key)) => {
                    let tag = self.vault.tag(&[key, field], &Hidden::new(text));
                    json!({"secret": tag.map_err(|why| StartError::Sealed(why.to_string()))?})
                }
                (_, _) => Value::Null,
            };
            Ok((field.clone(), value))
        };
        let object: Result<serde_json::Map<_, _>, StartError> =
            request.given.iter().map(value).collect();
        Ok(Value::Object(object?).to_string())
    }

    /// The secrets that a track has been given.
    pub(super) fn held_secrets(&self, track: TrackId) -> Result<Vec<(String, String)>, StartError> {
        let opened = |(name, sealed): (String, Vec<u8>)| {
            let place = Place::Given {
                track: track.0,
                name: &name,
            };
            match self.vault.unseal(place, &sealed) {
                Ok(value) => Ok((name, value.text().to_owned())),
                Err(why) => Err(StartError::Sealed(format!("`{name}`: {why}"))),
            }
        };
        let given = self.store.given_secrets(track)?;
        given.into_iter().map(opened).collect()
    }
}

/// Judges the name and the value of a named secret.
///
/// # Errors
/// Why it cannot be set.
pub fn judge_secret(limits: &Limits, name: &str, value: &Hidden) -> Result<(), SecretError> {
    if !is_secret_name(name) {
        return Err(SecretError::Name(name.to_owned()));
    }
    let judged = limits.secret(name, value.text());
    judged.map_err(|(code, message)| SecretError::Value(code, message))
}

/// From how many pipelines that have not ended the removal of a named secret would take it.
///
/// # Errors
/// Nobody has set it.
pub fn would_remove_secret(store: &Store, name: &str) -> Result<usize, SecretError> {
    match is_set(store, name)? {
        true => Ok(store.secret_users(name)?),
        false => Err(SecretError::Unknown(name.to_owned())),
    }
}

fn is_set(store: &Store, name: &str) -> Result<bool, SecretError> {
    Ok(store.secrets()?.iter().any(|secret| secret.name == name))
}

/// Those of a graph's named secrets that nobody has set.
pub(super) fn unknown_secrets(store: &Store, graph: &Graph) -> Result<Vec<String>, StoreError> {
    let own = graph.vertices.iter().flat_map(|v| &v.secrets);
    let named: BTreeSet<&String> = graph.secrets.iter().chain(own).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let known: BTreeSet<String> = store.secrets()?.into_iter().map(|s| s.name).collect();
    let unknown = named.into_iter().filter(|name| !known.contains(*name));
    Ok(unknown.cloned().collect())
}

/// The fields of a start whose values are secret.
pub(super) fn secret_fields(graph: &Graph) -> BTreeSet<String> {
    let shared = graph.input.iter().map(|p| (p.kind, p.name.clone()));
    let own = graph.vertices.iter().flat_map(|vertex| {
        let field = |name: &String| format!("{}.{name}", vertex.name);
        vertex.input.iter().map(move |p| (p.kind, field(&p.name)))
    });
    let all = shared.chain(own);
    all.filter(|(kind, _)| *kind == Kind::Secret)
        .map(|(_, field)| field)
        .collect()
}
