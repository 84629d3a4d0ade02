//! `/hooks/<id>`: a call of a hook, which shows a signature in place of a credential. No cookie is
//! looked at.

use std::time::Duration;

use rocket::data::{Data, FromData, Outcome as Taken};
use rocket::http::{ContentType, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::serde::json::Json;
use rocket::{Request, State, post};
use serde_json::Value;

use super::body::{Body, TooLarge, blocking};
use super::describe;
use super::error::ApiError;
use super::made::Made;
use super::pipelines::starts::answered;
use super::query::{is_dry, is_stray};
use super::wire::{CalledOrPreview, PipelineStarted};
use crate::clock;
use crate::desk::{Desk, HookCall, HookError, StartError};
use crate::door::{Asking, too_often, whole};

/// What a call may be like.
#[derive(Debug, Clone, Copy)]
pub struct HookBounds {
    /// How far its time stamp may be from now.
    pub window: Duration,
    /// The most bytes of its body.
    pub most_bytes: u64,
}

/// The headers of a call, from anybody as often as the settings say.
pub(super) struct Signed {
    timestamp: String,
    signature: String,
    hub_signature: String,
    delivery: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Signed {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        if too_often(request, Asking::Nobody) {
            return Outcome::Error((Status::TooManyRequests, ()));
        }
        if is_stray(request) {
            return Outcome::Error((Status::UnprocessableEntity, ()));
        }
        let header = |name| request.headers().get_one(name).unwrap_or("").to_owned();
        Outcome::Success(Self {
            timestamp: header("X-Trackyard-Timestamp"),
            signature: header("X-Trackyard-Signature"),
            hub_signature: header("X-Hub-Signature-256"),
            delivery: header("X-GitHub-Delivery"),
        })
    }
}

/// What came with a call: less than others may send, because anybody may.
pub(super) struct CallBody {
    bytes: Vec<u8>,
    media: Option<ContentType>,
}

#[rocket::async_trait]
impl<'r> FromData<'r> for CallBody {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Taken<'r, Self> {
        let bounds = request.rocket().state::<HookBounds>();
        let most = bounds.map_or(1 << 20, |bounds| bounds.most_bytes);
        let media = request.content_type().cloned();
        match whole(request, data, most).await {
            Ok(bytes) => Taken::Success(Self { bytes, media }),
            Err(status) => {
                let why = TooLarge(most, "max_hook_bytes");
                request.local_cache(|| Some(why));
                Taken::Error((status, ()))
            }
        }
    }
}

/// Calls a hook: starts the newest version of its graph
///
/// The signature takes the place of a credential; it is the same 401 whatever is wrong with it, also where there is no
/// such hook. A call that comes again starts nothing. docs/hooks.md has all of it.
#[utoipa::path(
    tag = "hooks",
    operation_id = "callHook",
    security(()),
    params(Signed),
    request_body = Value,
    responses(
        (status = 201, description = "It has started.", body = PipelineStarted),
        (status = 200, description = "The same call had started it before; with `dry_run` what it would start.", body = CalledOrPreview),
        describe::call,
    )
)]
#[post("/hooks/<id>?<dry_run>", data = "<body>")]
pub(super) async fn call(
    signed: Signed,
    desk: &State<Desk>,
    bounds: &State<HookBounds>,
    id: i64,
    dry_run: Option<&str>,
    body: CallBody,
) -> Result<Made<Json<CalledOrPreview>>, ApiError> {
    let dry = is_dry(dry_run)?;
    let (desk, bounds) = (desk.inner().clone(), *bounds.inner());
    blocking(move || {
        let call = HookCall {
            timestamp: &signed.timestamp,
            signature: &signed.signature,
            hub_signature: &signed.hub_signature,
            delivery: &signed.delivery,
            body: &body.bytes,
            now: clock::now() / 1_000,
            window: bounds.window.as_secs(),
        };
        // Only who is known is told what is wrong with the rest.
        let call = desk.verify(id, &call)?;
        let body = Body::of(body.bytes, body.media);
        let body: Value = body.any_json()?;
        if dry {
            let would = desk.would_call(&call, &body)?.into();
            return Ok(Made(None, Json(CalledOrPreview::Preview(would))));
        }
        let Made(new, body) = answered(&desk, desk.call(call, &body)?, None)?;
        Ok(Made(new, Json(CalledOrPreview::Called(body))))
    })
    .await
}

impl From<HookError> for ApiError {
    fn from(error: HookError) -> Self {
        let detail = error.to_string();
        match error {
            HookError::NoGraph(id) => Self::not_found("graph", id.0),
            HookError::NoHook(_) => Self::new(Status::NotFound, "not-found", detail),
            HookError::Fields(fields) => StartError::Fields(fields).into(),
            HookError::Sealed(_) => Self::new(Status::InternalServerError, "sealed", detail),
            HookError::Unsigned => Self::new(Status::Unauthorized, "unauthorized", detail),
            HookError::Disabled => Self::new(Status::Forbidden, "hook-disabled", detail),
            HookError::Command(why) => why.into(),
            // Who calls is told what is wrong, not what is in the graph.
            HookError::Start(why) => Self::from(why).with(Vec::new()),
            HookError::Store(why) => why.into(),
        }
    }
}
