//! One version of a graph.

use std::collections::BTreeMap;

use askama::Template;
use rocket::http::ContentType;
use rocket::request::FromParam;
use rocket::{State, get, post};

use crate::desk::{DefineError, Desk};
use crate::engine::GraphId;
use crate::graph::{Graph, OnFailure, Reference, Vertex, text};
use crate::store::{GraphHead, PipelineHead, StoredProblem};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::vertices::{ParamLine, VertexBlock, block, of_pipelines, params};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines::{self, RunLine};
use crate::web::parts::picture::{self, Card, Picture};
use crate::web::parts::problems::{Finding, findings};
use crate::web::parts::reveal;
use crate::web::parts::when::{When, when};

/// Vertices on one page; a graph that has a picture is on one page.
const PAGE: i64 = picture::MOST_VERTICES as i64;
/// Predecessors that one page shows.
const MOST_TAILS: i64 = 5_000;
/// Runs that the page shows.
const RUNS: i64 = 20;
/// Versions that the page links to.
const VERSIONS: i64 = 50;
/// Bytes of the source that the page shows.
const SOURCE: usize = 256 << 10;

#[derive(Template)]
#[template(path = "graphs/show.html")]
struct GraphPage {
    frame: Frame,
    head: GraphHead,
    created: When,
    changed: When,
    /// What became of a text that was just saved.
    news: &'static str,
    policy: &'static str,
    /// What holds for each of its pipelines.
    facts: Vec<String>,
    /// Number and version of the others, newest first.
    versions: Vec<(i64, i32)>,
    findings: Vec<Finding>,
    params: Vec<ParamLine>,
    vertices: Vec<VertexBlock>,
    /// Where the pages before and after begin.
    before: Option<i32>,
    after: Option<i32>,
    picture: Option<Picture>,
    caption: &'static str,
    runs: Vec<RunLine>,
    source: String,
    source_bytes: usize,
    source_cut: bool,
}

/// What the page is made from.
struct Found {
    head: GraphHead,
    outline: Graph,
    versions: Vec<GraphHead>,
    problems: Vec<StoredProblem>,
    source: String,
    from: i32,
    vertices: Vec<(i64, Vertex)>,
    tails: Vec<(i64, i64, String)>,
    refers: BTreeMap<i64, Vec<Reference>>,
    edges: Vec<(i64, i64)>,
    runs: Vec<PipelineHead>,
    counts: Vec<(i64, i16, i64)>,
}

#[get("/graphs/<id>?<from>&<saved>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    from: Option<i32>,
    saved: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let (desk, news) = (desk.inner().clone(), news(saved.unwrap_or_default()));
    blocking(move || Answer::ok(&view(&who, find(&desk, GraphId(id), from)?, news))).await
}

/// What became of a definition, by the word in the address.
fn news(word: &str) -> &'static str {
    match word {
        "created" => "Saved: version 1 was created.",
        "replaced" => "Saved: this version, which no pipeline had used, was replaced.",
        "new-version" => {
            "Saved: the version before is sealed and stays as it is, so this is the next version."
        }
        "unchanged" => "Nothing was saved: this is the same definition as before.",
        "checked" => "Checked again.",
        _ => "",
    }
}

fn find(desk: &Desk, id: GraphId, from: Option<i32>) -> Result<Found, Failure> {
    let store = &desk.store;
    let missing = || Failure::Missing("graph");
    let head = store.graph(id)?.ok_or_else(missing)?;
    let from = from.unwrap_or(0).clamp(0, head.vertices.max(0));
    let vertices = store.vertex_page(id, from, PAGE)?;
    let ends = vertices.first().zip(vertices.last());
    let tails = ends.map(|(first, last)| store.predecessors(id, (first.0, last.0), MOST_TAILS));
    let refers = ends.map(|(first, last)| store.references(id, (first.0, last.0)));
    let drawn = i64::from(head.vertices) <= PAGE && (head.edges as usize) <= picture::MOST_EDGES;
    let runs = store.pipelines_of(id, RUNS)?;
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    Ok(Found {
        outline: store.outline(id)?.ok_or_else(missing)?,
        versions: store.versions(&head.name, i32::MAX, VERSIONS)?,
        problems: store.problems(id)?,
        source: store.source(id)?.ok_or_else(missing)?.0,
        from,
        tails: tails.transpose()?.unwrap_or_default(),
        refers: refers.transpose()?.unwrap_or_default(),
        edges: if drawn { store.edges(id)? } else { Vec::new() },
        counts: lines::counts(desk, &ids)?,
        vertices,
        runs,
        head,
    })
}

fn view(who: &Browser, found: Found, news: &'static str) -> GraphPage {
    let whole = i64::from(found.head.vertices) <= PAGE;
    let drawn = whole && (found.head.edges as usize) <= picture::MOST_EDGES;
    let card = |(id, vertex): &(i64, Vertex)| Card {
        vertex: *id,
        name: vertex.name.clone(),
        href: format!("#v{id}"),
        mark: None,
        note: String::new(),
    };
    let (after, scripts): (Vec<_>, Vec<_>) = found
        .vertices
        .iter()
        .partition(|(_, v)| v.handler.is_some());
    let picture = drawn.then(|| {
        let picture = picture::draw(scripts.into_iter().map(card).collect(), &found.edges)?;
        Some(picture.and_after(after.into_iter().map(card).collect()))
    });
    let picture = picture.flatten();
    let mut tails: BTreeMap<i64, Vec<(i64, String)>> = BTreeMap::new();
    for (head, tail, name) in found.tails {
        tails.entry(head).or_default().push((tail, name));
    }
    let next = found.from + found.vertices.len() as i32;
    let (source, source_cut) = reveal::head(&found.source, SOURCE);
    let others = found.versions.iter().filter(|v| v.id != found.head.id);
    let runs = found.runs.iter();
    GraphPage {
        frame: Frame::new(who, Section::Graphs),
        created: when(found.head.created_at),
        changed: when(found.head.updated_at),
        news,
        policy: policy(found.outline.on_failure),
        facts: of_pipelines(&found.outline),
        versions: others.map(|v| (v.id, v.version)).collect(),
        findings: findings(&found.problems, &found.source),
        params: params(&found.outline.input),
        before: (found.from > 0).then(|| (found.from - PAGE as i32).max(0)),
        after: (next < found.head.vertices).then_some(next),
        picture,
        caption: "Picture of the graph",
        runs: runs
            .map(|r| lines::run(r, &found.counts, who.now.0))
            .collect(),
        source: reveal::text(source),
        source_bytes: found.source.len(),
        source_cut,
        vertices: found
            .vertices
            .into_iter()
            .map(|(id, vertex)| {
                let tails = tails.remove(&id).unwrap_or_default();
                let refers = found.refers.get(&id).map_or(&[][..], Vec::as_slice);
                block(id, vertex, &found.outline.input, refers, tails)
            })
            .collect(),
        head: found.head,
    }
}

fn policy(on_failure: OnFailure) -> &'static str {
    match on_failure {
        OnFailure::StopNew => "nothing new starts, what runs may end",
        OnFailure::CancelRunning => "nothing new starts, what runs is ended",
        OnFailure::ContinueIndependent => "branches that do not depend on it go on",
    }
}

/// `12.yaml` in an address.
pub(in crate::web) struct YamlName(i64);

impl FromParam<'_> for YamlName {
    type Error = ();

    fn from_param(param: &str) -> Result<Self, ()> {
        let number = param.strip_suffix(".yaml").ok_or(())?;
        number.parse().map(Self).map_err(|_| ())
    }
}

#[get("/graphs/<name>", rank = 10)]
pub(in crate::web) async fn yaml(_who: Browser, name: YamlName, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let (id, missing) = (GraphId(name.0), || Failure::Missing("graph"));
        let (source, format) = desk.store.source(id)?.ok_or_else(missing)?;
        let text = if format == "yaml" {
            source
        } else {
            text::to_yaml(&desk.store.definition(id)?.ok_or_else(missing)?)
        };
        let kind = ContentType::new("text", "yaml").with_params([("charset", "utf-8")]);
        Ok(Answer::file(kind, text, &format!("graph-{}.yaml", name.0)))
    })
    .await
}

#[post("/graphs/<id>/check", data = "<_form>")]
pub(in crate::web) async fn check(
    _who: Browser,
    id: i64,
    _form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || match desk.check(GraphId(id)) {
        Ok(_) => Ok(Answer::go(format!("/graphs/{id}?saved=checked"))),
        Err(DefineError::NoGraph(_)) => Err(Failure::Missing("graph")),
        // What was saved once is a graph; a text that no longer is one keeps its problems.
        Err(DefineError::Malformed(_)) => Ok(Answer::go(format!("/graphs/{id}"))),
        Err(DefineError::Command(why)) => Err(why.into()),
        Err(DefineError::Store(why)) => Err(why.into()),
    })
    .await
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use rocket::request::FromParam;

    use super::{Found, YamlName, news, view};
    use crate::graph::{
        Concurrency, Graph, Kind, Millis, OnInterrupt, OnLimit, Param, Resource, Retry, Rlimits,
        Value, Vertex, When,
    };
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, param, pipeline_head, problem};
    use crate::web::tests::wellformed;

    fn found(count: i64) -> Found {
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
        Found {
            outline: Graph {
                input: some(1).map(|_| declared.clone()).collect(),
                ..Graph::default()
            },
            versions: some(3).map(|id| graph_head(id, HOSTILE)).collect(),
            problems: some(2).map(|n| problem("error", n as u32)).collect(),
            source: HOSTILE.to_owned(),
            from: 0,
            tails: some(2)
                .skip(1)
                .map(|id| (id, 1, HOSTILE.to_owned()))
                .collect(),
            refers: Default::default(),
            edges: some(2).skip(1).map(|id| (1, id)).collect(),
            runs: some(2).map(pipeline_head).collect(),
            counts: vec![(1, 3, 2)],
            vertices: some(300).map(|id| (id, vertex.clone())).collect(),
            head,
        }
    }

    #[test]
    fn graphs_of_every_size() {
        for (count, drawn) in [(0, false), (1, true), (2, true), (300, true), (301, false)] {
            let page = view(&browser(), found(count), news("created"));
            assert_eq!(page.picture.is_some(), drawn, "{count}");
            assert_eq!(page.after, (count == 301).then_some(300));
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert_eq!(html.matches("<details").count() as i64, count.min(300) + 1);
        }
    }

    #[test]
    fn scripts_after_the_verdict_are_told_and_drawn_apart() {
        let mut found = found(2);
        found.outline.max_parallel = Some(3);
        found.outline.concurrency = Some(Concurrency {
            limit: 2,
            on_limit: OnLimit::Reject,
        });
        found.tails.clear();
        let last = &mut found.vertices[1].1;
        (last.handler, last.pool) = (Some(When::Stop), Some(HOSTILE.to_owned()));
        let page = view(&browser(), found, news("created"));
        let picture = page.picture.as_ref().expect("it is small");
        assert_eq!(picture.cards.len(), 2);
        let (script, handler) = (&picture.cards[0], &picture.cards[1]);
        assert!(picture.after > script.y && handler.y > picture.after);
        let html = page.render().expect("renders");
        wellformed::check(&html);
        assert_eq!(html.matches("starts at once").count(), 1);
        for said in [
            "when the pipeline was stopped",
            "takes a place of the pool",
            "at most 3 of its scripts run at once",
            "at most 2 of its pipelines run at once: one more is refused",
        ] {
            assert_eq!(html.matches(said).count(), 1, "{said}");
        }
    }

    #[test]
    fn addresses_and_news_are_fixed_words() {
        assert!(YamlName::from_param("12.yaml").is_ok_and(|name| name.0 == 12));
        assert!(YamlName::from_param("12").is_err() && YamlName::from_param("x.yaml").is_err());
        assert_eq!(news("<b>"), "");
    }
}
