//! All that has happened, the newest first.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::{PipelineState, TrackState};
use crate::store::{JournalFilter, JournalLine};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::noted::{Noted, noted};
use crate::web::parts::when::{When, when};

/// Entries on one page.
const PAGE: usize = 100;
/// New entries are counted up to here.
const MOST_NEWER: usize = 100;

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage {
    frame: Frame,
    lines: Vec<Line>,
    /// The newest entry that is shown, and how many there are after it.
    top: i64,
    newer: usize,
    /// The address of the newest entries.
    first: String,
    /// What was asked for, as the form shows it.
    pipeline: String,
    who: String,
    /// The states that can be asked for: their word, their mark, whether this one is.
    states: Vec<(&'static str, Mark, bool)>,
    /// Something was asked for.
    filtered: bool,
    /// This is not the newest page.
    older: bool,
    /// The address of the older entries, when there are some.
    next: Option<String>,
}

struct Line {
    sequence: i64,
    at: When,
    pipeline_id: i64,
    /// None: it has been deleted.
    pipeline: Option<String>,
    track: Option<(i64, String)>,
    before: Option<Stands>,
    after: Stands,
    attempt: i32,
    who: String,
    why: Noted,
}

/// A state in the words of the page, or what the journal calls something that is none.
enum Stands {
    Known(Mark),
    Other(String),
}

/// The states of tracks and pipelines, each word once.
fn known() -> impl Iterator<Item = (&'static str, Mark)> {
    let tracks = TrackState::ALL.iter();
    let tracks = tracks.map(|state| (state.word(), marks::track(state.code(), None)));
    let pipelines = PipelineState::ALL.iter();
    let pipelines = pipelines.map(|state| (state.word(), marks::pipeline(state.code())));
    let is_new = |word: &str| TrackState::from_word(word).is_none();
    tracks.chain(pipelines.filter(move |(word, _)| is_new(word)))
}

fn state(word: &str) -> Stands {
    let found = known().find(|(known, _)| *known == word);
    found.map_or_else(
        || Stands::Other(word.to_owned()),
        |(_, mark)| Stands::Known(mark),
    )
}

/// `top`: the newest entry that somebody looks at.
#[get("/journal?<pipeline>&<who>&<what>&<cursor>&<top>")]
pub(in crate::web) async fn list(
    reader: Browser,
    pipeline: Option<&str>,
    who: Option<String>,
    what: Option<String>,
    cursor: Option<i64>,
    top: Option<i64>,
    desk: &State<Desk>,
) -> Outcome {
    let text = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let number = pipeline
        .map(|p| p.trim().trim_start_matches('#'))
        .filter(|p| !p.is_empty());
    let filter = JournalFilter {
        // What is no number is no pipeline's.
        pipeline: number.map(|number| number.parse().unwrap_or(0)),
        who: text(who),
        what: text(what),
    };
    let desk = desk.inner().clone();
    blocking(move || {
        let live = Live::of(&desk, None, reader.now.0);
        let held = top.map(|top| top.saturating_add(1));
        let before = cursor.or(held).unwrap_or(i64::MAX);
        let found = desk.store.find_journal(&filter, before, PAGE)?;
        // On an older page nothing is new.
        let newest = match (cursor, top) {
            (None, Some(_)) => desk.store.find_journal(&filter, i64::MAX, MOST_NEWER)?.0,
            _ => Vec::new(),
        };
        let after = |line: &&JournalLine| top.is_some_and(|top| line.sequence > top);
        let shown = Shown {
            live: Some(live),
            newer: newest.iter().filter(after).count(),
            older: cursor.is_some(),
        };
        Answer::ok(&view(&reader, filter, found, shown))
    })
    .await
}

/// Which part of the journal is shown.
#[derive(Default)]
struct Shown {
    live: Option<Live>,
    newer: usize,
    older: bool,
}

fn view(
    reader: &Browser,
    filter: JournalFilter,
    (found, next): (Vec<JournalLine>, Option<i64>),
    shown: Shown,
) -> JournalPage {
    let line = |line: JournalLine| Line {
        sequence: line.sequence,
        at: when(line.at),
        pipeline_id: line.pipeline_id,
        pipeline: line.pipeline,
        track: line
            .track_id
            .map(|id| (id, line.vertex.unwrap_or_else(|| id.to_string()))),
        before: Some(line.old_state)
            .filter(|w| !w.is_empty())
            .map(|w| state(&w)),
        after: state(&line.new_state),
        attempt: line.attempt,
        why: noted(&line.why, &line.who, reader.look.t),
        who: line.who,
    };
    let pipeline = filter
        .pipeline
        .map_or_else(String::new, |id| id.to_string());
    let asked = |word: &str| filter.what.as_deref() == Some(word);
    let states = known()
        .map(|(word, mark)| (word, mark, asked(word)))
        .collect();
    let encode = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        rocket::http::RawStr::new(text).percent_encode().to_string()
    };
    let (who, what) = (encode(&filter.who), encode(&filter.what));
    let first = format!("/journal?pipeline={pipeline}&who={who}&what={what}");
    let next = next.map(|sequence| format!("{first}&cursor={sequence}"));
    JournalPage {
        frame: Frame::new(reader, Section::Journal).following(shown.live),
        top: found.first().map_or(0, |line| line.sequence),
        lines: found.into_iter().map(line).collect(),
        newer: shown.newer,
        first,
        filtered: filter != JournalFilter::default(),
        pipeline,
        who: filter.who.unwrap_or_default(),
        states,
        older: shown.older,
        next,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use rocket::http::Status;

    use super::{Shown, view};
    use crate::engine::GraphId;
    use crate::l10n::{L10n, Words};
    use crate::store::JournalFilter;
    use crate::web::tests::end_to_end::page;
    use crate::web::tests::harness::{HOSTILE, Server, browser};
    use crate::web::tests::wellformed;

    #[test]
    fn nothing_in_both_languages() {
        for language in L10n::iter() {
            let mut who = browser();
            (who.look.language, who.look.t) = (*language, Words::of(*language));
            let filter = JournalFilter {
                pipeline: Some(7),
                who: Some(HOSTILE.to_owned()),
                what: Some("FAILED".to_owned()),
            };
            for (filter, next) in [(JournalFilter::default(), None), (filter, Some(9))] {
                let html = view(&who, filter, (Vec::new(), next), Shown::default());
                let html = html.render().expect("renders");
                wellformed::check(&html);
                assert_eq!(html.contains(&who.look.t.journal_none()), next.is_none());
                assert_eq!(
                    html.contains("&#38;what=FAILED&#38;cursor=9\""),
                    next.is_some()
                );
            }
        }
    }

    #[test]
    fn what_happened_is_told_and_found_again() {
        let server = Server::start();
        let text = "text=name: g%0Avertices:%0A  a: echo a%0A";
        server.post("/graphs", text);
        let graph = server.desk.store.graph(GraphId(1)).expect("read");
        let form = format!("revision={}", graph.expect("a graph").revision);
        for _ in 0..110 {
            let started = server.post("/graphs/1/pipelines", &form);
            assert_eq!(started.status(), Status::SeeOther);
        }
        server.settle();
        let html = page(server.get("/journal"), Status::Ok);
        wellformed::check(&html);
        assert!(html.contains("href=\"/pipelines/110\"") && html.contains("browser"));
        let rows = html.matches("<time ").count();
        assert_eq!(rows, 100, "one page");
        let next = html
            .split("href=\"/journal?pipeline=")
            .nth(1)
            .expect("older entries");
        let next = next
            .split('"')
            .next()
            .expect("an address")
            .replace("&#38;", "&");
        let older = page(server.get(&format!("/journal?pipeline={next}")), Status::Ok);
        assert!(older.contains("href=\"/pipelines/1\"") && !older.contains("/pipelines/110\""));

        let of = |query: &str| page(server.get(&format!("/journal?{query}")), Status::Ok);
        let one = of("pipeline=%237&who=&what=");
        assert!(one.contains("href=\"/pipelines/7\"") && !one.contains("href=\"/pipelines/8\""));
        assert!(of("who=nobody").contains("Nothing that fits"));
        assert!(of("pipeline=x").contains("Nothing that fits"));
        let pending = of("what=PENDING");
        assert!(pending.contains("<option value=\"PENDING\" selected>"));
        assert!(!of("what=FAILED").contains("<time "));
    }
}
