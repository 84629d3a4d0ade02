//! Calls of hooks: whether they are signed, and what they start.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::define::{HookError, Source, Style};
use crate::desk::{Desk, StartError, StartRequest};
use crate::driver::{CommandError, Started};
use crate::engine::GraphId;
use crate::graph::{FieldError, GivenOwned, Hidden, codes};
use crate::secrets::{Place, is_signed};
use crate::store::HookHead;

/// The most bytes of the key that GitHub gives a delivery.
const MOST_DELIVERY_BYTES: usize = 128;

/// A call of a hook.
#[derive(Debug)]
pub struct HookCall<'c> {
    /// `X-Trackyard-Timestamp`
    pub timestamp: &'c str,
    /// `X-Trackyard-Signature`
    pub signature: &'c str,
    /// `X-Hub-Signature-256`
    pub hub_signature: &'c str,
    /// `X-GitHub-Delivery`
    pub delivery: &'c str,
    /// What came.
    pub body: &'c [u8],
    /// Seconds since 1970.
    pub now: i64,
    /// How far, in seconds, a time stamp may be from that.
    pub window: u64,
}

/// A call whose signature is right.
#[derive(Debug)]
pub struct SignedCall {
    hook: HookHead,
    /// What this call is known by when it comes again.
    key: String,
}

impl Desk {
    /// Whether a call is signed with the secret of the hook, now.
    ///
    /// # Errors
    /// `Unsigned`, whatever is wrong and after the same work, also where there is no such hook;
    /// `Disabled` to one who knows the secret.
    pub fn verify(&self, id: i64, call: &HookCall<'_>) -> Result<SignedCall, HookError> {
        let found = self.store.hook(id)?.zip(self.store.hook_secret(id)?);
        let (place, decoy) = (Place::Hook(id), Hidden::new(call.now.to_string()));
        let secret = match &found {
            Some((_, sealed)) => self.vault.unseal(place, sealed).map_err(|why| {
                tracing::error!(id, %why, "the secret of hook {id} cannot be opened: {why}");
            }),
            // As much work as if there were one.
            None => self.vault.seal(place, &decoy).map(|_| decoy).map_err(drop),
        };
        let secret = secret.map_err(|()| HookError::Unsigned)?;
        let style = found
            .as_ref()
            .and_then(|(hook, _)| Style::from_word(&hook.style));
        let (parts, signature): (Vec<&[u8]>, _) = match style {
            Some(Style::Github) => (vec![call.body], call.hub_signature),
            Some(Style::Trackyard) | None => {
                let parts = vec![call.timestamp.as_bytes(), b".", call.body];
                (parts, call.signature)
            }
        };
        let signed = is_signed(&secret, &parts, signature);
        let at: Option<i64> = call.timestamp.parse().ok();
        let new = at.is_some_and(|at| at.abs_diff(call.now) <= call.window);
        let Some((hook, _)) = found.filter(|_| signed && (new || style == Some(Style::Github)))
        else {
            return Err(HookError::Unsigned);
        };
        if !hook.enabled {
            return Err(HookError::Disabled);
        }
        let mark = match style {
            Some(Style::Github) => call.delivery,
            Some(Style::Trackyard) | None => signature,
        };
        let key = format!("hook:{id}:{}", mark.to_ascii_lowercase());
        let legal = |mark: &str| {
            (1..=MOST_DELIVERY_BYTES).contains(&mark.len())
                && mark.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match legal(mark) {
            true => Ok(SignedCall { hook, key }),
            false => Err(HookError::Fields(vec![FieldError {
                field: "X-GitHub-Delivery".to_owned(),
                code: codes::MISSING_VALUE,
                message: "say which delivery this is".to_owned(),
            }])),
        }
    }

    /// Starts what a call is for: the newest version of the graph. The same call again gives what it
    /// has started.
    ///
    /// # Errors
    /// As a start; no value is told.
    pub fn call(&self, call: SignedCall, body: &Json) -> Result<Started, HookError> {
        let SignedCall { hook, key } = call;
        let newest = self.store.versions(&hook.graph, i32::MAX, 1)?;
        let newest = newest.first().ok_or(HookError::NoHook(hook.id))?;
        let sources: BTreeMap<String, Source> =
            serde_json::from_str(&hook.input).unwrap_or_default();
        let given = sources.into_iter().filter_map(|(name, source)| {
            let value = match source {
                Source::Pointer(pointer) => body.pointer(&pointer)?.clone(),
                Source::Value(value) => value,
            };
            Some((name, GivenOwned::Json(value)))
        });
        let request = StartRequest {
            given: given.collect(),
            request_key: Some(key),
            who: format!("hook:{}", hook.id),
            trigger: "hook",
            ..StartRequest::default()
        };
        match self.start(GraphId(newest.id), request) {
            // The graph or the hook has changed since: the call is the same one.
            Err(StartError::Command(CommandError::KeyReused(id))) => {
                Ok(Started { id, replayed: true })
            }
            Err(StartError::Fields(fields)) => {
                let told = |field: FieldError| FieldError {
                    message: "its value is missing or not accepted".to_owned(),
                    ..field
                };
                Err(HookError::Fields(fields.into_iter().map(told).collect()))
            }
            other => Ok(other?),
        }
    }
}
