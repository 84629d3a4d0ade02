//! One track: what it ran with what values, and what came out.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::attempts::{AttemptLine, attempt};
use super::fields::{self, Group, Widget};
use super::frame::{Frame, Section};
use super::guard::Browser;
use super::lines::{self, TrackLine};
use super::pipeline::values;
use super::posted::Posted;
use super::reason::{PATIENCE, Reason, reason};
use super::reveal;
use super::script::{self, Label, Part};
use super::so_far;
use crate::desk::Desk;
use crate::engine::{PipelineId, TrackId, TrackState};
use crate::graph::{FieldError, Form, Kind, Param, Shown, Value, unknown_output};
use crate::spool::Spool;
use crate::store::{AttemptRow, PipelineHead, Referred, TrackHead, TrackTexts};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 256 << 10;

#[derive(Template)]
#[template(path = "tracks/show.html")]
pub(super) struct TrackPage {
    frame: Frame,
    pipeline: PipelineHead,
    line: TrackLine,
    live: bool,
    reason: Option<Reason>,
    attempts: Vec<AttemptLine>,
    script: Vec<Part>,
    script_cut: bool,
    /// Given to it, and left by the vertices before it.
    values: Vec<(String, String)>,
    running: bool,
    /// Left for the vertices after it.
    outputs: Vec<(String, String)>,
    output: String,
    output_cut: bool,
    /// The form for its values, or for its outputs when only a person can give them; empty: there are
    /// none, or it is not the time for them.
    groups: Vec<Group>,
    errors: Vec<String>,
    wrong: usize,
    /// Its outcome is unknown, and a person can still say how it ended.
    unclear: bool,
}

/// What the page is made from.
pub(super) struct Found {
    head: TrackHead,
    texts: TrackTexts,
    pipeline: PipelineHead,
    attempts: Vec<AttemptRow>,
    pub(super) params: Vec<Param>,
    /// What its script declares to leave.
    pub(super) left: Vec<Param>,
    referred: Vec<Referred>,
    reason: Option<Reason>,
}

/// What was sent and refused.
#[derive(Default)]
pub(super) struct Again<'a> {
    pub(super) form: Option<&'a Posted>,
    pub(super) fields: Vec<FieldError>,
    pub(super) errors: Vec<String>,
}

#[get("/tracks/<id>")]
pub(super) async fn show(
    who: Browser,
    id: i64,
    desk: &State<Desk>,
    spool: &State<Spool>,
) -> Outcome {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let mut found = find(&desk, TrackId(id))?;
        so_far::look(&spool, &found.head, &mut found.attempts, &mut found.texts);
        Answer::page(Status::Ok, &view(&who, found, &Again::default()))
    })
    .await
}

impl Found {
    /// The accepted value of a parameter, as its field holds it.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        raw_value(&self.texts.input, key)
    }
}

/// Reads a track.
pub(super) fn find(desk: &Desk, id: TrackId) -> Result<Found, Failure> {
    let (store, missing) = (&desk.store, || Failure::Missing("track"));
    let (head, texts) = store.track(id)?.ok_or_else(missing)?;
    let pipeline = store.pipeline(PipelineId(head.pipeline_id))?;
    let order = store.order(id)?.ok_or_else(missing)?;
    let pipeline = pipeline.ok_or_else(missing)?;
    Ok(Found {
        pipeline,
        attempts: store.attempts(id)?,
        params: order.params,
        left: order.outputs,
        referred: order.referred,
        reason: reason(desk.why_track(id, PATIENCE))?,
        head,
        texts,
    })
}

/// The page of a track.
pub(super) fn view(who: &Browser, found: Found, again: &Again<'_>) -> TrackPage {
    let Found {
        head,
        texts,
        pipeline,
        attempts,
        params,
        left,
        referred,
        reason,
    } = found;
    let state = TrackState::from_code(head.state);
    let unstarted = matches!(state, Some(TrackState::Waiting | TrackState::Pending))
        && head.attempt == 0
        && pipeline.finished_at.is_none();
    let live = pipeline.finished_at.is_none() && state.is_none_or(|s| !s.has_ended());
    let unclear = state == Some(TrackState::Interrupted) && pipeline.finished_at.is_none();
    let outputs = values(&texts.outputs);
    let mut values = values(&texts.input);
    let mut labels: Vec<Label> = Vec::new();
    for param in &params {
        let given = raw_value(&texts.input, &param.name);
        labels.push(match (given, param.kind) {
            (None, _) => script::declared(param),
            (Some(_), Kind::Secret) => script::label(&param.name, &Shown::Secret),
            (Some(text), _) => script::label(&param.name, &Shown::Value(Value::Str(text))),
        });
    }
    for Referred { name, value } in referred {
        let shown = value.map_or_else(|| Shown::Output(unknown_output(&name)), Shown::Value);
        labels.push(script::label(&name, &shown));
        values.push((name, reveal::text(&shown.to_string())));
    }
    let specs = fields::of_track(match (unstarted, unclear) {
        (true, _) => &params,
        (false, true) => &left,
        (false, false) => &[],
    });
    let known = |key: &str| match again.form {
        Some(form) => Some(form.text(&fields::field_name(key)).to_owned()),
        None => raw_value(&texts.input, key),
    };
    let errors = renamed(&again.fields, &head.vertex);
    let groups = fields::groups(&specs, known, &errors);
    let mut elsewhere = again.errors.clone();
    elsewhere.extend(fields::elsewhere(&specs, &errors));
    let (body, script_cut) = reveal::head(&texts.script, SCRIPT);
    let whole = attempts.last().map_or(0, |attempt| attempt.log_bytes);
    let output_cut = whole > texts.output.len() as i64;
    let of_groups = groups.iter().flat_map(|group| &group.fields);
    TrackPage {
        // A page that loads itself again would lose what somebody is typing.
        frame: Frame::new(who, Section::Pipelines)
            .refreshing(live && groups.is_empty() && !unclear),
        unclear,
        running: state == Some(TrackState::Running),
        wrong: of_groups.filter(|field| !field.errors.is_empty()).count(),
        line: lines::track(&head, who.now.0),
        live,
        reason,
        attempts: attempts
            .iter()
            .map(|row| attempt(row, head.id, who.now.0))
            .collect(),
        script: script::parts(body, Form::Compiled, &labels),
        script_cut,
        values,
        outputs,
        output: if output_cut {
            reveal::tail(&texts.output)
        } else {
            reveal::output(&texts.output)
        },
        output_cut,
        groups,
        errors: elsewhere,
        pipeline,
    }
}

/// A value as its field holds it.
fn raw_value(json: &str, key: &str) -> Option<String> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    object.get(key).map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        // A secret: its field is empty.
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    })
}

/// Errors by `name`, also where the vertex's name is in front.
fn renamed(errors: &[FieldError], vertex: &str) -> Vec<FieldError> {
    let short = |error: &FieldError| {
        let own = error.field.strip_prefix(vertex);
        let field = own.and_then(|rest| rest.strip_prefix('.'));
        FieldError {
            field: field.unwrap_or(&error.field).to_owned(),
            ..error.clone()
        }
    };
    errors.iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Again, Found, view};
    use crate::engine::TrackState;
    use crate::graph::{FieldError, Kind, Value};
    use crate::store::{AttemptRow, Referred, TrackTexts};
    use crate::web::harness::{
        HOSTILE, NOW, browser, hostile_reason, param, pipeline_head, track_head,
    };
    use crate::web::posted::Posted;
    use crate::web::wellformed;

    fn found(state: TrackState, attempts: i32) -> Found {
        let mut head = track_head(9, HOSTILE);
        (head.state, head.attempt) = (state.code(), attempts);
        let attempt = |number| AttemptRow {
            number,
            ordered_at: NOW.0 - 9_000,
            started_at: None,
            finished_at: (number != attempts).then_some(NOW.0),
            reason: (number % 2 == 0).then_some(0),
            exit_code: Some(1),
            signal: None,
            detail: HOSTILE.to_owned(),
            log_bytes: 4,
            dropped_bytes: 7,
        };
        Found {
            head,
            texts: TrackTexts {
                input: "{\"host\":\"<&>\\n\",\"n\":3}".to_owned(),
                missing: false,
                script: format!("</pre>{HOSTILE}"),
                output: HOSTILE.as_bytes().to_vec(),
                outputs: "{\"left\":\"<&>\\n\"}".to_owned(),
            },
            pipeline: pipeline_head(1),
            attempts: (1..=attempts).map(attempt).collect(),
            params: vec![
                param("host", Kind::Str),
                param("n", Kind::Int),
                param("b", Kind::Bool),
            ],
            left: vec![param("left", Kind::Int)],
            referred: vec![
                Referred {
                    name: "fetch.count".to_owned(),
                    value: Some(Value::Str(HOSTILE.to_owned())),
                },
                Referred {
                    name: "fetch.path".to_owned(),
                    value: None,
                },
            ],
            reason: Some(hostile_reason()),
        }
    }

    #[test]
    fn tracks_of_every_state() {
        for state in TrackState::ALL {
            for attempts in [0, 1, 3] {
                let html = view(&browser(), found(*state, attempts), &Again::default());
                let html = html.render().expect("renders");
                wellformed::check(&html);
                let asks =
                    attempts == 0 && matches!(state, TrackState::Waiting | TrackState::Pending);
                assert_eq!(html.contains("action=\"/tracks/9/input\""), asks);
                let unclear = *state == TrackState::Interrupted;
                assert_eq!(html.contains("action=\"/tracks/9/resolve\""), unclear);
                assert_eq!(html.contains("name=\"p.left\""), unclear);
                assert_eq!(html.contains("7 bytes more were dropped"), attempts > 0);
                assert!(html.contains("<code>left</code>") && html.contains("&#60;&#38;&#62;"));
                assert!(html.contains("<code>fetch.path</code>"));
                assert!(html.contains("<code>an output of fetch</code>"));
            }
        }
    }

    #[test]
    fn a_refused_value_is_kept_and_its_field_says_why() {
        let form = Posted::parse("p.host=%3Cb%3E&p.n=4x&p.b=").expect("UTF-8");
        let error = |field: &str| FieldError {
            field: field.to_owned(),
            code: "bad-value",
            message: "`4x` is not a number".to_owned(),
        };
        let again = Again {
            form: Some(&form),
            // By the name alone, or with the vertex in front.
            fields: vec![error("n"), error(&format!("{HOSTILE}.n"))],
            errors: Vec::new(),
        };
        let page = view(&browser(), found(TrackState::Pending, 0), &again);
        assert_eq!(page.wrong, 1);
        assert!(page.errors.is_empty());
        let html = page.render().expect("renders");
        wellformed::check(&html);
        assert!(html.contains("value=\"4x\"") && html.contains("value=\"&#60;b&#62;\""));
        assert!(html.contains("href=\"#f1\"") && html.contains("id=\"f1-e\""));
    }
}
