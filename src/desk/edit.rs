//! Definitions that are changed as a whole: replaced under their name, or copied under another one.

use super::{DefineError, Defined, Desk};
use crate::engine::GraphId;
use crate::graph::EditFault;
use crate::graph::text::{self, Format};
use crate::store::{Expect, StoreError, StoredProblem, Terms};

/// Why a definition was not changed. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The text is of another graph.
    #[error(
        "the text is called `{written}` and the graph `{name}`: write `name: {name}`, or save it as a graph of its own with `POST /graphs`"
    )]
    OtherName {
        /// The graph's name.
        name: String,
        /// The name in the text.
        written: String,
    },
    /// A graph cannot be called so.
    #[error("a graph cannot be called so: `problems` says why")]
    Name(Vec<StoredProblem>),
    /// There is nothing to change.
    #[error(transparent)]
    Fault(#[from] EditFault),
    /// What is given is no vertex.
    #[error("a part of it cannot be read: `problems` says why")]
    Unreadable(Vec<StoredProblem>),
    /// It cannot be saved.
    #[error(transparent)]
    Define(#[from] DefineError),
}

impl From<StoreError> for EditError {
    fn from(why: StoreError) -> Self {
        Self::Define(why.into())
    }
}

impl Desk {
    /// Replaces the definition of which `id` is the newest version, if its tag is still one of `tags`
    /// (none: whatever it is). A version that a pipeline has used stays, and the next one is made.
    pub fn replace(
        &self,
        (id, tags): (GraphId, Option<Vec<String>>),
        (source, format): (&str, Format),
        who: &str,
    ) -> Result<Defined, EditError> {
        let head = self.store.graph(id)?.ok_or(DefineError::NoGraph(id))?;
        let read = self.read(source, format)?;
        if read.0.name != head.name {
            let (name, written) = (head.name, read.0.name);
            return Err(EditError::OtherName { name, written });
        }
        let terms = Terms {
            expect: Expect::Newest(id, tags),
            keep: false,
        };
        Ok(self.write(read, (source, format), who, terms)?)
    }

    /// Saves the definition of a graph under another name, which no graph has. Its text stays as it is
    /// written, comments too, wherever the name alone can be changed in it.
    pub fn copy(&self, id: GraphId, name: &str, who: &str) -> Result<Defined, EditError> {
        let (source, format) = self.source(id)?;
        let source = text::renamed(&source, format, name, &self.limits);
        let read = self.read(&source, format)?;
        let of_name = |p: &&StoredProblem| p.place == "name" && p.severity == "error";
        let wrong: Vec<_> = read.1.problems.iter().filter(of_name).cloned().collect();
        if !wrong.is_empty() || read.0.name != name {
            return Err(EditError::Name(wrong));
        }
        let terms = Terms {
            expect: Expect::Nothing,
            keep: true,
        };
        Ok(self.write(read, (&source, format), who, terms)?)
    }
}
