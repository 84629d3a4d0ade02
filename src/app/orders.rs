//! From a track's row to what the executor runs.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::engine::{AttemptKey, TrackId};
use crate::executor::{Order, Orders};
use crate::graph::{Hidden, environment, launch_text, secret_variable, values_from_json};
use crate::secrets::{Place, Vault};
use crate::store::{Store, TrackOrder};

/// Reads orders from the database.
pub(super) fn orders(store: Store, vault: Arc<Vault>) -> Orders {
    Arc::new(move |key: AttemptKey| {
        let row = store.order(key.track).map_err(|why| why.to_string())?;
        let row = row.ok_or_else(|| format!("track {} is not in the database", key.track))?;
        let json: Json =
            serde_json::from_str(&row.input).map_err(|why| format!("its values: {why}"))?;
        let mut order = order(&row, &json)?;
        match secrets(&store, &vault, key.track, &row, &json)? {
            Ok(secrets) => {
                order.secrets = secrets.iter().map(|(name, _)| name.clone()).collect();
                let open = secrets.into_iter();
                order
                    .env
                    .extend(open.map(|(name, value)| (name, value.text().to_owned())));
            }
            Err(refused) => order.refused = Some(refused),
        }
        Ok(order)
    })
}

/// The variables that carry secrets; or why the script can never have them.
type Secrets = Result<Vec<(String, Hidden)>, String>;

/// The secrets of a track. The outer error is one that may pass.
fn secrets(
    store: &Store,
    vault: &Vault,
    track: TrackId,
    row: &TrackOrder,
    json: &Json,
) -> Result<Secrets, String> {
    let mut found = Vec::new();
    // Null stands for each secret that was given.
    let nulls = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, v)| v.is_null());
    let names: Vec<&String> = nulls.map(|(name, _)| name).collect();
    let given = match names.is_empty() {
        true => Vec::new(),
        false => store.given_secrets(track).map_err(|why| why.to_string())?,
    };
    for name in names {
        let Some((_, sealed)) = given.iter().find(|(of, _)| of == name) else {
            return Ok(Err(format!(
                "the value of the secret `{name}` is not there any more"
            )));
        };
        let place = Place::Given {
            track: track.0,
            name,
        };
        match vault.unseal(place, sealed) {
            Ok(value) => found.push((secret_variable(name), value)),
            Err(why) => return Ok(Err(format!("the secret `{name}` cannot be opened: {why}"))),
        }
    }
    for name in &row.secrets {
        let Some(sealed) = store.sealed(name).map_err(|why| why.to_string())? else {
            return Ok(Err(format!("the secret `{name}` does not exist")));
        };
        match vault.unseal(Place::Named(name), &sealed) {
            Ok(value) => found.push((name.clone(), value)),
            Err(why) => return Ok(Err(format!("the secret `{name}` cannot be opened: {why}"))),
        }
    }
    Ok(Ok(found))
}

fn order(row: &TrackOrder, json: &Json) -> Result<Order, String> {
    if row.missing {
        return Err("a required value has not been given".to_owned());
    }
    let params: Vec<_> = row.params.iter().collect();
    let values = values_from_json(json, &params);
    let mut env = row.env.clone();
    env.extend(environment(&row.script, &values));
    env.push(("TRACKYARD_GRAPH".to_owned(), row.graph.clone()));
    env.push(("TRACKYARD_VERTEX".to_owned(), row.vertex.clone()));
    Ok(Order {
        script: launch_text(&row.script, &values),
        env,
        workdir: row.workdir.clone().map(PathBuf::from),
        timeout_ms: row.timeout_ms,
        limits: row.limits,
        ..Order::default()
    })
}
