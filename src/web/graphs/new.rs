//! The form for a definition: a new graph, or the next text of a known one.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{DefineError, Defined, Desk};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::text::Format;
use crate::store::{GraphHead, Outcome as Became, StoredProblem, Unfit};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::begin::ByForms;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::edit::{self, Conflict};
use crate::web::graphs::notes::{self, NoteLine};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::problems::{Finding, findings};
use crate::web::parts::refused::of_command;

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
    /// The newest version of the graph that has the name.
    pub(super) taken: Option<GraphHead>,
    /// What an import has left out.
    pub(super) notes: Vec<NoteLine>,
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

#[get("/graphs/new?<by>")]
pub(in crate::web) fn blank(who: Browser, by: Option<&str>) -> Outcome {
    let mut page = page(&who, EXAMPLE.to_owned(), Format::Yaml, &[]);
    if by == Some("forms") {
        page.by_forms = Some(ByForms::default());
        page.frame = page.frame.standing_at("/graphs/new?by=forms");
    }
    Answer::ok(&page)
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
        taken: None,
        notes: Vec::new(),
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
    let notes = notes::lines(&notes::kept(form), &who.look.t);
    save_own(desk, who, (text, written_in(form)), (&onto(form), notes))
}

/// Saves a text as a graph of its own; where its name is taken, as the next version only for who has said
/// so. What is not saved is kept in the form, with the notes of its import.
pub(super) fn save_own(
    desk: &Desk,
    who: &Browser,
    (text, format): (&str, Format),
    (onto, notes): (&[GraphId], Vec<NoteLine>),
) -> Outcome {
    let blank = |problems: &[_]| NewPage {
        notes,
        ..page(who, text.to_owned(), format, problems)
    };
    let why = match own(desk, who, (text, format), onto) {
        Ok(saved) => {
            let word = became(saved.outcome);
            return Ok(Answer::go(format!("/graphs/{}?saved={word}", saved.id)));
        }
        Err(DefineError::Malformed(problems)) => {
            return Answer::page(Status::UnprocessableEntity, &blank(&problems));
        }
        Err(DefineError::Command(why)) => why,
        Err(why) => return Err(failure(why)),
    };
    let page = match holder(desk, &why)? {
        Some(taken) => NewPage {
            taken: Some(taken),
            ..blank(&[])
        },
        None => NewPage {
            error: of_command(&why, who.look.t),
            ..blank(&[])
        },
    };
    Answer::page(Status::Conflict, &page)
}

/// A text saved as a graph of its own, or as the next version of one of those that were named.
pub(super) fn own(
    desk: &Desk,
    who: &Browser,
    text: (&str, Format),
    onto: &[GraphId],
) -> Result<Defined, DefineError> {
    desk.save(desk.own(text, onto)?, who.caller.name)
}

/// The graph that has the name already, where that is why a text was not saved.
pub(super) fn holder(desk: &Desk, why: &CommandError) -> Result<Option<GraphHead>, Failure> {
    match why {
        CommandError::Unfit(Unfit::Taken(id) | Unfit::Changed { id, .. }) => {
            Ok(desk.store.graph(*id)?)
        }
        _ => Ok(None),
    }
}

/// The graphs of which somebody wants the text as the next version.
pub(super) fn onto(form: &Posted) -> Vec<GraphId> {
    let all = form.all("onto").flat_map(|ids| ids.split(','));
    all.filter_map(|id| id.parse().ok()).map(GraphId).collect()
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

    use super::{ByForms, Conflict, EXAMPLE, NoteLine, page};
    use crate::graph::text::Format;
    use crate::web::graphs::changes::Changes;
    use crate::web::graphs::forms::faults::Fault;
    use crate::web::graphs::forms::saving::Refused;
    use crate::web::tests::foreign::in_each_language;
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
                refused: Refused::at(vec![Fault::new(
                    "vertex",
                    who.look.t.editor_name(),
                    HOSTILE.to_owned(),
                )]),
            });
            page.taken = Some(graph_head(7, HOSTILE));
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert!(html.contains("action=\"/graphs/forms\"") && !html.contains("id=\"text\""));
            assert!(html.contains("href=\"#vertex\"") && html.contains("id=\"vertex-e\""));
            assert!(html.contains("href=\"/graphs/7\""));
        }
    }

    #[test]
    fn a_name_that_is_taken_is_told_with_its_graph_and_the_notes_stay() {
        let html = in_each_language(|who| {
            let mut page = page(who, HOSTILE.to_owned(), Format::Yaml, &[]);
            page.taken = Some(graph_head(7, HOSTILE));
            let note = |line| NoteLine {
                line,
                said: HOSTILE.to_owned(),
                kept: format!("{line} schedule {HOSTILE}"),
            };
            page.notes = vec![note(0), note(3)];
            page.render().expect("renders")
        });
        assert!(html.contains("name=\"onto\" value=\"7\"") && html.contains("href=\"/graphs/7\""));
        assert_eq!(html.matches("type=\"hidden\" name=\"note\"").count(), 2);
    }
}
