//! Calls of hooks: whether they are signed, and what they start.

use serde_json::{Map, Value as Json};

use super::define::{HookError, Source, Style};
use super::judge::{constant, read};
use crate::desk::{Desk, StartError, StartRequest};
use crate::driver::{CommandError, Started};
use crate::engine::{GraphId, PipelineId};
use crate::graph::{FieldError, GivenOwned, Hidden, codes};
use crate::secrets::{Place, is_signed};
use crate::store::{GraphHead, HookHead, Used};

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

/// What a call would start. Nothing was.
#[derive(Debug)]
pub struct WouldCall {
    /// The newest version of the graph.
    pub graph: GraphHead,
    /// What would be given; null for each secret, and for what the hook says itself.
    pub given: Map<String, Json>,
    /// It would have to wait until fewer pipelines of the graph run.
    pub queued: bool,
    /// The same call came before, and has started this: it would start nothing.
    pub started: Option<PipelineId>,
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
        let (graph, request) = self.asked_by(&call.hook, Some(call.key), body)?;
        match self.start(graph, request) {
            // The graph or the hook has changed since: the call is the same one.
            Err(StartError::Command(CommandError::KeyReused(id))) => {
                Ok(Started { id, state: None })
            }
            other => Ok(other.map_err(told)?),
        }
    }

    /// What a call would start, as far as its caller may know it, and what it has started if it came before.
    ///
    /// # Errors
    /// Those of [`Desk::call`].
    pub fn would_call(&self, call: &SignedCall, body: &Json) -> Result<WouldCall, HookError> {
        let sources = read(&call.hook.input);
        let (graph, request) = self.asked_by(&call.hook, None, body)?;
        let would = self.would_start(graph, request).map_err(told)?;
        let started = match self.store.used(&call.key)? {
            Some(Used::Start(id)) => Some(id),
            Some(Used::Request { .. }) | None => None,
        };
        let given: Map<String, Json> = serde_json::from_str(&would.given).unwrap_or_default();
        let brought = |(name, value): (String, Json)| match sources.get(&name) {
            Some(Source::Pointer(_)) => (name, value),
            Some(Source::Value(_)) | None => (name, Json::Null),
        };
        Ok(WouldCall {
            given: given.into_iter().map(brought).collect(),
            graph: would.head,
            queued: would.room.queued,
            started,
        })
    }

    /// What a call asks for, of the newest version.
    fn asked_by(
        &self,
        hook: &HookHead,
        key: Option<String>,
        body: &Json,
    ) -> Result<(GraphId, StartRequest), HookError> {
        let newest = self.store.versions(&hook.graph, i32::MAX, 1)?;
        let newest = newest.first().ok_or(HookError::NoHook(hook.id))?;
        let given = read(&hook.input).into_iter().filter_map(|(name, source)| {
            let value = match source {
                Source::Pointer(pointer) => GivenOwned::Json(body.pointer(&pointer)?.clone()),
                Source::Value(value) => constant(value),
            };
            Some((name, value))
        });
        let request = StartRequest {
            given: given.collect(),
            request_key: key,
            who: format!("hook:{}", hook.id),
            trigger: "hook",
            ..StartRequest::default()
        };
        Ok((GraphId(newest.id), request))
    }
}

/// Why nothing is started, without any value.
fn told(why: StartError) -> HookError {
    match why {
        StartError::Fields(fields) => {
            let told = |field: FieldError| FieldError {
                message: "its value is missing or not accepted".to_owned(),
                ..field
            };
            HookError::Fields(fields.into_iter().map(told).collect())
        }
        other => other.into(),
    }
}
