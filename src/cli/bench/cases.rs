//! How each case is measured: ours and the plain loop in turn, so that a busy machine slows both alike.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::case::{CLIENTS, Case, Figure, SHORT, Unit, median};
use super::place::Place;
use super::plain::Plain;
use super::server::Server;
use crate::cli::error::CliError;
use crate::config::Config;
use crate::store::commit_one_by_one;

/// As large and as often as asked for.
pub(super) struct Bench<'p> {
    pub(super) place: &'p Place,
    pub(super) config: &'p Config,
    pub(super) usual: usize,
    pub(super) slots: usize,
    pub(super) rounds: usize,
}

/// Of all rounds: ours, and theirs where there is something to compare with.
type Rounds = (Vec<f64>, Vec<f64>);

impl Bench<'_> {
    /// Measures a case.
    pub(super) fn measure(&self, case: Case) -> Result<Figure, CliError> {
        let n = case.size(self.usual);
        let (rounds, unit, vertices) = match case {
            Case::Commits => (self.commits(n)?, Unit::EachSecond, None),
            Case::Independent => (self.wide(case)?, Unit::Seconds, Some(n)),
            Case::Chain => (self.chain(case)?, Unit::Seconds, Some(n)),
            Case::Pipelines => (self.pipelines(case)?, Unit::Seconds, Some(n * SHORT)),
            Case::Sleepers => (self.sleepers(case)?, Unit::Seconds, Some(n)),
            Case::Start => (self.start(n)?, Unit::Milliseconds, Some(n)),
            Case::Starts => (self.starts(n)?, Unit::EachSecond, None),
        };
        let (ours, plain) = rounds;
        Ok(Figure {
            case,
            unit,
            ours: median(ours),
            plain: (!plain.is_empty()).then(|| median(plain)),
            vertices,
        })
    }

    /// A server that has its supervisors: the first scripts start them.
    fn server(&self, name: &str, slots: usize) -> Result<Server<'_>, CliError> {
        let server = Server::start(self.place, self.config, name, slots)?;
        let first = server.define("name: first\nvertices: {a: 'true', b: 'true'}\n")?;
        one(&server, &first)?;
        Ok(server)
    }

    /// So many scripts by a plain loop, as many at once as in the case.
    fn plain(&self, case: Case, scripts: usize, script: &str) -> Result<Plain<'_>, CliError> {
        let at_once = case.at_once(self.usual, self.slots);
        Plain::write(self.place, scripts, at_once, script)
    }

    fn rounds(
        &self,
        ours: impl Fn() -> Result<f64, CliError>,
        plain: &Plain<'_>,
    ) -> Result<Rounds, CliError> {
        let (mut own, mut their) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            own.push(ours()?);
            their.push(plain.run()?);
        }
        Ok((own, their))
    }

    fn commits(&self, n: usize) -> Result<Rounds, CliError> {
        let path = self.place.path("commits.db");
        let mut own = Vec::new();
        for _ in 0..self.rounds {
            let began = Instant::now();
            commit_one_by_one(&path, n, &|| self.place.goes_on())?;
            self.place.go_on()?;
            own.push(n as f64 / began.elapsed().as_secs_f64());
        }
        Ok((own, Vec::new()))
    }

    fn wide(&self, case: Case) -> Result<Rounds, CliError> {
        let n = case.size(self.usual);
        let plain = self.plain(case, n, "true\n")?;
        let server = self.server(case.word(), self.slots)?;
        let start = server.define(&graph(n, "true", |_| false))?;
        self.rounds(|| one(&server, &start), &plain)
    }

    fn chain(&self, case: Case) -> Result<Rounds, CliError> {
        let n = case.size(self.usual);
        let plain = self.plain(case, n, "true\n")?;
        let server = self.server(case.word(), self.slots)?;
        let start = server.define(&graph(n, "true", |_| true))?;
        self.rounds(|| one(&server, &start), &plain)
    }

    fn pipelines(&self, case: Case) -> Result<Rounds, CliError> {
        let n = case.size(self.usual);
        let plain = self.plain(case, n * SHORT, "true\n")?;
        let server = self.server(case.word(), self.slots)?;
        let start = server.define(&graph(SHORT, "true", |_| true))?;
        let ours = || {
            let began = Instant::now();
            let all: Result<Vec<i64>, CliError> =
                (0..n).map(|_| server.begin(&start, "{}")).collect();
            all?.into_iter().try_for_each(|id| server.finish(id))?;
            Ok(began.elapsed().as_secs_f64())
        };
        self.rounds(ours, &plain)
    }

    fn sleepers(&self, case: Case) -> Result<Rounds, CliError> {
        let n = case.size(self.usual);
        let plain = self.plain(case, n, "sleep 1\n")?;
        let server = self.server(case.word(), n)?;
        let start = server.define(&graph(n, "sleep 1", |_| false))?;
        let (own, their) = self.rounds(|| one(&server, &start), &plain)?;
        let beyond = |all: Vec<f64>| all.into_iter().map(|took| took - 1.0).collect();
        Ok((beyond(own), beyond(their)))
    }

    fn start(&self, n: usize) -> Result<Rounds, CliError> {
        let server = self.server(Case::Start.word(), self.slots)?;
        // The first one waits for a value and the others for it: nothing runs.
        let held =
            "name: g\ninput: {x: {type: str, required: true}}\nvertices:\n  v0: 'true <x>'\n";
        let lines = (1..n).map(|i| format!("  v{i}: {{script: 'true', needs: [v0]}}\n"));
        let start = server.define(&format!("{held}{}", lines.collect::<String>()))?;
        let mut own = Vec::new();
        for _ in 0..self.rounds {
            let began = Instant::now();
            server.begin(&start, r#"{"ask_later": true}"#)?;
            own.push(began.elapsed().as_secs_f64() * 1e3);
        }
        Ok((own, Vec::new()))
    }

    fn starts(&self, n: usize) -> Result<Rounds, CliError> {
        let server = self.server(Case::Starts.word(), self.slots)?;
        let start = server.define(&graph(1, "true", |_| false))?;
        let mut own = Vec::new();
        for _ in 0..self.rounds {
            let began = Instant::now();
            let newest = all_clients(&server, &start, n)?;
            own.push(n as f64 / began.elapsed().as_secs_f64());
            server.finish(newest)?;
        }
        Ok((own, Vec::new()))
    }
}

/// Starts a pipeline and waits for its end; gives the seconds.
fn one(server: &Server<'_>, start: &str) -> Result<f64, CliError> {
    let began = Instant::now();
    let id = server.begin(start, "{}")?;
    server.finish(id)?;
    Ok(began.elapsed().as_secs_f64())
}

/// All clients together start so many pipelines; gives the number of the newest.
fn all_clients(server: &Server<'_>, start: &str, n: usize) -> Result<i64, CliError> {
    let left = AtomicUsize::new(n);
    let take = || {
        let one = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        one.is_ok()
    };
    std::thread::scope(|scope| {
        let client = || server.keep_starting(start, take);
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let mut newest = 0;
        for client in clients {
            let last = client.join();
            let last = last.map_err(|_| CliError::Failed("a client has panicked".to_owned()))??;
            newest = newest.max(last);
        }
        Ok(newest)
    })
}

/// A definition; `needs`: whether a vertex needs the one before it.
fn graph(vertices: usize, script: &str, needs: impl Fn(usize) -> bool) -> String {
    let line = |i: usize| match i.checked_sub(1) {
        Some(before) if needs(i) => format!("  v{i}: {{script: '{script}', needs: [v{before}]}}\n"),
        _ => format!("  v{i}: '{script}'\n"),
    };
    let lines: String = (0..vertices).map(line).collect();
    format!("name: g\nvertices:\n{lines}")
}
