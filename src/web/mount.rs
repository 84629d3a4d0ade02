//! All routes and catchers of the pages.

use rocket::{Catcher, Route, catchers, routes};

use super::{
    ask, assets, catch, docs, graph, graph_new, graphs, inbox, pipeline, pipelines, secrets,
    session, start, track,
};

/// The pages, to be mounted at `/`. They need `Desk`, `Arc<Access>` and [`super::Clock`].
pub fn routes() -> Vec<Route> {
    routes![
        assets::file,
        session::home,
        session::sign_in,
        session::sign_out,
        graphs::list,
        graph_new::blank,
        graph_new::edit,
        graph_new::create,
        graph::show,
        graph::yaml,
        graph::check,
        start::form,
        start::start,
        start::preview,
        inbox::list,
        pipelines::list,
        pipeline::show,
        track::show,
        ask::of_pipeline,
        ask::of_track,
        ask::pipeline,
        ask::track,
        secrets::list,
        secrets::change,
        docs::show,
    ]
}

/// Pages for errors, to be registered at `/`.
pub fn catchers() -> Vec<Catcher> {
    catchers![
        catch::bad_request,
        catch::unauthorized,
        catch::forbidden,
        catch::not_found,
        catch::too_large,
        catch::not_a_number,
        catch::too_often,
        catch::broken,
        catch::other,
    ]
}
