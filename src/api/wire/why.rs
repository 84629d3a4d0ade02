//! Why something stands where it does.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::Moment;
use super::words::{Kind, Moves, WhyCode};
use crate::desk::why;

/// Why something stands where it does, and what comes next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Why)]
pub struct Reason {
    code: WhyCode,
    /// The answer.
    sentence: String,
    /// What the sentence speaks of.
    refers: Vec<Refer>,
    /// What happens next, in one sentence.
    next: String,
    moves: Moves,
    /// What a person may ask for now.
    actions: &'static [&'static str],
    /// When this wait, or what runs, ends at the latest, as far as that is known.
    until: Option<Moment>,
}

/// Something that an answer speaks of.
#[derive(Debug, Serialize, ToSchema)]
struct Refer {
    kind: Kind,
    /// Its number, if it has one.
    id: Option<i64>,
    name: String,
    /// Where it stands.
    state: Option<&'static str>,
}

impl From<&why::Why> for Reason {
    fn from(why: &why::Why) -> Self {
        let refer = |refer: &why::Refer| Refer {
            kind: Kind(refer.kind.word()),
            id: refer.id,
            name: refer.name.clone(),
            state: refer.state,
        };
        Self {
            code: WhyCode(why.code.word()),
            sentence: why.sentence.clone(),
            refers: why.refers.iter().map(refer).collect(),
            next: why.next.clone(),
            moves: Moves(why.moves.word()),
            actions: why.actions,
            until: why.until.map(|until| Moment::of(until.0)),
        }
    }
}
