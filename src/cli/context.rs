//! The settings of this call, and what follows from them for every verb: where the database is,
//! who works on it, how another call would be written.

use std::path::PathBuf;

use super::error::CliError;
use crate::app::{App, AppError, DATABASE, Holder, right_key};
use crate::config::{Config, Flags, environment};
use crate::store::Store;

/// Readers that a verb needs which only shows.
const READERS: u32 = 2;

/// What every verb is given.
#[derive(Clone)]
pub(super) struct Context {
    /// All settings.
    pub(super) config: Config,
    /// `--data`, when it was given: hints repeat it.
    pub(super) data: Option<PathBuf>,
}

impl Context {
    /// Reads all settings.
    pub(super) fn load(flags: Flags) -> Result<Self, CliError> {
        let data = flags.data.clone();
        let config = load(flags)?;
        Ok(Self { config, data })
    }

    /// Everything but the web server, in this process.
    pub(super) fn open(&self, verb: &str) -> Result<App, CliError> {
        App::open(self.config.clone(), verb).map_err(|error| match error {
            AppError::Held { holder, .. } => self.held(&holder),
            other => other.into(),
        })
    }

    /// Somebody else works on the data directory.
    pub(super) fn held(&self, holder: &Holder) -> CliError {
        let data = self.config.data.display();
        let hint = match (&holder.url, holder.verb.as_str()) {
            (Some(_), _) => format!(
                "use it with `{}` and `{}`, or give another directory with `--data DIR`",
                self.command("import FILE"),
                self.command("start GRAPH --wait")
            ),
            (None, "serve") => "it is just starting: try again in a moment".to_owned(),
            (None, _) => {
                "wait until it has ended, or give another directory with `--data DIR`".to_owned()
            }
        };
        let who = if holder.pid == 0 {
            "another process".to_owned()
        } else {
            holder.to_string()
        };
        CliError::Failed(format!(
            "{who} works on the data directory `{data}`: {hint}"
        ))
    }

    /// The database, to read; it must be there.
    pub(super) fn store(&self) -> Result<Store, CliError> {
        let path = self.config.data.join(DATABASE);
        if !path.exists() {
            let path = path.display();
            return Err(CliError::Failed(format!(
                "there is no database `{path}`: nothing has been run with this data directory yet \
                 (another one is given with `--data DIR` or `TRACKYARD_DATA`)"
            )));
        }
        Ok(Store::open(&path, READERS)?.looking_at(self.config.bounds.list_rows))
    }

    /// What [`Self::open`] would find, for what is only worked out: the database, unless it would have
    /// to be made. Nothing is made.
    ///
    /// # Errors
    /// The key file is not there, is not the right one, or can be read by others.
    pub(super) fn would_open(&self) -> Result<Option<Store>, CliError> {
        let data = &self.config.data;
        let there = data.join(DATABASE).exists();
        let store = there.then(|| self.store()).transpose()?;
        let sealed = store.as_ref().map(Store::any_sealed).transpose()?;
        let key = right_key(data, sealed.flatten().as_deref());
        key.map_err(|why| CliError::from(AppError::from(why)))?;
        Ok(store)
    }

    /// How a person writes another call for the same data directory.
    pub(super) fn command(&self, words: &str) -> String {
        match &self.data {
            None => format!("trackyard {words}"),
            Some(data) => format!("trackyard {words} --data {}", word(&data.to_string_lossy())),
        }
    }
}

/// Settings for a verb that needs no data directory.
pub(super) fn without_data(flags: Flags) -> Result<Config, CliError> {
    let data = Some(PathBuf::from("."));
    load(Flags { data, ..flags })
}

fn load(flags: Flags) -> Result<Config, CliError> {
    let here = std::env::current_dir()
        .map_err(|why| CliError::Failed(format!("the current directory cannot be used: {why}")))?;
    Ok(Config::load(flags, &here, environment())?)
}

/// A text as one word of a shell.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn hints_can_be_pasted_into_a_shell() {
        assert_eq!(word("/srv/ty-1"), "/srv/ty-1");
        assert_eq!(word("my data"), "'my data'");
        assert_eq!(word("it's"), r"'it'\''s'");
    }
}
