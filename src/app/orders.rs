//! From a track's row to what the executor runs.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::AttemptKey;
use crate::executor::{Order, Orders};
use crate::graph::{environment, launch_text, values_from_json};
use crate::store::{Store, TrackOrder};

/// Reads orders from the database.
pub(super) fn orders(store: Store) -> Orders {
    Arc::new(move |key: AttemptKey| {
        let row = store.order(key.track).map_err(|why| why.to_string())?;
        let row = row.ok_or_else(|| format!("track {} is not in the database", key.track))?;
        order(row)
    })
}

fn order(row: TrackOrder) -> Result<Order, String> {
    if row.missing {
        return Err("a required value has not been given".to_owned());
    }
    let json = serde_json::from_str(&row.input).map_err(|why| format!("its values: {why}"))?;
    let params: Vec<_> = row.params.iter().collect();
    let values = values_from_json(&json, &params);
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
    })
}
