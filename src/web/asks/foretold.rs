//! What would follow from what a form asks, told before it is asked.

use crate::desk::{Ask, Asked, Desk, StartError};
use crate::l10n::Words;
use crate::web::asks::asked::{Found, Subject};
use crate::web::asks::deeds::Deed;
use crate::web::asks::fates::{self, Fates};

/// What would follow.
#[derive(Debug, Default)]
pub(in crate::web) struct Foretold {
    /// Of the pipeline.
    pub(in crate::web) becomes: String,
    /// What to think of before.
    pub(in crate::web) warnings: Vec<String>,
    pub(in crate::web) fates: Vec<Fates>,
}

impl Found {
    /// What would follow, with the values that are there.
    pub(in crate::web) fn foretell(
        &self,
        desk: &Desk,
        who: &str,
        t: Words,
    ) -> Result<Foretold, StartError> {
        let asked = Asked {
            who: who.to_owned(),
            ..Asked::default()
        };
        let ask = match self.subject {
            Subject::Pipeline(id, Deed::Again) => {
                let would = desk.would_again(id, asked)?;
                let mut says = Vec::new();
                if !would.waits_for_input.is_empty() {
                    says.push(t.ask_waits(would.waits_for_input.len()));
                }
                if !would.room.stops.is_empty() {
                    let stops: Vec<_> =
                        would.room.stops.iter().map(|id| format!("#{id}")).collect();
                    says.push(t.ask_stops(stops.join(", ")));
                }
                return Ok(Foretold {
                    becomes: says.join(" "),
                    ..Foretold::default()
                });
            }
            Subject::Pipeline(id, Deed::Ask(ask)) => Ask::Pipeline(id, ask),
            Subject::Track(id, ask) => Ask::Track(id, ask),
        };
        let would = desk.foretell(ask, asked)?;
        let marked = match (self.subject, &self.track) {
            (Subject::Track(_, ask), Some(track)) => fates::of_mark(ask, &track.head, t),
            _ => None,
        };
        let says = marked.into_iter().chain([fates::of_pipeline(&would, t)]);
        Ok(Foretold {
            becomes: says.collect::<Vec<_>>().join(" "),
            warnings: would
                .warnings
                .iter()
                .map(|w| fates::caution(w, t))
                .collect(),
            fates: fates::of_tracks(&would, t),
        })
    }
}
