//! The form for a definition: a new graph, or the next text of a known one.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{DefineError, Desk};
use crate::engine::GraphId;
use crate::graph::text::Format;
use crate::store::{GraphHead, Outcome as Became, StoredProblem};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
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
struct NewPage {
    frame: Frame,
    /// The graph that is edited.
    of: Option<GraphHead>,
    text: String,
    is_json: bool,
    findings: Vec<Finding>,
}

#[get("/graphs/new")]
pub(in crate::web) fn blank(who: Browser) -> Outcome {
    Answer::ok(&page(&who, None, EXAMPLE.to_owned(), false, &[]))
}

#[get("/graphs/<id>/edit")]
pub(in crate::web) async fn edit(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let (desk, id) = (desk.inner().clone(), GraphId(id));
    blocking(move || {
        let missing = || Failure::Missing("graph");
        let head = desk.store.graph(id)?.ok_or_else(missing)?;
        let (text, format) = desk.store.source(id)?.ok_or_else(missing)?;
        let problems = desk.store.problems(id)?;
        let page = page(&who, Some(head), text, format == "json", &problems);
        Answer::ok(&page)
    })
    .await
}

fn page(
    who: &Browser,
    of: Option<GraphHead>,
    text: String,
    is_json: bool,
    problems: &[StoredProblem],
) -> NewPage {
    let section = if of.is_some() {
        Section::Graphs
    } else {
        Section::NewGraph
    };
    NewPage {
        frame: Frame::new(who, section),
        of,
        findings: findings(problems, &text),
        text,
        is_json,
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
    let is_json = form.text("format") == "json";
    let format = if is_json { Format::Json } else { Format::Yaml };
    let of = form.text("of").parse().ok().map(GraphId);
    match desk.define(text, format, who.caller.name) {
        Ok(defined) => {
            let word = became(defined.outcome);
            Ok(Answer::go(format!("/graphs/{}?saved={word}", defined.id)))
        }
        Err(DefineError::Malformed(problems)) => {
            let of = of.map(|id| desk.store.graph(id)).transpose()?.flatten();
            let page = page(who, of, text.to_owned(), is_json, &problems);
            Answer::page(Status::UnprocessableEntity, &page)
        }
        Err(DefineError::NoGraph(_)) => Err(Failure::Missing("graph")),
        Err(DefineError::Command(why)) => Err(why.into()),
        Err(DefineError::Store(why)) => Err(why.into()),
    }
}

/// The word that the address of the graph's page carries.
fn became(outcome: Became) -> &'static str {
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

    use super::{EXAMPLE, page};
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, problem};
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
            let page = page(&browser(), of, text.clone(), false, &problems);
            let html = page.render().expect("renders");
            wellformed::check(&html);
            // The first line break after the tag is not part of the text.
            assert!(html.contains(">\n\n&#60;/textarea&#62;"));
            assert_eq!(html.matches("class=\"finding ").count(), problems.len());
        }
        assert!(EXAMPLE.starts_with("name: hello\n"));
    }
}
