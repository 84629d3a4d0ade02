//! What can be asked of many pipelines at once, and its words.

use crate::desk::PipelineAsk;
use crate::l10n::Words;
use crate::web::asks::deeds::Deed;
use crate::web::edge::answer::Failure;

/// The word for removing pipelines.
const DELETE: &str = "delete";

/// What can be asked of many pipelines; none: that they be removed.
pub(super) type Ask = Option<PipelineAsk>;

/// A choice of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Word {
    pub(in crate::web) word: &'static str,
    pub(in crate::web) label: String,
    pub(in crate::web) says: String,
    pub(in crate::web) danger: bool,
}

/// Its words in the language of the page.
pub(super) fn word(ask: Ask, t: Words) -> Word {
    let Some(ask) = ask else {
        return Word {
            word: DELETE,
            label: t.many_delete(),
            says: t.many_delete_says(),
            danger: true,
        };
    };
    let told = Deed::Ask(ask).words(t);
    Word {
        word: ask.word(),
        label: told.label,
        says: told.says,
        danger: told.danger,
    }
}

/// All that can be asked, in the language of the page.
pub(in crate::web) fn words(t: Words) -> Vec<Word> {
    let asks = PipelineAsk::ALL.iter().copied().map(Some).chain([None]);
    asks.map(|ask| word(ask, t)).collect()
}

/// What a word of an address or a form asks for.
pub(super) fn read(word: &str) -> Result<Ask, Failure> {
    match (PipelineAsk::from_word(word), word) {
        (None, DELETE) => Ok(None),
        (None, _) => Err(Failure::Missing("action")),
        (ask, _) => Ok(ask),
    }
}
