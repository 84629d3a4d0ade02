//! A text that must not be shown.

use std::fmt;

/// A secret value on its way from the person who gives it to where it is sealed. Its `Debug` form
/// hides it, and it has no `Display` form.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hidden(String);

/// What stands where a secret would.
pub const MASK: &str = "******";

impl Hidden {
    /// Takes a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
