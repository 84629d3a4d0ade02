//! `/pipelines/actions/<word>`: the same of many pipelines at once, each answered for itself.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::pipelines::list::place;
use crate::api::query::is_dry;
use crate::api::wire::{
    Cursor, FateCounts, List, ManyBody, ManyDone, OneDone, Outcome, PipelineState,
};
use crate::desk::{ANY, Ask, Asked, Desk, PipelineAsk, StartError};
use crate::driver::CommandError;
use crate::engine::{self, Expect, PipelineId, Preview};
use crate::store::PipelineHead;

/// The word for removing pipelines.
pub(in crate::api) const DELETE: &str = "delete";

/// Pause, resume, stop, kill, retry or delete many pipelines
///
/// Each is done or refused for itself, as if it were asked alone. Without `expect` each is expected as it is found.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "askOfMany",
    params(RequestKey),
    request_body = ManyBody,
    responses(
        (status = 200, description = "A line for each pipeline; with `dry_run` what would become of it.", body = ManyDone),
        describe::ask_of_many,
    )
)]
#[post("/pipelines/actions/<word>?<dry_run>", data = "<body>", rank = 1)]
pub(in crate::api) async fn ask(
    caller: Auth,
    desk: &State<Desk>,
    word: &str,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<ManyDone>, ApiError> {
    let (parts, once) = (key.of_start(), key.with(&caller, Some(&body))?);
    let ask = PipelineAsk::from_word(word);
    if ask.is_none() && word != DELETE {
        let words = PipelineAsk::ALL.iter().map(|ask| ask.word());
        let words: Vec<&str> = words.chain([DELETE]).collect();
        let words = words.join(", ");
        let why = format!("`{word}` cannot be asked of many pipelines: there are {words}");
        return Err(ApiError::new(Status::NotFound, "not-found", why));
    }
    let (dry, body): (_, ManyBody) = (is_dry(dry_run)?, body.json()?);
    let limit = body.limit.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(ApiError::invalid(format!(
            "`limit`: {limit} is no number from 1 to {MOST_ROWS}"
        )));
    }
    let mut filter = body.filter.filter()?;
    if filter.is_empty() != body.everything {
        let why = match body.everything {
            true => "`everything` and a filter contradict each other: say one of them",
            false => {
                "the filter says nothing: say `\"everything\": true` if all pipelines are meant"
            }
        };
        return Err(ApiError::invalid(why.to_owned()));
    }
    filter.live = filter.live.or(match ask {
        None => Some(false),
        Some(PipelineAsk::RetryFailed) => None,
        Some(PipelineAsk::Pause | PipelineAsk::Resume | PipelineAsk::Stop | PipelineAsk::Kill) => {
            Some(true)
        }
    });
    let after = place(&filter, body.cursor.as_deref())?;
    let expect = match body.expect.as_deref() {
        None => Expected::AsFound,
        Some(ANY) => Expected::Any,
        Some(state) => {
            let of_any = Ask::Pipeline(PipelineId(0), PipelineAsk::Stop);
            let saw = of_any.saw(state, None);
            Expected::This(saw.map_err(|why| StartError::Fields(vec![why]))?)
        }
    };
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why: body.why,
        expect: None,
    };
    let errors = desk.judge_reason(word, &asked.why, false);
    if !errors.is_empty() {
        return Err(StartError::Fields(errors).into());
    }
    let desk = desk.inner().clone();
    blocking(move || {
        let many = |desk: &Desk| {
            let found = desk.store.find_pipelines(&filter, after, limit)?;
            let pipelines = match ask {
                None => {
                    let done = desk.remove_all(&found.heads, &asked, dry)?;
                    lines(&found.heads, done, |()| (dry, None))
                }
                Some(ask) => {
                    let seen = |head: &PipelineHead| (PipelineId(head.id), expect.of(head));
                    let seen: Vec<_> = found.heads.iter().map(seen).collect();
                    match dry {
                        true => lines(&found.heads, desk.would_many(ask, &asked, &seen), |would| {
                            (true, Some(would))
                        }),
                        false => lines(&found.heads, desk.ask_many(ask, &asked, &seen), |()| {
                            (false, None)
                        }),
                    }
                }
            };
            if !dry {
                desk.handle.done(pipelines.len() as i64)?;
            }
            let next = found.next.map(|place| Cursor::of(List::Pipelines, place));
            Ok::<_, ApiError>(ManyDone { pipelines, next })
        };
        if dry {
            return Ok(Json(many(&desk)?));
        }
        // Each pipeline that was asked has a note of its own: those of the request tell which.
        let again = |_| done_before(&desk, parts.as_deref().unwrap_or_default());
        Ok(Json(once.run(&desk, many, again)?))
    })
    .await
}

/// What a request with this key has done, as far as it can still be told.
fn done_before(desk: &Desk, key: &str) -> Result<ManyDone, ApiError> {
    let parts = desk.store.used_in_parts(key)?;
    let mut heads = desk.store.heads(&parts)?;
    let line = |id: i64| {
        let head = heads.remove(&id);
        OneDone {
            id,
            to: head.as_ref().map(|head| PipelineState::of(head.state)),
            name: head.map(|head| head.name).unwrap_or_default(),
            outcome: Outcome::Done,
            from: None,
            counts: None,
            code: None,
            detail: None,
        }
    };
    let pipelines = parts.into_iter().map(line).collect();
    Ok(ManyDone {
        pipelines,
        next: None,
    })
}

/// How each pipeline has to stand.
enum Expected {
    AsFound,
    Any,
    This(Option<Expect>),
}

impl Expected {
    fn of(&self, head: &PipelineHead) -> Option<Expect> {
        match self {
            Self::AsFound => engine::PipelineState::from_code(head.state).map(Expect::Pipeline),
            Self::Any => None,
            Self::This(expect) => *expect,
        }
    }
}

/// A line for each pipeline; `told`: whether it was only worked out, and what would follow.
fn lines<T>(
    heads: &[PipelineHead],
    done: Vec<Result<T, CommandError>>,
    told: impl Fn(T) -> (bool, Option<Preview>),
) -> Vec<OneDone> {
    let line = |(head, done): (&PipelineHead, Result<T, CommandError>)| {
        let mut line = OneDone {
            id: head.id,
            name: head.name.clone(),
            outcome: Outcome::Refused,
            from: Some(PipelineState::of(head.state)),
            to: None,
            counts: None,
            code: None,
            detail: None,
        };
        match done.map(&told) {
            Ok((dry, would)) => {
                line.outcome = if dry { Outcome::Would } else { Outcome::Done };
                line.to = would.as_ref().map(|would| PipelineState(would.to.word()));
                line.counts = would.as_ref().map(FateCounts::from);
            }
            Err(why) => {
                let (code, detail) = ApiError::from(why).said();
                (line.code, line.detail) = (Some(code), Some(detail));
            }
        }
        line
    };
    heads.iter().zip(done).map(line).collect()
}
