//! What a person asks of a pipeline or a track: the page that says first what would follow, and the
//! deed.

use askama::Template;
use rocket::http::Status;
use rocket::request::FromParam;
use rocket::{State, get, post};

use crate::desk::{Desk, PipelineAsk, StartError, TrackAsk};
use crate::driver::CommandError;
use crate::engine::{PipelineId, Refusal, TrackId};
use crate::store::PipelineHead;
use crate::web::asks::asked::{Found, Subject};
use crate::web::asks::deeds::{Deed, Told};
use crate::web::asks::fates::Fates;
use crate::web::asks::foretold::Foretold;
use crate::web::asks::form::Sent;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::edge::seen::Seen;
use crate::web::parts::fields::{Group, Widget, named};
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::marks::Mark;
use crate::web::parts::refused::{failure, of_start, told};
use crate::web::parts::reveal;
use crate::web::parts::values::Begun;

#[derive(Template)]
#[template(path = "ask.html")]
pub(in crate::web) struct AskPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) words: Told,
    pub(in crate::web) pipeline: PipelineHead,
    /// The track that is asked; none: the pipeline.
    pub(in crate::web) track: Option<i64>,
    pub(in crate::web) name: String,
    pub(in crate::web) mark: Mark,
    /// Where the form goes, and where the reader came from.
    pub(in crate::web) path: String,
    pub(in crate::web) back: String,
    pub(in crate::web) from: &'static str,
    pub(in crate::web) seen: Seen,
    /// Makes a second press of the button the same start; empty: nothing is started.
    pub(in crate::web) key: String,
    pub(in crate::web) groups: Vec<Group>,
    pub(in crate::web) errors: Vec<String>,
    pub(in crate::web) wrong: usize,
    /// It cannot be asked now: there is no form.
    pub(in crate::web) refused: bool,
    /// The reason that came with a form, for a page that has none.
    pub(in crate::web) typed: String,
    /// What becomes of the pipeline.
    pub(in crate::web) becomes: String,
    /// What to think of before.
    pub(in crate::web) warnings: Vec<String>,
    pub(in crate::web) fates: Vec<Fates>,
    /// What a new pipeline would be given.
    pub(in crate::web) given: Vec<Begun>,
}

/// The word of what is asked of a pipeline, in an address.
pub(in crate::web) struct PipelineWord(Deed);

impl FromParam<'_> for PipelineWord {
    type Error = ();

    fn from_param(param: &str) -> Result<Self, ()> {
        let ask = PipelineAsk::from_word(param).map(Deed::Ask);
        let again = (param == Deed::Again.word()).then_some(Deed::Again);
        ask.or(again).map(Self).ok_or(())
    }
}

/// The word of what is asked of a track, in an address.
pub(in crate::web) struct TrackWord(TrackAsk);

impl FromParam<'_> for TrackWord {
    type Error = ();

    fn from_param(param: &str) -> Result<Self, ()> {
        TrackAsk::from_word(param).map(Self).ok_or(())
    }
}

#[get("/pipelines/<id>/<word>?<from>")]
pub(in crate::web) async fn of_pipeline(
    who: Browser,
    id: i64,
    word: PipelineWord,
    from: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let (subject, from) = (Subject::Pipeline(PipelineId(id), word.0), origin(from));
    let desk = desk.inner().clone();
    blocking(move || page(&desk, &who, subject, Sent::from(from))).await
}

#[get("/tracks/<id>/<word>?<from>")]
pub(in crate::web) async fn of_track(
    who: Browser,
    id: i64,
    word: TrackWord,
    from: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let (subject, from) = (Subject::Track(TrackId(id), word.0), origin(from));
    let desk = desk.inner().clone();
    blocking(move || page(&desk, &who, subject, Sent::from(from))).await
}

#[post("/pipelines/<id>/<word>", data = "<form>")]
pub(in crate::web) async fn pipeline(
    who: Browser,
    id: i64,
    word: PipelineWord,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let subject = Subject::Pipeline(PipelineId(id), word.0);
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, subject, &form)).await
}

#[post("/tracks/<id>/<word>", data = "<form>")]
pub(in crate::web) async fn track(
    who: Browser,
    id: i64,
    word: TrackWord,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let subject = Subject::Track(TrackId(id), word.0);
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, subject, &form)).await
}

/// The page that its reader goes back to, as one of the words that we know.
fn origin(word: Option<&str>) -> &'static str {
    match word {
        Some("pipeline") => "pipeline",
        Some("inbox") => "inbox",
        _ => "",
    }
}

fn take(desk: &Desk, who: &Browser, subject: Subject, form: &Posted) -> Outcome {
    let found = subject.find(desk)?;
    let mut sent = Sent {
        form: Some(form),
        ..Sent::from(origin(form.get("from")))
    };
    if found.is_idle() {
        return page(desk, who, subject, sent);
    }
    sent.status = match found.ask(desk, who.caller.name, form) {
        Ok(None) => return Ok(Answer::go(found.back(sent.from))),
        Ok(Some(started)) => return Ok(Answer::go(format!("/pipelines/{started}"))),
        Err(StartError::Fields(errors)) => {
            sent.fields = errors;
            Status::UnprocessableEntity
        }
        Err(StartError::Command(CommandError::Refused(why))) => {
            sent.moved = matches!(why, Refusal::PipelineMoved(_) | Refusal::TrackMoved(..));
            sent.errors.push(told(why, who.look.t)?);
            Status::Conflict
        }
        Err(
            why @ (StartError::UnknownSecrets(_)
            | StartError::Sealed(_)
            | StartError::Command(CommandError::InTheWay(..))),
        ) => {
            sent.errors.push(of_start(&why, who.look.t));
            Status::Conflict
        }
        Err(why) => return Err(failure(why)),
    };
    page(desk, who, subject, sent)
}

/// What would follow; nothing when it cannot be asked now, which `sent` tells then.
fn foretell(
    desk: &Desk,
    who: &Browser,
    found: &Found,
    sent: &mut Sent<'_>,
) -> Result<Foretold, Failure> {
    let t = who.look.t;
    if found.is_idle() {
        sent.refuse(t.ask_no_values(), t);
        return Ok(Foretold::default());
    }
    match found.foretell(desk, who.caller.name, t) {
        Ok(foretold) => return Ok(foretold),
        Err(StartError::Command(CommandError::Refused(why))) => sent.refuse(told(why, t)?, t),
        Err(
            why @ (StartError::UnknownSecrets(_)
            | StartError::Sealed(_)
            | StartError::Command(CommandError::InTheWay(..))),
        ) => sent.refuse(of_start(&why, t), t),
        Err(StartError::Fields(errors)) => {
            sent.errors.extend(errors.iter().map(|e| named(e, t)));
        }
        Err(why) => return Err(failure(why)),
    }
    Ok(Foretold::default())
}

/// The page as things are now: they may have moved while a form was on its way.
fn page(desk: &Desk, who: &Browser, subject: Subject, mut sent: Sent<'_>) -> Outcome {
    let found = subject.find(desk)?;
    let foretold = foretell(desk, who, &found, &mut sent)?;
    let (groups, elsewhere) = found.groups(&sent, who.look.t);
    sent.errors.extend(elsewhere);
    let fields = groups.iter().flat_map(|group| &group.fields);
    let page = AskPage {
        frame: Frame::new(who, Section::Pipelines).standing_at(&found.at(sent.from)),
        words: found.words(who.look.t),
        track: found.track(),
        name: found.name().to_owned(),
        mark: found.mark(),
        path: found.path(),
        back: found.back(sent.from),
        from: sent.from,
        seen: found.seen(),
        key: found.key()?,
        wrong: fields.filter(|field| !field.errors.is_empty()).count(),
        groups,
        refused: sent.refused,
        typed: reveal::text(sent.form.map_or("", |form| form.text("why").trim())),
        becomes: foretold.becomes,
        warnings: foretold.warnings,
        fates: foretold.fates,
        given: found.given(desk)?,
        errors: sent.errors,
        pipeline: found.pipeline,
    };
    Answer::page(sent.status, &page)
}
