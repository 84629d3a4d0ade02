//! The end of what one track of a pipeline has printed.

use std::io;

use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{LogView, Spool};
use crate::store::TrackHead;
use crate::web::parts::ansi;
use crate::web::parts::colours::Style;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::standing::Found;

/// Lines that are shown.
const LINES: usize = 20;
/// They are looked for in so many bytes of the end.
const BYTES: u64 = 16 << 10;

/// The end of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Printed {
    pub(in crate::web) track: i64,
    pub(in crate::web) vertex: String,
    pub(in crate::web) mark: Mark,
    pub(in crate::web) running: bool,
    /// Whole lines; empty: it has printed nothing.
    pub(in crate::web) text: String,
}

/// The output of the track that is asked for, else of the first that needs somebody, that runs, or has run.
pub(in crate::web) fn printed(
    spool: &Spool,
    found: &Found,
    asked: Option<&TrackHead>,
) -> Option<Printed> {
    let running = |track: &&TrackHead| track.state == TrackState::Running.code();
    let tracks = || found.tracks.iter().chain(&found.whole);
    let head = asked
        .or_else(|| found.attention.iter().find(|track| track.attempt > 0))
        .or_else(|| tracks().find(running))
        .or_else(|| tracks().rfind(|track| track.attempt > 0))?;
    let key = AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: TrackId(head.id),
        attempt: head.attempt.unsigned_abs(),
    };
    let text = match LogView::open(&spool.log(key)).and_then(|view| view.last(BYTES)) {
        Ok(bytes) => last_lines(&bytes),
        Err(why) => {
            if why.kind() != io::ErrorKind::NotFound {
                tracing::error!(%why, "a log could not be read: {why}");
            }
            String::new()
        }
    };
    Some(Printed {
        track: head.id,
        vertex: head.vertex.clone(),
        mark: match found.head.finished_at {
            Some(_) => marks::track(head.state, head.reason).over(head.attempt),
            None => marks::track(head.state, head.reason),
        },
        running: running(&head),
        text,
    })
}

fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let mut style = Style::default();
    let plain = |line: &&str| ansi::text(&ansi::runs(line, &mut style));
    let last: Vec<String> = lines[lines.len().saturating_sub(LINES)..]
        .iter()
        .map(plain)
        .collect();
    last.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{LINES, last_lines};

    #[test]
    fn the_last_lines_are_kept_whole() {
        let text: String = (1..=50).map(|n| format!("line {n}\n")).collect();
        let shown = last_lines(text.as_bytes());
        assert_eq!(shown.lines().count(), LINES);
        assert!(shown.starts_with("line 31\n") && shown.ends_with("line 50"));
        assert_eq!(last_lines(b""), "");
        assert_eq!(last_lines(b"half"), "half");
    }
}
