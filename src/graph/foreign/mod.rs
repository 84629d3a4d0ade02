//! What other programs' files say, as graphs: crontabs, makefiles, workflows of GitHub Actions.
//!
//! Nothing is guessed: what has no counterpart is named with its line, and a script of which a part
//! cannot be carried over says so and fails instead of running the rest.

mod crontab;
mod expand;
mod expressions;
mod github;
mod github_steps;
mod guess;
mod make;
mod make_graph;
mod make_lines;
mod naming;
mod note;
mod recipe;

#[cfg(test)]
mod github_tests;
#[cfg(test)]
mod make_tests;

pub use guess::{Guess, guess};
pub use note::{LeftOut, Note, Unusable};

use super::model::{Edge, Graph, Vertex};

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A crontab: each job becomes a graph of one vertex.
    Crontab,
    /// A makefile: the targets that a goal needs become the vertices of one graph.
    Make,
    /// A workflow of GitHub Actions: each step that runs a script becomes a vertex.
    Github,
}

/// What the text itself does not say.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// What to call the graph; of several graphs the first.
    pub name: Option<String>,
    /// Where scripts start.
    pub workdir: Option<String>,
    /// The target of a makefile that is wanted; none: its own default.
    pub goal: Option<String>,
    /// The lines of a crontab name a user before the command, as in `/etc/crontab`.
    pub users: bool,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The graphs, in the order of the text.
    pub graphs: Vec<Graph>,
    /// What has no counterpart, in the order of the text.
    pub left_out: Vec<LeftOut>,
}

/// Reads a file of another program.
///
/// # Errors
/// What makes the whole text unusable, with its line and what was noted of the rest.
pub fn import(text: &str, origin: Origin, wish: &Wish) -> Result<Found, Unusable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Found::default();
    let read = match origin {
        Origin::Crontab => crontab::read(text, wish, &mut found),
        Origin::Make => make::read(text, wish, &mut found),
        Origin::Github => github::read(text, wish, &mut found),
    };
    found.left_out.sort();
    found.left_out.dedup();
    let Found { graphs, left_out } = found;
    match read {
        Ok(()) => Ok(Found { graphs, left_out }),
        Err(why) => Err(Unusable { why, left_out }),
    }
}

impl Found {
    fn leave(&mut self, line: usize, note: Note, what: impl Into<String>) {
        self.left_out.push(LeftOut::new(line, note, what));
    }
}

/// A script that says what could not be carried over and fails, with the lines that it had.
fn refusing(why: &str, original: &str) -> String {
    let mut script = format!("echo {} >&2\nexit 1\n", shell_word(why));
    for line in original.lines() {
        script.push_str("# ");
        script.push_str(line);
        script.push('\n');
    }
    script
}

/// One word of a shell that means this text.
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A graph of vertices of which each names those before it; one without a script has no vertex, and
/// what comes after it comes after what was before it.
fn join(mut graph: Graph, nodes: Vec<(Vertex, Vec<usize>)>) -> Graph {
    let mut reach: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
    let mut places: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
    for (vertex, tails) in nodes {
        // Those before it that have scripts: themselves, or what they stand for.
        let mut before: Vec<usize> = tails.iter().flat_map(|t| reach[*t].clone()).collect();
        before.sort_unstable();
        before.dedup();
        if vertex.script.is_empty() {
            places.push(None);
            reach.push(before);
            continue;
        }
        let place = graph.vertices.len();
        for tail in before {
            graph.edges.push(Edge {
                head: place as u32,
                tail: tail as u32,
            });
        }
        graph.vertices.push(vertex);
        places.push(Some(place));
        reach.push(vec![place]);
    }
    graph.edges.sort_unstable();
    graph
}
