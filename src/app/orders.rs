//! From a track's row to what the executor runs.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::AttemptKey;
use crate::executor::{NoOrder, Order, Orders};
use crate::graph::{environment, launch_text, values_from_json};
use crate::store::{Referred, Store, TrackOrder};

/// Reads orders from the database.
pub(super) fn orders(store: Store) -> Orders {
    Arc::new(move |key: AttemptKey| {
        let row = store
            .order(key.track)
            .map_err(|why| NoOrder::Yet(why.to_string()))?;
        let missing = || NoOrder::Yet(format!("track {} is not in the database", key.track));
        order(row.ok_or_else(missing)?)
    })
}

fn order(row: TrackOrder) -> Result<Order, NoOrder> {
    if row.missing {
        let why = "a required value has not been given";
        return Err(NoOrder::Yet(why.to_owned()));
    }
    let json = serde_json::from_str(&row.input);
    let json = json.map_err(|why| NoOrder::Yet(format!("its values: {why}")))?;
    let params: Vec<_> = row.params.iter().collect();
    let mut values = values_from_json(&json, &params);
    for Referred { name, value } in row.referred {
        // Whoever gives it has succeeded, so it will never have another value.
        let value = value.ok_or_else(|| NoOrder::Ever(missing(&name)))?;
        values.push((name, value));
    }
    let mut env = row.env;
    env.extend(environment(&row.script, &values));
    env.push(("TRACKYARD_GRAPH".to_owned(), row.graph));
    env.push(("TRACKYARD_VERTEX".to_owned(), row.vertex));
    Ok(Order {
        script: launch_text(&row.script, &values),
        argv: Vec::new(),
        env,
        workdir: row.workdir.map(PathBuf::from),
        timeout_ms: row.timeout_ms,
        limits: row.limits,
        outputs: row.outputs,
    })
}

fn missing(name: &str) -> String {
    let (vertex, output) = name.rsplit_once('.').unwrap_or((name, ""));
    format!(
        "`{vertex}` gave no output `{output}`: a person said that it succeeded, and so its script delivered nothing; start the graph again"
    )
}
