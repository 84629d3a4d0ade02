//! What is done with a whole graph: checked again, archived, copied, a version of it restored.

use rocket::http::Status;
use rocket::{State, get, post};

use askama::Template;

use crate::desk::{DefineError, Desk, EditError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::l10n::Words;
use crate::store::{Expect, GraphHead, Shelving, StoredProblem, Unfit};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::changes::{Changes, changes};
use crate::web::graphs::new::became;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::problems::{Finding, in_forms};

/// What a failure to save means for a page.
pub(in crate::web) fn failure(why: DefineError) -> Failure {
    match why {
        DefineError::NoGraph(_) => Failure::Missing("graph"),
        DefineError::Malformed(_) => Failure::CutOff(why.to_string()),
        DefineError::Command(why) => why.into(),
        DefineError::Store(why) => why.into(),
    }
}

/// What became of a definition, by the word in the address.
pub(in crate::web) fn news(word: &str, t: &Words) -> String {
    match word {
        "created" => t.graph_saved_created(),
        "replaced" => t.graph_saved_replaced(),
        "new-version" => t.graph_saved_new_version(),
        "unchanged" => t.graph_saved_unchanged(),
        "checked" => t.graph_saved_checked(),
        "archived" => t.graph_saved_archived(),
        "unarchived" => t.graph_saved_unarchived(),
        _ => String::new(),
    }
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
        // What was saved once is a graph; a text that no longer is one keeps its problems.
        Err(DefineError::Malformed(_)) => Ok(Answer::go(format!("/graphs/{id}"))),
        Err(why) => Err(failure(why)),
    })
    .await
}

#[post("/graphs/<id>/archive", data = "<form>")]
pub(in crate::web) async fn archive(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let (what, word) = match form.text("back") {
            "yes" => (Shelving::Unarchive, "unarchived"),
            _ => (Shelving::Archive, "archived"),
        };
        let graph = (GraphId(id), Expect::Anything);
        match desk.handle.shelve(graph, what, who.caller.name) {
            Ok(_) => Ok(Answer::go(format!("/graphs/{id}?saved={word}"))),
            Err(CommandError::Unfit(Unfit::Missing(_))) => Err(Failure::Missing("graph")),
            Err(why) => Err(why.into()),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "graphs/copy.html")]
struct CopyPage {
    frame: Frame,
    head: GraphHead,
    name: String,
    findings: Vec<Finding>,
    /// The graph that has the name.
    taken: Option<i64>,
}

#[post("/graphs/<id>/copy", data = "<form>")]
pub(in crate::web) async fn copy(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let name = form.text("name").trim().to_owned();
        let (found, taken): (Vec<StoredProblem>, _) = match desk.save_made(
            |desk| desk.copy((GraphId(id), None), &name),
            who.caller.name,
        ) {
            Ok(made) => {
                let word = became(made.outcome);
                return Ok(Answer::go(format!("/graphs/{}?saved={word}", made.id)));
            }
            Err(EditError::Name(found)) => (found, None),
            Err(EditError::Define(DefineError::Malformed(found))) => (found, None),
            Err(EditError::Define(DefineError::Command(CommandError::Unfit(Unfit::Taken(
                other,
            ))))) => (Vec::new(), Some(other.0)),
            Err(EditError::Define(why)) => return Err(failure(why)),
            Err(why) => return Err(Failure::CutOff(why.to_string())),
        };
        let head = desk.store.graph(GraphId(id))?;
        let page = CopyPage {
            frame: Frame::new(&who, Section::Graphs),
            head: head.ok_or(Failure::Missing("graph"))?,
            findings: in_forms(
                (&found, ""),
                [].into_iter(),
                |_| Some("#name".to_owned()),
                &who.look.t,
            ),
            name,
            taken,
        };
        Answer::page(Status::UnprocessableEntity, &page)
    })
    .await
}

#[derive(Template)]
#[template(path = "graphs/restore.html")]
struct RestorePage {
    frame: Frame,
    head: GraphHead,
    newest: GraphHead,
    changes: Changes,
}

#[get("/graphs/<id>/restore")]
pub(in crate::web) async fn ask_restore(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let missing = || Failure::Missing("graph");
        let head = desk.store.graph(GraphId(id))?.ok_or_else(missing)?;
        let newest = desk.store.versions(&head.name, i32::MAX, 1)?.pop();
        let newest = newest.ok_or_else(missing)?;
        let diff = desk
            .diff(GraphId(newest.id), GraphId(id))
            .map_err(failure)?;
        Answer::ok(&RestorePage {
            frame: Frame::new(&who, Section::Graphs),
            changes: changes(diff),
            head,
            newest,
        })
    })
    .await
}

#[post("/graphs/<id>/restore", data = "<_form>")]
pub(in crate::web) async fn restore(
    who: Browser,
    id: i64,
    _form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let restored = |desk: &Desk| Ok(desk.restored(GraphId(id), None)?);
        let made = match desk.save_made(restored, who.caller.name) {
            Ok(made) => made,
            Err(EditError::Define(why)) => return Err(failure(why)),
            Err(why) => return Err(Failure::CutOff(why.to_string())),
        };
        let word = became(made.outcome);
        Ok(Answer::go(format!("/graphs/{}?saved={word}", made.id)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{CopyPage, RestorePage, news};
    use crate::graph::Diff;
    use crate::web::graphs::changes::changes;
    use crate::web::parts::frame::{Frame, Section};
    use crate::web::parts::problems::findings;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, in_chinese, problem};
    use crate::web::tests::wellformed;

    #[test]
    fn a_copy_and_a_restore_say_what_they_are_about() {
        for who in [browser(), in_chinese()] {
            let frame = || Frame::new(&who, Section::Graphs);
            let copy = CopyPage {
                frame: frame(),
                head: graph_head(1, HOSTILE),
                name: HOSTILE.to_owned(),
                findings: findings(&[problem("error", 1)], ""),
                taken: Some(7),
            };
            let html = copy.render().expect("renders");
            wellformed::check(&html);
            assert!(html.contains("href=\"/graphs/7\""));
            for diff in [
                Diff::default(),
                Diff {
                    added: vec![HOSTILE.to_owned()],
                    ..Diff::default()
                },
            ] {
                let page = RestorePage {
                    frame: frame(),
                    head: graph_head(1, HOSTILE),
                    newest: graph_head(2, HOSTILE),
                    changes: changes(diff),
                };
                wellformed::check(&page.render().expect("renders"));
            }
        }
    }

    #[test]
    fn news_are_fixed_words() {
        assert_eq!(news("<b>", &browser().look.t), "");
        assert!(!news("archived", &in_chinese().look.t).is_empty());
    }
}
