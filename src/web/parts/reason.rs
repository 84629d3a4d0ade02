//! The line of a page that says why a track or a pipeline stands where it does.

use std::time::Duration;

use crate::desk::why::{ReferKind, Why};
use crate::driver::CommandError;
use crate::web::edge::answer::Failure;
use crate::web::parts::reveal;
use crate::web::parts::when::{When, when};

/// How long a page waits for the driver: it is whole without this line, too.
pub(in crate::web) const PATIENCE: Duration = Duration::from_millis(200);

/// The answer, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Reason {
    pub(in crate::web) sentence: String,
    pub(in crate::web) next: String,
    pub(in crate::web) until: Option<When>,
    /// Addresses and names of what the sentence speaks of.
    pub(in crate::web) links: Vec<(String, String)>,
}

/// The line; none when nobody can be asked now, because of which no page fails.
pub(in crate::web) fn reason(
    why: Result<Option<Why>, CommandError>,
) -> Result<Option<Reason>, Failure> {
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
