//! The language of `tests/scenarios`, one line for each event or expectation.
//!
//! ```text
//! slots 2                       pool gpu 1
//! graph g on_failure=continue_independent max_parallel=1 limit=1 on_limit=queue timeout=5000
//!   a                           a vertex
//!   b after a retry=2 delay=100 jitter=0.5 codes=3,4 ignore asks pool=gpu on_interrupt=rerun
//!   alert on failure            a script after the verdict
//! start p of g priority=5
//! a ends 0                      or: stopped, interrupted, survived, unstarted
//! pause p                       and the other words of the actions; `!` at the end: it is refused
//! retry a with all after it
//! time 100
//! p RUNNING queued: a SUCCEED, b PENDING slot
//! survivors a stop, b kill      what still ran of these was to be ended since the last such line
//! ```
//!
//! Tracks are those of the pipeline that was named last, unless they are written `p.a`.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    Action, Capacity, GraphId, Plan, PlanVertex, Policies, Scope, TrackAction, TrackId, TrackInput,
    TrackRow, VertexId,
};
use trackyard::graph::{
    Concurrency, ExitCodes, Millis, OnFailure, OnInterrupt, OnLimit, Retry, When,
};

use crate::bench::{Bench, End};

/// A graph that is read: vertices and handlers by name.
struct Named {
    plan: Arc<Plan>,
    names: Vec<String>,
    missing: Vec<bool>,
}

struct Script {
    bench: Bench,
    graphs: BTreeMap<String, Named>,
    /// The graph and the number of each pipeline.
    pipelines: BTreeMap<String, (String, trackyard::engine::PipelineId)>,
    last: String,
}

/// Plays a scenario; the panic says in which line what is not as written.
pub(crate) fn play(text: &str) {
    let mut capacity = Capacity::of(2);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim_end())
        .collect();
    for line in &lines {
        match *words(line).as_slice() {
            ["slots", n] => capacity.slots = number(n) as u32,
            ["pool", name, n] => drop(capacity.pools.insert(name.into(), number(n) as u32)),
            _ => {}
        }
    }
    let mut script = Script {
        bench: Bench::new(capacity),
        graphs: BTreeMap::new(),
        pipelines: BTreeMap::new(),
        last: String::new(),
    };
    let mut at = 0;
    while at < lines.len() {
        let inside = |line: &&&str| line.starts_with("  ");
        let own = lines[at + 1..].iter().take_while(inside).count();
        let done = script.line(lines[at], &lines[at + 1..at + 1 + own]);
        if let Err(why) = done {
            panic!("line {}: {}\n{why}", at + 1, lines[at]);
        }
        at += 1 + own;
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn number(word: &str) -> i64 {
    word.parse()
        .unwrap_or_else(|_| panic!("`{word}` is no number"))
}

/// The value of `key=value` among words.
fn value<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    let own = |word: &&'a str| word.strip_prefix(key)?.strip_prefix('=');
    words.iter().find_map(own)
}

impl Script {
    fn line(&mut self, line: &str, inside: &[&str]) -> Result<(), String> {
        let (line, refused) = match line.strip_suffix('!') {
            Some(line) => (line, true),
            None => (line, false),
        };
        let words = words(line);
        let answer = match *words.as_slice() {
            [] | ["slots", _] | ["pool", ..] => return Ok(()),
            ["graph", name, ref rest @ ..] => {
                let id = self.graphs.len() as i64 + 1;
                self.graphs.insert(name.to_owned(), graph(id, rest, inside));
                return Ok(());
            }
            ["time", ms] => {
                self.bench.pass(number(ms));
                return Ok(());
            }
            ["survivors", ref rest @ ..] => return self.survivors(&rest.join(" ")),
            ["start", name, "of", graph, ref rest @ ..] => {
                let named = &self.graphs[graph];
                let priority = value(rest, "priority").map_or(0, number) as i32;
                let missing = named.missing.clone();
                let plan = Arc::clone(&named.plan);
                let id = self.bench.start(&plan, priority, &missing);
                id.map(|id| {
                    let of = (graph.to_owned(), id);
                    self.pipelines.insert(name.to_owned(), of);
                    self.last = name.to_owned();
                })
            }
            [track, "ends", how] => {
                let end = match how {
                    "stopped" => End::Stopped,
                    "interrupted" => End::Interrupted,
                    "survived" => End::Survived,
                    "unstarted" => End::NotStarted,
                    code => End::Code(number(code) as i32),
                };
                let track = self.track(track);
                self.bench.end(track, end);
                return Ok(());
            }
            [name, _, ..] if line.contains(':') && self.pipelines.contains_key(name) => {
                self.last = name.to_owned();
                return self.expect(line);
            }
            _ => self.action(&words)?,
        };
        match (answer, refused) {
            (Ok(()), false) | (Err(_), true) => Ok(()),
            (Ok(()), true) => Err("it is not refused".to_owned()),
            (Err(why), false) => Err(why.to_string()),
        }
    }

    /// Of which tracks what still runs was to be ended since this was asked last.
    fn survivors(&mut self, wanted: &str) -> Result<(), String> {
        let (graph, id) = &self.pipelines[&self.last];
        let first = self.bench.track_of(*id, 0).0;
        let ended = std::mem::take(&mut self.bench.ended);
        let told = ended.iter().map(|(key, now)| {
            let name = &self.graphs[graph].names[(key.track.0 - first) as usize];
            format!("{name} {}", if *now { "kill" } else { "stop" })
        });
        match told.collect::<Vec<_>>().join(", ") {
            found if found == wanted => Ok(()),
            found => Err(format!("it is `{found}`")),
        }
    }

    fn track(&self, name: &str) -> TrackId {
        let (pipeline, name) = name.split_once('.').unwrap_or((&self.last, name));
        let (graph, id) = &self.pipelines[pipeline];
        let index = self.graphs[graph].names.iter().position(|own| own == name);
        let index = index.unwrap_or_else(|| panic!("there is no vertex {name}"));
        self.bench.track_of(*id, index)
    }

    fn action(&mut self, words: &[&str]) -> Result<Result<(), trackyard::engine::Refusal>, String> {
        let of = |action| Ok::<_, String>(action);
        let whole = match *words {
            ["pause", name] => Some((Action::Pause, name)),
            ["resume", name] => Some((Action::Resume, name)),
            ["stop", name] if self.pipelines.contains_key(name) => {
                Some((Action::Stop { now: false }, name))
            }
            ["kill", name] if self.pipelines.contains_key(name) => {
                Some((Action::Stop { now: true }, name))
            }
            ["retry", "failed", name] => Some((Action::RetryFailed, name)),
            _ => None,
        };
        if let Some((action, name)) = whole {
            self.last = name.to_owned();
            let id = self.pipelines[name].1;
            return Ok(self.bench.ask(id, action));
        }
        let input = |missing| TrackInput {
            values: "{}".to_owned(),
            missing,
            secrets: Vec::new(),
        };
        let (name, action) = match *words {
            ["retry", name] => (name, of(TrackAction::Retry(Scope::Only, None))?),
            ["retry", name, "with", "input"] => {
                (name, TrackAction::Retry(Scope::Only, Some(input(false))))
            }
            ["retry", name, "with", "all", "after", "it"] => {
                (name, TrackAction::Retry(Scope::After, None))
            }
            ["run", name, "alone"] => (name, TrackAction::Retry(Scope::Alone, None)),
            ["skip", name] => (name, TrackAction::Skip),
            [name, "succeeded"] => (name, TrackAction::ForceSuccess(None)),
            [name, "failed"] => (name, TrackAction::ForceFailure),
            ["hold", name] => (name, TrackAction::Hold),
            ["release", name] => (name, TrackAction::Release),
            ["stop", name] => (name, TrackAction::Stop { now: false }),
            ["kill", name] => (name, TrackAction::Stop { now: true }),
            ["input", name] => (name, TrackAction::Input(input(false))),
            ["input", name, "missing"] => (name, TrackAction::Input(input(true))),
            _ => return Err("nobody knows what this means".to_owned()),
        };
        let track = self.track(name);
        Ok(self.bench.ask_track(track, action))
    }

    /// `p STATE [queued] [over]: a STATE [what it waits for] [mark] [reason], ...`
    fn expect(&self, line: &str) -> Result<(), String> {
        let (head, tracks) = line.split_once(':').expect("looked for just now");
        let head = words(head);
        let rows = &self.bench.rows[&self.pipelines[head[0]].1];
        let row = rows.row;
        let mut found = vec![row.state.word()];
        found.extend(row.reason.map(|reason| reason.word()));
        found.extend(row.queued.then_some("queued"));
        found.extend(row.finished_at.map(|_| "over"));
        if head[1..] != found {
            return Err(format!("it is {found:?}"));
        }
        for wanted in tracks.split(',').map(words).filter(|w| !w.is_empty()) {
            let row = self.bench.track(self.track(wanted[0]));
            let found = said(&row);
            let found: Vec<_> = found.iter().map(String::as_str).collect();
            let all = wanted[1..].iter().all(|word| found.contains(word));
            if !all || found[0] != wanted[1] {
                return Err(format!("{} is {found:?}", wanted[0]));
            }
        }
        Ok(())
    }
}

/// What a row says, in words: `#2` is the number of attempts.
fn said(row: &TrackRow) -> Vec<String> {
    let mut found = vec![row.state.word().to_owned()];
    found.extend(row.pending_on.map(|on| on.word().to_owned()));
    found.extend(row.mark.map(|mark| format!("({})", mark.word())));
    found.extend(row.ending.map(|ending| format!("<{}>", ending.word())));
    found.extend(row.reason.map(|reason| reason.word().to_owned()));
    found.extend(row.due_at.map(|due| format!("@{}", due.0)));
    found.extend(row.finished_at.map(|at| format!("ended@{}", at.0)));
    found.push(format!("*{}", row.attempt));
    found
}

fn graph(id: i64, rest: &[&str], inside: &[&str]) -> Named {
    let word = |key| value(rest, key);
    let policies = Policies {
        on_failure: word("on_failure").map_or(OnFailure::default(), |word| {
            OnFailure::from_word(word).expect("a policy")
        }),
        max_parallel: word("max_parallel").map(|n| number(n) as u32),
        concurrency: word("limit").map(|n| Concurrency {
            limit: number(n) as u32,
            on_limit: match word("on_limit") {
                None | Some("queue") => OnLimit::Queue,
                Some("reject") => OnLimit::Reject,
                Some("cancel_oldest") => OnLimit::CancelOldest,
                Some(other) => panic!("`{other}` is no policy"),
            },
        }),
        timeout: word("timeout").map(|n| Millis(number(n) as u64)),
    };
    let mut names: Vec<String> = Vec::new();
    let (mut vertices, mut handlers, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    let mut missing = Vec::new();
    for (i, line) in inside.iter().enumerate() {
        let words = words(line);
        let vertex = vertex(i as i64, &words);
        names.push(words[0].to_owned());
        missing.push(words.contains(&"asks"));
        match words.get(1) {
            Some(&"on") => {
                let on = match words[2] {
                    "success" => When::Success,
                    "failure" => When::Failure,
                    "stop" => When::Stop,
                    "exit" => When::Exit,
                    other => panic!("there is no verdict `{other}`"),
                };
                handlers.push((on, vertex));
            }
            Some(&"after") => {
                for tail in words[2].split(',') {
                    let tail = names.iter().position(|name| name == tail);
                    edges.push((tail.expect("written above it") as u32, i as u32));
                }
                vertices.push(vertex);
            }
            _ => {
                // `many` stands for that many vertices.
                let many = value(&words, "many").map_or(1, number);
                names.extend((1..many).map(|n| format!("{}{n}", words[0])));
                missing.extend((1..many).map(|_| false));
                vertices.extend((0..many).map(|_| vertex.clone()));
            }
        }
    }
    let ids = (GraphId(id), GraphId(id));
    let plan = Plan::new(ids, 1, policies, vertices, &edges, handlers);
    Named {
        plan: Arc::new(plan),
        names,
        missing,
    }
}

fn vertex(id: i64, words: &[&str]) -> PlanVertex {
    let word = |key| value(words, key);
    PlanVertex {
        id: VertexId(id),
        retry: word("retry").map(|limit| Retry {
            limit: number(limit) as u32,
            delay: Millis(word("delay").map_or(0, number) as u64),
            backoff: word("backoff").map_or(1.0, |n| number(n) as f64),
            max_delay: Millis(word("max_delay").map_or(3_600_000, number) as u64),
            jitter: word("jitter").map_or(0.0, |n| n.parse().expect("a part")),
            exit_codes: word("codes")
                .map(|codes| ExitCodes::of(codes.split(',').map(|code| number(code) as u8))),
        }),
        on_interrupt: word("on_interrupt").map_or(OnInterrupt::default(), |word| {
            OnInterrupt::from_word(word).expect("a policy")
        }),
        ignore: words.contains(&"ignore"),
        pool: word("pool").map(Into::into),
    }
}
