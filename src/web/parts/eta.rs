//! When a pipeline is expected to end, as pages tell it: no more exact than the guess is.

use crate::l10n::Words;

/// A guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Eta {
    /// The moment, in milliseconds since 1970: the page counts down to it by its own clock.
    pub(in crate::web) at: i64,
    /// In how long that is.
    pub(in crate::web) said: String,
}

/// It takes so many milliseconds from now.
pub(in crate::web) fn eta(left: i64, now: i64, t: Words) -> Eta {
    Eta {
        at: now + left,
        said: said(left, t),
    }
}

/// What `static/js/live.js` makes the words of, in the same steps.
pub(in crate::web) fn words(t: Words) -> String {
    let all = [
        t.eta_now(),
        t.eta_soon(),
        t.eta_seconds("#"),
        t.eta_minutes("#"),
        t.eta_hours("#"),
    ];
    all.join("|")
}

fn said(ms: i64, t: Words) -> String {
    let rounded = |unit: i64| (ms + unit / 2) / unit;
    match ms {
        ..=0 => t.eta_now(),
        1..5_000 => t.eta_soon(),
        5_000..90_000 => t.eta_seconds((rounded(5_000) * 5).to_string()),
        90_000..5_400_000 => t.eta_minutes(rounded(60_000).to_string()),
        _ => t.eta_hours(rounded(3_600_000).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{said, words};
    use crate::l10n::{L10n, Words};

    #[test]
    fn guesses_are_told_as_guesses() {
        let t = Words::of(L10n::default());
        for (ms, words) in [
            (-3, "any moment now"),
            (4_999, "in a few seconds"),
            (41_000, "in about 40 s"),
            (170_000, "in about 3 min"),
            (9_000_000, "in about 3 h"),
        ] {
            assert_eq!(said(ms, t), words);
        }
    }

    #[test]
    fn the_page_has_the_words_of_each_step() {
        for language in L10n::iter() {
            let words = words(Words::of(*language));
            let steps: Vec<&str> = words.split('|').collect();
            assert_eq!(steps.len(), 5, "{words}");
            assert!(steps[2..].iter().all(|step| step.contains('#')), "{words}");
        }
    }
}
