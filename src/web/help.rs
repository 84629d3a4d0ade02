//! The shortcuts of the keyboard.

use askama::Template;
use rocket::get;

use crate::web::edge::answer::{Answer, Outcome};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    /// What they do, and their keys one after the other.
    keys: Vec<(String, &'static [&'static str])>,
}

#[get("/help")]
pub(in crate::web) fn show(who: Browser) -> Outcome {
    Answer::ok(&view(&who))
}

fn view(who: &Browser) -> HelpPage {
    let t = who.look.t;
    let keys: Vec<(String, &[&str])> = vec![
        (t.home_title(), &["g", "h"]),
        (t.nav_pipelines(), &["g", "p"]),
        (t.nav_graphs(), &["g", "g"]),
        (t.nav_inbox(), &["g", "i"]),
        (t.nav_journal(), &["g", "j"]),
        (t.nav_system(), &["g", "s"]),
        (t.help_next(), &["j"]),
        (t.help_previous(), &["k"]),
        (t.help_open(), &["Enter"]),
        (t.help_search(), &["/"]),
        (t.help_this(), &["?"]),
    ];
    HelpPage {
        frame: Frame::new(who, Section::Help),
        keys,
    }
}

#[cfg(test)]
mod tests {
    use rocket::http::Status;

    use crate::web::tests::end_to_end::page;
    use crate::web::tests::harness::Server;
    use crate::web::tests::wellformed;

    #[test]
    fn shortcuts_are_listed_and_can_be_switched_off() {
        let server = Server::start();
        let html = page(server.get("/help"), Status::Ok);
        wellformed::check(&html);
        assert!(html.contains("js/keys.js") && html.contains("/look?keys=off&amp;back=%2Fhelp"));
        let off = server.client.get("/help").cookie(("trackyard_keys", "off"));
        let html = page(server.signed(off).dispatch(), Status::Ok);
        wellformed::check(&html);
        assert!(!html.contains("js/keys.js") && html.contains("/look?keys=on&amp;back=%2Fhelp"));
    }
}
