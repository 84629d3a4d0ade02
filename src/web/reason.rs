//! The line of a page that says why a track or a pipeline stands where it does.

use std::time::Duration;

use super::answer::Failure;
use super::reveal;
use super::when::{When, when};
use crate::desk::why::{ReferKind, Why};
use crate::driver::CommandError;

/// How long a page waits for the driver: it is whole without this line, too.
pub(super) const PATIENCE: Duration = Duration::from_millis(200);

/// The answer, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) sentence: String,
    pub(super) next: String,
    pub(super) until: Option<When>,
    /// Addresses and names of what the sentence speaks of.
    pub(super) links: Vec<(String, String)>,
}

/// The line; none when nobody can be asked now, because of which no page fails.
pub(super) fn reason(why: Result<Option<Why>, CommandError>) -> Result<Option<Reason>, Failure> {
    match why {
        Ok(why) => Ok(why.map(line)),
        Err(CommandError::Store(why)) => Err(why.into()),
        Err(_) => Ok(None),
    }
}

fn line(why: Why) -> Reason {
    let link = |kind: ReferKind, id: i64, name: &str| match kind {
        ReferKind::Track => Some((format!("/tracks/{id}"), reveal::text(name))),
        ReferKind::Pipeline => Some((format!("/pipelines/{id}"), format!("#{id}"))),
        ReferKind::Pool | ReferKind::Input => None,
    };
    let links = why.refers.iter();
    let links = links.filter_map(|refer| link(refer.kind, refer.id?, &refer.name));
    Reason {
        links: links.collect(),
        sentence: reveal::text(&why.sentence),
        next: reveal::text(&why.next),
        until: why.until.map(|until| when(until.0)),
    }
}
