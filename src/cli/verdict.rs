//! How a pipeline ended, as it is said at the end of a run or of a wait.

use super::error::CliError;
use super::output::{print_json, say, visible};
use super::report::{Report, why};
use crate::engine::{TrackId, TrackState};
use crate::store::{Store, TrackHead};

/// The last lines of a failed script's output that are shown.
const TAIL_LINES: usize = 20;
/// The most tracks whose output, or what is worth a word of them, is shown.
const MOST_TAILS: usize = 5;

impl Report {
    /// Why tracks failed, with the end of what they printed.
    fn failures(&self, store: &Store) -> Result<String, CliError> {
        let failed = |t: &&TrackHead| {
            [TrackState::Failed.code(), TrackState::Interrupted.code()].contains(&t.state)
        };
        let mut text = String::new();
        for track in self.tracks.iter().filter(failed).take(MOST_TAILS) {
            let state = TrackState::from_code(track.state).map_or("?", TrackState::word);
            text.push_str(&format!(
                "\n{state} {}: {}\n",
                visible(&track.vertex),
                why(track)
            ));
            let Some((_, texts)) = store.track(TrackId(track.id))? else {
                continue;
            };
            let output = String::from_utf8_lossy(&texts.output);
            let lines: Vec<_> = output.lines().collect();
            for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
                text.push_str(&format!("  | {}\n", visible(line)));
            }
        }
        Ok(text)
    }

    /// What is worth a word of tracks that succeeded, e.g. outputs that nobody declared.
    fn remarks(&self) -> String {
        let told = |t: &&TrackHead| t.state == TrackState::Succeed.code() && !t.detail.is_empty();
        let line = |t: &TrackHead| format!("\n{}: {}\n", visible(&t.vertex), why(t));
        let tracks = self.tracks.iter().filter(told);
        tracks.take(MOST_TAILS).map(line).collect()
    }

    /// Says how it ended: failures and the summary, or one JSON object.
    pub(super) fn end(&self, store: &Store, json: bool) -> Result<u8, CliError> {
        let code = self.tell(store, false)?;
        if json {
            print_json(&self.json())?;
        }
        Ok(code)
    }

    /// Says how it ended: failures and the summary. `named`: of which pipeline.
    pub(super) fn tell(&self, store: &Store, named: bool) -> Result<u8, CliError> {
        let (failures, remarks) = (self.failures(store)?, self.remarks());
        let name = match named {
            true => format!("#{} {}: ", self.head.id, visible(&self.head.name)),
            false => String::new(),
        };
        say(&format!("{failures}{remarks}{name}{}", self.summary()));
        Ok(self.exit_code())
    }
}
