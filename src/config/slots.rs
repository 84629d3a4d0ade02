//! How much runs at the same time: slots for all, and pools of what is scarce.

use std::collections::BTreeMap;
use std::thread::available_parallelism;

use figment::value::Value;

use super::units::{shown, whole};

const SLOTS_PER_CORE: usize = 4;
pub(super) const SLOTS_MOST: u32 = 10_000;

pub(super) fn default_slots() -> u32 {
    let cores = available_parallelism().map_or(1, usize::from);
    u32::try_from(cores * SLOTS_PER_CORE)
        .unwrap_or(SLOTS_MOST)
        .min(SLOTS_MOST)
}

/// Pools by name: a table `{ db = 1 }`, or text such as `db=1,net=4`.
pub(super) fn pools(value: &Value) -> Result<BTreeMap<String, u32>, String> {
    let pairs: Vec<(String, Value)> = match value {
        Value::Dict(_, table) => table.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        Value::String(_, text) => text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, size) = pair.split_once('=').ok_or_else(|| advice(pair))?;
                Ok((name.trim().to_owned(), Value::from(size.trim())))
            })
            .collect::<Result<_, String>>()?,
        other => return Err(advice(&shown(other))),
    };
    let mut pools = BTreeMap::new();
    for (name, size) in pairs {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(format!(
                "`{name}` cannot name a pool; use letters, digits, `_`, `-` and `.`"
            ));
        }
        let size =
            whole(1..=SLOTS_MOST)(&size).map_err(|why| format!("the pool `{name}`: {why}"))?;
        if pools.insert(name.clone(), size).is_some() {
            return Err(format!("the pool `{name}` is named twice"));
        }
    }
    Ok(pools)
}

fn advice(wrong: &str) -> String {
    format!("`{wrong}` is no pool with its size: write for example `db=1,net=4`")
}

#[cfg(test)]
mod tests {
    use figment::value::{Dict, Value};

    use super::pools;

    #[test]
    fn pools_are_a_table_or_a_list() {
        let table: Dict = [
            ("db".to_owned(), Value::from(1)),
            ("net".to_owned(), Value::from(4)),
        ]
        .into_iter()
        .collect();
        let expected = [("db".to_owned(), 1), ("net".to_owned(), 4)].into();
        assert_eq!(pools(&Value::from(table)).as_ref(), Ok(&expected));
        assert_eq!(pools(&Value::from("db=1, net = 4,")), Ok(expected));
        assert_eq!(pools(&Value::from("")), Ok([].into()));
        for (wrong, said) in [
            (
                "db",
                "`db` is no pool with its size: write for example `db=1,net=4`",
            ),
            (
                "db=0",
                "the pool `db`: `0` is not a whole number from 1 to 10,000",
            ),
            (
                "a b=1",
                "`a b` cannot name a pool; use letters, digits, `_`, `-` and `.`",
            ),
            (
                "=1",
                "`` cannot name a pool; use letters, digits, `_`, `-` and `.`",
            ),
            ("db=1,db=2", "the pool `db` is named twice"),
        ] {
            assert_eq!(pools(&Value::from(wrong)), Err(said.to_owned()), "{wrong}");
        }
        assert!(pools(&Value::from(3)).is_err());
    }
}
