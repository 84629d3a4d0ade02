//! All scripts of a definition, each looked at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::findings::{judge, not_installed, too_long, unknown_pools};
use super::process::{Outcome, look};
use super::programs::Programs;
use super::shells::flags;
use crate::graph::{
    Graph, Outputs, Places, Problem, ScriptProblem, Value, Vertex, compile, interpreter,
    launch_text,
};

/// What a check may take of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Shells at the same time, in all checks together.
    pub processes: u32,
    /// How long the scripts of one definition may take.
    pub time: Duration,
}

/// Asks this machine about definitions. Copies share the bound on processes.
#[derive(Clone)]
pub struct Probe {
    path: String,
    bounds: Bounds,
    /// The pools that the settings name; empty: they name none, and every one has room for one.
    pools: BTreeSet<String>,
    /// Holds a turn for each process that may run; who starts one takes a turn and gives it back.
    turns: (Sender<()>, Receiver<()>),
}

/// One text for one shell, and the vertices that have it.
struct Task {
    shell: PathBuf,
    flags: &'static [&'static str],
    text: String,
    vertices: Vec<usize>,
}

impl Probe {
    /// `path` is the `PATH` of scripts.
    pub fn new(path: &str, bounds: Bounds) -> Self {
        let turns = bounded(bounds.processes.max(1) as usize);
        while turns.0.try_send(()).is_ok() {}
        Self {
            path: path.to_owned(),
            bounds,
            pools: BTreeSet::new(),
            turns,
        }
    }

    /// The same, where the settings name these pools.
    pub fn with_pools(self, pools: BTreeSet<String>) -> Self {
        Self { pools, ..self }
    }

    /// What this machine finds in a graph whose parts stand at `places`, in the order of vertices.
    pub fn inspect(&self, graph: &Graph, places: &Places) -> Vec<Problem> {
        let mut programs = Programs::new(&self.path);
        let outputs = Outputs::of(graph);
        let mut found: Vec<(usize, ScriptProblem)> = Vec::new();
        let mut tasks: BTreeMap<(PathBuf, String), Task> = BTreeMap::new();
        for (index, vertex) in graph.vertices.iter().enumerate() {
            let Some(text) = runnable(&outputs, vertex) else {
                continue;
            };
            let path = path_of(graph, vertex);
            let shell = match programs.find(&interpreter(&vertex.script), path) {
                Ok(shell) => shell,
                Err(missing) => {
                    found.push((index, not_installed(&missing)));
                    continue;
                }
            };
            let name = shell.file_name().and_then(|name| name.to_str());
            if let Some(flags) = name.and_then(flags).filter(|_| programs.trusted(&shell)) {
                let task = tasks.entry((shell.clone(), text.clone()));
                let task = task.or_insert_with(|| Task {
                    shell,
                    flags,
                    text,
                    vertices: Vec::new(),
                });
                task.vertices.push(index);
            }
        }
        let tasks: Vec<Task> = tasks.into_values().collect();
        let outcomes = self.all(&tasks);
        let late = |outcome: &&io::Result<Outcome>| matches!(outcome, Ok(Outcome::TooLong));
        let late = outcomes.iter().filter(late).count();
        let mut told = false;
        for (task, outcome) in tasks.iter().zip(outcomes) {
            if matches!(outcome, Ok(Outcome::TooLong)) {
                // One notice says it for all: there may be thousands.
                if !std::mem::replace(&mut told, true) {
                    found.push((task.vertices[0], too_long(&task.shell, late)));
                }
                continue;
            }
            let of_each = task.vertices.iter().filter_map(|index| {
                let problem = judge(&task.shell, &graph.vertices[*index].script, &outcome);
                Some((*index, problem?))
            });
            found.extend(of_each);
        }
        found.sort_by_key(|(index, _)| *index);
        let mut problems: Vec<Problem> = found
            .into_iter()
            .map(|(index, problem)| places.script_problem(graph, index, problem))
            .collect();
        problems.extend(unknown_pools(graph, places, &self.pools));
        problems
    }

    /// The outcome of each task, in their order.
    fn all(&self, tasks: &[Task]) -> Vec<io::Result<Outcome>> {
        let end = Instant::now() + self.bounds.time;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(place) else {
                    return done;
                };
                done.push((place, self.one(task, end)));
            }
        };
        let others = tasks
            .len()
            .min(self.bounds.processes as usize)
            .saturating_sub(1);
        let mut outcomes = thread::scope(|scope| {
            // With fewer threads than wanted it takes longer, no more.
            let spawned = (0..others).map(|_| thread::Builder::new().spawn_scoped(scope, work));
            let workers: Vec<_> = spawned.filter_map(Result::ok).collect();
            let mut outcomes = work();
            for worker in workers {
                outcomes.extend(worker.join().expect("a worker only waits for shells"));
            }
            outcomes
        });
        outcomes.sort_by_key(|(place, _)| *place);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }

    fn one(&self, task: &Task, end: Instant) -> io::Result<Outcome> {
        if Instant::now() >= end || self.turns.1.recv_deadline(end).is_err() {
            return Ok(Outcome::TooLong);
        }
        let outcome = look(&task.shell, task.flags, &task.text, end);
        self.turns
            .0
            .try_send(())
            .expect("there is room for each turn taken");
        outcome
    }
}

/// The text that a vertex would run, with some value for each parameter; none when there is none.
fn runnable<'g>(outputs: &Outputs<'g>, vertex: &'g Vertex) -> Option<String> {
    let script = &vertex.script;
    if script.trim().is_empty() || script.contains('\0') {
        return None;
    }
    let compiled = compile(script, &outputs.scope(vertex).params()).ok()?;
    let value = |name| (name, Value::Str(String::new()));
    let values: Vec<_> = compiled.uses.into_iter().map(value).collect();
    Some(launch_text(&compiled.body, &values))
}

/// The `PATH` that the definition gives a script.
fn path_of<'g>(graph: &'g Graph, vertex: &'g Vertex) -> Option<&'g str> {
    let all = vertex.env.iter().chain(&graph.env);
    let mut found = all.filter(|(name, _)| name == "PATH");
    found.next().map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::{Bounds, Probe};
    use crate::graph::text::{Format, parse};
    use crate::graph::{Limits, Problem, Severity, codes};

    const LONG: Duration = Duration::from_secs(120);

    fn inspect(text: &str, time: Duration) -> Vec<Problem> {
        let bounds = Bounds { processes: 3, time };
        let probe = Probe::new("/usr/local/bin:/usr/bin:/bin", bounds);
        let parsed = parse(text, Format::Yaml, &Limits::default());
        probe.inspect(parsed.graph.as_ref().expect("a graph"), &parsed.places)
    }

    fn found(text: &str) -> Vec<String> {
        let problems = inspect(text, LONG);
        let one = |p: &Problem| {
            let kind = match p.severity {
                Severity::Error => "",
                Severity::Notice => "?",
            };
            format!("{}:{} {}{kind} {}", p.line, p.column, p.code, p.place)
        };
        problems.iter().map(one).collect()
    }

    #[test]
    fn faults_stand_where_their_lines_do() {
        let text = "name: g
input: {x: a}
vertices:
  a: |
    echo <x>
      fi
  b:
    script: |
      #!/bin/bash
      echo \"$(( 1 ))\"
      arr=(<x> 2)
      case <x> in @(a|b)) : ;; esac

      done
  c: |
    arr=(1 2)
  d: echo 'unclosed
  e: \"if true; then\\n\\necho\"
  f: |
    #!/bin/bash
    cat <<END
    text
  g: |
    echo <x>
      fi
  h: |
    fi
    true
  fine: |
    #!/usr/bin/env -S bash -e
    shopt -s extglob; a=(<x>); echo ${a[0]} !(x) <(true)
";
        let syntax = codes::SHELL_SYNTAX;
        let expected = [
            format!("6:7 {syntax} vertices.a.script"),
            format!("14:7 {syntax} vertices.b.script"),
            format!("16:5 {syntax} vertices.c.script"),
            format!("17:6 {syntax} vertices.d.script"),
            format!("18:6 {syntax} vertices.e.script"),
            format!("22:5 {syntax}? vertices.f.script"),
            format!("25:7 {syntax} vertices.g.script"),
            format!("27:5 {syntax} vertices.h.script"),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn what_is_not_installed_is_a_notice() {
        let text = "name: g
vertices:
  a: |
    #!/usr/bin/env no-such-program
    fi
  b: {script: \"#!/usr/bin/env sh\\ntrue\", env: {PATH: /nowhere}}
  c: \"#!/bin/sh\\ntrue\"
";
        let missing = codes::INTERPRETER_MISSING;
        let expected = [
            format!("4:5 {missing}? vertices.a.script"),
            format!("6:15 {missing}? vertices.b.script"),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn a_check_runs_nothing_of_a_script() {
        let dir = tempfile::tempdir().expect("a directory");
        let canary = dir.path().join("canary");
        let fake = dir.path().join("bash");
        let touch = format!("touch {}", canary.display());
        fs::write(&fake, format!("#!/bin/sh\n{touch}\n")).expect("written");
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("set");
        let scripts = [
            touch.clone(),
            format!("x=$({touch}); `{touch}`; : ${{y:=$({touch})}}"),
            format!("trap '{touch}' EXIT ERR DEBUG; exit"),
            format!("set +n; {touch}"),
            format!("shopt -u -o noexec; set +o noexec; {touch}"),
            format!("a[$({touch})]=1; (( b[$({touch})] )); [[ -v c[$({touch})] ]]"),
            format!("cat <<E\n$({touch})\nE\n: <({touch}) >({touch})"),
            format!("PROMPT_COMMAND='{touch}'; PS4='$({touch})'; set -xv; alias ls='{touch}'\nls"),
            format!("f() {{ {touch}; }}; f; eval '{touch}'; . /dev/stdin"),
            format!("export BASH_ENV=x ENV=x\nexec {touch}\nfi {touch}"),
        ];
        for first in [
            "",
            "#!/bin/sh",
            "#!/bin/bash",
            "#!/usr/bin/env bash",
            "#!/bin/bash -i",
        ] {
            for script in &scripts {
                let script = serde_json::to_string(&format!("{first}\n{script}\n")).expect("text");
                inspect(&format!("name: g\nvertices:\n  a: {script}\n"), LONG);
                assert!(!canary.exists(), "{script} was run");
            }
        }
        let fake = fake.display();
        let text = format!("name: g\nvertices:\n  a: |\n    #!{fake}\n    true\n");
        assert_eq!(inspect(&text, LONG), []);
        assert!(!canary.exists(), "the author's own program was run");
    }

    #[test]
    fn what_takes_too_long_is_told_as_such() {
        let problems = inspect("name: g\nvertices: {a: fi, b: done}\n", Duration::ZERO);
        let codes: Vec<_> = problems.iter().map(|p| (p.code, p.severity)).collect();
        assert_eq!(codes, [(codes::SYNTAX_UNCHECKED, Severity::Notice)]);
        let message = &problems[0].message;
        assert!(message.contains("2 of the scripts"), "{message}");
    }
}
