//! The form of the inputs that all vertices share.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};
use serde_json::Value as Json;

use super::anchors;
use super::faults::of_rows;
use super::saving::{Refused, definition, save};
use super::typed::{InputRow, Typed, inputs_json, kinds, of_json};
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{Edit, Graph, text};
use crate::store::GraphHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::place::Part;
use crate::web::parts::problems::{Finding, in_forms};

#[derive(Template)]
#[template(path = "graphs/inputs.html")]
struct InputsPage {
    frame: Frame,
    head: GraphHead,
    tag: String,
    rows: Vec<InputRow>,
    /// The word and the name of each type.
    kinds: Vec<(&'static str, String)>,
    refused: Refused,
    findings: Vec<Finding>,
}

#[get("/graphs/<id>/forms/inputs")]
pub(in crate::web) async fn form(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = definition(&desk, GraphId(id))?;
        let typed = Typed {
            inputs: of_json(&former(&graph)),
            ..Typed::default()
        };
        let head = head(&desk, GraphId(id))?;
        Answer::ok(&view(&who, head, &typed, Refused::default()))
    })
    .await
}

#[post("/graphs/<id>/forms/inputs", data = "<form>")]
pub(in crate::web) async fn change(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let typed = Typed::of_form(&form);
        let faults = of_rows(&typed.inputs, &who.look.t);
        if !faults.is_empty() {
            // Nobody has looked whether it is still as it was seen.
            let seen = (head(&desk, GraphId(id))?.0, form.text("tag").to_owned());
            let page = view(&who, seen, &typed, Refused::at(faults));
            return Answer::page(Status::UnprocessableEntity, &page);
        }
        let edit = |graph: &Graph| Edit::Inputs(inputs_json(&typed.inputs, &former(graph)));
        match save(&desk, &who, (GraphId(id), &form), edit)? {
            Ok(answer) => Ok(answer),
            Err((id, graph, refused)) => {
                let mut page = view(&who, head(&desk, id)?, &typed, refused);
                page.find(&graph, &typed, &who);
                Answer::page(Status::UnprocessableEntity, &page)
            }
        }
    })
    .await
}

/// The keys of the inputs of a graph.
fn former(graph: &Graph) -> Json {
    // It was printed just now, and is JSON.
    let mut tree: Json = serde_json::from_str(&text::to_json(graph)).unwrap_or_default();
    tree["input"].take()
}

impl InputsPage {
    /// Tells the problems of the refusal by the fields of the forms.
    fn find(&mut self, graph: &Graph, typed: &Typed, who: &Browser) {
        let names = graph.vertices.iter().map(|v| v.name.as_str());
        let (id, problems) = (self.head.id, self.refused.problems.as_slice());
        let href = |part: Part<'_>| match (part.vertex, part.key().0) {
            (None, "input") => anchors::in_rows(part, &typed.inputs),
            _ => anchors::form(id, part),
        };
        self.findings = in_forms((problems, ""), names, href, &who.look.t);
    }
}

fn head(desk: &Desk, id: GraphId) -> Result<(GraphHead, String), Failure> {
    let missing = || Failure::Missing("graph");
    let head = desk.store.graph(id)?.ok_or_else(missing)?;
    Ok((head, desk.store.graph_tag(id)?.ok_or_else(missing)?))
}

fn view(
    who: &Browser,
    (head, tag): (GraphHead, String),
    typed: &Typed,
    refused: Refused,
) -> InputsPage {
    InputsPage {
        frame: Frame::new(who, Section::Graphs),
        head,
        tag,
        rows: typed.rows(),
        kinds: kinds(who.look.t),
        findings: Vec::new(),
        refused,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{InputRow, Refused, Typed, view};
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, problem};
    use crate::web::tests::wellformed;

    #[test]
    fn forms_of_no_input_one_and_many_in_both_languages() {
        for who in [browser(), in_chinese()] {
            for count in [0, 1, 1_000] {
                let row = InputRow {
                    name: HOSTILE.to_owned(),
                    choices: format!("\n{HOSTILE}"),
                    ..InputRow::default()
                };
                let typed = Typed {
                    inputs: vec![row; count],
                    ..Typed::default()
                };
                let refused = Refused {
                    problems: vec![problem("error", 0)],
                    ..Refused::told(HOSTILE.to_owned())
                };
                let head = (graph_head(1, HOSTILE), HOSTILE.to_owned());
                let html = view(&who, head, &typed, refused).render().expect("renders");
                wellformed::check(&html);
                // Two empty rows for new ones.
                assert_eq!(html.matches(".type\"").count(), count + 2);
            }
        }
    }
}
