//! Takes the settings out of their sources one by one and keeps what is wrong with any of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};

use super::error::Fault;
use super::sources::{
    Layer, PREFIX, Place, Setting, TABLE, in_table, insert, key_in_table, key_of, variable,
};

/// The file that is looked for in the current directory and those above it.
const FILE: &str = "Rocket.toml";
/// What the executor gives to scripts: no setting, and no mistake in a script that calls us.
const OF_SCRIPTS: [&str; 9] = [
    "ATTEMPT", "FAILED", "GRAPH", "OUTPUT", "PIPELINE", "REASON", "STATE", "TRACK", "VERTEX",
];

/// All sources, merged; gives one value at a time and keeps the faults found on the way.
pub(super) struct Reader {
    figment: Figment,
    /// `Rocket.toml`, when there is one.
    pub(super) file: Option<PathBuf>,
    env: BTreeMap<String, String>,
    /// The keys in our table of the file, and those in `[default]` itself.
    table: Vec<String>,
    beside_table: Vec<String>,
    asked: Vec<&'static str>,
    /// The settings that were taken, with their values.
    pub(super) settings: Vec<Setting>,
    faults: Vec<Fault>,
    warnings: Vec<String>,
}

impl Reader {
    /// Reads the sources. `flags` are pairs of key and value.
    pub(super) fn new(
        flags: Vec<(&str, Value)>,
        dir: &Path,
        env: impl Iterator<Item = (String, String)>,
    ) -> Self {
        let env: BTreeMap<String, String> = env.collect();
        let mut reader = Self {
            figment: Figment::new(),
            file: dir
                .ancestors()
                .map(|above| above.join(FILE))
                .find(|path| path.exists()),
            env,
            table: Vec::new(),
            beside_table: Vec::new(),
            asked: Vec::new(),
            settings: Vec::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
        };
        let file = reader.file.clone();
        if let Some(path) = file {
            let values = reader.read_file(&path);
            reader.merge(Place::File(path), values);
        }
        let mut values = Dict::new();
        for (name, value) in &reader.env {
            if let Some(name) = name
                .strip_prefix(PREFIX)
                .filter(|name| !name.contains(char::is_lowercase))
            {
                insert(
                    &mut values,
                    &key_of(&name.to_lowercase()),
                    Value::from(value.as_str()),
                );
            }
        }
        reader.merge(Place::Environment, values);
        let mut values = Dict::new();
        flags
            .into_iter()
            .for_each(|(key, value)| insert(&mut values, key, value));
        reader.merge(Place::Flags, values);
        reader
    }

    /// The value at `key` as `read` understands it; `default` when it is nowhere or wrong.
    pub(super) fn take<T: std::fmt::Debug>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> T {
        self.asked.push(key);
        let Ok(written) = self.figment.find_value(key) else {
            self.note(key, &default, None);
            return default;
        };
        let keys: Vec<&str> = key.split('.').collect();
        let metadata = self.figment.get_metadata(written.tag());
        let place = metadata.map_or_else(
            || key.to_owned(),
            |m| m.interpolate(&Profile::Default, &keys),
        );
        match read(&written) {
            Ok(value) => {
                self.note(key, &value, Some(place));
                value
            }
            Err(message) => {
                self.fault(place, message);
                default
            }
        }
    }

    fn note(&mut self, key: &'static str, value: &impl std::fmt::Debug, from: Option<String>) {
        self.settings.push(Setting::shown(key, value, from));
    }

    /// The directory of the file that the value at `key` comes from, when it comes from one.
    pub(super) fn directory_of(&self, key: &str) -> Option<PathBuf> {
        let source = self.figment.find_metadata(key)?.source.as_ref()?;
        source.file_path()?.parent().map(Path::to_owned)
    }

    /// An environment variable that is not one of ours; an empty one counts as not set.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn fault(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault {
            place: place.into(),
            message: message.into(),
        });
    }

    /// To be called when every setting has been taken: what was written but is no setting.
    pub(super) fn finish(mut self) -> (Vec<Fault>, Vec<String>) {
        self.check_table();
        self.check_variables();
        (self.faults, self.warnings)
    }

    fn check_table(&mut self) {
        let Some(path) = self.file.clone() else {
            return;
        };
        let place = Place::File(path);
        let ours: Vec<&str> = self.asked.iter().filter_map(|key| in_table(key)).collect();
        for name in std::mem::take(&mut self.table) {
            if ours.contains(&name.as_str()) {
                continue;
            }
            let message = if self.asked.contains(&name.as_str()) {
                "belongs in the table `[default]` above it".to_owned()
            } else {
                format!("is not a setting{}", suggestion(&name, &ours))
            };
            self.fault(place.name(&key_in_table(&name)), message);
        }
        for name in std::mem::take(&mut self.beside_table) {
            if ours.contains(&name.as_str()) {
                let place = place.name(&name);
                let warning = format!("{place} is not read; write it in `[default.trackyard]`");
                self.warnings.push(warning);
            }
        }
    }

    fn check_variables(&mut self) {
        let known: Vec<String> = self.asked.iter().map(|key| variable(key)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        for name in self.env.keys() {
            let ours = name.strip_prefix(PREFIX);
            if ours.is_some_and(|rest| !OF_SCRIPTS.contains(&rest))
                && !known.contains(&name.as_str())
            {
                let suggestion = suggestion(name, &known);
                self.warnings
                    .push(format!("`{name}` is not a setting{suggestion}"));
            }
            if matches!(name.as_str(), "ROCKET_ADDRESS" | "ROCKET_PORT") {
                let ours = name.replace("ROCKET_", PREFIX);
                self.warnings
                    .push(format!("`{name}` is not read; set `{ours}`"));
            }
        }
    }

    fn merge(&mut self, place: Place, values: Dict) {
        self.figment = std::mem::take(&mut self.figment).merge(Layer { place, values });
    }

    /// What we read of the file: our table, and Rocket's own address and port.
    fn read_file(&mut self, path: &Path) -> Dict {
        let mut profiles = match Toml::file_exact(path).nested().data() {
            Ok(profiles) => profiles,
            Err(error) => {
                self.fault(
                    path.display().to_string(),
                    error.kind.to_string().trim_end(),
                );
                return Dict::new();
            }
        };
        let mut values = profiles.remove(&Profile::Default).unwrap_or_default();
        for profile in profiles.keys() {
            let place = format!("{}: `[{profile}]`", path.display());
            if profile == TABLE {
                self.fault(place, "is called `[default.trackyard]`");
            } else {
                self.warnings
                    .push(format!("{place} is not read; use `[default]`"));
            }
        }
        match values.get(TABLE) {
            Some(Value::Dict(_, table)) => self.table = table.keys().cloned().collect(),
            Some(_) => {
                let message = "is not a table: write `[default.trackyard]` on a line of its own";
                self.fault(Place::File(path.to_owned()).name(TABLE), message);
                values.remove(TABLE);
            }
            None => {}
        }
        self.beside_table = values.keys().cloned().collect();
        values
    }
}

fn suggestion(wrong: &str, known: &[&str]) -> String {
    let wrong = wrong.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&wrong, &name.to_lowercase());
    let near = |name: &str| distance(name) <= (last_word(name).len() / 3).max(1);
    let nearest = known.iter().min_by_key(|name| distance(name));
    match nearest.filter(|name| near(name)) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

/// The part of a name that tells it from the others.
fn last_word(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}
