//! What hooks are: made, changed, removed, and judged before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::access::random;
use crate::desk::{Desk, StartError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::{FieldError, Hidden};
use crate::store::{GraphHead, HookDeed, HookHead, HookUpdate, StoreError};

/// How the calls of a hook are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Time stamp, a dot, body.
    Trackyard,
    /// The body alone, as GitHub does it: a delivery has a number, and no time.
    Github,
}

impl Style {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trackyard => "trackyard",
            Self::Github => "github",
        }
    }

    /// The style of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = [Self::Trackyard, Self::Github].into_iter();
        all.find(|style| style.word() == word)
    }
}

/// Where a value of a start comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the body of the call: a JSON pointer (RFC 6901).
    Pointer(String),
    /// It is always this.
    Value(Json),
}

/// What is said of a hook; what is not said stays as it is.
#[derive(Debug, Default)]
pub struct HookChange {
    /// What its calls are signed with; of a new one a random text.
    pub secret: Option<Hidden>,
    /// How.
    pub style: Option<Style>,
    /// It may be called.
    pub enabled: Option<bool>,
    /// Values of a start, by `name` or `vertex.name`.
    pub input: Option<BTreeMap<String, Source>>,
}

/// Why a hook was not made, or does nothing.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// No such graph.
    #[error("graph {0} does not exist")]
    NoGraph(GraphId),
    /// The graph has no such hook.
    #[error("the graph has no hook {0}")]
    NoHook(i64),
    /// What is said of it is wrong.
    #[error("some values are wrong or missing")]
    Fields(Vec<FieldError>),
    /// Its secret cannot be made or sealed.
    #[error("the secret of the hook cannot be kept: {0}")]
    Sealed(String),
    /// The signature, or the hook itself, is not there or not right.
    #[error("the signature is missing or wrong, or too old")]
    Unsigned,
    /// It may not be called now.
    #[error("this hook is switched off")]
    Disabled,
    /// The driver refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// What starts refuse.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Makes a hook of a graph. Gives it with its secret, which nothing tells later; `dry`: as it would
    /// be, without a number and a secret.
    pub fn add_hook(
        &self,
        graph: GraphId,
        new: HookChange,
        who: &str,
        dry: bool,
    ) -> Result<(HookHead, Option<Hidden>), HookError> {
        let graph = self.graph_of_hooks(graph)?;
        // What a new one does not say of its values, it says that there are none.
        let input = new.input.clone().unwrap_or_default();
        self.judge_hook(&graph.name, &new, Some(&input))?;
        let head = HookHead {
            id: 0,
            graph: graph.name,
            style: new.style.unwrap_or(Style::Trackyard).word().to_owned(),
            enabled: new.enabled.unwrap_or(true),
            input: written(&input),
            creator: who.to_owned(),
            created_at: 0,
            updated_at: 0,
        };
        if dry {
            return Ok((head, None));
        }
        let sealed = |why: &dyn std::fmt::Display| HookError::Sealed(why.to_string());
        let secret = match new.secret {
            Some(secret) => secret,
            None => Hidden::new(random().map_err(|why| sealed(&why))?.text().to_owned()),
        };
        self.vault.ready().map_err(|why| sealed(&why))?;
        let add = HookDeed::Add {
            head,
            secret: secret.clone(),
        };
        let id = self.handle.hook(add, who)?.unwrap_or_default();
        let head = self.store.hook(id)?.ok_or(HookError::NoHook(id))?;
        Ok((head, Some(secret)))
    }

    /// Changes a hook of a graph; `dry`: gives it as it would be, and changes nothing.
    pub fn change_hook(
        &self,
        (graph, id): (GraphId, i64),
        change: HookChange,
        who: &str,
        dry: bool,
    ) -> Result<HookHead, HookError> {
        let mut head = self.hook_of(graph, id)?;
        self.judge_hook(&head.graph, &change, change.input.as_ref())?;
        let update = HookUpdate {
            style: change.style.map(|style| style.word().to_owned()),
            enabled: change.enabled,
            input: change.input.as_ref().map(written),
            secret: change.secret,
        };
        if dry {
            update.apply(&mut head);
            return Ok(head);
        }
        let change = HookDeed::Change(id, update);
        let changed = self.handle.hook(change, who)?;
        changed.ok_or(HookError::NoHook(id))?;
        self.hook_of(graph, id)
    }

    /// Removes a hook of a graph; `dry`: says only whether it can be.
    pub fn remove_hook(
        &self,
        (graph, id): (GraphId, i64),
        who: &str,
        dry: bool,
    ) -> Result<(), HookError> {
        self.hook_of(graph, id)?;
        if dry {
            return Ok(());
        }
        let gone = self.handle.hook(HookDeed::Remove(id), who)?;
        gone.map(drop).ok_or(HookError::NoHook(id))
    }

    /// A hook of a graph, whichever version is named.
    pub fn hook_of(&self, graph: GraphId, id: i64) -> Result<HookHead, HookError> {
        let graph = self.graph_of_hooks(graph)?;
        let head = self.store.hook(id)?;
        head.filter(|hook| hook.graph == graph.name)
            .ok_or(HookError::NoHook(id))
    }

    /// The graph whose hooks are meant.
    pub fn graph_of_hooks(&self, graph: GraphId) -> Result<GraphHead, HookError> {
        self.store.graph(graph)?.ok_or(HookError::NoGraph(graph))
    }
}

fn written(input: &BTreeMap<String, Source>) -> String {
    serde_json::to_string(input).expect("texts and JSON are JSON")
}
