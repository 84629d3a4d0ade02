//! The start form.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::access::random;
use crate::desk::{Desk, RenderError, RenderRequest, StartError, StartRequest};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::{FieldError, Graph, Rendered};
use crate::store::GraphHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::limit::Limit;
use crate::web::edge::posted::Posted;
use crate::web::graphs::unchecked::unchecked;
use crate::web::parts::fields::{self, Group, Widget};
use crate::web::parts::frame::{Frame, Section};
use crate::web::tracks::script::{self, Preview};

/// Scripts that a preview shows.
const PREVIEWS: usize = 100;

#[derive(Template)]
#[template(path = "graphs/start.html")]
struct StartPage {
    frame: Frame,
    head: GraphHead,
    groups: Vec<Group>,
    /// Errors that belong to no field.
    errors: Vec<String>,
    /// How many fields have an error.
    wrong: usize,
    name: String,
    desc: String,
    ask_later: bool,
    /// Makes a second press of the button the same start.
    key: String,
    limit: Limit,
    /// The scripts with the values of the fields, if somebody wants to see them.
    preview: Vec<Preview>,
    /// Scripts that the page does not show.
    more: usize,
}

/// What was sent and refused.
#[derive(Default)]
struct Again<'a> {
    form: Option<&'a Posted>,
    fields: Vec<FieldError>,
    errors: Vec<String>,
    preview: Vec<Rendered>,
    limit: Limit,
}

#[get("/graphs/<id>/start")]
pub(in crate::web) async fn form(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let (desk, id) = (desk.inner().clone(), GraphId(id));
    blocking(move || {
        let (head, graph) = definition(&desk, id)?;
        if !head.checked {
            return unchecked(&desk, &who, head, &desk.store.problems(id)?);
        }
        let limit = Limit::now(&desk, &head, &graph);
        let blank = Again {
            limit,
            ..Again::default()
        };
        Answer::ok(&view(&who, head, &graph, &blank, new_key()?))
    })
    .await
}

fn definition(desk: &Desk, id: GraphId) -> Result<(GraphHead, Graph), Failure> {
    let missing = || Failure::Missing("graph");
    let head = desk.store.graph(id)?.ok_or_else(missing)?;
    let graph = desk.store.definition(id)?.ok_or_else(missing)?;
    Ok((head, graph))
}

pub(in crate::web) fn new_key() -> Result<String, Failure> {
    let secret = random().map_err(|why| Failure::CutOff(why.to_string()))?;
    Ok(secret.text().to_owned())
}

fn view(
    who: &Browser,
    head: GraphHead,
    graph: &Graph,
    again: &Again<'_>,
    key: String,
) -> StartPage {
    let specs = fields::of_graph(graph);
    let sent = |key: &str| Some(again.form?.text(&fields::field_name(key)).to_owned());
    let text = |name: &str| again.form.map(|form| form.text(name)).unwrap_or_default();
    let mut errors = again.errors.clone();
    errors.extend(fields::elsewhere(&specs, &again.fields));
    let groups = fields::groups(&specs, sent, &again.fields);
    let of_groups = groups.iter().flat_map(|group| &group.fields);
    StartPage {
        frame: Frame::new(who, Section::Graphs),
        wrong: of_groups.filter(|field| !field.errors.is_empty()).count(),
        head,
        groups,
        errors,
        name: text("name").to_owned(),
        desc: text("desc").to_owned(),
        ask_later: text("ask_later") == "yes",
        key,
        limit: again.limit.clone(),
        preview: script::preview(&again.preview[..again.preview.len().min(PREVIEWS)]),
        more: again.preview.len().saturating_sub(PREVIEWS),
    }
}

#[post("/graphs/<id>/preview", data = "<form>")]
pub(in crate::web) async fn preview(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || show(&desk, &who, GraphId(id), &form)).await
}

/// The form as it was sent, and the scripts with its values.
fn show(desk: &Desk, who: &Browser, id: GraphId, form: &Posted) -> Outcome {
    let (head, graph) = definition(desk, id)?;
    let request = RenderRequest {
        given: fields::given(&fields::of_graph(&graph), form, |_| None),
        vertex: None,
    };
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let mut status = Status::UnprocessableEntity;
    match desk.render(id, &request) {
        Ok(scripts) => (again.preview, status) = (scripts, Status::Ok),
        Err(RenderError::Start(StartError::Fields(errors))) => again.fields = errors,
        Err(RenderError::Start(StartError::Unchecked(_, found))) => {
            return unchecked(desk, who, head, &found);
        }
        Err(RenderError::Start(StartError::Store(why))) => return Err(why.into()),
        Err(RenderError::Start(StartError::Command(why))) => return Err(why.into()),
        Err(RenderError::Start(StartError::NoGraph(_) | StartError::NoTrack(_))) => {
            return Err(Failure::Missing("graph"));
        }
        Err(
            why @ (RenderError::TooLarge(_)
            | RenderError::NoVertex(_)
            | RenderError::Start(StartError::UnknownSecrets(_) | StartError::Sealed(_))),
        ) => {
            again.errors.push(format!("There is no preview: {why}."));
        }
    }
    again.limit = Limit::now(desk, &head, &graph);
    let page = view(who, head, &graph, &again, form.text("key").to_owned());
    Answer::page(status, &page)
}

#[post("/graphs/<id>/pipelines", data = "<form>")]
pub(in crate::web) async fn start(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || run(&desk, &who, GraphId(id), &form)).await
}

/// The most characters of a description.
const DESC_CHARS: usize = 10_000;

fn run(desk: &Desk, who: &Browser, id: GraphId, form: &Posted) -> Outcome {
    let (head, graph) = definition(desk, id)?;
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let most = desk.limits.name_chars;
    for (field, most) in [("name", most), ("desc", DESC_CHARS)] {
        if form.text(field).chars().count() > most {
            let what = if field == "name" {
                "name"
            } else {
                "description"
            };
            let message = format!("The {what} has more than {most} characters: shorten it.");
            again.errors.push(message);
        }
    }
    if form.text("revision") != head.revision.to_string() {
        again.errors.push(EDITED.to_owned());
    }
    if again.errors.is_empty() {
        let key = form.text("key");
        let request = StartRequest {
            name: form.text("name").trim().to_owned(),
            desc: form.text("desc").to_owned(),
            given: fields::given(&fields::of_graph(&graph), form, |_| None),
            ask_later: form.text("ask_later") == "yes",
            request_key: (!key.is_empty()).then(|| format!("form:{key}")),
            who: who.caller.name.to_owned(),
            trigger: "form",
            ..StartRequest::default()
        };
        match desk.start(id, request) {
            Ok(started) => return Ok(Answer::go(format!("/pipelines/{}", started.id))),
            Err(StartError::Fields(errors)) => again.fields = errors,
            Err(StartError::Unchecked(_, found)) => return unchecked(desk, who, head, &found),
            Err(StartError::Command(CommandError::Edited(_))) => {
                again.errors.push(EDITED.to_owned());
            }
            Err(StartError::Command(CommandError::KeyReused(pipeline))) => {
                again.errors.push(format!(
                    "This form has started pipeline {pipeline} already, with other values. Send \
                     it once more to start another one."
                ));
            }
            Err(StartError::NoGraph(_) | StartError::NoTrack(_)) => {
                return Err(Failure::Missing("graph"));
            }
            Err(why @ (StartError::UnknownSecrets(_) | StartError::Sealed(_))) => {
                again.errors.push(why.to_string());
            }
            Err(StartError::Command(why)) => return Err(why.into()),
            Err(StartError::Store(why)) => return Err(why.into()),
        }
    }
    again.limit = Limit::now(desk, &head, &graph);
    let page = view(who, head, &graph, &again, new_key()?);
    Answer::page(Status::UnprocessableEntity, &page)
}

const EDITED: &str = "The graph was edited after this form was made. Look at the fields again, \
                      then send the form once more.";

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Again, view};
    use crate::graph::{FieldError, Graph, Kind, Param, Value, Vertex};
    use crate::web::edge::posted::Posted;
    use crate::web::tests::harness::{HOSTILE, browser, graph_head, keep, param};
    use crate::web::tests::wellformed;

    /// A graph with parameters of every kind in each of its vertices.
    fn graph(vertices: usize) -> Graph {
        let kinds = [
            Kind::Str,
            Kind::Int,
            Kind::Float,
            Kind::Bool,
            Kind::Choice,
            Kind::Date,
        ];
        let of_kind = |(place, kind): (usize, &Kind)| Param {
            required: place % 2 == 0,
            choices: if *kind == Kind::Choice {
                vec![Value::Str(HOSTILE.to_owned()); 1 + place * vertices]
            } else {
                Vec::new()
            },
            default: (*kind == Kind::Str).then(|| Value::Str(format!("\n{HOSTILE}"))),
            ..param(&format!("p{place}"), *kind)
        };
        let params: Vec<Param> = kinds.iter().enumerate().map(of_kind).collect();
        let vertex = |number| Vertex {
            name: format!("{number} {HOSTILE}"),
            input: params.clone(),
            ..Vertex::default()
        };
        Graph {
            input: if vertices == 0 {
                Vec::new()
            } else {
                params.clone()
            },
            vertices: (0..vertices).map(vertex).collect(),
            ..Graph::default()
        }
    }

    #[test]
    fn forms_of_every_size() {
        for (vertices, groups) in [(0, 0), (1, 2), (20, 21)] {
            let page = view(
                &browser(),
                graph_head(1, HOSTILE),
                &graph(vertices),
                &Again::default(),
                "k".to_owned(),
            );
            assert_eq!(page.groups.len(), groups);
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert!(!html.contains("role=\"alert\""));
            assert_eq!(html.contains("takes no inputs"), vertices == 0);
        }
    }

    #[test]
    fn what_was_typed_is_kept_with_its_errors() {
        let form = Posted::parse("p.p1=1x&p.0+z.p0=y&name=%3Cn%3E&ask_later=yes").expect("UTF-8");
        let error = |field: &str| FieldError {
            field: field.to_owned(),
            code: "bad-value",
            message: HOSTILE.to_owned(),
        };
        let again = Again {
            form: Some(&form),
            fields: vec![error("p1"), error(&format!("0 {HOSTILE}.p4")), error("old")],
            errors: vec!["edited".to_owned()],
            ..Again::default()
        };
        let head = graph_head(1, HOSTILE);
        let page = view(&browser(), head, &graph(1), &again, "k".to_owned());
        assert_eq!((page.wrong, page.errors.len()), (2, 2));
        let html = page.render().expect("renders");
        wellformed::check(&html);
        for kept in [
            "value=\"1x\"",
            "value=\"&#60;n&#62;\"",
            "value=\"yes\" checked",
        ] {
            assert!(html.contains(kept), "{kept}");
        }
        assert!(html.contains("2 fields need other values"));
        keep("start-again", &html);
    }
}
