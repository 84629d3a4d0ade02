//! What is changed of a hook, as the one connection that writes puts it on what is there.

use super::hooks::HookHead;
use crate::graph::Hidden;

/// What is said of a hook anew; what is not said stays as it is when that is written.
#[derive(Debug, Clone, Default)]
pub struct HookUpdate {
    /// How calls are signed.
    pub style: Option<String>,
    /// It may be called.
    pub enabled: Option<bool>,
    /// Where the values of a start come from, as JSON.
    pub input: Option<String>,
    /// Another secret, if it is to have one.
    pub secret: Option<Hidden>,
}

impl HookUpdate {
    /// Changes a hook as this says; true: it is other than it was. A secret that is given is another one:
    /// whether it is the same is told to nobody.
    pub fn apply(&self, head: &mut HookHead) -> bool {
        let new = HookHead {
            style: self.style.clone().unwrap_or_else(|| head.style.clone()),
            enabled: self.enabled.unwrap_or(head.enabled),
            input: self.input.clone().unwrap_or_else(|| head.input.clone()),
            ..head.clone()
        };
        let changed = new != *head || self.secret.is_some();
        *head = new;
        changed
    }
}
