//! What an author is told about a script: in words, and at which line.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::process::Outcome;
use super::shells::remark;
use crate::graph::{
    Graph, Part, Places, Problem, ScriptProblem, Severity, Spot, codes, one_line, quote,
};

/// Characters of a shell's remark that are shown.
const REMARK: usize = 200;

/// The program of a script that is not here.
pub(super) fn not_installed(program: &str) -> ScriptProblem {
    let message = format!(
        "{} runs this script and is not installed here: on this machine it could not be started",
        quote(program)
    );
    problem(
        codes::INTERPRETER_MISSING,
        Severity::Notice,
        (1, 1),
        message,
    )
}

/// Pools that the settings do not name, each once. Nothing where they name none: then each pool has
/// room for one, and nobody has a list that a name could be missing in.
pub(super) fn unknown_pools(
    graph: &Graph,
    places: &Places,
    known: &BTreeSet<String>,
) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (index, vertex) in graph.vertices.iter().enumerate() {
        let Some(pool) = vertex.pool.as_ref().filter(|_| !known.is_empty()) else {
            continue;
        };
        if known.contains(pool) || !seen.insert(pool) {
            continue;
        }
        let spot = Spot::vertex(index, Part::Key("pool"));
        let mark = places.mark(spot);
        let names: Vec<String> = known.iter().map(|name| quote(name)).collect();
        found.push(Problem {
            code: codes::UNKNOWN_POOL,
            severity: Severity::Notice,
            line: mark.line,
            column: mark.column,
            place: spot.path(graph),
            message: format!(
                "the settings of this machine name no pool {}, so it has room for one script; they name {}",
                quote(pool),
                names.join(", ")
            ),
        });
    }
    found
}

/// What the author is told about a script as written.
pub(super) fn judge(
    shell: &Path,
    script: &str,
    outcome: &io::Result<Outcome>,
) -> Option<ScriptProblem> {
    let shell = format!("`{} -n`", shell.display());
    let why = match outcome {
        Ok(Outcome::Said { well, text }) => {
            let Some(remark) = remark(text) else {
                let silent = format!("{shell} refuses the script and does not say why");
                let code = codes::SHELL_SYNTAX;
                return (!well).then(|| problem(code, Severity::Error, (1, 1), silent));
            };
            let (severity, verb) = match well {
                true => (Severity::Notice, "warns"),
                false => (Severity::Error, "does not understand the script"),
            };
            let message = format!("{shell} {verb}: {}", one_line(&remark.text, REMARK));
            let at = place(script, remark.line.unwrap_or(1));
            return Some(problem(codes::SHELL_SYNTAX, severity, at, message));
        }
        Ok(Outcome::Died(signal)) => format!("died of signal {signal}"),
        Ok(Outcome::TooLong) => return None,
        Err(why) => format!("could not be run ({why})"),
    };
    let message = format!("{shell} {why}, so nobody knows whether the script is well formed");
    Some(problem(
        codes::SYNTAX_UNCHECKED,
        Severity::Notice,
        (1, 1),
        message,
    ))
}

/// Said once for all scripts that no shell was done with in time.
pub(super) fn too_long(shell: &Path, scripts: usize) -> ScriptProblem {
    let message = format!(
        "`{} -n` was not done in time with {scripts} of the scripts, this one among them, so nobody knows whether they are well formed; check again, or raise the setting `syntax_time`",
        shell.display()
    );
    problem(codes::SYNTAX_UNCHECKED, Severity::Notice, (1, 1), message)
}

/// A line of a script that is there, and where its text begins.
fn place(script: &str, line: u32) -> (u32, u32) {
    let last = u32::try_from(script.lines().count()).unwrap_or(u32::MAX);
    let line = line.clamp(1, last.max(1));
    let text = script.lines().nth(line as usize - 1).unwrap_or_default();
    let blank = text.chars().take_while(|c| c.is_whitespace()).count();
    let column = if blank == text.chars().count() {
        0
    } else {
        blank
    };
    (line, u32::try_from(column).unwrap_or(0) + 1)
}

fn problem(
    code: &'static str,
    severity: Severity,
    (line, column): (u32, u32),
    message: String,
) -> ScriptProblem {
    ScriptProblem {
        code,
        severity,
        line,
        column,
        message,
    }
}
