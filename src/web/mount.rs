//! All routes and catchers of the pages.

use rocket::{Catcher, Route, catchers, routes};

use super::edge::{assets, catch, look, session};
use super::{asks, docs, graphs, inbox, pipelines, secrets, tracks};

/// The pages, to be mounted at `/`. They need `Desk`, `Arc<Access>` and [`super::Clock`].
pub fn routes() -> Vec<Route> {
    routes![
        assets::file,
        look::choose,
        session::home,
        session::sign_in,
        session::sign_out,
        graphs::list::list,
        graphs::new::blank,
        graphs::new::edit,
        graphs::new::create,
        graphs::show::show,
        graphs::show::yaml,
        graphs::show::check,
        graphs::start::form,
        graphs::start::start,
        graphs::start::preview,
        inbox::list,
        pipelines::list::list,
        pipelines::show::show,
        tracks::show::show,
        asks::ask::of_pipeline,
        asks::ask::of_track,
        asks::ask::pipeline,
        asks::ask::track,
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
