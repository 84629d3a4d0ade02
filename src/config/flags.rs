//! What the command line says of settings.

use std::net::IpAddr;
use std::path::PathBuf;

use figment::value::Value;

/// What the command line says; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--data DIR`
    pub data: Option<PathBuf>,
    /// `--address IP`
    pub address: Option<IpAddr>,
    /// `--port N`
    pub port: Option<u16>,
    /// `--slots N`
    pub slots: Option<u32>,
    /// `--pool NAME=N`, each with one or more of them
    pub pools: Vec<String>,
    /// `--log FILTER`
    pub log: Option<String>,
}

impl Flags {
    /// As settings that are over all others.
    pub(super) fn values(self) -> Vec<(&'static str, Value)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let given = [
            (
                "trackyard.data",
                self.data.map(|path| Value::from(text(path))),
            ),
            (
                "address",
                self.address.map(|ip| Value::from(ip.to_string())),
            ),
            ("port", self.port.map(Value::from)),
            ("trackyard.slots", self.slots.map(Value::from)),
            (
                "trackyard.pools",
                (!self.pools.is_empty()).then(|| Value::from(self.pools.join(","))),
            ),
            ("trackyard.log", self.log.map(Value::from)),
        ];
        given
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}
