//! How much of a graph somebody wants to see.

use crate::graph::drawing::Detail;

/// A graph with more vertices is folded until somebody wants to see all of it.
const MOST_VERTICES: usize = 300;

/// What somebody wants to see of a graph: `all`, `fold` and `around` of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::web) struct Wish {
    /// Each vertex has a card.
    pub(in crate::web) all: bool,
    /// Those with the same neighbours share one.
    pub(in crate::web) fold: bool,
    /// What is near the vertex with this number.
    pub(in crate::web) around: Option<i64>,
}

impl Wish {
    pub(super) fn detail(self, vertices: i32) -> Detail {
        match self.fold || !self.all && vertices as usize > MOST_VERTICES {
            true => Detail::Folded,
            false => Detail::Whole,
        }
    }
}

/// A wish as it stands in an address.
pub(super) fn asked(wish: Wish) -> &'static str {
    match (wish.all, wish.fold) {
        (_, true) => "fold=1",
        (true, false) => "all=1",
        (false, false) => "",
    }
}
