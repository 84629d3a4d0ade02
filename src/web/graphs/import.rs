//! A definition, or a file of another program, brought in as a text.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{DefineError, Desk};
use crate::engine::GraphId;
use crate::graph::Graph;
use crate::graph::foreign::{self, Origin, Wish};
use crate::graph::text::{Format, to_yaml};
use crate::l10n::Words;
use crate::store::GraphHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::new::{self, NewPage, holder, onto, save_own};
use crate::web::graphs::notes::{self, NoteLine};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::refused::of_command;

/// What the form holds.
#[derive(Debug, Default)]
struct Typed {
    origin: String,
    text: String,
    name: String,
    workdir: String,
    users: bool,
}

#[derive(Template)]
#[template(path = "graphs/import.html")]
struct ImportPage {
    frame: Frame,
    /// The word and the name of each kind of file.
    origins: Vec<(&'static str, String)>,
    typed: Typed,
    /// Why the text cannot be used.
    wrong: Option<NoteLine>,
    /// Graphs that have the names already.
    taken: Vec<GraphHead>,
    /// What was saved: number, name, whether it is checked.
    done: Option<Vec<(i64, String, bool)>>,
    /// What has no counterpart.
    left_out: Vec<NoteLine>,
}

impl ImportPage {
    /// All of it was saved: there is nothing to send once more.
    fn is_whole(&self) -> bool {
        self.done.is_some() && self.taken.is_empty() && self.wrong.is_none()
    }

    /// The numbers of the graphs that have the names, as the form sends them.
    fn onto(&self) -> String {
        let ids: Vec<String> = self.taken.iter().map(|head| head.id.to_string()).collect();
        ids.join(",")
    }
}

fn origins(t: &Words) -> Vec<(&'static str, String)> {
    vec![
        ("yaml", t.editor_import_yaml()),
        ("json", t.editor_import_json()),
        ("crontab", t.editor_import_crontab()),
        ("make", t.editor_import_make()),
        ("github", t.editor_import_github()),
    ]
}

fn page(who: &Browser, typed: Typed, left_out: Vec<NoteLine>) -> ImportPage {
    ImportPage {
        frame: Frame::new(who, Section::NewGraph),
        origins: origins(&who.look.t),
        typed,
        wrong: None,
        taken: Vec::new(),
        done: None,
        left_out,
    }
}

#[get("/graphs/import")]
pub(in crate::web) fn form(who: Browser) -> Outcome {
    Answer::ok(&page(&who, Typed::default(), Vec::new()))
}

#[post("/graphs/import", data = "<form>")]
pub(in crate::web) async fn import(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || bring_in(&desk, &who, &form)).await
}

fn bring_in(desk: &Desk, who: &Browser, form: &Posted) -> Outcome {
    let of = |name: &str| form.text(name).to_owned();
    let typed = Typed {
        origin: of("origin"),
        text: of("text"),
        name: of("name").trim().to_owned(),
        workdir: of("workdir").trim().to_owned(),
        users: form.text("users") == "yes",
    };
    if typed.text.len() > desk.limits.file_bytes {
        return Err(Failure::TooLarge(desk.limits.file_bytes));
    }
    let origin = match typed.origin.as_str() {
        "crontab" => Origin::Crontab,
        "make" => Origin::Make,
        "github" => Origin::Github,
        word => {
            let format = if word == "json" {
                Format::Json
            } else {
                Format::Yaml
            };
            return save_own(desk, who, (&typed.text, format), (&[], Vec::new()));
        }
    };
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let wish = Wish {
        name: filled(&typed.name),
        workdir: filled(&typed.workdir),
        goal: None,
        users: typed.users,
    };
    let t = &who.look.t;
    match foreign::import(&typed.text, origin, &wish) {
        Ok(found) => {
            let left_out = notes::lines(&found.left_out, t);
            save(desk, who, &found.graphs, (typed, &onto(form), left_out))
        }
        Err(unusable) => {
            let page = ImportPage {
                wrong: Some(notes::line(&unusable.why, t)),
                ..page(who, typed, notes::lines(&unusable.left_out, t))
            };
            Answer::page(Status::UnprocessableEntity, &page)
        }
    }
}

/// Saves what was found. One graph with errors is mended as a text, beside its notes; several are saved as
/// they are. What takes no name stays in the form.
fn save(
    desk: &Desk,
    who: &Browser,
    graphs: &[Graph],
    (typed, onto, left_out): (Typed, &[GraphId], Vec<NoteLine>),
) -> Outcome {
    let mut drafts = Vec::new();
    let mut taken = Vec::new();
    for graph in graphs {
        let yaml = to_yaml(graph);
        let draft = match desk.own((&yaml, Format::Yaml), onto) {
            Ok(draft) if draft.found().checked || graphs.len() > 1 => draft,
            Ok(draft) => {
                let page = NewPage {
                    notes: left_out,
                    ..new::page(who, yaml, Format::Yaml, &draft.found().problems)
                };
                return Answer::page(Status::UnprocessableEntity, &page);
            }
            Err(DefineError::Malformed(problems)) if graphs.len() > 1 => {
                let said = problems.first().map(|p| p.message.as_str());
                let page = ImportPage {
                    wrong: Some(NoteLine::of(format!(
                        "`{}`: {}",
                        graph.name,
                        said.unwrap_or_default()
                    ))),
                    ..page(who, typed, left_out)
                };
                return Answer::page(Status::UnprocessableEntity, &page);
            }
            Err(DefineError::Malformed(problems)) => {
                let page = NewPage {
                    notes: left_out,
                    ..new::page(who, yaml, Format::Yaml, &problems)
                };
                return Answer::page(Status::UnprocessableEntity, &page);
            }
            Err(why) => return Err(failure(why)),
        };
        let newest = desk.store.versions(&graph.name, i32::MAX, 1)?.pop();
        taken.extend(newest.filter(|newest| !onto.contains(&GraphId(newest.id))));
        drafts.push(draft);
    }
    let mut done = Vec::new();
    // Where nothing is in the way before, somebody may still be faster: that one is told.
    let drafts = if taken.is_empty() { drafts } else { Vec::new() };
    let mut wrong = None;
    for draft in drafts {
        match desk.save(draft, who.caller.name) {
            Ok(saved) => done.push((saved.id.0, saved.name, saved.checked)),
            Err(DefineError::Command(why)) => match holder(desk, &why)? {
                Some(head) => taken.push(head),
                None => wrong = Some(of_command(&why, who.look.t)),
            },
            Err(why) if done.is_empty() => return Err(failure(why)),
            // What is saved is told.
            Err(why) => wrong = Some(why.to_string()),
        }
    }
    let all = taken.is_empty() && wrong.is_none();
    let page = ImportPage {
        wrong: wrong.map(NoteLine::of),
        taken,
        done: Some(done).filter(|done| all || !done.is_empty()),
        ..page(who, typed, left_out)
    };
    match all {
        true => Answer::ok(&page),
        false => Answer::page(Status::Conflict, &page),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{ImportPage, NoteLine, Typed, page};
    use crate::web::tests::foreign::in_each_language;
    use crate::web::tests::harness::{HOSTILE, graph_head};

    fn note(line: u32) -> NoteLine {
        NoteLine {
            line,
            said: HOSTILE.to_owned(),
            kept: String::new(),
        }
    }

    #[test]
    fn what_was_not_all_saved_keeps_its_text() {
        for (taken, wrong) in [(1, None), (0, Some(note(0)))] {
            let html = in_each_language(|who| {
                let typed = Typed {
                    text: "1 2 3 4 5 backup".to_owned(),
                    ..Typed::default()
                };
                let late = ImportPage {
                    taken: (0..taken).map(|id| graph_head(id, HOSTILE)).collect(),
                    wrong: wrong.clone(),
                    done: Some(vec![(7, "first".to_owned(), true)]),
                    ..page(who, typed, Vec::new())
                };
                late.render().expect("renders")
            });
            assert!(html.contains("/graphs/7") && html.contains("1 2 3 4 5 backup"));
            assert!(!html.contains("data-sent"));
        }
    }

    #[test]
    fn the_form_and_what_was_found_in_both_languages() {
        for count in [0, 1, 3] {
            let html = in_each_language(|who| {
                let typed = Typed {
                    text: format!("\n</textarea>{HOSTILE}"),
                    name: HOSTILE.to_owned(),
                    origin: "make".to_owned(),
                    ..Typed::default()
                };
                let notes = (0..count).map(note).collect();
                let wrong = ImportPage {
                    wrong: Some(note(3)),
                    taken: (0..count)
                        .map(|id| graph_head(id.into(), HOSTILE))
                        .collect(),
                    ..page(who, typed, notes)
                };
                wrong.render().expect("renders")
            });
            assert!(html.contains("value=\"make\" selected"));
            assert_eq!(html.contains("name=\"onto\""), count > 0);
            assert_eq!(html.contains("value=\"0,1,2\""), count == 3);
        }
        for count in [0, 1, 1_000] {
            let html = in_each_language(|who| {
                let done = (0..i64::from(count)).map(|id| (id, HOSTILE.to_owned(), id == 0));
                let done = ImportPage {
                    done: Some(done.collect()),
                    ..page(who, Typed::default(), (0..count).map(note).collect())
                };
                done.render().expect("renders")
            });
            assert!(html.contains("data-sent") && !html.contains("<textarea"));
            assert_eq!(html.matches("<li><a href=\"/graphs/").count() as u32, count);
        }
    }
}
