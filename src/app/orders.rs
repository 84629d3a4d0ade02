//! From a track's row to what the executor runs.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::desk::{Known, variables};
use crate::engine::{AttemptKey, TrackId, TrackState};
use crate::executor::{NoOrder, Order, Orders};
use crate::graph::{Hidden, launch_text, secret_variable, values_from_json};
use crate::secrets::{Place, Vault};
use crate::store::{Referred, Store, StoreError, TrackOrder};

/// So many secrets of the largest size a pipeline may have: all of them are looked for in every log.
const SECRETS: usize = 64;

/// Reads orders from the database. `most`: the largest size of a secret.
pub(super) fn orders(store: Store, vault: Arc<Vault>, known: Arc<Known>, most: usize) -> Orders {
    Arc::new(move |key: AttemptKey| {
        let row = store.order(key.track).map_err(passing)?;
        let none = || NoOrder::Yet(format!("track {} is not in the database", key.track));
        let row = row.ok_or_else(none)?;
        if row.missing {
            let why = "a required value has not been given";
            return Err(NoOrder::Yet(why.to_owned()));
        }
        let json: Json = serde_json::from_str(&row.input)
            .map_err(|why| NoOrder::Ever(format!("its values cannot be read: {why}")))?;
        let secrets = secrets(&store, &vault, key.track, &row.secrets, &json)?;
        let mut order = order(row, &json)?;
        for (name, value) in secrets {
            order.env.push((name.clone(), value.text().to_owned()));
            order.secrets.push(name);
        }
        let mut others = known.of(key.pipeline).map_err(passing)?;
        others.retain(|(name, value)| {
            let own = order.env.iter().filter(|(n, _)| order.secrets.contains(n));
            own.clone().all(|(n, v)| n != name || v != value.text())
        });
        let bytes: usize = others.iter().map(|(_, value)| value.text().len()).sum();
        if bytes > most.saturating_mul(SECRETS) {
            let why = format!(
                "the secrets of its pipeline have {bytes} bytes together, and more than {SECRETS} of the largest size cannot be kept out of its log; split the graph"
            );
            return Err(NoOrder::Ever(why));
        }
        order.others = others;
        Ok(order)
    })
}

fn passing(why: StoreError) -> NoOrder {
    NoOrder::Yet(why.to_string())
}

/// The variables that carry the secrets of a track: those that were given, and those that are
/// `named`.
fn secrets(
    store: &Store,
    vault: &Vault,
    track: TrackId,
    named: &[String],
    json: &Json,
) -> Result<Vec<(String, Hidden)>, NoOrder> {
    let open = |place, name: &str, sealed: &[u8]| {
        let refused = |why| NoOrder::Ever(format!("the secret `{name}` cannot be opened: {why}"));
        vault.unseal(place, sealed).map_err(refused)
    };
    let mut found = Vec::new();
    // Null stands for each secret that was given.
    let input = json.as_object().into_iter().flatten();
    let nulls = input.filter(|(_, value)| value.is_null());
    let names: Vec<&String> = nulls.map(|(name, _)| name).collect();
    let given = match names.is_empty() {
        true => Vec::new(),
        false => store.given_secrets(track).map_err(passing)?,
    };
    for name in names {
        let sealed = given.iter().find(|(of, _)| of == name);
        let gone = || format!("the value of the secret `{name}` is not there any more");
        let (_, sealed) = sealed.ok_or_else(|| NoOrder::Ever(gone()))?;
        let place = Place::Given {
            track: track.0,
            name,
        };
        found.push((secret_variable(name), open(place, name, sealed)?));
    }
    for name in named {
        let sealed = store.sealed(name).map_err(passing)?;
        let gone = || NoOrder::Ever(format!("the secret `{name}` does not exist"));
        let sealed = sealed.ok_or_else(gone)?;
        found.push((name.clone(), open(Place::Named(name), name, &sealed)?));
    }
    Ok(found)
}

fn order(row: TrackOrder, json: &Json) -> Result<Order, NoOrder> {
    let params: Vec<_> = row.params.iter().collect();
    let mut values = values_from_json(json, &params);
    for Referred { name, value, state } in &row.referred {
        // What it comes from is done, so it will not have another value by itself.
        let value = value.clone();
        let value = value.ok_or_else(|| NoOrder::Ever(missing(name, *state)))?;
        values.push((name.clone(), value));
    }
    Ok(Order {
        script: launch_text(&row.script, &values),
        env: variables(&row, &values),
        workdir: row.workdir.map(PathBuf::from),
        timeout_ms: row.timeout_ms,
        limits: row.limits,
        outputs: row.outputs,
        ..Order::default()
    })
}

/// Why a script that takes an output cannot start without it. `state`: of the track that was to leave
/// it.
fn missing(name: &str, state: Option<TrackState>) -> String {
    let (vertex, output) = name.rsplit_once('.').unwrap_or((name, ""));
    let why = match state {
        Some(TrackState::Skipped) => "it was skipped",
        Some(TrackState::Failed) => "it failed",
        _ => "it ended without that value",
    };
    format!(
        "`{vertex}` gave no output `{output}`, because {why}; retry `{vertex}` with all after it"
    )
}
