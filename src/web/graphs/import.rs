//! A definition, or a file of another program, brought in as a text.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{DefineError, Desk};
use crate::graph::foreign::{self, Origin, Wish};
use crate::graph::text::{Format, to_yaml};
use crate::l10n::Words;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::new::refused;
use crate::web::parts::frame::{Frame, Section};

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
    /// Why the text cannot be used, and the line.
    wrong: Option<(u32, String)>,
    /// What was saved: number, name, whether it is checked.
    done: Option<Vec<(i64, String, bool)>>,
    /// What has no counterpart, each with its line.
    left_out: Vec<(u32, String)>,
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

fn page(who: &Browser, typed: Typed, wrong: Option<(u32, String)>) -> ImportPage {
    ImportPage {
        frame: Frame::new(who, Section::NewGraph),
        origins: origins(&who.look.t),
        typed,
        wrong,
        done: None,
        left_out: Vec::new(),
    }
}

#[get("/graphs/import")]
pub(in crate::web) fn form(who: Browser) -> Outcome {
    Answer::ok(&page(&who, Typed::default(), None))
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
        word => return definition(desk, who, &typed.text, word == "json"),
    };
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let wish = Wish {
        name: filled(&typed.name),
        workdir: filled(&typed.workdir),
        goal: None,
        users: typed.users,
    };
    let found = match foreign::import(&typed.text, origin, &wish) {
        Ok(found) => found,
        Err(why) => {
            let page = page(who, typed, Some((why.line, why.what)));
            return Answer::page(Status::UnprocessableEntity, &page);
        }
    };
    let mut done = Vec::new();
    for graph in &found.graphs {
        let saved = desk.define(&to_yaml(graph), Format::Yaml, who.caller.name);
        let saved = saved.map_err(failure)?;
        done.push((saved.id.0, saved.name, saved.checked));
    }
    let left_out = found.left_out.into_iter();
    Answer::ok(&ImportPage {
        done: Some(done),
        left_out: left_out.map(|left| (left.line, left.what)).collect(),
        ..page(who, Typed::default(), None)
    })
}

/// A definition of ours; one that cannot be saved goes to the form of texts, with its problems.
fn definition(desk: &Desk, who: &Browser, text: &str, is_json: bool) -> Outcome {
    let format = if is_json { Format::Json } else { Format::Yaml };
    match desk.define(text, format, who.caller.name) {
        Ok(saved) => Ok(Answer::go(format!("/graphs/{}?saved=created", saved.id))),
        Err(DefineError::Malformed(problems)) => refused(who, text, format, &problems),
        Err(why) => Err(failure(why)),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Typed, page};
    use crate::web::tests::harness::{HOSTILE, browser, in_chinese};
    use crate::web::tests::wellformed;

    #[test]
    fn the_form_and_what_was_found_in_both_languages() {
        for who in [browser(), in_chinese()] {
            let typed = Typed {
                text: format!("\n</textarea>{HOSTILE}"),
                name: HOSTILE.to_owned(),
                origin: "make".to_owned(),
                ..Typed::default()
            };
            let wrong = page(&who, typed, Some((3, HOSTILE.to_owned())));
            let html = wrong.render().expect("renders");
            wellformed::check(&html);
            assert!(html.contains("value=\"make\" selected"));
            for count in [0, 1, 1_000] {
                let mut done = page(&who, Typed::default(), None);
                done.done = Some(
                    (0..count)
                        .map(|id| (id, HOSTILE.to_owned(), id == 0))
                        .collect(),
                );
                done.left_out = (0..count).map(|_| (1, HOSTILE.to_owned())).collect();
                let html = done.render().expect("renders");
                wellformed::check(&html);
                assert_eq!(html.matches("<li><a href=\"/graphs/").count() as i64, count);
            }
        }
    }
}
