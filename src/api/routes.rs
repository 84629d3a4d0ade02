//! Every route of the interface, and what answers where there is none.

use rocket::http::Status;
use rocket::{Catcher, Request, Route, catch, catchers, routes};
use utoipa::OpenApi;

use super::body::TooLarge;
use super::error::ApiError;
use super::guard::Refused;
use super::keys::{BadKey, MOST_KEY_BYTES};
use super::methods::{allowed, misread};
use super::query::Stray;
use super::{aliases, asks, graphs, hooks, inbox, live, pipelines, server, tracks, why};
use crate::door::retry_after;

/// Declares the routes; the same list is what is described.
macro_rules! interface {
    ($($($part:ident)::+),+ $(,)?) => {
        /// Mounted under `/api/v1`.
        pub fn routes() -> Vec<Route> {
            routes![$($($part)::+),+]
        }

        /// What the handlers and the types of the wire say of themselves.
        #[derive(OpenApi)]
        #[openapi(paths($($($part)::+),+))]
        pub(super) struct Described;
    };
}

interface![
    graphs::create,
    graphs::validate,
    graphs::list::list,
    graphs::get,
    graphs::replace::replace,
    graphs::replace::copy,
    graphs::shelf::remove,
    graphs::shelf::archive,
    graphs::shelf::unarchive,
    graphs::files::yaml,
    graphs::files::json,
    graphs::files::as_dot,
    graphs::files::as_mermaid,
    graphs::files::as_svg,
    graphs::layout::get,
    graphs::stats::get,
    graphs::vertices::vertices,
    graphs::vertices::vertex,
    graphs::vertices::add_vertex,
    graphs::vertices::set_vertex,
    graphs::vertices::remove_vertex,
    graphs::edges::edges,
    graphs::edges::edge,
    graphs::edges::add_edge,
    graphs::edges::set_edge,
    graphs::edges::remove_edge,
    graphs::check,
    graphs::form::get,
    graphs::versions::list,
    graphs::versions::diff,
    graphs::versions::restore,
    graphs::render::render,
    graphs::hooks::list,
    graphs::hooks::create,
    graphs::hooks::get,
    graphs::hooks::change,
    graphs::hooks::remove,
    hooks::call,
    pipelines::starts::start,
    pipelines::list::list,
    pipelines::get,
    pipelines::many::ask,
    pipelines::tracks,
    pipelines::bundle::get,
    pipelines::diff::get,
    pipelines::timeline::get,
    pipelines::remove::remove,
    asks::of_pipeline,
    asks::again,
    pipelines::journal,
    pipelines::events,
    why::pipeline,
    live::stream::all,
    live::stream::pipeline,
    tracks::get,
    asks::of_track,
    tracks::input,
    tracks::resolve,
    why::track,
    tracks::logs::log,
    tracks::logs::raw,
    tracks::lines::get,
    tracks::parts::input,
    tracks::parts::script,
    tracks::parts::environment,
    tracks::parts::attempts,
    tracks::parts::attempt,
    live::log_stream::follow,
    inbox::list,
    server::audit::list,
    server::secrets::list,
    server::secrets::set,
    server::secrets::remove,
    server::gc::collect,
    server::drain::drain,
    server::drain::undo,
    server::sign_in::link,
    aliases::workflows::list,
    aliases::workflows::create,
    aliases::workflows::get,
    aliases::workflows::nodes,
    aliases::workflows::edges,
    aliases::instances::list,
    aliases::instances::create,
    aliases::instances::get,
    aliases::instances::action,
    aliases::instances::complete,
    aliases::stats::workflows,
    aliases::stats::nodes,
    aliases::logs::of_instance,
    server::token::rotate,
    server::health::healthz,
    server::health::readyz,
    server::health::version,
    server::metrics::get,
    server::openapi::get,
];

/// Mounted under `/ws`.
pub fn sockets() -> Vec<Route> {
    routes![live::socket::watch]
}

/// Where probes and Prometheus look, whatever is under `/api/v1`.
pub const PROBES: [&str; 4] = ["/healthz", "/readyz", "/version", "/metrics"];

/// Mounted under `/`, as they are under `/api/v1`.
pub fn probes() -> Vec<Route> {
    routes![
        server::health::healthz,
        server::health::readyz,
        server::health::version,
        server::metrics::get
    ]
}

/// What the sockets say of themselves.
#[derive(OpenApi)]
#[openapi(paths(live::socket::watch))]
pub(super) struct Sockets;

/// Registered under `/api`, `/ws` and each of [`PROBES`].
pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, too_often, other]
}

#[catch(401)]
fn unauthorized(request: &Request<'_>) -> ApiError {
    let why = request.local_cache(|| None::<Refused>).as_ref();
    let detail = why.map_or(
        "show the token of `<data>/local.token` as `Authorization: Bearer TOKEN`",
        |r| r.0,
    );
    ApiError::new(Status::Unauthorized, "unauthorized", detail.to_owned())
}

#[catch(429)]
fn too_often(request: &Request<'_>) -> ApiError {
    let wait = retry_after(request);
    let detail = format!("too many requests: the next one may come in {wait} s");
    ApiError::new(Status::TooManyRequests, "too-many-requests", detail).with_wait(wait)
}

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> ApiError {
    let path = request.uri().path();
    let allowed = match status {
        Status::NotFound => allowed(request),
        _ => Vec::new(),
    };
    if !allowed.is_empty() && !allowed.contains(&request.method()) {
        let words: Vec<&str> = allowed.iter().map(|method| method.as_str()).collect();
        let detail = format!(
            "`{path}` takes no {}: there is {}",
            request.method(),
            words.join(", ")
        );
        let status = Status::MethodNotAllowed;
        return ApiError::new(status, "method-not-allowed", detail).with_allowed(allowed);
    }
    let (code, detail) = match status.code {
        400 if request.local_cache(|| None::<BadKey>).is_some() => (
            "bad-idempotency-key",
            format!(
                "the header `Idempotency-Key` must be there once, with 1 to {MOST_KEY_BYTES} \
                 letters, digits, signs and spaces of ASCII"
            ),
        ),
        404 => (
            "not-found",
            format!(
                "`{} {path}` is no address of this interface",
                request.method()
            ),
        ),
        408 => (
            "too-slow",
            "the body of the request did not arrive in time (`stall_time`)".to_owned(),
        ),
        413 => (
            "too-large",
            match request.local_cache(|| None::<TooLarge>) {
                Some(TooLarge(most, setting)) => {
                    format!("the body is larger than this server takes: {most} bytes (`{setting}`)")
                }
                None => "the body is larger than this server takes".to_owned(),
            },
        ),
        422 => (
            "invalid",
            match request.local_cache(|| None::<Stray>) {
                Some(Stray(why)) => why.clone(),
                None => misread(request).unwrap_or_else(|| {
                    "a part of the address or of the query cannot be read".to_owned()
                }),
            },
        ),
        503 => (
            "unavailable",
            "the server cannot answer now: try again in a moment".to_owned(),
        ),
        500.. => ("internal", "the server failed: its log says why".to_owned()),
        _ => ("refused", status.reason_lossy().to_owned()),
    };
    ApiError::new(status, code, detail)
}
