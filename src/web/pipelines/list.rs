//! The list of pipelines.

use std::collections::BTreeMap;

use askama::Template;
use rocket::http::Status;
use rocket::{State, get};

use crate::desk::{Desk, eta};
use crate::engine::{PipelineId, PipelineState};
use crate::store::{PipelineHead, Place, StoreError};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::eta::eta as ends;
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::lines::{self, RunLine};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::words;
use crate::web::pipelines::asks::{self, Word};
use crate::web::pipelines::filter::{Asked, TRIGGERS};

/// Pipelines on one page.
pub(in crate::web) const PAGE: usize = 50;
/// Pipelines at a state are counted up to here.
const MOST_COUNTED: i64 = 1_000;
/// New pipelines are counted up to here.
pub(super) const MOST_NEWER: usize = 100;

/// A link to the pipelines at one state.
pub(super) struct Chip {
    pub(super) mark: Mark,
    pub(super) href: String,
    pub(super) chosen: bool,
    /// How many there are; empty: that is not looked for.
    pub(super) count: String,
}

/// What of the list changes while somebody looks at it.
pub(super) struct Shown {
    pub(super) runs: Vec<RunLine>,
    pub(super) chips: Vec<Chip>,
    /// How many there are that the list does not show yet, and where it begins.
    pub(super) newer: usize,
    pub(super) first: String,
}

#[derive(Template)]
#[template(path = "pipelines/list.html")]
struct PipelinesPage {
    frame: Frame,
    shown: Shown,
    asked: Asked,
    /// Somebody has asked for some of them.
    filtered: bool,
    wrong: Vec<String>,
    triggers: Vec<(&'static str, String)>,
    words: Vec<Word>,
    /// This is not the newest page.
    older: bool,
    /// Where the next page begins, when there are older ones.
    next: Option<String>,
    /// The newest pipeline of the page.
    top: i64,
    /// Single rows of this list.
    rows: String,
    rest: String,
    /// The same list as a table for other programs.
    csv: String,
}

#[get("/pipelines?<cursor>&<find>&<asked..>", rank = 1)]
pub(in crate::web) async fn list(
    who: Browser,
    cursor: Option<&str>,
    find: Option<&str>,
    asked: Asked,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    let cursor = cursor.map(|text| text.parse().map_err(|_| Failure::Missing("page")));
    let (cursor, find) = (cursor.transpose()?, find.map(|text| text.trim().to_owned()));
    blocking(move || {
        if let Some(text) = find {
            return found(&desk, &text);
        }
        let live = Live::of(&desk, None, who.now.0);
        let read = asked.filter(&who.look);
        let (filter, wrong) = match read {
            Ok(filter) => (filter, Vec::new()),
            Err(wrong) => {
                let page = view(
                    &who,
                    asked,
                    Page {
                        wrong,
                        ..Page::default()
                    },
                );
                return Answer::page(Status::UnprocessableEntity, &page);
            }
        };
        if cursor.is_some_and(|place| !filter.is_of(place)) {
            return Err(Failure::Missing("page"));
        }
        let list = desk.store.find_pipelines(&filter, cursor, PAGE as i64)?;
        let ids: Vec<i64> = list.heads.iter().map(|head| head.id).collect();
        let page = Page {
            live: Some(live),
            wrong,
            counts: lines::counts(&desk, &ids)?,
            left: eta::of_running(&desk.store, &list.heads, who.now.0)?,
            states: states(&desk, &asked)?,
            heads: list.heads,
            older: cursor.is_some(),
            next: list.next,
            rest: asked.rest(&filter),
        };
        Answer::ok(&view(&who, asked, page))
    })
    .await
}

/// What somebody looks for: a number is a pipeline, everything else a part of its name.
fn found(desk: &Desk, text: &str) -> Outcome {
    let number: Option<i64> = text.trim_start_matches('#').parse().ok();
    if let Some(id) = number
        && desk.store.pipeline(PipelineId(id))?.is_some()
    {
        return Ok(Answer::go(format!("/pipelines/{id}")));
    }
    let asked = Asked {
        name: text.to_owned(),
        ..Asked::default()
    };
    Ok(Answer::go(format!("/pipelines?{}", asked.query())))
}

/// How many stand where; nothing where the list is of some of them: that would have to be counted.
pub(super) fn states(desk: &Desk, asked: &Asked) -> Result<Vec<(i16, i64)>, StoreError> {
    match asked.at("").fields().is_empty() {
        true => desk.store.state_counts(),
        false => Ok(Vec::new()),
    }
}

/// Pipelines, how far they are, and how long they still take.
pub(super) type Read<'a> = (
    &'a [PipelineHead],
    &'a [(i64, i16, i64)],
    &'a BTreeMap<i64, i64>,
);

pub(super) fn shown(
    who: &Browser,
    asked: &Asked,
    (heads, counts, left): Read<'_>,
    states: &[(i16, i64)],
    newer: usize,
) -> Shown {
    let chosen: Vec<&str> = asked.state.split(',').collect();
    let chip = |state: &PipelineState| {
        let there = states.iter().find(|(code, _)| *code == state.code());
        let of = asked.at(state.word());
        Chip {
            mark: marks::pipeline(state.code()),
            href: format!("/pipelines?{}", of.query()),
            chosen: chosen.contains(&state.word()),
            count: there.map_or_else(String::new, |(_, count)| match *count {
                MOST_COUNTED.. => format!("{}+", MOST_COUNTED - 1),
                count => count.to_string(),
            }),
        }
    };
    Shown {
        runs: heads
            .iter()
            .map(|head| RunLine {
                ends: (left.get(&head.id)).map(|left| ends(*left, who.now.0, who.look.t)),
                ..lines::run(head, counts, who.now.0)
            })
            .collect(),
        chips: PipelineState::ALL.iter().map(chip).collect(),
        newer,
        first: format!("/pipelines?{}", asked.query()),
    }
}

/// What a page of the list is made from.
#[derive(Default)]
struct Page {
    live: Option<Live>,
    wrong: Vec<String>,
    heads: Vec<PipelineHead>,
    counts: Vec<(i64, i16, i64)>,
    left: BTreeMap<i64, i64>,
    states: Vec<(i16, i64)>,
    older: bool,
    next: Option<Place>,
    rest: String,
}

fn view(who: &Browser, asked: Asked, page: Page) -> PipelinesPage {
    let top = page.heads.iter().map(|head| head.id).max().unwrap_or(0);
    // On an older page nothing is new.
    let newest = if page.older { i64::MAX } else { top };
    let t = who.look.t;
    PipelinesPage {
        frame: Frame::new(who, Section::Pipelines).following(page.live),
        shown: shown(
            who,
            &asked,
            (&page.heads, &page.counts, &page.left),
            &page.states,
            0,
        ),
        filtered: !asked.fields().is_empty(),
        wrong: page.wrong,
        triggers: TRIGGERS
            .map(|word| (word, words::trigger(word, t)))
            .to_vec(),
        words: asks::words(t),
        older: page.older,
        next: page
            .next
            .map(|place| format!("/pipelines?{}&cursor={place}", asked.query())),
        top: newest,
        rows: format!("/pipelines/rows?{}&top={newest}", asked.query()),
        rest: page.rest,
        csv: format!("/pipelines/csv?{}", asked.query()),
        asked,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Asked, Page, view};
    use crate::l10n::{L10n, Words};
    use crate::store::Place;
    use crate::web::tests::harness::{HOSTILE, browser, pipeline_head};
    use crate::web::tests::wellformed;

    #[test]
    fn none_one_and_many_in_every_language() {
        for language in L10n::iter() {
            let mut who = browser();
            (who.look.language, who.look.t) = (*language, Words::of(*language));
            let t = who.look.t;
            for (count, hostile) in [(0, false), (0, true), (1, true), (50, false), (1_000, true)] {
                let asked = Asked {
                    name: if hostile {
                        HOSTILE.to_owned()
                    } else {
                        String::new()
                    },
                    ..Asked::default()
                };
                let next: Option<Place> = "1".parse().ok().filter(|_| count > 1);
                let page = Page {
                    heads: (1..=count).rev().map(pipeline_head).collect(),
                    counts: vec![(1, 3, 1), (1, 4, 2)],
                    left: [(1, 170_000)].into(),
                    states: vec![(0, 5), (2, 1_000)],
                    next,
                    ..Page::default()
                };
                let html = view(&who, asked, page).render().expect("renders");
                wellformed::check(&html);
                assert_eq!(html.contains(&t.runs_none()), count == 0 && !hostile);
                assert_eq!(html.contains(&t.runs_none_fit()), count == 0 && hostile);
                assert_eq!(html.contains("cursor=1\""), count > 1);
                assert_eq!(html.contains(&t.eta_minutes("3")), count > 0);
                assert_eq!(html.matches("data-ends=").count() as i64, count.min(1));
                assert_eq!(html.matches("data-run=").count() as i64, count);
                let counted = html.contains("999+");
                assert_eq!(counted, count > 0 || hostile, "up to a bound");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_told_beside_the_form() {
        let page = Page {
            wrong: vec![HOSTILE.to_owned()],
            ..Page::default()
        };
        let html = view(&browser(), Asked::default(), page).render();
        let html = html.expect("renders");
        wellformed::check(&html);
        assert!(html.contains("role=\"alert\""));
    }
}
