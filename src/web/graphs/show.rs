//! One version of a graph, part by part: each part reads only what it shows.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{Graph, Reference, Vertex};
use crate::l10n::Words;
use crate::store::{GraphHead, StoredProblem};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::server::Server;
use crate::web::graphs::calls::{self, Calls};
use crate::web::graphs::deeds::news;
use crate::web::graphs::tabs::{self, Inputs, Runs, Tab, Versions};
use crate::web::graphs::vertices::{VertexBlock, block, of_pipelines};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::picture::{self, Shown, Wish};
use crate::web::parts::problems::{Finding, findings};
use crate::web::parts::reveal;
use crate::web::parts::when::{When, when};

/// Vertices on one page.
pub(in crate::web) const PAGE: i64 = 300;
/// Predecessors that one page shows.
const MOST_TAILS: i64 = 5_000;
/// Bytes of the source that the page shows.
const SOURCE: usize = 256 << 10;

#[derive(Template)]
#[template(path = "graphs/show.html")]
struct GraphPage {
    frame: Frame,
    head: GraphHead,
    tab: &'static str,
    created: When,
    changed: When,
    /// The newest version, when this is not it.
    newest: Option<(i64, i32)>,
    /// What became of a text that was just saved.
    news: String,
    /// What holds for each of its pipelines.
    facts: Vec<String>,
    findings: Vec<Finding>,
    body: Body,
}

/// What the part that is looked at shows.
enum Body {
    Picture(Box<Drawn>),
    Runs(Runs),
    Inputs(Inputs),
    Versions(Versions),
    Calls(Calls),
}

/// The picture and the vertices.
struct Drawn {
    vertices: Vec<VertexBlock>,
    /// Where the pages before and after begin.
    before: Option<i32>,
    after: Option<i32>,
    picture: Shown,
    caption: String,
    source: String,
    source_bytes: usize,
    source_cut: bool,
}

impl Drawn {
    /// The picture is of what is near one vertex.
    fn in_part(&self) -> bool {
        matches!(&self.picture, Shown::Picture(picture) if picture.near.is_some())
    }
}

/// What the picture and the vertices are made from.
struct Found {
    outline: Graph,
    source: String,
    from: i32,
    vertices: Vec<(i64, Vertex)>,
    tails: Vec<(i64, i64, String)>,
    refers: BTreeMap<i64, Vec<Reference>>,
}

/// What the address says beside the number.
#[derive(Debug, Default, rocket::FromForm)]
pub(in crate::web) struct Asked {
    tab: Option<String>,
    from: Option<i32>,
    saved: Option<String>,
    before: Option<i64>,
    with: Option<i64>,
    all: Option<i64>,
    fold: Option<i64>,
    around: Option<i64>,
}

#[get("/graphs/<id>?<asked..>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    asked: Asked,
    server: Server,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let (missing, id) = (|| Failure::Missing("graph"), GraphId(id));
        let head = desk.store.graph(id)?.ok_or_else(missing)?;
        let outline = desk.store.outline(id)?.ok_or_else(missing)?;
        let problems = desk.store.problems(id)?;
        let source = desk.store.source(id)?.ok_or_else(missing)?.0;
        let (t, from) = (who.look.t, asked.from.unwrap_or(0).max(0));
        let top = Top {
            newest: tabs::newest(&desk, &head)?,
            ..Top::of(&head, &outline, &problems, &source, &t)
        };
        let tab = Tab::from_word(asked.tab.as_deref().unwrap_or_default());
        let body = match tab {
            Tab::Picture => {
                let found = find(&desk, &head, outline, source, from)?;
                let wish = Wish {
                    all: asked.all.is_some(),
                    fold: asked.fold.is_some(),
                    around: asked.around,
                };
                let href = |place: u32, vertex: i64| match i64::from(place) / PAGE * PAGE {
                    page if page == i64::from(found.from) => format!("#v{vertex}"),
                    page => format!("/graphs/{id}?from={page}#v{vertex}"),
                };
                let picture = picture::of_graph(&desk, &head, wish, t, href)?;
                Body::Picture(Box::new(drawn(&head, found, picture, &t)))
            }
            Tab::Runs => Body::Runs(tabs::runs(&desk, &who, &head, asked.before)?),
            Tab::Inputs => Body::Inputs(tabs::inputs(&desk, &head, &outline, from, &t)?),
            Tab::Versions => {
                let (before, with) = (asked.before, asked.with);
                Body::Versions(tabs::versions(&desk, &head, before, with)?)
            }
            Tab::Api => Body::Calls(calls::calls(&desk, &head, &outline, &server.0)?),
        };
        let news = news(asked.saved.as_deref().unwrap_or_default(), &t);
        Answer::ok(&page(&who, head, (tab, body), top, news))
    })
    .await
}

/// What stands above all parts.
struct Top {
    newest: Option<(i64, i32)>,
    facts: Vec<String>,
    findings: Vec<Finding>,
}

impl Top {
    fn of(
        head: &GraphHead,
        outline: &Graph,
        problems: &[StoredProblem],
        source: &str,
        t: &Words,
    ) -> Self {
        let mut facts = vec![t.graph_vertices(head.vertices), t.graph_edges(head.edges)];
        facts.extend(of_pipelines(outline, t));
        let findings = findings(problems, source);
        Self {
            newest: None,
            facts,
            findings,
        }
    }
}

fn page(
    who: &Browser,
    head: GraphHead,
    (tab, body): (Tab, Body),
    top: Top,
    news: String,
) -> GraphPage {
    GraphPage {
        frame: Frame::new(who, Section::Graphs),
        created: when(head.created_at),
        changed: when(head.updated_at),
        tab: tab.word(),
        newest: top.newest,
        news,
        facts: top.facts,
        findings: top.findings,
        body,
        head,
    }
}

fn find(
    desk: &Desk,
    head: &GraphHead,
    outline: Graph,
    source: String,
    from: i32,
) -> Result<Found, Failure> {
    let (store, id) = (&desk.store, GraphId(head.id));
    let from = from.clamp(0, head.vertices.max(0));
    let vertices = store.vertex_page(id, from, PAGE)?;
    let ends = vertices.first().zip(vertices.last());
    let tails = ends.map(|(first, last)| store.predecessors(id, (first.0, last.0), MOST_TAILS));
    let refers = ends.map(|(first, last)| store.references(id, (first.0, last.0)));
    Ok(Found {
        outline,
        source,
        from,
        tails: tails.transpose()?.unwrap_or_default(),
        refers: refers.transpose()?.unwrap_or_default(),
        vertices,
    })
}

fn drawn(head: &GraphHead, found: Found, picture: Shown, t: &Words) -> Drawn {
    let mut tails: BTreeMap<i64, Vec<(i64, String)>> = BTreeMap::new();
    for (head, tail, name) in found.tails {
        tails.entry(head).or_default().push((tail, name));
    }
    let next = found.from + found.vertices.len() as i32;
    let (source, source_cut) = reveal::head(&found.source, SOURCE);
    let vertices = found.vertices.into_iter().map(|(id, vertex)| {
        let tails = tails.remove(&id).unwrap_or_default();
        let refers = found.refers.get(&id).map_or(&[][..], Vec::as_slice);
        block(id, vertex, &found.outline.input, refers, tails, t)
    });
    Drawn {
        vertices: vertices.collect(),
        before: (found.from > 0).then(|| (found.from - PAGE as i32).max(0)),
        after: (next < head.vertices).then_some(next),
        picture,
        caption: t.picture_of_graph(),
        source: reveal::text(source),
        source_bytes: found.source.len(),
        source_cut,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Body, Found, GraphPage, Top, drawn, page};
    use crate::graph::{
        Concurrency, Diff, Graph, Kind, Millis, OnInterrupt, OnLimit, Param, Resource, Retention,
        Retry, Rlimits, Value, Vertex, When,
    };
    use crate::store::GraphHead;
    use crate::web::edge::guard::Browser;
    use crate::web::graphs::changes::changes;
    use crate::web::graphs::deeds::news;
    use crate::web::graphs::tabs::{Tab, VersionLine, Versions};
    use crate::web::parts::picture::tests::drawn as picture_of;
    use crate::web::parts::when::when;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, param, problem};
    use crate::web::tests::wellformed;

    fn found(count: i64) -> (GraphHead, Found) {
        let mut head = graph_head(count, HOSTILE);
        head.vertices = count as i32;
        let declared = Param {
            default: Some(Value::Str(HOSTILE.to_owned())),
            choices: vec![Value::Str(HOSTILE.to_owned())],
            pattern: Some(HOSTILE.to_owned()),
            required: true,
            ..param("host", Kind::Str)
        };
        let vertex = Vertex {
            name: HOSTILE.to_owned(),
            desc: HOSTILE.to_owned(),
            script: format!("{HOSTILE}\n</pre>"),
            input: vec![declared.clone()],
            outputs: vec![declared.clone()],
            env: vec![("A".to_owned(), HOSTILE.to_owned())],
            secrets: vec![HOSTILE.to_owned()],
            workdir: Some(HOSTILE.to_owned()),
            timeout: Some(Millis(30_000)),
            retry: Some(Retry {
                limit: 3,
                delay: Millis(2_000),
                backoff: 2.0,
                max_delay: Millis(60_000),
                jitter: 0.0,
                exit_codes: None,
            }),
            limits: Rlimits::NONE.with(Resource::Cpu, 1_000),
            on_interrupt: OnInterrupt::Ask,
            ..Vertex::default()
        };
        let some = |n: i64| 1..=count.min(n);
        let found = Found {
            outline: Graph {
                input: some(1).map(|_| declared.clone()).collect(),
                ..Graph::default()
            },
            source: HOSTILE.to_owned(),
            from: 0,
            tails: some(2)
                .skip(1)
                .map(|id| (id, 1, HOSTILE.to_owned()))
                .collect(),
            refers: Default::default(),
            vertices: some(300).map(|id| (id, vertex.clone())).collect(),
        };
        (head, found)
    }

    fn view(who: &Browser, (head, found): (GraphHead, Found)) -> GraphPage {
        let t = who.look.t;
        let problems = [problem("error", 1), problem("notice", 2)];
        let top = Top::of(&head, &found.outline, &problems, &found.source, &t);
        let picture = picture_of(i64::from(head.vertices));
        let drawn = drawn(&head, found, picture, &t);
        let body = Body::Picture(Box::new(drawn));
        page(who, head, (Tab::Picture, body), top, news("created", &t))
    }

    fn picture(page: &GraphPage) -> &super::Drawn {
        let Body::Picture(drawn) = &page.body else {
            panic!("another part");
        };
        drawn
    }

    #[test]
    fn graphs_of_every_size_in_both_languages() {
        for who in [browser(), in_chinese()] {
            for count in [0, 1, 2, 300, 301] {
                let page = view(&who, found(count));
                let drawn = picture(&page);
                assert_eq!(drawn.after, (count == 301).then_some(300));
                let html = page.render().expect("renders");
                wellformed::check(&html);
                // Beside the vertices there are the text and what more can be done.
                assert_eq!(html.matches("<details").count() as i64, count.min(300) + 2);
            }
        }
    }

    #[test]
    fn versions_and_differences_of_every_size_in_both_languages() {
        for who in [browser(), in_chinese()] {
            for count in [0, 1, 1_000] {
                let names = || vec![HOSTILE.to_owned(); count];
                let pairs = || names().into_iter().zip(names()).collect();
                let compared = changes(Diff {
                    added: names(),
                    removed: names(),
                    edges_added: pairs(),
                    edges_removed: pairs(),
                    ..Diff::default()
                });
                let lines = (0..count as i64).map(|id| VersionLine {
                    head: graph_head(id, HOSTILE),
                    at: when(id),
                    older: Some(id + 1),
                });
                let versions = Versions {
                    lines: lines.collect(),
                    newest: true,
                    next: Some(7),
                    compared: Some((1, compared)),
                };
                let (head, found) = found(1);
                let top = Top::of(&head, &found.outline, &[], "", &who.look.t);
                let part = (Tab::Versions, Body::Versions(versions));
                let html = page(&who, head, part, top, String::new()).render();
                let html = html.expect("renders");
                wellformed::check(&html);
                assert!(!html.contains("<th></th>"));
                assert_eq!(
                    html.matches("&#38;with=").count() + html.matches("&amp;with=").count(),
                    count
                );
                assert_eq!(html.matches("class=\"plus\"").count(), count * 2);
                assert_eq!(html.matches("class=\"minus\"").count(), count * 2);
                let none = who.look.t.graph_diff_none();
                assert_eq!(html.contains(&none), count == 0);
            }
        }
    }

    #[test]
    fn an_older_version_says_so_and_leads_to_the_newest() {
        for (who, told, link) in [
            (
                browser(),
                "This is version 2. The newest one is",
                "version 5",
            ),
            (in_chinese(), "这是版本 2，最新的是", "版本 5"),
        ] {
            for (newest, count) in [(None, 0), (Some((9, 5)), 1)] {
                let page = GraphPage {
                    newest,
                    ..view(&who, found(1))
                };
                let html = page.render().expect("renders");
                wellformed::check(&html);
                let link = format!("{told} <a href=\"/graphs/9\">{link}</a>");
                assert_eq!(html.matches(&link).count(), count);
                assert_eq!(html.matches(told).count(), count);
            }
        }
    }

    #[test]
    fn scripts_after_the_verdict_are_told() {
        let (head, mut found) = found(2);
        found.outline.max_parallel = Some(3);
        found.outline.concurrency = Some(Concurrency {
            limit: 2,
            on_limit: OnLimit::Reject,
        });
        found.outline.retention = Retention {
            days: Some(90),
            keep_last: Some(1),
            max_bytes: Some(1 << 30),
        };
        found.tails.clear();
        let last = &mut found.vertices[1].1;
        (last.handler, last.pool) = (Some(When::Stop), Some(HOSTILE.to_owned()));
        let page = view(&browser(), (head, found));
        let html = page.render().expect("renders");
        wellformed::check(&html);
        assert_eq!(html.matches("starts at once").count(), 1);
        for said in [
            "when the pipeline was stopped",
            "takes a place of the pool",
            "at most 3 of its scripts run at once",
            "at most 2 of its pipelines run at once: one more is refused",
            "deleted when they ended more than 90 days ago",
            "the newest of its pipelines stays in any case",
            "the oldest are deleted while their logs have more than 1GiB",
        ] {
            assert_eq!(html.matches(said).count(), 1, "{said}");
        }
    }
}
