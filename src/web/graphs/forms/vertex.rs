//! The form of one vertex.

use askama::Template;
use rocket::http::{RawStr, Status};
use rocket::{State, get, post};
use serde_json::Value as Json;

use super::anchors;
use super::faults::{self, Fault};
use super::saving::{Refused, definition, save};
use super::typed::{InputRow, Typed, kinds};
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{Edit, Graph, When, definitions};
use crate::l10n::Words;
use crate::store::GraphHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::place::Part;
use crate::web::parts::problems::{Finding, in_forms};

/// Up to so many other vertices are boxes to tick; more are written, one on each line.
const MOST_BOXES: usize = 40;

#[derive(Template)]
#[template(path = "graphs/vertex.html")]
struct VertexPage {
    frame: Frame,
    head: GraphHead,
    tag: String,
    typed: Typed,
    rows: Vec<InputRow>,
    /// The word and the name of each type.
    kinds: Vec<(&'static str, String)>,
    /// It may be called otherwise: it is no script after the verdict.
    renames: bool,
    /// Other vertices, and whether it runs after them; none: there are too many.
    boxes: Option<Vec<(String, bool)>>,
    refused: Refused,
    findings: Vec<Finding>,
}

#[get("/graphs/<id>/forms/vertex?<name>")]
pub(in crate::web) async fn form(
    who: Browser,
    id: i64,
    name: Option<String>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = definition(&desk, GraphId(id))?;
        let typed = match name {
            None => Typed::default(),
            Some(name) => {
                let keys = keys(&graph, &name).ok_or(Failure::Missing("vertex"))?;
                Typed::of_keys(&name, &keys)
            }
        };
        let page = page(
            &desk,
            &who,
            GraphId(id),
            (&graph, typed),
            Refused::default(),
        )?;
        Answer::ok(&page)
    })
    .await
}

fn keys(graph: &Graph, name: &str) -> Option<Json> {
    let mut all = definitions(graph).into_iter();
    all.find(|(of, _)| of == name).map(|(_, keys)| keys)
}

fn page(
    desk: &Desk,
    who: &Browser,
    id: GraphId,
    (graph, typed): (&Graph, Typed),
    refused: Refused,
) -> Result<VertexPage, Failure> {
    let missing = || Failure::Missing("graph");
    let head = desk.store.graph(id)?.ok_or_else(missing)?;
    let tag = desk.store.graph_tag(id)?.ok_or_else(missing)?;
    Ok(view(who, (head, tag), (graph, typed), refused))
}

fn view(
    who: &Browser,
    (head, tag): (GraphHead, String),
    (graph, typed): (&Graph, Typed),
    refused: Refused,
) -> VertexPage {
    let others = graph
        .vertices
        .iter()
        .filter(|v| v.handler.is_none() && v.name != typed.of);
    let others: Vec<(String, bool)> = others
        .map(|v| (v.name.clone(), typed.needs.contains(&v.name)))
        .collect();
    let at = match typed.of.as_str() {
        "" => format!("/graphs/{}/forms/vertex", head.id),
        of => {
            let name = RawStr::new(of).percent_encode();
            format!("/graphs/{}/forms/vertex?name={name}", head.id)
        }
    };
    let names = graph.vertices.iter().map(|v| v.name.as_str());
    let own = |name: &str| name == typed.name || name == typed.of;
    let href = |part: Part<'_>| match part.vertex {
        Some(name) if own(name) => anchors::in_form(part, &typed.inputs),
        _ => anchors::form(head.id, part),
    };
    VertexPage {
        frame: Frame::new(who, Section::Graphs).standing_at(&at),
        rows: typed.rows(),
        kinds: kinds(who.look.t),
        renames: When::from_word(&typed.of).is_none(),
        boxes: (others.len() <= MOST_BOXES).then_some(others),
        findings: in_forms(
            (&refused.problems, ""),
            names.chain([typed.name.as_str()]),
            href,
            &who.look.t,
        ),
        refused,
        head,
        tag,
        typed,
    }
}

#[post("/graphs/<id>/forms/vertex", data = "<form>")]
pub(in crate::web) async fn send(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || change(&desk, &who, GraphId(id), &form)).await
}

/// What the form asks for, of this definition.
fn edit(graph: &Graph, form: &Posted, typed: &Typed) -> Edit {
    if form.text("deed") == "remove" {
        Edit::Remove(typed.of.clone())
    } else if typed.of.is_empty() {
        Edit::Add(typed.name.clone(), typed.keys(&Json::Null))
    } else {
        let former = keys(graph, &typed.of).unwrap_or_default();
        let keys = typed.keys(&former);
        match typed.of == typed.name {
            true => Edit::Set(typed.of.clone(), keys),
            false => Edit::Rename([typed.of.clone(), typed.name.clone()], keys),
        }
    }
}

fn change(desk: &Desk, who: &Browser, id: GraphId, form: &Posted) -> Outcome {
    let typed = Typed::of_form(form);
    if form.text("deed") != "remove" {
        let graph = definition(desk, id)?;
        let former = keys(&graph, &typed.of).unwrap_or_default();
        let faults = wrong(&typed, &former, &who.look.t);
        if !faults.is_empty() {
            let page = page(desk, who, id, (&graph, typed), Refused::at(faults))?;
            // Nobody has looked whether it is still as it was seen.
            let tag = form.text("tag").to_owned();
            let page = VertexPage { tag, ..page };
            return Answer::page(Status::UnprocessableEntity, &page);
        }
    }
    let saved = save(desk, who, (id, form), |graph| edit(graph, form, &typed))?;
    saved.or_else(|(id, graph, refused)| {
        let page = page(desk, who, id, (&graph, typed), refused)?;
        Answer::page(Status::UnprocessableEntity, &page)
    })
}

/// What cannot be taken as it is, each at its field.
fn wrong(typed: &Typed, former: &Json, t: &Words) -> Vec<Fault> {
    let reserved = typed.of != typed.name && When::from_word(&typed.name).is_some();
    let said = match (typed.name.is_empty(), reserved && !typed.of.is_empty()) {
        (true, _) => Some(t.editor_no_name()),
        (_, true) => Some(t.editor_reserved()),
        (false, false) => None,
    };
    let name = said.map(|said| Fault::new("name", t.editor_name(), said));
    let others = faults::of_vertex(typed, former, t);
    name.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Fault, InputRow, MOST_BOXES, Refused, Typed, view};
    use crate::graph::{Diff, Graph, Vertex};
    use crate::web::graphs::changes::changes;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, problem};
    use crate::web::tests::wellformed;

    #[test]
    fn forms_in_both_languages_with_few_and_many_other_vertices() {
        for who in [browser(), in_chinese()] {
            for (count, of) in [(0, ""), (1, HOSTILE), (MOST_BOXES + 2, "x")] {
                let vertex = |i: usize| Vertex {
                    name: format!("{HOSTILE} {i}"),
                    ..Vertex::default()
                };
                let graph = Graph {
                    vertices: (0..count).map(vertex).collect(),
                    ..Graph::default()
                };
                let typed = Typed {
                    of: of.to_owned(),
                    name: HOSTILE.to_owned(),
                    script: format!("\n</textarea>{HOSTILE}"),
                    needs: vec![format!("{HOSTILE} 0")],
                    inputs: vec![InputRow {
                        name: HOSTILE.to_owned(),
                        choices: "a\nb".to_owned(),
                        ..InputRow::default()
                    }],
                    ..Typed::default()
                };
                let refused = Refused {
                    error: HOSTILE.to_owned(),
                    faults: ["name", "retries", "in0-name", "in0-default", "in0-choices"]
                        .map(|field| Fault {
                            of: HOSTILE.to_owned(),
                            ..Fault::new(field, who.look.t.editor_name(), HOSTILE.to_owned())
                        })
                        .to_vec(),
                    problems: vec![problem("error", 0)],
                    conflict: Some((
                        3,
                        changes(Diff {
                            added: vec![HOSTILE.to_owned()],
                            ..Diff::default()
                        }),
                    )),
                };
                let head = (graph_head(1, HOSTILE), HOSTILE.to_owned());
                let page = view(&who, head, (&graph, typed), refused);
                let html = page.render().expect("renders");
                wellformed::check(&html);
                let boxes = if count > MOST_BOXES { 0 } else { count };
                assert_eq!(html.matches("name=\"need\"").count(), boxes);
                assert_eq!(html.matches(".type\"").count(), 3);
                assert_eq!(html.matches("aria-invalid=\"true\"").count(), 5);
                assert!(
                    html.contains("href=\"#in0-default\"") && html.contains("id=\"in0-default-e\"")
                );
                assert_eq!(html.contains("value=\"remove\""), !of.is_empty());
            }
        }
    }
}
