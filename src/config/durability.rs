//! The setting that trades speed for safety against a power cut.

use figment::value::Value;

use super::units::shown;

/// How safe a committed result is when the power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Every commit is on the disk before anything follows from it.
    #[default]
    Full,
    /// The last commits may be lost with the power, never with a crash of the server.
    Normal,
}

/// Reads the setting.
pub(super) fn durability(value: &Value) -> Result<Durability, String> {
    match shown(value).as_str() {
        "full" => Ok(Durability::Full),
        "normal" => Ok(Durability::Normal),
        other => Err(format!("`{other}` is neither `full` nor `normal`")),
    }
}
