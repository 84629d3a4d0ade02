//! Values for a start, as they are written on the command line.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::Value;

use super::error::CliError;
use super::secret::read_value;
use crate::config::Config;

/// Values for a start.
#[derive(Debug, Args)]
pub(super) struct ParamArgs {
    /// A value: `name=value`, or `vertex.name=value` for a parameter of one vertex
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// The same with the value in a file, so that it is in no command line; `-` is standard input
    #[arg(long = "param-file", value_name = "NAME=FILE", value_parser = pair)]
    files: Vec<(String, String)>,
}

impl ParamArgs {
    /// The values by name; a name given twice is a mistake.
    pub(super) fn values(&self, config: &Config) -> Result<BTreeMap<String, String>, CliError> {
        let mut values = BTreeMap::new();
        let plain = self.params.iter().map(|given| (given, false));
        for ((name, value), file) in plain.chain(self.files.iter().map(|given| (given, true))) {
            if values.contains_key(name) {
                return Err(CliError::Usage(format!("`-p {name}=...` is given twice")));
            }
            let value = match file {
                true => read_value(value, &format!("value of `{name}`"), config)?
                    .text()
                    .to_owned(),
                false => value.clone(),
            };
            values.insert(name.clone(), value);
        }
        Ok(values)
    }
}

/// Values as they were written: the server reads a text by the type of its parameter.
pub(super) fn texts(values: BTreeMap<String, String>) -> Value {
    let text = |(name, text)| (name, Value::String(text));
    values.into_iter().map(text).collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write `name=value`".to_owned()),
    }
}
