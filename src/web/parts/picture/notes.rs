//! The second line of a card: a state, and one thing more where that fits whole.

use crate::clock::{format_briefly, format_duration};
use crate::engine::{PendingOn, TrackState};
use crate::graph::drawing::{cut, width};
use crate::l10n::Words;
use crate::store::TrackHead;
use crate::web::parts::marks::Mark;
use crate::web::parts::words;

/// The room for the second line of a card, in heights of its font.
const ROOM: f32 = 12.7;

/// What a card says beneath its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// All of it.
    pub(super) full: String,
    /// What of it fits.
    pub(super) short: String,
}

impl Note {
    /// From words that say less and less: the first that fit, since half a number is another number.
    pub(super) fn of(mut words: Vec<String>) -> Self {
        let fits = words.iter().find(|words| width(words) <= ROOM).cloned();
        let short = fits.unwrap_or_else(|| cut(words.last().map_or("", String::as_str), ROOM));
        words.truncate(1);
        Self {
            full: words.pop().unwrap_or_default(),
            short,
        }
    }
}

/// Of a track. What runs shows no time: nobody would count it on.
pub(super) fn of_track(track: &TrackHead, mark: Mark, t: Words) -> Note {
    let word = mark.said(&t);
    let with = |more: &str| format!("{word} · {more}");
    let said = words::said(track, t);
    let on = track.pending_on.and_then(PendingOn::from_code);
    let words = match TrackState::from_code(track.state) {
        // What it left when it ran is not of this time.
        _ if mark.unrun.is_some() => vec![word],
        Some(TrackState::Running) if track.attempt > 1 => {
            let attempt = t.picture_attempt(track.attempt.to_string());
            vec![with(&attempt), attempt, word]
        }
        Some(TrackState::Running) | None => vec![word],
        Some(TrackState::Waiting | TrackState::Pending) if !said.is_empty() => {
            vec![with(&said), said, word]
        }
        Some(TrackState::Waiting) => vec![word],
        Some(TrackState::Pending) => match on {
            Some(on) => vec![with(&pending(on, t)), word],
            None => vec![word],
        },
        Some(
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted,
        ) => {
            let code = track.exit_code.filter(|code| *code != 0);
            match (code, track.started_at.zip(track.finished_at)) {
                (Some(code), _) => {
                    let exit = t.picture_exit(code.to_string());
                    vec![with(&exit), exit, word]
                }
                (None, Some((from, until))) => {
                    let took = until - from;
                    let brief = format_briefly(took);
                    vec![with(&format_duration(took)), with(&brief), word]
                }
                (None, None) => vec![word],
            }
        }
    };
    Note::of(words)
}

/// What a PENDING track waits for, in a word.
fn pending(on: PendingOn, t: Words) -> String {
    match on {
        PendingOn::Slot => t.picture_on_slot(),
        PendingOn::Input => t.picture_on_input(),
        PendingOn::Retry => t.picture_on_retry(),
        PendingOn::Spawn => t.picture_on_spawn(),
        PendingOn::Failure => t.picture_on_failure(),
        PendingOn::Hold => t.said_hold(),
    }
}

/// Of so many tracks on one card; `counts`: how many stand at a state, the one that most needs somebody first.
pub(super) fn of_several(all: usize, counts: &[(Mark, usize)], t: Words) -> Note {
    let each: Vec<String> = counts
        .iter()
        .map(|(mark, count)| format!("{} {count}", mark.said(&t)))
        .collect();
    let first = |so_many: usize| {
        let parts = each.iter().take(so_many).map(|part| format!(" · {part}"));
        format!("× {all}{}", parts.collect::<String>())
    };
    let mut words = vec![first(each.len())];
    words.extend((1..each.len()).rev().map(|n| format!("{}…", first(n))));
    words.extend(match &each[..] {
        [] => None,
        [one] => Some(one.clone()),
        [worst, ..] => Some(format!("{worst}…")),
    });
    words.push(first(0));
    Note::of(words)
}

#[cfg(test)]
mod tests {
    use super::{Note, ROOM, of_several, of_track};
    use crate::engine::{Mark as Said, PendingOn, Reason, TrackState};
    use crate::graph::drawing::width;
    use crate::l10n::{L10n, Words};
    use crate::store::TrackHead;
    use crate::web::parts::marks::{Mark, UNKNOWN, track};
    use crate::web::tests::harness::track_head;

    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;

    fn at(state: TrackState) -> TrackHead {
        TrackHead {
            state: state.code(),
            pending_on: None,
            reason: None,
            exit_code: None,
            started_at: None,
            ..track_head(1, "a")
        }
    }

    fn ended(state: TrackState, took: i64) -> TrackHead {
        TrackHead {
            started_at: Some(0),
            finished_at: Some(took),
            ..at(state)
        }
    }

    fn late(took: i64) -> TrackHead {
        TrackHead {
            reason: Some(Reason::Timeout.code()),
            ..ended(TrackState::Failed, took)
        }
    }

    fn noted(head: &TrackHead, language: L10n) -> Note {
        let note = of_track(head, track(head.state, head.reason), Words::of(language));
        let (full, short) = (&note.full, &note.short);
        assert!(!short.is_empty() && !short.contains('…'), "{full}: {short}");
        assert!(width(short) <= ROOM, "{short} is too wide");
        note
    }

    fn short(head: &TrackHead) -> [String; 2] {
        [L10n::En, L10n::ZhCN].map(|language| noted(head, language).short)
    }

    #[test]
    fn a_length_of_time_that_does_not_fit_has_its_largest_unit_alone() {
        use TrackState::{Interrupted, Stopped, Succeed};
        let most = 59 * SECOND;
        for (head, words) in [
            (ended(Succeed, 400), ["Succeeded · 400 ms", "成功 · 400 ms"]),
            (ended(Succeed, 9_950), ["Succeeded · 9.9 s", "成功 · 9.9 s"]),
            (
                ended(Succeed, 12 * MINUTE + most),
                ["Succeeded · 12 min", "成功 · 12 min 59 s"],
            ),
            (
                ended(Succeed, 3 * HOUR + 59 * MINUTE),
                ["Succeeded · 3 h", "成功 · 3 h 59 min"],
            ),
            (
                ended(Succeed, 23 * HOUR + 59 * MINUTE),
                ["Succeeded · 23 h", "成功 · 23 h 59 min"],
            ),
            (
                ended(Succeed, 999 * DAY + 23 * HOUR),
                ["Succeeded · 999 d", "成功 · 999 d 23 h"],
            ),
            (
                ended(Stopped, 59 * MINUTE + most),
                ["Stopped · 59 min", "已停止 · 59 min 59 s"],
            ),
            (
                late(59 * MINUTE + most),
                ["Timed out · 59 min", "超时 · 59 min 59 s"],
            ),
            (
                ended(Interrupted, 23 * HOUR),
                ["Interrupted · 23 h", "中断 · 23 h 0 min"],
            ),
            (
                ended(Interrupted, 59 * MINUTE),
                ["Interrupted", "中断 · 59 min 0 s"],
            ),
            (ended(Succeed, i64::MAX), ["Succeeded", "成功"]),
        ] {
            assert_eq!(short(&head), words);
        }
        let whole = noted(&ended(Succeed, 12 * MINUTE + most), L10n::En).full;
        assert_eq!(whole, "Succeeded · 12 min 59 s", "its title has all of it");
    }

    #[test]
    fn nothing_is_cut_at_any_length_in_any_language() {
        let states = TrackState::ALL.iter().copied();
        let units = [1, SECOND, MINUTE, HOUR, DAY, 365 * DAY, 100_000 * DAY];
        let lengths = || {
            units
                .into_iter()
                .flat_map(|unit| [unit, 9 * unit, 59 * unit, 61 * unit - 1])
        };
        for language in L10n::iter() {
            for state in states.clone() {
                for took in lengths().chain([i64::MAX]) {
                    noted(&ended(state, took), *language);
                    noted(&late(took), *language);
                }
                for code in [1, 255, i32::MIN] {
                    let exit_code = Some(code);
                    noted(
                        &TrackHead {
                            exit_code,
                            ..at(state)
                        },
                        *language,
                    );
                }
                for mark in Said::ALL {
                    let mark = Some(mark.code());
                    noted(&TrackHead { mark, ..at(state) }, *language);
                }
                for attempt in [1, 99, 100, i32::MAX] {
                    noted(
                        &TrackHead {
                            attempt,
                            ..at(state)
                        },
                        *language,
                    );
                }
            }
        }
    }

    #[test]
    fn what_runs_shows_nothing_that_goes_stale() {
        let running = |attempt| TrackHead {
            attempt,
            started_at: Some(0),
            ..at(TrackState::Running)
        };
        assert_eq!(short(&running(1)), ["Running", "运行中"]);
        assert_eq!(
            short(&running(2)),
            ["Running · attempt 2", "运行中 · 第 2 次尝试"]
        );
        assert_eq!(short(&running(1_000))[0], "attempt 1000");
        // A retry leaves these in its row until it ends.
        let again = TrackHead {
            exit_code: Some(3),
            finished_at: Some(1),
            ..running(1)
        };
        assert_eq!(short(&again), ["Running", "运行中"]);
    }

    #[test]
    fn what_is_pending_says_in_a_word_for_what_it_waits() {
        for on in PendingOn::ALL {
            let (english, chinese) = match on {
                PendingOn::Slot => ("slot", "等执行槽"),
                PendingOn::Input => ("value", "等输入"),
                PendingOn::Retry => ("retry", "等重试"),
                PendingOn::Spawn => ("machine", "等机器"),
                PendingOn::Failure => ("failure", "有失败"),
                PendingOn::Hold => ("held", "已暂缓"),
            };
            let head = TrackHead {
                pending_on: Some(on.code()),
                ..at(TrackState::Pending)
            };
            let words = [format!("Pending · {english}"), format!("排队 · {chinese}")];
            assert_eq!(short(&head), words);
        }
        let skip = TrackHead {
            mark: Some(Said::Skip.code()),
            ..at(TrackState::Waiting)
        };
        assert_eq!(short(&skip), ["to be skipped", "等待 · 将跳过"]);
    }

    #[test]
    fn what_has_not_run_says_only_that() {
        for (attempt, english) in [(0, "Did not run"), (2, "Did not run again")] {
            let head = TrackHead {
                attempt,
                exit_code: Some(3),
                ..at(TrackState::Waiting)
            };
            let mark = track(head.state, head.reason).over(attempt);
            let note = |language| of_track(&head, mark, Words::of(language));
            assert_eq!(note(L10n::En).full, english);
            for language in L10n::iter() {
                let note = note(*language);
                assert_eq!(note.full, note.short, "it fits whole");
            }
        }
    }

    #[test]
    fn of_several_no_count_is_cut() {
        let mark = |state: TrackState| track(state.code(), None);
        let of = |all, counts: &[(Mark, usize)]| {
            let note = of_several(all, counts, Words::of(L10n::En));
            assert!(width(&note.short) <= ROOM, "{note:?}");
            note.short
        };
        let (failed, done) = (mark(TrackState::Failed), mark(TrackState::Succeed));
        assert_eq!(of(9, &[(done, 9)]), "× 9 · Succeeded 9");
        assert_eq!(of(99_999, &[(done, 99_999)]), "Succeeded 99999");
        assert_eq!(of(9, &[(failed, 4), (done, 5)]), "× 9 · Failed 4…");
        let lost = mark(TrackState::Interrupted);
        assert_eq!(
            of(5_000, &[(lost, 4_000), (done, 1_000)]),
            "Interrupted 4000…"
        );
        for language in L10n::iter() {
            let every = TrackState::ALL
                .iter()
                .map(|state| mark(*state))
                .chain([UNKNOWN]);
            let every: Vec<(Mark, usize)> = every.map(|mark| (mark, 100_000)).collect();
            for from in 0..every.len() {
                let note = of_several(900_000, &every[from..], Words::of(*language));
                let counts = note.short.split(|c: char| !c.is_ascii_digit());
                let counts: Vec<&str> = counts.filter(|count| !count.is_empty()).collect();
                assert!(!counts.is_empty() && width(&note.short) <= ROOM, "{note:?}");
                assert!(
                    counts.iter().all(|n| ["100000", "900000"].contains(n)),
                    "{note:?}"
                );
            }
        }
    }
}
