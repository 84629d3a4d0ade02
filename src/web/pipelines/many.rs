//! The same of many pipelines at once: what would become of each, and what became of it.

use askama::Template;
use rocket::http::Status;
use rocket::{State, get, post};

use crate::desk::{Asked as Asking, Desk, PipelineAsk, StartError};
use crate::driver::CommandError;
use crate::engine::{Expect, PipelineId, PipelineState, Preview};
use crate::l10n::Words;
use crate::store::PipelineHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::parts::frame::{Frame, Section, capital};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::refused::{failure, told};
use crate::web::pipelines::asks::{self, Ask, Word, read};
use crate::web::pipelines::filter::Asked;

/// Pipelines that are asked at once.
const MOST: usize = 100;
/// What would become of a pipeline, or has.
struct Line {
    id: i64,
    name: String,
    mark: Mark,
    /// How it would stand, or stands now.
    to: Option<Mark>,
    /// Why it is not done; empty: it is.
    refused: String,
}

#[derive(Template)]
#[template(path = "pipelines/many.html")]
struct ManyPage {
    frame: Frame,
    word: Word,
    lines: Vec<Line>,
    /// The numbers and states of those that can be asked, as they were seen.
    seen: String,
    fine: usize,
    /// There are more than are asked at once.
    more: bool,
    /// It was done.
    done: bool,
    why: String,
    wrong: Vec<String>,
    back: String,
}

#[get("/pipelines/many?<word>&<all>&<p>&<asked..>")]
pub(in crate::web) async fn ask(
    who: Browser,
    word: &str,
    all: Option<&str>,
    p: Vec<i64>,
    asked: Asked,
    desk: &State<Desk>,
) -> Outcome {
    let (ask, all) = (read(word)?, all.is_some());
    let desk = desk.inner().clone();
    blocking(move || {
        let (heads, more) = match all {
            true => fitting(&desk, ask, &asked, &who)?,
            false => chosen(&desk, p)?,
        };
        let asking = asking(&who, "");
        let seen = || heads.iter().map(as_seen).collect::<Vec<_>>();
        let would: Vec<Result<Option<Mark>, CommandError>> = match ask {
            None => each(desk.remove_all(&heads, &asking, true), |()| None)?,
            Some(ask) => {
                let would = desk.would_many(ask, &asking, &seen()).into_iter();
                let mark = |would: Result<_, _>| {
                    would.map(|w: Preview| Some(marks::pipeline(w.to.code())))
                };
                would.map(mark).collect()
            }
        };
        let lines = lines(&heads, would, who.look.t)?;
        let fine = |(head, line): (&PipelineHead, &Line)| {
            line.refused
                .is_empty()
                .then(|| format!("{}.{}", head.id, head.state))
        };
        let seen: Vec<String> = heads.iter().zip(&lines).filter_map(fine).collect();
        let page = ManyPage {
            frame: Frame::new(&who, Section::Pipelines),
            word: asks::word(ask, who.look.t),
            fine: seen.len(),
            seen: seen.join(","),
            lines,
            more,
            done: false,
            why: String::new(),
            wrong: Vec::new(),
            back: format!("/pipelines?{}", asked.query()),
        };
        Answer::ok(&page)
    })
    .await
}

/// The newest pipelines of the list of which this can be asked, and whether there are more.
fn fitting(
    desk: &Desk,
    ask: Ask,
    asked: &Asked,
    who: &Browser,
) -> Result<(Vec<PipelineHead>, bool), Failure> {
    let mut filter = asked
        .filter(&who.look)
        .map_err(|_| Failure::Missing("list"))?;
    filter.live = match ask {
        None => Some(false),
        Some(PipelineAsk::RetryFailed) => None,
        Some(PipelineAsk::Pause | PipelineAsk::Resume | PipelineAsk::Stop | PipelineAsk::Kill) => {
            Some(true)
        }
    };
    let found = desk.store.find_pipelines(&filter, None, MOST as i64)?;
    Ok((found.heads, found.next.is_some()))
}

/// The pipelines with these numbers, the newest first, and whether there are more.
fn chosen(desk: &Desk, mut ids: Vec<i64>) -> Result<(Vec<PipelineHead>, bool), Failure> {
    let more = ids.len() > MOST;
    ids.truncate(MOST);
    let heads = desk.store.heads(&ids)?;
    Ok((heads.into_values().rev().collect(), more))
}

fn asking(who: &Browser, why: &str) -> Asking {
    Asking {
        who: who.caller.name.to_owned(),
        why: why.to_owned(),
        expect: None,
    }
}

/// A pipeline as it stands.
fn as_seen(head: &PipelineHead) -> (PipelineId, Option<Expect>) {
    let state = PipelineState::from_code(head.state);
    (PipelineId(head.id), state.map(Expect::Pipeline))
}

type Each<T> = Vec<Result<T, CommandError>>;

fn each<T>(
    all: Result<Each<()>, StartError>,
    mark: impl Fn(()) -> T + Copy,
) -> Result<Each<T>, Failure> {
    let all = all.map_err(failure)?;
    Ok(all.into_iter().map(|one| one.map(mark)).collect())
}

fn lines(heads: &[PipelineHead], done: Each<Option<Mark>>, t: Words) -> Result<Vec<Line>, Failure> {
    let line = |(head, done): (&PipelineHead, Result<Option<Mark>, CommandError>)| {
        let (to, refused) = match done {
            Ok(to) => (to, String::new()),
            Err(CommandError::Refused(why)) => (None, told(why, t)?),
            Err(why) => (None, capital(&format!("{why}."))),
        };
        Ok(Line {
            id: head.id,
            name: head.name.clone(),
            mark: marks::pipeline(head.state),
            to,
            refused,
        })
    };
    heads.iter().zip(done).map(line).collect()
}

#[post("/pipelines/many", data = "<form>")]
pub(in crate::web) async fn act(who: Browser, form: Posted, desk: &State<Desk>) -> Outcome {
    let ask = read(form.text("word"))?;
    let desk = desk.inner().clone();
    blocking(move || {
        let pair = |text: &str| {
            let (id, state) = text.split_once('.')?;
            Some((id.parse::<i64>().ok()?, state.parse::<i16>().ok()?))
        };
        let states: Vec<(i64, i16)> = form.text("seen").split(',').filter_map(pair).collect();
        let (mut heads, more) = chosen(&desk, states.iter().map(|(id, _)| *id).collect())?;
        // What its reader saw is what is asked: one that has moved since is refused.
        for head in &mut heads {
            let saw = states.iter().find(|(id, _)| *id == head.id);
            head.state = saw.map_or(head.state, |(_, state)| *state);
        }
        let why = form.text("why").trim();
        let asking = asking(&who, why);
        let mut page = ManyPage {
            frame: Frame::new(&who, Section::Pipelines),
            word: asks::word(ask, who.look.t),
            lines: Vec::new(),
            fine: states.len(),
            seen: form.text("seen").to_owned(),
            more,
            done: false,
            why: why.to_owned(),
            wrong: Vec::new(),
            back: "/pipelines".to_owned(),
        };
        let errors = desk.judge_reason(page.word.word, why, false);
        if !errors.is_empty() {
            page.wrong = errors.into_iter().map(|error| error.message).collect();
            let none = heads.iter().map(|_| Ok(None)).collect();
            page.lines = lines(&heads, none, who.look.t)?;
            return Answer::page(Status::UnprocessableEntity, &page);
        }
        let done = match ask {
            None => each(desk.remove_all(&heads, &asking, false), |()| None)?,
            Some(ask) => {
                let seen: Vec<_> = heads.iter().map(as_seen).collect();
                each(Ok(desk.ask_many(ask, &asking, &seen)), |()| None)?
            }
        };
        page.lines = lines(&heads, done, who.look.t)?;
        let now = desk
            .store
            .heads(&states.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        for line in &mut page.lines {
            let head = now.get(&line.id).filter(|_| line.refused.is_empty());
            line.to = head.map(|head| marks::pipeline(head.state));
        }
        page.fine = page
            .lines
            .iter()
            .filter(|line| line.refused.is_empty())
            .count();
        page.done = true;
        Answer::ok(&page)
    })
    .await
}
