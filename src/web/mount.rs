//! All routes and catchers of the pages.

use rocket::{Catcher, Route, catchers, routes};

use super::edge::{assets, catch, look, session};
use super::{asks, docs, graphs, help, home, inbox, journal, pipelines, secrets, system, tracks};

/// The pages, to be mounted at `/`. They need `Desk`, `Arc<Access>` and [`super::Clock`].
pub fn routes() -> Vec<Route> {
    routes![
        assets::file,
        look::choose,
        home::home,
        session::sign_in,
        session::sign_out,
        graphs::list::list,
        graphs::new::blank,
        graphs::edit::edit,
        graphs::new::create,
        graphs::begin::by_forms,
        graphs::import::form,
        graphs::import::import,
        graphs::forms::table::table,
        graphs::forms::edge::edge,
        graphs::forms::vertex::form,
        graphs::forms::vertex::send,
        graphs::forms::inputs::form,
        graphs::forms::inputs::change,
        graphs::show::show,
        graphs::files::file,
        graphs::deeds::check,
        graphs::deeds::archive,
        graphs::deeds::copy,
        graphs::deeds::ask_restore,
        graphs::deeds::restore,
        graphs::start::form,
        graphs::start::start,
        graphs::preview::preview,
        inbox::list,
        journal::list,
        system::show,
        help::show,
        pipelines::list::list,
        pipelines::rows::rows,
        pipelines::csv::export,
        pipelines::many::ask,
        pipelines::many::act,
        pipelines::show::show,
        pipelines::drawn::part,
        tracks::log::show,
        tracks::log::bytes,
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
