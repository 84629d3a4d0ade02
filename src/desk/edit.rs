//! Definitions that are changed as a whole: replaced under their name, or copied under another one.

use super::{DefineError, Desk, Draft};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::EditFault;
use crate::graph::text::{self, Format};
use crate::store::{Expect, StoreError, StoredProblem, Terms, Unfit};

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
    /// Something of it, or of what is given, would be gone without a word.
    #[error("a part of it cannot be read and would be lost: `problems` says why")]
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
    /// A text in the place of the definition of which `id` is the newest version, if its tag is still one
    /// of `tags` (none: whatever it is). A version that a pipeline has used stays, and the next one is made.
    pub fn replacement(
        &self,
        (id, tags): (GraphId, Option<Vec<String>>),
        (source, format): (&str, Format),
    ) -> Result<Draft, EditError> {
        let head = self.store.graph(id)?.ok_or(DefineError::NoGraph(id))?;
        let terms = Terms {
            expect: Expect::Newest(id, tags),
            keep: false,
        };
        let draft = self.draft(source, format, terms)?;
        if draft.graph.name != head.name {
            let (name, written) = (head.name, draft.graph.name);
            return Err(EditError::OtherName { name, written });
        }
        Ok(draft)
    }

    /// A text as a graph of its own, whose name no graph has; or as the next version of one of `onto`,
    /// which are the newest of their names: they stay as they are.
    pub fn own(
        &self,
        (source, format): (&str, Format),
        onto: &[GraphId],
    ) -> Result<Draft, DefineError> {
        let nothing = Terms {
            expect: Expect::Nothing,
            keep: false,
        };
        let draft = self.draft(source, format, nothing)?;
        let newest = self.store.versions(&draft.graph.name, i32::MAX, 1)?.pop();
        let meant = newest.map(|newest| GraphId(newest.id));
        let Some(id) = meant.filter(|id| onto.contains(id)) else {
            return Ok(draft);
        };
        let terms = Terms {
            expect: Expect::Newest(id, None),
            keep: true,
        };
        Ok(Draft { terms, ..draft })
    }

    /// The definition of a graph under another name, which no graph has. Its text stays as it is
    /// written, comments too, wherever the name alone can be changed in it. It is copied if its tag is one of
    /// `tags` (none: whatever it is).
    pub fn copy(
        &self,
        (id, tags): (GraphId, Option<Vec<String>>),
        name: &str,
    ) -> Result<Draft, EditError> {
        let (source, format) = self.source(id)?;
        self.is_seen(id, tags.as_deref())?;
        let source = text::renamed(&source, format, name, &self.limits);
        let terms = Terms {
            expect: Expect::Nothing,
            keep: true,
        };
        let draft = self.draft(&source, format, terms)?;
        let of_name = |p: &&StoredProblem| p.place == "name" && p.severity == "error";
        let problems = draft.found.problems.iter();
        let wrong: Vec<_> = problems.filter(of_name).cloned().collect();
        if !wrong.is_empty() || draft.graph.name != name {
            return Err(EditError::Name(wrong));
        }
        Ok(draft)
    }

    /// Whether a version still has one of the tags that its reader saw (none: whatever it has), read
    /// after what is to be as it was seen. Gives its tag.
    pub fn is_seen(&self, id: GraphId, tags: Option<&[String]>) -> Result<String, DefineError> {
        let tag = self.store.graph_tag(id)?.ok_or(DefineError::NoGraph(id))?;
        match tags.is_none_or(|tags| tags.contains(&tag)) {
            true => Ok(tag),
            false => Err(self.changed(id)?),
        }
    }

    /// That a graph has changed, and which version is the newest one now.
    pub(super) fn changed(&self, id: GraphId) -> Result<DefineError, DefineError> {
        let newest = self.newest(id)?;
        let changed = Unfit::Changed {
            name: newest.name,
            version: newest.version,
            id: GraphId(newest.id),
        };
        Ok(CommandError::Unfit(changed).into())
    }
}
