//! One track: what it ran with what values, and what came out.

use askama::Template;
use rocket::{State, get};

use crate::clock::format_duration;
use crate::desk::Desk;
use crate::engine::{TrackId, TrackState};
use crate::graph::{Form, Kind, Shown, Value, unknown_output};
use crate::spool::Spool;
use crate::store::{PipelineHead, Referred};
use crate::web::asks::deeds::{self, Offer};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::seen::Seen;
use crate::web::parts::ansi::Run;
use crate::web::parts::fields::{self, Group, Widget};
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::lines::{self, TrackLine};
use crate::web::parts::reason::Reason;
use crate::web::parts::values::{held, values};
use crate::web::parts::{reveal, so_far};
use crate::web::tracks::attempts::{AttemptShown, Tab, attempt, tab};
use crate::web::tracks::rows::last;
use crate::web::tracks::script::{self, Label, Part};
use crate::web::tracks::whole::{Found, find};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 256 << 10;
/// Lines of what it printed.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "tracks/show.html")]
pub(in crate::web) struct TrackPage {
    frame: Frame,
    pipeline: PipelineHead,
    line: TrackLine,
    live: bool,
    reason: Option<Reason>,
    /// It says how the last attempt ended.
    told: bool,
    /// The attempts around the one that is looked at, if there is more than one.
    tabs: Vec<Tab>,
    /// How many there are.
    attempts: i32,
    attempt: Option<AttemptShown>,
    /// How many may still follow a failed one by themselves.
    retries_left: Option<u32>,
    script: Vec<Part>,
    script_cut: bool,
    /// Within what bounds it runs, a sentence each.
    bounds: Vec<String>,
    /// Given to it, and left by the vertices before it.
    values: Vec<(String, String)>,
    running: bool,
    /// Left for the vertices after it.
    outputs: Vec<(String, String)>,
    output: Vec<Vec<Run>>,
    output_cut: bool,
    /// What it printed is no text.
    binary: bool,
    environment: Vec<(String, String)>,
    /// How the script as run differs from the one that was written, if somebody asks.
    diff: Option<Vec<(&'static str, String)>>,
    /// The form for its values; empty: there are none, or it has begun.
    groups: Vec<Group>,
    /// Its outcome is unknown.
    unclear: bool,
    seen: Seen,
    offers: Vec<Offer>,
}

#[get("/tracks/<id>?<attempt>&<diff>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    attempt: Option<i32>,
    diff: Option<bool>,
    desk: &State<Desk>,
    spool: &State<Spool>,
) -> Outcome {
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let asked = (attempt, diff.unwrap_or_default());
        let live = Live::of(&desk, None, who.now.0);
        let mut found = find(&desk, TrackId(id), asked, who.now.0)?;
        let chosen = found
            .attempts
            .iter_mut()
            .find(|row| row.number == found.chosen);
        if let Some(row) = chosen {
            so_far::look(&spool, &found.head, row, &mut found.texts);
        }
        Answer::ok(&view(&who, found, Some(live)))
    })
    .await
}

/// The page of a track.
fn view(who: &Browser, found: Found, follows: Option<Live>) -> TrackPage {
    let Found {
        head,
        texts,
        pipeline,
        attempts,
        chosen,
        retries_left,
        timeout,
        limits,
        workdir,
        shown,
        diff,
        params,
        referred,
        around,
        waits,
        reason,
    } = found;
    let t = who.look.t;
    let state = TrackState::from_code(head.state);
    let unstarted = matches!(state, Some(TrackState::Waiting | TrackState::Pending))
        && head.attempt == 0
        && pipeline.finished_at.is_none();
    let live = pipeline.finished_at.is_none() && state.is_none_or(|s| !s.has_ended());
    let unclear = state == Some(TrackState::Interrupted);
    let stand = deeds::stand(&head, around.is_handler(head.id), waits);
    // The form for its values is on the page itself as long as it has not begun.
    let takes = !params.is_empty() && !unstarted;
    let offers = stand.map(|stand| deeds::of_track(head.id, &stand, takes, t));
    let outputs = values(&texts.outputs);
    let mut values = values(&texts.input);
    let mut labels: Vec<Label> = Vec::new();
    for param in &params {
        let given = held(&texts.input, &param.name);
        labels.push(match (given, param.kind) {
            (None, _) => script::declared(param),
            (Some(_), Kind::Secret) => script::label(&param.name, &Shown::Secret, t),
            (Some(text), _) => script::label(&param.name, &Shown::Value(Value::Str(text)), t),
        });
    }
    for Referred { name, value, .. } in referred {
        let shown = value.map_or_else(|| Shown::Output(unknown_output(&name)), Shown::Value);
        labels.push(script::label(&name, &shown, t));
        let told = reveal::text(&script::told(&name, &shown, t));
        values.push((name, told));
    }
    let specs = fields::of_track(if unstarted { &params } else { &[] });
    let has = |key: &str| held(&texts.input, key);
    let mut groups = fields::groups(&specs, has, &[], t);
    fields::keeping_secrets(&mut groups, |name| has(name).is_some(), t);
    let (body, script_cut) = reveal::head(&texts.script, SCRIPT);
    let row = attempts.iter().find(|row| row.number == chosen);
    let whole = row.map_or(0, |row| row.log_bytes);
    let output_cut = whole > texts.output.len() as i64;
    let binary = texts.output.contains(&0);
    let output = last(if binary { &[] } else { &texts.output }, LINES + 1);
    let line = lines::track(&head, &around, t);
    let mut shown_attempt = row.map(|row| attempt(row, who.now.0, t));
    // Why the track ended so is said in one place: not once more for it, or for the attempt that did it.
    let ended = |a: &&mut AttemptShown| {
        a.number == head.attempt && a.finished.is_some() && a.mark.word == line.mark.word
    };
    let told = shown_attempt.as_mut().filter(ended);
    let whole = |reason: &Reason| {
        let said = |detail: &str| reason.sentence.contains(detail.trim_end_matches('.'));
        row.is_some_and(|row| said(row.detail.trim_end()))
    };
    let told = told.filter(|_| reason.as_ref().is_some_and(whole));
    let told = told.map(|a| a.end.clear());
    let mut bounds = Vec::new();
    bounds.extend(timeout.map(|ms| t.fact_timeout(format_duration(ms as i64))));
    if !limits.is_empty() {
        bounds.push(t.fact_limits(limits.to_string()));
    }
    bounds.extend(workdir.map(|way| t.fact_workdir(way)));
    TrackPage {
        // A page that loads itself again would lose what somebody is typing.
        frame: Frame::new(who, Section::Pipelines)
            .refreshing(live && groups.is_empty())
            .following(follows.map(|live| live.about(pipeline.id))),
        unclear,
        seen: Seen::track(&head),
        offers: offers.unwrap_or_default(),
        running: row.is_some_and(|row| row.finished_at.is_none()) && !unclear,
        line,
        told: told.is_some(),
        live,
        reason,
        attempt: shown_attempt,
        bounds,
        binary,
        tabs: match attempts.len() {
            0 | 1 => Vec::new(),
            _ => attempts.iter().map(tab).collect(),
        },
        attempts: head.attempt,
        retries_left,
        environment: script::environment(shown),
        diff: diff.map(|diff| script::changed(&diff)),
        script: script::parts(body, Form::Compiled, &labels),
        script_cut,
        values,
        outputs,
        output_cut: output_cut || output.len() > LINES,
        output: output[output.len().saturating_sub(LINES)..].to_vec(),
        groups,
        pipeline,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::view;
    use crate::desk::{TrackShown, Variable};
    use crate::engine::TrackState;
    use crate::graph::{Kind, Rlimits, Value};
    use crate::l10n::{L10n, Words};
    use crate::store::{AttemptRow, Referred, TrackTexts};
    use crate::web::parts::around::Around;
    use crate::web::tests::harness::{
        HOSTILE, NOW, browser, hostile_reason, param, pipeline_head, track_head,
    };
    use crate::web::tests::wellformed;
    use crate::web::tracks::whole::Found;

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
            chosen: attempts,
            retries_left: Some(2),
            timeout: Some(90_000),
            limits: Rlimits::default(),
            workdir: Some(HOSTILE.to_owned()),
            shown: TrackShown {
                script: HOSTILE.to_owned(),
                environment: vec![Variable {
                    name: "TY_key".to_owned(),
                    value: HOSTILE.to_owned(),
                    secret: false,
                }],
            },
            diff: Some(format!("@@ -1 +1 @@\n-<old>\n+{HOSTILE}\n")),
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
            for attempts in [0, 1, 1_000] {
                let mut chinese = browser();
                chinese.look.t = Words::of(L10n::ZhCN);
                for who in [&chinese, &browser()] {
                    let html = view(who, found(*state, attempts), None).render();
                    wellformed::check(&html.expect("renders"));
                }
                let html = view(&browser(), found(*state, attempts), None)
                    .render()
                    .expect("renders");
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
                assert_eq!(html.contains("7 B of output are missing"), attempts > 0);
                assert_eq!(html.contains("aria-current=\"true\""), attempts > 1);
                assert!(html.contains("class=\"added\"") && html.contains("TY_key"));
                assert_eq!(html.contains("/attempts/1/log\""), attempts == 1);
                assert!(html.contains("<code>left</code>") && html.contains("&#60;&#38;&#62;"));
                assert!(html.contains("<code>fetch.path</code>"));
                assert!(html.contains("<code>an output of fetch</code>"));
            }
        }
    }
}
