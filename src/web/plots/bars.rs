//! Runs side by side: the height of a bar is the time that it took, its colour and its notch the state.

/// How high a picture is.
pub(in crate::web) const HEIGHT: i64 = 24;
/// From one bar to the next, and how wide each is.
const STEP: usize = 7;
pub(in crate::web) const WIDTH: i64 = 5;
/// A bar is at least so high that its notch can be seen.
const LEAST: i64 = 7;
/// How far above its foot a notch is, and how high.
const NOTCH: i64 = 3;

/// A bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Bar {
    pub(in crate::web) x: usize,
    pub(in crate::web) y: i64,
    pub(in crate::web) height: i64,
    /// Where its notch begins, when it did not end well.
    pub(in crate::web) notch: Option<i64>,
}

/// How wide a picture of so many bars is.
pub(in crate::web) const fn width(bars: usize) -> usize {
    bars * STEP
}

/// Bars for `(milliseconds, it did not end well)`, from left to right.
pub(in crate::web) fn bars(runs: &[(i64, bool)]) -> Vec<Bar> {
    let longest = runs.iter().map(|(ms, _)| *ms).max().unwrap_or(0).max(1);
    let bar = |(place, (ms, bad)): (usize, &(i64, bool))| {
        let share = i128::from((*ms).max(0)) * i128::from(HEIGHT - LEAST) / i128::from(longest);
        let height = LEAST + i64::try_from(share).unwrap_or(0);
        Bar {
            x: place * STEP,
            y: HEIGHT - height,
            height,
            notch: bad.then_some(HEIGHT - 2 - NOTCH),
        }
    };
    runs.iter().enumerate().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, bars, width};

    #[test]
    fn the_longest_is_as_high_as_the_picture_and_bad_ones_have_a_notch() {
        let drawn = bars(&[(0, false), (500, true), (1_000, false), (-3, false)]);
        let heights: Vec<_> = drawn.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(
            heights,
            [(0, 17, 7), (7, 9, 15), (14, 0, HEIGHT), (21, 17, 7)]
        );
        let notches: Vec<_> = drawn.iter().map(|bar| bar.notch).collect();
        assert_eq!(notches, [None, Some(19), None, None]);
        assert_eq!(width(drawn.len()), 28);
        assert_eq!(bars(&[]), []);
        assert_eq!(bars(&[(i64::MAX, false)])[0].height, HEIGHT);
    }
}
