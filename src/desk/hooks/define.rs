//! What hooks are: made, changed, removed, and judged before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::access::random;
use crate::desk::secrets::secret_fields;
use crate::desk::{Desk, StartError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::{FieldError, Hidden, codes};
use crate::store::{GraphHead, HookDeed, HookHead, StoreError};

/// The fewest bytes of a secret that somebody gives for a hook.
const FEWEST_SECRET_BYTES: usize = 16;
/// The most values that a hook gives.
const MOST_INPUTS: usize = 1_000;

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
    /// Makes a hook of a graph. Gives it with its secret, which nothing tells later.
    pub fn add_hook(
        &self,
        graph: GraphId,
        new: HookChange,
        who: &str,
    ) -> Result<(HookHead, Hidden), HookError> {
        let graph = self.graph_of_hooks(graph)?;
        self.judge_hook(GraphId(graph.id), &new)?;
        let sealed = |why: &dyn std::fmt::Display| HookError::Sealed(why.to_string());
        let secret = match new.secret {
            Some(secret) => secret,
            None => Hidden::new(random().map_err(|why| sealed(&why))?.text().to_owned()),
        };
        self.vault.ready().map_err(|why| sealed(&why))?;
        let head = HookHead {
            id: 0,
            graph: graph.name,
            style: new.style.unwrap_or(Style::Trackyard).word().to_owned(),
            enabled: new.enabled.unwrap_or(true),
            input: written(&new.input.unwrap_or_default()),
            creator: who.to_owned(),
            created_at: 0,
            updated_at: 0,
        };
        let add = HookDeed::Add {
            head,
            secret: secret.clone(),
        };
        let id = self.handle.hook(add)?.unwrap_or_default();
        let head = self.store.hook(id)?.ok_or(HookError::NoHook(id))?;
        Ok((head, secret))
    }

    /// Changes a hook of a graph.
    pub fn change_hook(
        &self,
        graph: GraphId,
        id: i64,
        change: HookChange,
    ) -> Result<(), HookError> {
        let mut head = self.hook_of(graph, id)?;
        self.judge_hook(graph, &change)?;
        if let Some(style) = change.style {
            head.style = style.word().to_owned();
        }
        if let Some(input) = change.input {
            head.input = written(&input);
        }
        head.enabled = change.enabled.unwrap_or(head.enabled);
        let change = HookDeed::Change {
            head,
            secret: change.secret,
        };
        self.handle.hook(change)?.ok_or(HookError::NoHook(id))?;
        Ok(())
    }

    /// Removes a hook of a graph.
    pub fn remove_hook(&self, graph: GraphId, id: i64) -> Result<(), HookError> {
        self.hook_of(graph, id)?;
        let gone = self.handle.hook(HookDeed::Remove(id))?;
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

    fn judge_hook(&self, graph: GraphId, new: &HookChange) -> Result<(), HookError> {
        let mut errors = Vec::new();
        let mut wrong = |field: String, code, message: &str| {
            errors.push(FieldError {
                field,
                code,
                message: message.to_owned(),
            });
        };
        if let Some(secret) = &new.secret {
            let bytes = secret.text().len();
            if bytes < FEWEST_SECRET_BYTES {
                let why = format!(
                    "the secret has {bytes} bytes: give {FEWEST_SECRET_BYTES} or more, or none for a random one"
                );
                wrong("secret".to_owned(), codes::TOO_SHORT, &why);
            } else if bytes > self.limits.secret_bytes {
                let why = format!(
                    "the secret has {bytes} bytes and the limit is {}",
                    self.limits.secret_bytes
                );
                wrong("secret".to_owned(), codes::VALUE_TOO_LARGE, &why);
            }
        }
        let input = new.input.as_ref();
        if input.is_some_and(|input| input.len() > MOST_INPUTS) {
            let why = format!("a hook gives {MOST_INPUTS} values at most");
            wrong("input".to_owned(), codes::BAD_VALUE, &why);
        }
        let secret = match input {
            Some(_) => self.store.definition(graph)?.map(|g| secret_fields(&g)),
            None => None,
        };
        let secret = secret.unwrap_or_default();
        for (name, source) in input.into_iter().flatten() {
            let field = || format!("input.{name}");
            match source {
                Source::Pointer(pointer) if !is_pointer(pointer) => wrong(
                    field(),
                    codes::BAD_VALUE,
                    "write a JSON pointer (RFC 6901), such as `/repository/name`; `~` is written `~0` and `/` in a name `~1`",
                ),
                Source::Value(_) if secret.contains(name) => wrong(
                    field(),
                    codes::BAD_VALUE,
                    "a secret is not written into a hook: let the scripts have it as a named secret, or send it with the call",
                ),
                Source::Pointer(_) | Source::Value(_) => {}
            }
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(HookError::Fields(errors)),
        }
    }
}

fn written(input: &BTreeMap<String, Source>) -> String {
    serde_json::to_string(input).expect("texts and JSON are JSON")
}

/// Whether this is a JSON pointer.
fn is_pointer(text: &str) -> bool {
    let escaped = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/'))
        && escaped.into_iter().all(|rest| rest.starts_with(['0', '1']))
}
