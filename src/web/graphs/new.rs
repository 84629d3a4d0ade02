//! The form for a definition: a new graph, or the next text of a known one.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};
use serde_json::json;

use crate::desk::{DefineError, Desk};
use crate::engine::GraphId;
use crate::graph::text::{Format, parse, to_yaml};
use crate::store::{GraphHead, Outcome as Became, StoredProblem};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::edit::{self, Conflict};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::problems::{Finding, findings};

/// What the form of a new graph begins with.
pub(in crate::web) const EXAMPLE: &str = "\
name: hello
desc: Says hello, then counts the bytes of the name.
input:
  who: {type: str, required: true, default: world, desc: Whom to greet}
vertices:
  greet:
    script: echo \"Hello, <who>!\"
  count:
    needs: [greet]
    script: printf %s \"<who>\" | wc -c
";

#[derive(Template)]
#[template(path = "graphs/edit.html")]
pub(super) struct NewPage {
    pub(super) frame: Frame,
    /// The graph that is edited.
    pub(super) of: Option<GraphHead>,
    /// What it has to be like still when the text is saved.
    pub(super) tag: String,
    /// Its newest version, when this is not it.
    pub(super) newest: Option<GraphHead>,
    pub(super) text: String,
    pub(super) is_json: bool,
    pub(super) findings: Vec<Finding>,
    /// Why it was not saved, where that is no problem of the text.
    pub(super) error: String,
    pub(super) conflict: Option<Conflict>,
    /// The forms in place of the text.
    pub(super) by_forms: Option<ByForms>,
}

impl NewPage {
    /// The same for a known graph.
    pub(super) fn about(self, who: &Browser, head: GraphHead) -> Self {
        Self {
            frame: Frame::new(who, Section::Graphs)
                .standing_at(&format!("/graphs/{}/edit", head.id)),
            of: Some(head),
            ..self
        }
    }
}

/// A new graph as fields.
#[derive(Debug, Default)]
pub(super) struct ByForms {
    name: String,
    desc: String,
    vertex: String,
    script: String,
    /// Another graph has the name.
    taken: bool,
}

#[get("/graphs/new?<by>")]
pub(in crate::web) fn blank(who: Browser, by: Option<&str>) -> Outcome {
    let mut page = page(&who, EXAMPLE.to_owned(), Format::Yaml, &[]);
    if by == Some("forms") {
        page.by_forms = Some(ByForms::default());
        page.frame = page.frame.standing_at("/graphs/new?by=forms");
    }
    Answer::ok(&page)
}

/// The form of texts with what was found in one that cannot be saved.
pub(in crate::web) fn refused(
    who: &Browser,
    text: &str,
    format: Format,
    problems: &[StoredProblem],
) -> Outcome {
    let page = page(who, text.to_owned(), format, problems);
    Answer::page(Status::UnprocessableEntity, &page)
}

#[post("/graphs/forms", data = "<form>")]
pub(in crate::web) async fn by_forms(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || begin(&desk, &who, &form)).await
}

/// A graph of one vertex.
fn begin(desk: &Desk, who: &Browser, form: &Posted) -> Outcome {
    let fields = ByForms {
        name: form.text("name").trim().to_owned(),
        desc: form.text("desc").to_owned(),
        vertex: form.text("vertex").trim().to_owned(),
        script: form.text("script").to_owned(),
        taken: false,
    };
    let mut definition = json!({"name": fields.name});
    if !fields.desc.is_empty() {
        definition["desc"] = json!(fields.desc);
    }
    definition["vertices"] = json!({fields.vertex.as_str(): {"script": fields.script}});
    let json = definition.to_string();
    let read = parse(&json, Format::Json, &desk.limits);
    let taken = !desk.store.versions(&fields.name, i32::MAX, 1)?.is_empty();
    let refuse = |fields, problems: &[StoredProblem]| {
        let mut page = page(who, String::new(), Format::Json, problems);
        page.by_forms = Some(fields);
        page.frame = page.frame.standing_at("/graphs/new?by=forms");
        Answer::page(Status::UnprocessableEntity, &page)
    };
    let yaml = read.graph.filter(|_| !taken).map(|graph| to_yaml(&graph));
    let Some(yaml) = yaml else {
        return refuse(ByForms { taken, ..fields }, &[]);
    };
    match desk.define(&yaml, Format::Yaml, who.caller.name) {
        Ok(saved) => {
            let word = became(saved.outcome);
            Ok(Answer::go(format!(
                "/graphs/{}/forms?saved={word}",
                saved.id
            )))
        }
        Err(DefineError::Malformed(problems)) => refuse(fields, &problems),
        Err(why) => Err(failure(why)),
    }
}

/// The form of a new graph.
pub(super) fn page(
    who: &Browser,
    text: String,
    format: Format,
    problems: &[StoredProblem],
) -> NewPage {
    NewPage {
        frame: Frame::new(who, Section::NewGraph).standing_at("/graphs/new"),
        of: None,
        tag: String::new(),
        newest: None,
        findings: findings(problems, &text),
        text,
        is_json: format == Format::Json,
        error: String::new(),
        conflict: None,
        by_forms: None,
    }
}

#[post("/graphs", data = "<form>")]
pub(in crate::web) async fn create(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || save(&desk, &who, &form)).await
}

fn save(desk: &Desk, who: &Browser, form: &Posted) -> Outcome {
    let text = form.text("text");
    if text.len() > desk.limits.file_bytes {
        return Err(Failure::TooLarge(desk.limits.file_bytes));
    }
    if let Ok(id) = form.text("of").parse() {
        return edit::save(desk, who, GraphId(id), form);
    }
    let format = written_in(form);
    match desk.define(text, format, who.caller.name) {
        Ok(defined) => {
            let word = became(defined.outcome);
            Ok(Answer::go(format!("/graphs/{}?saved={word}", defined.id)))
        }
        Err(DefineError::Malformed(problems)) => refused(who, text, format, &problems),
        Err(why) => Err(failure(why)),
    }
}

/// The format that the form names.
pub(super) fn written_in(form: &Posted) -> Format {
    match form.text("format") {
        "json" => Format::Json,
        _ => Format::Yaml,
    }
}

/// The word that the address of the graph's page carries.
pub(in crate::web) fn became(outcome: Became) -> &'static str {
    match outcome {
        Became::Created => "created",
        Became::Replaced => "replaced",
        Became::NewVersion => "new-version",
        Became::Unchanged => "unchanged",
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{ByForms, Conflict, EXAMPLE, page};
    use crate::graph::text::Format;
    use crate::web::graphs::changes::Changes;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, problem};
    use crate::web::tests::wellformed;

    #[test]
    fn the_text_is_kept_as_it_is_and_problems_stand_beside_their_lines() {
        let text = format!("\n</textarea>{HOSTILE}\n");
        for (of, problems) in [
            (None, Vec::new()),
            (Some(graph_head(1, HOSTILE)), vec![problem("error", 2)]),
            (
                None,
                vec![
                    problem("error", 1),
                    problem("notice", 0),
                    problem("error", 99),
                ],
            ),
        ] {
            let mut page = page(&browser(), text.clone(), Format::Yaml, &problems);
            if let Some(head) = of {
                page = page.about(&browser(), head);
                page.error = HOSTILE.to_owned();
                page.newest = Some(graph_head(2, HOSTILE));
                page.conflict = Some(Conflict {
                    version: 2,
                    theirs: Some(Changes::default()),
                    mine: Changes::default(),
                    text: HOSTILE.to_owned(),
                });
            }
            let html = page.render().expect("renders");
            wellformed::check(&html);
            // The first line break after the tag is not part of the text.
            assert!(html.contains(">\n\n&#60;/textarea&#62;"));
            assert_eq!(html.matches("class=\"finding ").count(), problems.len());
        }
        assert!(EXAMPLE.starts_with("name: hello\n"));
    }
    #[test]
    fn a_new_graph_in_forms_keeps_what_was_typed() {
        for who in [browser(), in_chinese()] {
            let mut page = page(&who, String::new(), Format::Json, &[problem("error", 0)]);
            page.by_forms = Some(ByForms {
                name: HOSTILE.to_owned(),
                desc: HOSTILE.to_owned(),
                vertex: HOSTILE.to_owned(),
                script: format!("\n</textarea>{HOSTILE}"),
                taken: true,
            });
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert!(html.contains("action=\"/graphs/forms\"") && !html.contains("id=\"text\""));
        }
    }
}
