//! The first page: what runs, what needs somebody, how it went.

mod cards;
mod facts;
mod graphs;

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::store::Waiting;
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::graphs::new::EXAMPLE;
use crate::web::inbox::{Wants, wants};
use crate::web::parts::eta::eta;
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::held::held;
use crate::web::parts::lines::{self, RunLine};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::when::{When, when};
use crate::web::plots::bars;
use crate::web::plots::heat::{self, Heat};
use crate::web::plots::spark;
use cards::{Cards, cards};
use facts::{ATTENTION, Facts, Held, RUNNING};
use graphs::{GraphRow, rows};

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage {
    frame: Frame,
    /// There is no graph: the page says how to begin.
    first_steps: bool,
    /// The text of a graph to begin with.
    example: &'static str,
    cards: Cards,
    running: Vec<RunLine>,
    /// More run than are shown.
    more_run: bool,
    /// How many run, and how many need attention, beside what somebody looks at.
    newer: usize,
    unseen: usize,
    attention: Vec<Attention>,
    heat: Heat,
    graphs: Vec<GraphRow>,
    /// There are more graphs than are shown.
    more_graphs: bool,
}

/// What somebody should look at.
struct Attention {
    /// What it is known by in the page.
    key: String,
    mark: Mark,
    href: String,
    number: i64,
    name: String,
    graph: String,
    /// What is wanted; empty: it failed, which its mark says.
    wants: String,
    at: Option<When>,
}

/// `runs` and `needs`: the keys of the lines that somebody looks at.
#[get("/?<runs>&<needs>")]
pub(in crate::web) async fn home(
    who: Browser,
    runs: Option<&str>,
    needs: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let held = Held {
        running: held(runs, 'r', RUNNING),
        attention: held(needs, 'n', ATTENTION).zip(held(needs, 'f', ATTENTION)),
    };
    let desk = desk.inner().clone();
    blocking(move || {
        let live = Live::of(&desk, None, who.now.0);
        let facts = Facts::read(&desk, &who.look.zone, who.now.0, held)?;
        Answer::ok(&view(&who, facts, Some(live)))
    })
    .await
}

fn view(who: &Browser, facts: Facts, live: Option<Live>) -> HomePage {
    let (t, now) = (who.look.t, who.now.0);
    let running = facts.running.iter();
    let running = running.map(|head| RunLine {
        ends: facts.left.get(&head.id).map(|left| eta(*left, now, t)),
        ..lines::run(head, &facts.counts, now)
    });
    let running = running.collect();
    let waiting = facts.waiting.iter().map(|waiting: &Waiting| Attention {
        key: format!("n{}", waiting.track.id),
        mark: marks::track(waiting.track.state, waiting.track.reason),
        href: format!("/tracks/{}", waiting.track.id),
        number: waiting.track.pipeline_id,
        name: waiting.track.vertex.clone(),
        graph: waiting.graph.clone(),
        wants: match wants(&waiting.track) {
            Some(Wants::Answer) => t.home_wants_answer(),
            Some(Wants::Value) => t.home_wants_value(),
            None => String::new(),
        },
        at: None,
    });
    let failed = facts.failed.iter().map(|head| Attention {
        key: format!("f{}", head.id),
        mark: marks::pipeline(head.state),
        href: format!("/pipelines/{}", head.id),
        number: head.id,
        name: head.name.clone(),
        graph: head.graph.clone(),
        wants: String::new(),
        at: Some(when(head.finished_at.unwrap_or(head.created_at))),
    });
    let attention = waiting.chain(failed).collect();
    let mut graphs = rows(&facts, &t, now);
    let more_graphs = graphs.len() > facts::GRAPHS;
    graphs.truncate(facts::GRAPHS);
    HomePage {
        frame: Frame::new(who, Section::Home).following(live),
        first_steps: facts.graphs.is_empty(),
        example: EXAMPLE,
        cards: cards(&facts, &t),
        running,
        more_run: facts.more,
        newer: facts.newer,
        unseen: facts.unseen,
        attention,
        heat: heat::heat(&facts.days, &facts.days_counts()),
        graphs,
        more_graphs,
    }
}

#[cfg(test)]
mod tests;
