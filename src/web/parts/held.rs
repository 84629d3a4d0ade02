//! Lists that somebody looks at: they keep their lines where they are (`static/js/live.js` says which are
//! shown), and what is new is counted.

/// The numbers of the lines that are shown, whose keys begin with this letter, `most` at most; none: nobody
/// has said what is shown.
pub(in crate::web) fn held(shown: Option<&str>, letter: char, most: usize) -> Option<Vec<i64>> {
    let keys = shown?.split(',');
    let number = |key: &str| key.strip_prefix(letter)?.parse().ok();
    Some(keys.filter_map(number).take(most).collect())
}

/// How many of these are not shown.
pub(in crate::web) fn newer(now: impl Iterator<Item = i64>, shown: &[i64]) -> usize {
    now.filter(|id| !shown.contains(id)).count()
}

#[cfg(test)]
mod tests {
    use super::{held, newer};

    #[test]
    fn keys_are_a_letter_and_a_number() {
        assert_eq!(held(None, 'r', 9), None);
        let shown = Some("r12,f7,r,rx,r-,,r5,r4");
        assert_eq!(held(shown, 'r', 2), Some(vec![12, 5]));
        assert_eq!(held(shown, 'f', 2), Some(vec![7]));
        assert_eq!(held(Some(""), 'f', 2), Some(vec![]));
        assert_eq!(newer([9, 7, 5].into_iter(), &[7]), 2);
    }
}
