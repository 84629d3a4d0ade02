//! What a template asks of a picture.

use super::stands::WORST;
use super::{Card, Drawing};
use crate::graph::drawing::{Line, MOST_CARDS};
use crate::l10n::Words;
use crate::web::parts::marks;

impl Drawing {
    /// How a line looks: as the state of the card that it begins at.
    pub(in crate::web) fn look(&self, line: &Line) -> &'static str {
        let tail = self.cards.get(line.tail as usize);
        tail.and_then(|card| card.mark).map_or("", |mark| mark.look)
    }

    /// A line ends at a card.
    pub(in crate::web) fn arrives(&self, line: &Line) -> bool {
        (line.head as usize) < self.cards.len()
    }

    /// Vertices share cards, and more cards can be drawn.
    pub(in crate::web) fn unfolds(&self) -> bool {
        self.cards.len() < self.vertices && self.vertices <= MOST_CARDS
    }

    /// Fewer cards would say the same: how many.
    pub(in crate::web) fn folds(&self) -> Option<usize> {
        let fewer = self.drawn().folded;
        (!self.folded && fewer < self.cards.len()).then_some(fewer)
    }

    /// The card is the one in the middle.
    pub(in crate::web) fn is_middle(&self, card: &Card) -> bool {
        self.near
            .as_ref()
            .is_some_and(|near| near.vertex == card.vertex)
    }

    /// The card at which a look at it begins: the one in the middle, the first failed, else the first running one.
    pub(in crate::web) fn first(&self) -> Option<i64> {
        if let Some(near) = &self.near {
            return Some(near.vertex);
        }
        let of = |looks: &[&str]| {
            let mut found = self
                .jumps
                .iter()
                .filter(|jump| looks.contains(&jump.mark.look));
            found.next().map(|jump| jump.vertex)
        };
        of(&["failed", "timeout", "interrupted"]).or_else(|| of(&["running"]))
    }

    /// The words of states for scripts, as `look=word` in turn.
    pub(in crate::web) fn words(&self, t: &Words) -> String {
        let words = WORST.map(|state| {
            let mark = marks::track(state.code(), None);
            format!("{}={}", mark.look, mark.said(t))
        });
        words.join(";")
    }
}
