//! The vertices of a graph as a table, each with its form.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{State, get};

use super::anchors;
use super::saving::definition;
use crate::clock::format_duration;
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::Vertex;
use crate::store::{GraphHead, StoredProblem};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::graphs::deeds::news;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::place::Part;
use crate::web::parts::problems::{Finding, in_forms};
use crate::web::parts::reveal;

/// Vertices on one page.
const PAGE: i64 = 200;
/// Predecessors that one page shows.
const MOST_TAILS: i64 = 5_000;
/// Bytes of the first line of a script.
const LINE: usize = 80;

/// A vertex in the table.
struct VertexLine {
    name: String,
    /// Its form.
    href: String,
    script: String,
    tails: Vec<String>,
    timeout: String,
    retries: u32,
    inputs: usize,
}

#[derive(Template)]
#[template(path = "graphs/forms.html")]
pub(super) struct FormsPage {
    frame: Frame,
    head: GraphHead,
    /// The newest version, when this is not it.
    newest: Option<(i64, i32)>,
    tag: String,
    news: String,
    /// The former text had more in it than the definition.
    printed: bool,
    findings: Vec<Finding>,
    lines: Vec<VertexLine>,
    before: Option<i32>,
    after: Option<i32>,
    /// Why an edge was not changed.
    pub(super) error: String,
    /// What the change would lose.
    pub(super) lost: Vec<Finding>,
    pub(super) tail: String,
    pub(super) next: String,
}

/// What the page is made from.
pub(super) struct Found {
    head: GraphHead,
    newest: Option<(i64, i32)>,
    tag: String,
    problems: Vec<StoredProblem>,
    source: String,
    /// The names of all vertices, where there are problems.
    names: Vec<String>,
    from: i32,
    vertices: Vec<(i64, Vertex)>,
    tails: Vec<(i64, i64, String)>,
}

#[get("/graphs/<id>/forms?<from>&<saved>&<printed>")]
pub(in crate::web) async fn table(
    who: Browser,
    id: i64,
    from: Option<i32>,
    saved: Option<String>,
    printed: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let (desk, printed) = (desk.inner().clone(), printed == Some("yes"));
    blocking(move || {
        let found = find(&desk, GraphId(id), from.unwrap_or(0).max(0))?;
        let mut page = view(&who, found);
        page.news = news(saved.as_deref().unwrap_or_default(), &who.look.t);
        page.printed = printed;
        Answer::ok(&page)
    })
    .await
}

pub(super) fn find(desk: &Desk, id: GraphId, from: i32) -> Result<Found, Failure> {
    let (store, missing) = (&desk.store, || Failure::Missing("graph"));
    let head = store.graph(id)?.ok_or_else(missing)?;
    let newest = store.versions(&head.name, i32::MAX, 1)?.pop();
    let newest = newest.filter(|newest| newest.id != head.id);
    let problems = store.problems(id)?;
    let vertices = store.vertex_page(id, from, PAGE)?;
    let ends = vertices.first().zip(vertices.last());
    let tails = ends.map(|(first, last)| store.predecessors(id, (first.0, last.0), MOST_TAILS));
    Ok(Found {
        newest: newest.map(|newest| (newest.id, newest.version)),
        tag: store.graph_tag(id)?.ok_or_else(missing)?,
        names: match problems.is_empty() {
            true => Vec::new(),
            false => {
                let graph = definition(desk, id)?;
                let vertices = &graph.vertices;
                vertices.iter().map(|v| v.name.clone()).collect()
            }
        },
        problems,
        source: store.source(id)?.ok_or_else(missing)?.0,
        from,
        tails: tails.transpose()?.unwrap_or_default(),
        vertices,
        head,
    })
}

/// What was found, by the fields of the forms.
pub(super) fn in_table(
    who: &Browser,
    found: &Found,
    (problems, source): (&[StoredProblem], &str),
) -> Vec<Finding> {
    let href = |part: Part<'_>| anchors::form(found.head.id, part);
    let names = found.names.iter().map(String::as_str);
    in_forms((problems, source), names, href, &who.look.t)
}

pub(super) fn view(who: &Browser, found: Found) -> FormsPage {
    let findings = in_table(who, &found, (&found.problems, &found.source));
    let mut tails: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (head, _, name) in found.tails {
        tails.entry(head).or_default().push(name);
    }
    let next = found.from.saturating_add(found.vertices.len() as i32);
    let line = |(id, vertex): (i64, Vertex)| {
        let first = vertex.script.lines().find(|line| !line.trim().is_empty());
        let (first, cut) = reveal::head(first.unwrap_or_default(), LINE);
        let mut script = reveal::text(first);
        if cut || vertex.script.trim().lines().count() > 1 {
            script.push_str(" …");
        }
        VertexLine {
            href: anchors::of_vertex(found.head.id, &vertex.name),
            name: vertex.name,
            script,
            tails: tails.remove(&id).unwrap_or_default(),
            timeout: vertex
                .timeout
                .map_or_else(String::new, |of| format_duration(of.0 as i64)),
            retries: vertex.retry.map_or(0, |retry| retry.limit),
            inputs: vertex.input.len(),
        }
    };
    FormsPage {
        frame: Frame::new(who, Section::Graphs),
        newest: found.newest,
        tag: found.tag,
        news: String::new(),
        printed: false,
        findings,
        before: (found.from > 0).then(|| (found.from - PAGE as i32).max(0)),
        after: (next < found.head.vertices).then_some(next),
        lines: found.vertices.into_iter().map(line).collect(),
        error: String::new(),
        lost: Vec::new(),
        tail: String::new(),
        next: String::new(),
        head: found.head,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Found, PAGE, view};
    use crate::graph::Vertex;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, problem};
    use crate::web::tests::wellformed;

    #[test]
    fn tables_of_every_size_in_both_languages() {
        for who in [browser(), in_chinese()] {
            for (count, after) in [(0, None), (1, None), (1_000, Some(PAGE as i32))] {
                let mut head = graph_head(1, HOSTILE);
                head.vertices = count;
                let vertex = Vertex {
                    name: HOSTILE.to_owned(),
                    script: format!("\n{HOSTILE}\nmore"),
                    ..Vertex::default()
                };
                let page = view(
                    &who,
                    Found {
                        head,
                        newest: (count == 1).then_some((9, 3)),
                        tag: HOSTILE.to_owned(),
                        problems: vec![problem("error", 1)],
                        source: HOSTILE.to_owned(),
                        names: vec![HOSTILE.to_owned()],
                        from: 0,
                        vertices: (1..=i64::from(count).min(PAGE))
                            .map(|id| (id, vertex.clone()))
                            .collect(),
                        tails: vec![(1, 2, HOSTILE.to_owned())],
                    },
                );
                assert_eq!(page.after, after);
                let html = page.render().expect("renders");
                wellformed::check(&html);
                let shown = count.min(PAGE as i32) as usize;
                assert_eq!(html.matches("/forms/vertex?name=").count(), shown);
            }
        }
    }
}
