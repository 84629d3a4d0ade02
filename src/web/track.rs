//! One track: what it ran with what values, and what came out.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::fields::{self, Group, Widget};
use super::frame::{Frame, Section};
use super::guard::Browser;
use super::lines::{self, TrackLine};
use super::pipeline::values;
use super::posted::Posted;
use super::reveal;
use super::so_far;
use super::when::{When, between, when};
use super::words;
use crate::desk::Desk;
use crate::engine::{GraphId, PipelineId, PipelineState, TrackId, TrackState};
use crate::graph::{FieldError, OnFailure, Param};
use crate::spool::Spool;
use crate::store::{AttemptRow, PipelineHead, TrackHead, TrackTexts};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 256 << 10;

/// An attempt in the table.
struct AttemptLine {
    number: i32,
    started: When,
    finished: Option<When>,
    took: String,
    end: String,
    /// Where its whole log is.
    log: String,
    bytes: i64,
    dropped: i64,
}

#[derive(Template)]
#[template(path = "tracks/show.html")]
pub(super) struct TrackPage {
    frame: Frame,
    pipeline: PipelineHead,
    line: TrackLine,
    live: bool,
    attempts: Vec<AttemptLine>,
    script: String,
    script_cut: bool,
    values: Vec<(String, String)>,
    running: bool,
    output: String,
    output_cut: bool,
    /// The form for its values; empty: it has started, or takes none.
    groups: Vec<Group>,
    errors: Vec<String>,
    wrong: usize,
    /// Its outcome is unknown, and a person can still say how it ended.
    unclear: bool,
    /// "Run it again" is an answer here.
    may_run_again: bool,
}

/// What the page is made from.
pub(super) struct Found {
    head: TrackHead,
    texts: TrackTexts,
    pipeline: PipelineHead,
    attempts: Vec<AttemptRow>,
    pub(super) params: Vec<Param>,
    may_run_again: bool,
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
    let may_run_again = match PipelineState::from_code(pipeline.state) {
        Some(PipelineState::Running) => true,
        Some(PipelineState::Failed) if head.state == TrackState::Interrupted.code() => store
            .outline(GraphId(pipeline.graph_id))?
            .is_some_and(|graph| graph.on_failure == OnFailure::ContinueIndependent),
        _ => false,
    };
    Ok(Found {
        pipeline,
        may_run_again,
        attempts: store.attempts(id)?,
        params: order.params,
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
        may_run_again,
    } = found;
    let state = TrackState::from_code(head.state);
    let unstarted = matches!(state, Some(TrackState::Waiting | TrackState::Pending))
        && head.attempt == 0
        && pipeline.finished_at.is_none();
    let live = pipeline.finished_at.is_none() && state.is_none_or(|s| !s.next().is_empty());
    let unclear = state == Some(TrackState::Interrupted) && pipeline.finished_at.is_none();
    let values = values(&texts.input);
    let specs = fields::of_track(if unstarted { &params } else { &[] });
    let known = |key: &str| match again.form {
        Some(form) => Some(form.text(&fields::field_name(key)).to_owned()),
        None => raw_value(&texts.input, key),
    };
    let errors = renamed(&again.fields, &head.vertex);
    let groups = fields::groups(&specs, known, &errors);
    let mut elsewhere = again.errors.clone();
    elsewhere.extend(fields::elsewhere(&specs, &errors));
    let (script, script_cut) = reveal::head(&texts.script, SCRIPT);
    let whole = attempts.last().map_or(0, |attempt| attempt.log_bytes);
    let output_cut = whole > texts.output.len() as i64;
    let of_groups = groups.iter().flat_map(|group| &group.fields);
    TrackPage {
        // A page that loads itself again would lose what somebody is typing.
        frame: Frame::new(who, Section::Pipelines)
            .refreshing(live && groups.is_empty() && !unclear),
        unclear,
        running: state == Some(TrackState::Running),
        may_run_again,
        wrong: of_groups.filter(|field| !field.errors.is_empty()).count(),
        line: lines::track(&head, who.now.0),
        live,
        attempts: attempts
            .iter()
            .map(|row| attempt(row, head.id, who.now.0))
            .collect(),
        script: reveal::text(script),
        script_cut,
        values,
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

fn attempt(row: &AttemptRow, track: i64, now: i64) -> AttemptLine {
    let reason = row.reason;
    let words = reason.map(|code| words::reason(code, row.exit_code, row.signal));
    let words = match (words, row.exit_code, row.finished_at) {
        (Some(words), _, _) => words,
        (None, Some(code), _) => format!("exit code {code}"),
        (None, None, Some(_)) => String::new(),
        (None, None, None) => "runs".to_owned(),
    };
    AttemptLine {
        number: row.number,
        started: when(row.started_at.unwrap_or(row.ordered_at)),
        finished: row.finished_at.map(when),
        took: between(
            Some(row.started_at.unwrap_or(row.ordered_at)),
            row.finished_at,
            now,
        ),
        end: words::with_detail(words, &row.detail),
        log: format!("/api/v1/tracks/{track}/attempts/{}/log", row.number),
        bytes: row.log_bytes,
        dropped: row.dropped_bytes,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Again, Found, view};
    use crate::engine::TrackState;
    use crate::graph::{FieldError, Kind};
    use crate::store::{AttemptRow, TrackTexts};
    use crate::web::harness::{HOSTILE, NOW, browser, param, pipeline_head, track_head};
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
            },
            may_run_again: true,
            pipeline: pipeline_head(1),
            attempts: (1..=attempts).map(attempt).collect(),
            params: vec![
                param("host", Kind::Str),
                param("n", Kind::Int),
                param("b", Kind::Bool),
            ],
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
                assert_eq!(html.contains("7 bytes more were dropped"), attempts > 0);
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
