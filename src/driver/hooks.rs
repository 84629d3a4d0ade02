//! Hooks are made, changed and removed.

use super::command::{Command, CommandError};
use super::handle::Handle;
use crate::store::HookDeed;

impl Handle {
    /// Makes, changes or removes a hook. Gives its number; none: there is no such hook.
    pub fn hook(&self, deed: HookDeed, who: &str) -> Result<Option<i64>, CommandError> {
        self.ask(|reply| Command::Hook(Box::new(deed), who.to_owned(), reply))
    }
}
