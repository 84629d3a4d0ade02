//! The list of graphs.

use std::collections::BTreeMap;

use askama::Template;
use rocket::http::{RawStr, Status};
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::{GraphId, PipelineState};
use crate::store::{Archived, GraphFilter, LastRun, Listed};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::graphs::bars::{BARS, Bars, bars};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::when::{When, when};

/// Graphs on one page.
const PAGE: usize = 50;

/// A graph in the list.
struct GraphLine {
    id: i64,
    name: String,
    /// Its tags, each with what it stands for in a query.
    tags: Vec<(String, String)>,
    version: i32,
    vertices: i32,
    checked: bool,
    sealed: bool,
    archived: bool,
    /// The newest pipeline: its number, how it stands, when it was started.
    last: Option<(i64, Mark, When)>,
    bars: Bars,
}

/// What is looked for, as the form has it.
#[derive(Default)]
struct Wanted {
    contains: String,
    tag: String,
    state: String,
    archived: String,
    /// A word that means nothing.
    wrong: bool,
}

#[derive(Template)]
#[template(path = "graphs/list.html")]
struct GraphsPage {
    frame: Frame,
    lines: Vec<GraphLine>,
    wanted: Wanted,
    /// Something is looked for.
    filtered: bool,
    /// Each state that a last run can have: its word in the address, its mark.
    states: Vec<(&'static str, Mark)>,
    /// This is not the beginning of the list.
    later: bool,
    /// The address of this list from its beginning, without `?` or `&` at its end.
    address: String,
    /// The last graph of this page, when there are more.
    next: Option<i64>,
}

impl Wanted {
    fn filter(&mut self) -> GraphFilter {
        let state = PipelineState::ALL.iter().find(|s| s.word() == self.state);
        let archived = match self.archived.as_str() {
            "" | "no" => Some(Archived::No),
            "only" => Some(Archived::Only),
            "too" => Some(Archived::Too),
            _ => None,
        };
        self.wrong = !self.state.is_empty() && state.is_none() || archived.is_none();
        GraphFilter {
            contains: self.contains.clone(),
            tag: Some(self.tag.clone()).filter(|tag| !tag.is_empty()),
            states: state.copied().into_iter().collect(),
            archived: archived.unwrap_or_default(),
            ..GraphFilter::default()
        }
    }

    fn address(&self) -> String {
        let pairs = [
            ("contains", &self.contains),
            ("tag", &self.tag),
            ("state", &self.state),
            ("archived", &self.archived),
        ];
        let set = pairs.iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> = set.map(|(key, value)| pair(key, value)).collect();
        match set.is_empty() {
            true => "/graphs".to_owned(),
            false => format!("/graphs?{}", set.join("&")),
        }
    }
}

fn pair(key: &str, value: &str) -> String {
    format!("{key}={}", RawStr::new(value).percent_encode())
}

#[get("/graphs?<after>&<contains>&<tag>&<state>&<archived>")]
pub(in crate::web) async fn list(
    who: Browser,
    after: Option<i64>,
    contains: Option<String>,
    tag: Option<String>,
    state: Option<String>,
    archived: Option<String>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    let mut wanted = Wanted {
        contains: contains.unwrap_or_default(),
        tag: tag.unwrap_or_default(),
        state: state.unwrap_or_default(),
        archived: archived.unwrap_or_default(),
        wrong: false,
    };
    blocking(move || {
        // The address has a number, the list is by name.
        let from = after.map(|id| desk.store.graph(GraphId(id))).transpose()?;
        let name = from.flatten().map(|head| head.name).unwrap_or_default();
        let later = !name.is_empty();
        let filter = GraphFilter {
            after: name,
            ..wanted.filter()
        };
        let found = desk.store.graphs(&filter, PAGE as i64 + 1)?;
        let ids: Vec<i64> = found.iter().map(|listed| listed.head.id).collect();
        let runs = desk.store.newest_of(&ids, BARS)?;
        let status = match wanted.wrong {
            true => Status::UnprocessableEntity,
            false => Status::Ok,
        };
        Answer::page(status, &view(&who, found, &runs, wanted, later))
    })
    .await
}

fn view(
    who: &Browser,
    mut found: Vec<Listed>,
    runs: &BTreeMap<i64, Vec<LastRun>>,
    wanted: Wanted,
    later: bool,
) -> GraphsPage {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|listed| listed.head.id);
    let (t, now) = (&who.look.t, who.now.0);
    let line = |listed: Listed| {
        let last = |run: LastRun| {
            let mark = marks::pipeline(run.state);
            (run.pipeline, mark, when(run.created_at))
        };
        let tag = |tag: String| {
            let query = pair("tag", &tag);
            (tag, query)
        };
        let head = listed.head;
        GraphLine {
            bars: bars(runs.get(&head.id).map_or(&[][..], Vec::as_slice), now, t),
            id: head.id,
            name: head.name,
            tags: listed.tags.into_iter().map(tag).collect(),
            version: head.version,
            vertices: head.vertices,
            checked: head.checked,
            sealed: head.sealed,
            archived: head.archived,
            last: listed.last.map(last),
        }
    };
    let state = |state: &PipelineState| (state.word(), marks::pipeline(state.code()));
    let address = wanted.address();
    GraphsPage {
        frame: Frame::new(who, Section::Graphs),
        lines: found.into_iter().map(line).collect(),
        filtered: address != "/graphs",
        states: PipelineState::ALL.iter().map(state).collect(),
        address,
        wanted,
        later,
        next,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use askama::Template;

    use super::{PAGE, Wanted, view};
    use crate::store::{LastRun, Listed};
    use crate::web::tests::harness::{HOSTILE, NOW, browser, graph_head, in_chinese};
    use crate::web::tests::wellformed;

    fn listed(id: i64) -> Listed {
        Listed {
            head: graph_head(id, HOSTILE),
            tags: vec![HOSTILE.to_owned()],
            last: (id % 2 == 0).then_some(LastRun {
                pipeline: id,
                state: (id % 5) as i16,
                created_at: NOW.0,
                finished_at: None,
            }),
        }
    }

    #[test]
    fn none_one_and_many_in_both_languages() {
        for (who, none) in [(browser(), "No graphs yet"), (in_chinese(), "还没有图")] {
            for (count, next) in [
                (0, None),
                (1, None),
                (PAGE, None),
                (1_000, Some(PAGE as i64)),
            ] {
                let found: Vec<Listed> = (1..=count as i64).map(listed).collect();
                let runs = found
                    .iter()
                    .map(|l| (l.head.id, l.last.into_iter().collect()));
                let runs: BTreeMap<i64, Vec<LastRun>> = runs.collect();
                let page = view(&who, found, &runs, Wanted::default(), false);
                assert_eq!(page.next, next);
                let html = page.render().expect("renders");
                wellformed::check(&html);
                assert_eq!(html.contains(none), count == 0);
                assert_eq!(html.matches("<tr>").count(), count.min(PAGE) + count.min(1));
            }
        }
    }

    #[test]
    fn what_is_looked_for_stands_in_the_form_and_in_the_address() {
        let mut wanted = Wanted {
            contains: HOSTILE.to_owned(),
            tag: "a&b".to_owned(),
            state: "FAILED".to_owned(),
            archived: "only".to_owned(),
            wrong: false,
        };
        let filter = wanted.filter();
        assert!(!filter.states.is_empty() && !wanted.wrong);
        let page = view(&browser(), Vec::new(), &BTreeMap::new(), wanted, false);
        assert!(
            page.address
                .ends_with("&tag=a%26b&state=FAILED&archived=only")
        );
        let html = page.render().expect("renders");
        wellformed::check(&html);
        assert!(html.contains("No graph is like that"));
        for wrong in [("x", ""), ("", "x")] {
            let mut wanted = Wanted {
                state: wrong.0.to_owned(),
                archived: wrong.1.to_owned(),
                ..Wanted::default()
            };
            wanted.filter();
            assert!(wanted.wrong, "{wrong:?}");
        }
    }
}
