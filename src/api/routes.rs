//! Every route of the interface, and what answers where there is none.

use rocket::http::Status;
use rocket::{Catcher, Request, Route, catch, catchers, routes};

use super::error::ApiError;
use super::guard::Refused;
use super::{
    asks, drain, graphs, health, inbox, log_stream, logs, pipelines, render, secrets, sign_in,
    starts, stream, tracks, why,
};

/// Mounted under `/api/v1`.
pub fn routes() -> Vec<Route> {
    routes![
        graphs::create,
        graphs::list,
        graphs::get,
        graphs::get_yaml,
        graphs::check,
        render::render,
        starts::start,
        pipelines::list,
        pipelines::get,
        asks::of_pipeline,
        asks::of_track,
        asks::again,
        pipelines::journal,
        stream::all,
        stream::pipeline,
        tracks::get,
        tracks::input,
        tracks::resolve,
        why::track,
        why::pipeline,
        logs::log,
        log_stream::follow,
        drain::drain,
        drain::undo,
        inbox::list,
        secrets::list,
        secrets::set,
        secrets::remove,
        health::healthz,
        sign_in::link,
    ]
}

/// Registered under `/api`.
pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, other]
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

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> ApiError {
    let path = request.uri().path();
    let (code, detail) = match status.code {
        404 => (
            "not-found",
            format!(
                "`{} {path}` is no address of this interface",
                request.method()
            ),
        ),
        413 => (
            "too-large",
            "the body is larger than this server takes".to_owned(),
        ),
        422 => (
            "invalid",
            "a part of the address or of the query cannot be read".to_owned(),
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
