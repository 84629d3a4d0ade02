//! What the server answers, as a list.

use crate::{api, web};

/// Every address that the server answers, as `(method, path)`.
pub fn routes() -> Vec<(String, String)> {
    let api = api::routes()
        .into_iter()
        .map(|r| (r.method.to_string(), format!("/api/v1{}", r.uri)));
    let sockets = api::sockets().into_iter();
    let sockets = sockets.map(|r| (r.method.to_string(), format!("/ws{}", r.uri)));
    let rest = web::routes().into_iter().chain(api::probes());
    let rest = rest.map(|r| (r.method.to_string(), r.uri.to_string()));
    api.chain(sockets).chain(rest).collect()
}
