//! What pages say, in each language of `locales/`: one function for each message (docs/adr/0008-languages.md).

use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

#[expect(
    dead_code,
    clippy::allow_attributes,
    clippy::derivable_impls,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "made by the build; `tests/tidy.rs` looks for messages that nothing says"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/l10n.rs"));
}

pub(crate) use generated::L10n;
use generated::L10nLanguage;

static EN: LazyLock<L10nLanguage> = LazyLock::new(|| L10n::En.load());
static ZH_CN: LazyLock<L10nLanguage> = LazyLock::new(|| L10n::ZhCN.load());

/// All messages in one language.
#[derive(Clone, Copy)]
pub(crate) struct Words(&'static L10nLanguage, L10n);

impl Words {
    /// The messages of a language; they are read once in the life of the process.
    pub(crate) fn of(language: L10n) -> Self {
        match language {
            L10n::En => Self(&EN, language),
            L10n::ZhCN => Self(&ZH_CN, language),
        }
    }

    /// Whether these are English, as what the engine says of a single case is.
    pub(crate) fn are_english(self) -> bool {
        matches!(self.1, L10n::En)
    }
}

impl Deref for Words {
    type Target = L10nLanguage;

    fn deref(&self) -> &L10nLanguage {
        self.0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

#[cfg(test)]
mod tests {
    use super::{L10n, Words};

    #[test]
    fn each_language_has_words_of_its_own() {
        let names = L10n::iter().map(|l| l.language_name());
        assert_eq!(names.collect::<Vec<_>>(), ["English", "简体中文"]);
        assert_eq!(Words::of(L10n::En).state_failed(), "Failed");
        assert_eq!(Words::of(L10n::ZhCN).state_failed(), "失败");
    }

    #[test]
    fn the_language_that_a_browser_asks_for_is_found() {
        for (asked, found) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", L10n::ZhCN),
            ("zh", L10n::ZhCN),
            ("fr, en;q=0.5", L10n::En),
            ("en-GB", L10n::En),
            ("fr", L10n::En),
            ("", L10n::En),
            (";;q=,\u{0}", L10n::En),
        ] {
            assert_eq!(L10n::langneg(asked), found, "{asked}");
        }
    }
}
