//! What people change, in words.

/// What something was done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// All versions of a name, or one of them.
    Graph,
    /// A hook.
    Hook,
    /// A named secret.
    Secret,
    /// The local token.
    Token,
    /// A link that signs a browser in.
    SignInLink,
    /// The server itself.
    Server,
}

impl Object {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Graph,
        Self::Hook,
        Self::Secret,
        Self::Token,
        Self::SignInLink,
        Self::Server,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Hook => "hook",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::SignInLink => "sign-in-link",
            Self::Server => "server",
        }
    }

    /// The one of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|object| object.word() == word)
    }
}
