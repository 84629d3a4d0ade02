//! A new graph of one vertex, from the fields of a form.

use rocket::http::Status;
use rocket::{State, post};
use serde_json::json;

use crate::desk::{DefineError, Desk};
use crate::driver::CommandError;
use crate::graph::text::{Format, parse, to_yaml};
use crate::store::{GraphHead, StoredProblem, Unfit};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::forms::faults::Fault;
use crate::web::graphs::forms::saving::Refused;
use crate::web::graphs::new::{NewPage, became, own, page};
use crate::web::parts::place::Part;
use crate::web::parts::problems::in_forms;

/// A new graph as fields.
#[derive(Default)]
pub(super) struct ByForms {
    pub(super) name: String,
    pub(super) desc: String,
    pub(super) vertex: String,
    pub(super) script: String,
    pub(super) refused: Refused,
}

#[post("/graphs/forms", data = "<form>")]
pub(in crate::web) async fn by_forms(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || begin(&desk, &who, &form)).await
}

/// A graph of one vertex.
fn begin(desk: &Desk, who: &Browser, form: &Posted) -> Outcome {
    let t = &who.look.t;
    let fields = ByForms {
        name: form.text("name").trim().to_owned(),
        desc: form.text("desc").to_owned(),
        vertex: form.text("vertex").trim().to_owned(),
        script: form.text("script").to_owned(),
        refused: Refused::default(),
    };
    let wanted = [
        (
            &fields.name,
            "name",
            t.editor_graph_name(),
            t.editor_no_graph_name(),
        ),
        (
            &fields.vertex,
            "vertex",
            t.editor_first_vertex(),
            t.editor_no_name(),
        ),
    ];
    let wanted = wanted.into_iter().filter(|(text, ..)| text.is_empty());
    let faults: Vec<Fault> = wanted
        .map(|(_, field, label, said)| Fault::new(field, label, said))
        .collect();
    if !faults.is_empty() {
        return unmade(who, fields, faults, &[], None);
    }
    let mut definition = json!({"name": fields.name});
    if !fields.desc.is_empty() {
        definition["desc"] = json!(fields.desc);
    }
    definition["vertices"] = json!({fields.vertex.as_str(): {"script": fields.script}});
    let read = parse(&definition.to_string(), Format::Json, &desk.limits);
    let yaml = read.graph.map(|graph| to_yaml(&graph)).unwrap_or_default();
    match own(desk, who, (&yaml, Format::Yaml), &[]) {
        Ok(saved) => {
            let word = became(saved.outcome);
            Ok(Answer::go(format!(
                "/graphs/{}/forms?saved={word}",
                saved.id
            )))
        }
        Err(DefineError::Malformed(problems)) => unmade(who, fields, Vec::new(), &problems, None),
        Err(DefineError::Command(CommandError::Unfit(Unfit::Taken(id)))) => {
            let said = t.editor_graph_taken(&fields.name);
            let fault = Fault::new("name", t.editor_graph_name(), said);
            unmade(who, fields, vec![fault], &[], desk.store.graph(id)?)
        }
        Err(why) => Err(failure(why)),
    }
}

/// The fields as they were sent, and why they made no graph.
fn unmade(
    who: &Browser,
    fields: ByForms,
    faults: Vec<Fault>,
    problems: &[StoredProblem],
    taken: Option<GraphHead>,
) -> Outcome {
    let names = [fields.vertex.as_str()].into_iter();
    let href = |part: Part<'_>| match (part.vertex, part.keys) {
        (Some(_), "script") => Some("#script".to_owned()),
        (Some(_), _) => Some("#vertex".to_owned()),
        (None, key @ ("name" | "desc")) => Some(format!("#{key}")),
        (None, _) => None,
    };
    let blank = page(who, String::new(), Format::Json, &[]);
    let page = NewPage {
        frame: blank.frame.standing_at("/graphs/new?by=forms"),
        findings: in_forms((problems, ""), names, href, &who.look.t),
        taken,
        by_forms: Some(ByForms {
            refused: Refused::at(faults),
            ..fields
        }),
        ..blank
    };
    Answer::page(Status::UnprocessableEntity, &page)
}
