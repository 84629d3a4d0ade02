//! The start form.

use std::sync::Arc;

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::access::random;
use crate::desk::{Desk, StartError, StartRequest};
use crate::driver::CommandError;
use crate::engine::{GraphId, PipelineId};
use crate::graph::{FieldError, Graph, Rendered, users};
use crate::store::{GraphHead, PipelineHead};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::limit::Limit;
use crate::web::edge::posted::Posted;
use crate::web::graphs::unchecked::unchecked;
use crate::web::parts::fields::{self, Group, Widget};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::need::type_again;
use crate::web::parts::refused::of_start;
use crate::web::parts::values::held;
use crate::web::tracks::script::{self, Preview};

/// With more groups of fields than these, only some are open.
const FOLDED: usize = 20;
/// Scripts that a preview shows.
const PREVIEWS: usize = 100;

#[derive(Template)]
#[template(path = "graphs/start.html")]
pub(super) struct StartPage {
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
    /// There are so many groups that only those are open that somebody has to look at.
    folded: bool,
    /// The newest pipeline of this graph, whose values can be taken.
    last: Option<i64>,
    /// The pipeline whose values stand in the fields.
    same: Option<i64>,
}

/// What was sent and refused.
#[derive(Default)]
pub(super) struct Again<'a> {
    pub(super) form: Option<&'a Posted>,
    pub(super) fields: Vec<FieldError>,
    pub(super) errors: Vec<String>,
    pub(super) preview: Vec<Rendered>,
    pub(super) limit: Limit,
    /// The newest pipeline of the graph.
    pub(super) last: Option<i64>,
    /// A pipeline whose values are taken, where nothing was sent.
    pub(super) same: Option<PipelineHead>,
}

#[get("/graphs/<id>/start?<same>")]
pub(in crate::web) async fn form(
    who: Browser,
    id: i64,
    same: Option<i64>,
    desk: &State<Desk>,
) -> Outcome {
    let (desk, id) = (desk.inner().clone(), GraphId(id));
    blocking(move || {
        let (head, graph) = definition(&desk, id)?;
        if !head.checked {
            return unchecked(&desk, &who, head, &desk.store.problems(id)?);
        }
        let limit = Limit::now(&desk, &head, &graph);
        let same = same.map(|run| desk.store.pipeline(PipelineId(run)));
        let same = same.transpose()?.flatten();
        let blank = Again {
            limit,
            last: last(&desk, id)?,
            // Values of another graph mean nothing here.
            same: same.filter(|run| run.graph == head.name),
            ..Again::default()
        };
        Answer::ok(&view(&who, head, &graph, &blank, new_key()?))
    })
    .await
}

/// The newest pipeline of all versions of a graph.
fn last(desk: &Desk, id: GraphId) -> Result<Option<i64>, Failure> {
    let newest = desk.store.newest_of(&[id.0], 1)?;
    let runs = newest.get(&id.0).and_then(|runs| runs.last());
    Ok(runs.map(|run| run.pipeline))
}

pub(super) fn definition(desk: &Desk, id: GraphId) -> Result<(GraphHead, Arc<Graph>), Failure> {
    let missing = || Failure::Missing("graph");
    let head = desk.store.graph(id)?.ok_or_else(missing)?;
    let graph = desk.store.definition(id)?.ok_or_else(missing)?;
    Ok((head, graph))
}

pub(in crate::web) fn new_key() -> Result<String, Failure> {
    let secret = random().map_err(|why| Failure::CutOff(why.to_string()))?;
    Ok(secret.text().to_owned())
}

pub(super) fn view(
    who: &Browser,
    head: GraphHead,
    graph: &Graph,
    again: &Again<'_>,
    key: String,
) -> StartPage {
    let specs = fields::of_graph(graph);
    let sent = |key: &str| match (again.form, &again.same) {
        (Some(form), _) => Some(form.text(&fields::field_name(key)).to_owned()),
        (None, Some(run)) => held(&run.input, key),
        (None, None) => None,
    };
    let text = |name: &str| match (again.form, &again.same) {
        (Some(form), _) => form.text(name).to_owned(),
        (None, Some(run)) if name == "name" && run.name != run.graph => run.name.clone(),
        (None, Some(run)) if name == "desc" => run.desc.clone(),
        (None, _) => String::new(),
    };
    let mut errors = again.errors.clone();
    errors.extend(fields::elsewhere(&specs, &again.fields, who.look.t));
    let mut groups = fields::groups(&specs, sent, &again.fields, who.look.t);
    if let Some(form) = again.form {
        type_again(&mut groups, form);
    }
    let users = users(graph);
    for group in groups.iter_mut().filter(|group| group.title.is_empty()) {
        for field in &mut group.fields {
            let count = users.get(field.label.as_str()).copied().unwrap_or_default();
            field.hint = who.look.t.params_used(&field.hint, count);
        }
    }
    let of_groups = groups.iter().flat_map(|group| &group.fields);
    let mut frame = Frame::new(who, Section::Graphs);
    if again.form.is_some() {
        frame = frame.standing_at(&format!("/graphs/{}/start", head.id));
    }
    StartPage {
        frame,
        folded: groups.len() > FOLDED,
        last: again.last,
        same: again.same.as_ref().map(|run| run.id),
        wrong: of_groups.filter(|field| !field.errors.is_empty()).count(),
        head,
        groups,
        errors,
        name: text("name"),
        desc: text("desc"),
        ask_later: text("ask_later") == "yes",
        key,
        limit: again.limit.clone(),
        preview: script::preview(
            &again.preview[..again.preview.len().min(PREVIEWS)],
            who.look.t,
        ),
        more: again.preview.len().saturating_sub(PREVIEWS),
    }
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
    let ((head, graph), t) = (definition(desk, id)?, &who.look.t);
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let most = desk.limits.name_chars;
    for (field, most) in [("name", most), ("desc", DESC_CHARS)] {
        if form.text(field).chars().count() > most {
            again.errors.push(match field {
                "name" => t.start_long_name(most),
                _ => t.start_long_desc(most),
            });
        }
    }
    if form.text("revision") != head.revision.to_string() {
        again.errors.push(t.start_edited());
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
                again.errors.push(t.start_edited());
            }
            Err(StartError::Command(CommandError::KeyReused(pipeline))) => {
                again.errors.push(t.start_key_reused(pipeline.to_string()));
            }
            Err(StartError::NoGraph(_) | StartError::NoTrack(_)) => {
                return Err(Failure::Missing("graph"));
            }
            Err(why @ (StartError::UnknownSecrets(_) | StartError::Sealed(_))) => {
                again.errors.push(of_start(&why, *t));
            }
            Err(StartError::Command(why)) => return Err(why.into()),
            Err(StartError::Store(why)) => return Err(why.into()),
        }
    }
    again.limit = Limit::now(desk, &head, &graph);
    let page = view(who, head, &graph, &again, new_key()?);
    Answer::page(Status::UnprocessableEntity, &page)
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Again, view};
    use crate::graph::{FieldError, Graph, Kind, Param, Value, Vertex};
    use crate::web::edge::posted::Posted;
    use crate::web::tests::harness::{
        HOSTILE, browser, graph_head, in_chinese, keep, param, pipeline_head,
    };
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
                vec![Value::Str(HOSTILE.to_owned()); 1 + place * vertices.min(2)]
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
        for (who, vertices, groups) in [
            (browser(), 0, 0),
            (in_chinese(), 1, 2),
            (browser(), 20, 21),
            (in_chinese(), 1_000, 1_001),
        ] {
            let page = view(
                &who,
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
            assert_eq!(
                html.matches("<details class=\"group\"").count(),
                if groups > 20 { groups } else { 0 }
            );
        }
    }

    #[test]
    fn a_shared_input_says_how_many_vertices_use_it() {
        let mut of = graph(3);
        for vertex in &mut of.vertices[..2] {
            vertex.input.clear();
            vertex.script = "echo <p0> <p0> <p1x>".to_owned();
        }
        // The third one has an input of the same name.
        of.vertices[2].script = "echo <p0>".to_owned();
        let (head, again) = (graph_head(1, "g"), Again::default());
        let page = view(&browser(), head, &of, &again, "k".to_owned());
        let hint = |place: usize| page.groups[0].fields[place].hint.as_str();
        assert!(hint(0).ends_with("used by 2 vertices"), "{}", hint(0));
        assert!(hint(1).ends_with("used by no vertex"), "{}", hint(1));
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

    #[test]
    fn the_values_of_an_earlier_run_stand_in_the_fields() {
        let mut run = pipeline_head(311);
        (run.input, run.desc) = (
            r#"{"p1": 42, "p5": "2026-11-21"}"#.to_owned(),
            "why".to_owned(),
        );
        let again = Again {
            same: Some(run),
            last: Some(312),
            ..Again::default()
        };
        let head = graph_head(1, HOSTILE);
        let page = view(&browser(), head, &graph(1), &again, "k".to_owned());
        let fields = &page.groups[0].fields;
        assert_eq!(fields[1].value, "42");
        assert_eq!(fields[5].value, "2026-11-21");
        assert!(
            fields[0].value.contains(HOSTILE),
            "what was not given has its default"
        );
        let html = page.render().expect("renders");
        wellformed::check(&html);
        assert!(html.contains("?same=312") && html.contains("/pipelines/311"));
    }
}
