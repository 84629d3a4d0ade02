//! One track: what it ran with what values, and what came out.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::{PipelineId, PipelineState, TrackId, TrackState};
use crate::graph::{Form, Kind, Param, Shown, Value, unknown_output};
use crate::spool::Spool;
use crate::store::{AttemptRow, PipelineHead, Referred, TrackHead, TrackTexts};
use crate::web::asks::deeds::{self, Offer};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::seen::Seen;
use crate::web::parts::around::Around;
use crate::web::parts::fields::{self, Group, Widget};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines::{self, TrackLine};
use crate::web::parts::reason::{PATIENCE, Reason, reason};
use crate::web::parts::reveal;
use crate::web::parts::so_far;
use crate::web::parts::values::{held, values};
use crate::web::tracks::attempts::{AttemptLine, attempt};
use crate::web::tracks::script::{self, Label, Part};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 256 << 10;

#[derive(Template)]
#[template(path = "tracks/show.html")]
pub(in crate::web) struct TrackPage {
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
    /// The form for its values; empty: there are none, or it has begun.
    groups: Vec<Group>,
    /// Its outcome is unknown.
    unclear: bool,
    seen: Seen,
    offers: Vec<Offer>,
}

/// What the page is made from.
pub(in crate::web) struct Found {
    head: TrackHead,
    texts: TrackTexts,
    pipeline: PipelineHead,
    attempts: Vec<AttemptRow>,
    params: Vec<Param>,
    referred: Vec<Referred>,
    around: Around,
    /// Something before it is not done, or it runs after a verdict that is not there.
    waits: bool,
    reason: Option<Reason>,
}

#[get("/tracks/<id>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    desk: &State<Desk>,
    spool: &State<Spool>,
) -> Outcome {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let mut found = find(&desk, TrackId(id), who.now.0)?;
        so_far::look(&spool, &found.head, &mut found.attempts, &mut found.texts);
        Answer::ok(&view(&who, found))
    })
    .await
}

fn find(desk: &Desk, id: TrackId, now: i64) -> Result<Found, Failure> {
    let (store, missing) = (&desk.store, || Failure::Missing("track"));
    let (head, texts) = store.track(id)?.ok_or_else(missing)?;
    let pipeline = store.pipeline(PipelineId(head.pipeline_id))?;
    let order = store.order(id)?.ok_or_else(missing)?;
    let pipeline = pipeline.ok_or_else(missing)?;
    let around = Around::of_one(desk, &pipeline, id, now)?;
    let waits = match around.is_handler(head.id) {
        true => pipeline.finished_at.is_none() && moves(desk, &pipeline, &around)?,
        false => store.waits_for(id)?.is_some(),
    };
    Ok(Found {
        pipeline,
        attempts: store.attempts(id)?,
        params: order.taken(),
        referred: order.referred,
        reason: reason(desk.why_track(id, PATIENCE))?,
        head,
        texts,
        around,
        waits,
    })
}

/// Whether a pipeline has no verdict yet, or what the verdict is about still moves.
fn moves(desk: &Desk, head: &PipelineHead, around: &Around) -> Result<bool, Failure> {
    let open = [PipelineState::Running, PipelineState::Paused].map(PipelineState::code);
    let moving = [TrackState::Running, TrackState::Interrupted].map(TrackState::code);
    let counts = around.scripts(&desk.store.counts(&[head.id])?);
    let moves = |(_, state, count): &(i64, i16, i64)| moving.contains(state) && *count > 0;
    Ok(open.contains(&head.state) || counts.iter().any(moves))
}

/// The page of a track.
fn view(who: &Browser, found: Found) -> TrackPage {
    let Found {
        head,
        texts,
        pipeline,
        attempts,
        params,
        referred,
        around,
        waits,
        reason,
    } = found;
    let state = TrackState::from_code(head.state);
    let unstarted = matches!(state, Some(TrackState::Waiting | TrackState::Pending))
        && head.attempt == 0
        && pipeline.finished_at.is_none();
    let live = pipeline.finished_at.is_none() && state.is_none_or(|s| !s.has_ended());
    let unclear = state == Some(TrackState::Interrupted);
    let stand = deeds::stand(&head, around.is_handler(head.id), waits);
    // The form for its values is on the page itself as long as it has not begun.
    let takes = !params.is_empty() && !unstarted;
    let offers = stand.map(|stand| deeds::of_track(head.id, &stand, takes));
    let outputs = values(&texts.outputs);
    let mut values = values(&texts.input);
    let mut labels: Vec<Label> = Vec::new();
    for param in &params {
        let given = held(&texts.input, &param.name);
        labels.push(match (given, param.kind) {
            (None, _) => script::declared(param),
            (Some(_), Kind::Secret) => script::label(&param.name, &Shown::Secret),
            (Some(text), _) => script::label(&param.name, &Shown::Value(Value::Str(text))),
        });
    }
    for Referred { name, value, .. } in referred {
        let shown = value.map_or_else(|| Shown::Output(unknown_output(&name)), Shown::Value);
        labels.push(script::label(&name, &shown));
        values.push((name, reveal::text(&shown.to_string())));
    }
    let specs = fields::of_track(if unstarted { &params } else { &[] });
    let has = |key: &str| held(&texts.input, key);
    let mut groups = fields::groups(&specs, has, &[]);
    fields::keeping_secrets(&mut groups, |name| has(name).is_some());
    let (body, script_cut) = reveal::head(&texts.script, SCRIPT);
    let whole = attempts.last().map_or(0, |attempt| attempt.log_bytes);
    let output_cut = whole > texts.output.len() as i64;
    TrackPage {
        // A page that loads itself again would lose what somebody is typing.
        frame: Frame::new(who, Section::Pipelines).refreshing(live && groups.is_empty()),
        unclear,
        seen: Seen::track(&head),
        offers: offers.unwrap_or_default(),
        running: state == Some(TrackState::Running),
        line: lines::track(&head, &around),
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
        pipeline,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Found, view};
    use crate::engine::TrackState;
    use crate::graph::{Kind, Value};
    use crate::store::{AttemptRow, Referred, TrackTexts};
    use crate::web::parts::around::Around;
    use crate::web::tests::harness::{
        HOSTILE, NOW, browser, hostile_reason, param, pipeline_head, track_head,
    };
    use crate::web::tests::wellformed;

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
            reason: Some(hostile_reason()),
            attempts: (1..=attempts).map(attempt).collect(),
            params: vec![
                param("host", Kind::Str),
                param("n", Kind::Int),
                param("b", Kind::Bool),
            ],
            referred: vec![
                Referred {
                    name: "fetch.count".to_owned(),
                    value: Some(Value::Str(HOSTILE.to_owned())),
                    state: Some(TrackState::Succeed),
                },
                Referred {
                    name: "fetch.path".to_owned(),
                    value: None,
                    state: Some(TrackState::Succeed),
                },
            ],
            around: Around {
                now: NOW.0,
                ..Around::default()
            },
            waits: false,
        }
    }

    #[test]
    fn tracks_of_every_state() {
        for state in TrackState::ALL {
            for attempts in [0, 1, 3] {
                let html = view(&browser(), found(*state, attempts))
                    .render()
                    .expect("renders");
                wellformed::check(&html);
                let asks =
                    attempts == 0 && matches!(state, TrackState::Waiting | TrackState::Pending);
                assert_eq!(html.contains("action=\"/tracks/9/input\""), asks);
                let unclear = *state == TrackState::Interrupted;
                assert_eq!(html.contains("Nobody knows"), unclear);
                let over = !matches!(
                    state,
                    TrackState::Waiting | TrackState::Pending | TrackState::Running
                );
                assert_eq!(html.contains("href=\"/tracks/9/retry\""), over);
                assert_eq!(html.contains("7 bytes more were dropped"), attempts > 0);
                assert!(html.contains("<code>left</code>") && html.contains("&#60;&#38;&#62;"));
                assert!(html.contains("<code>fetch.path</code>"));
                assert!(html.contains("<code>an output of fetch</code>"));
            }
        }
    }
}
