//! Where settings are written: flags over `TRACKYARD_*` variables over `Rocket.toml`.
//!
//! The three are layers of one `figment`, which keeps for each value the layer it came from.

use std::ffi::OsStr;
use std::path::PathBuf;

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

/// The table of our own settings in the file's `[default]`; the first part of their keys.
pub(super) const TABLE: &str = "trackyard";
pub(super) const PREFIX: &str = "TRACKYARD_";

/// The process's environment as [`Config::load`](super::Config::load) takes it. Bytes that are not
/// UTF-8 become U+FFFD, which no setting accepts.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |s: &OsStr| s.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(&name), text(&value)))
}

/// The key of a setting as a person may write it in each source.
#[derive(Debug, Clone)]
pub(super) enum Place {
    File(PathBuf),
    Environment,
    Flags,
}

impl Place {
    pub(super) fn name(&self, key: &str) -> String {
        match self {
            Self::File(path) => format!("{}: `default.{key}`", path.display()),
            Self::Environment => format!("`{}`", variable(key)),
            Self::Flags => format!("`--{}`", last(key).replace('_', "-")),
        }
    }
}

/// A setting as it is, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key, e.g. `trackyard.slots`.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Where it was written; none: it is the default.
    pub from: Option<String>,
}

impl Setting {
    /// What may be left out is shown as it would be written.
    pub(super) fn shown(
        key: &'static str,
        value: &impl std::fmt::Debug,
        from: Option<String>,
    ) -> Self {
        let value = format!("{value:?}");
        let inner = value
            .strip_prefix("Some(")
            .and_then(|v| v.strip_suffix(')'));
        let value = match (value.as_str(), inner) {
            ("None", _) => "none".to_owned(),
            (_, Some(inner)) => inner.to_owned(),
            (_, None) => value,
        };
        Self { key, value, from }
    }
}

/// One source's values under their keys, e.g. `trackyard.slots`.
pub(super) struct Layer {
    pub(super) place: Place,
    pub(super) values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        let place = self.place.clone();
        let metadata =
            Metadata::named("Trackyard").interpolater(move |_, keys| place.name(&keys.join(".")));
        match &self.place {
            Place::File(path) => metadata.source(path.as_path()),
            Place::Environment | Place::Flags => metadata,
        }
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// The key of one of our own settings.
pub(super) fn key_in_table(name: &str) -> String {
    format!("{TABLE}.{name}")
}

/// The name of one of our own settings; none for Rocket's.
pub(super) fn in_table(key: &str) -> Option<&str> {
    key.strip_prefix(TABLE)?.strip_prefix('.')
}

/// The variable that sets `key`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", last(key).to_uppercase())
}

/// The key that a variable sets; address and port are Rocket's own, outside our table.
pub(super) fn key_of(name: &str) -> String {
    match name {
        "address" | "port" => name.to_owned(),
        _ => key_in_table(name),
    }
}

/// Puts a value at `key`, in a table of its own where the key says so.
pub(super) fn insert(values: &mut Dict, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            values.insert(key.to_owned(), value);
        }
        Some((table, name)) => {
            let table = values
                .entry(table.to_owned())
                .or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = table {
                inner.insert(name.to_owned(), value);
            }
        }
    }
}
