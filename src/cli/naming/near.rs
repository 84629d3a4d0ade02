//! Names that are like one that is not known.

use crate::graph::quote;

/// The most of them that are told.
const MOST_TOLD: usize = 3;
/// How alike a name is that may have been meant, from 0 to 1.
const ALIKE: f64 = 0.6;

/// Which of the names may have been meant: ` (did you mean ...?)`, or nothing.
pub(in crate::cli) fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let alike = |other: &'n str| {
        let begins = !name.is_empty() && other.starts_with(name);
        let alike = strsim::normalized_damerau_levenshtein(name, other);
        (if begins { 1.0 } else { alike }, other)
    };
    let mut alike: Vec<(f64, &str)> = names.map(alike).filter(|(a, _)| *a >= ALIKE).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let told: Vec<String> = alike
        .iter()
        .take(MOST_TOLD)
        .map(|(_, o)| quote(o))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(" (did you mean {}?)", told.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn names_that_may_have_been_meant_are_told_the_nearest_first() {
        let names = ["ping", "pong", "print", "load", "ping-all"];
        for (given, told) in [
            ("pin", " (did you mean `ping` or `ping-all` or `print`?)"),
            ("pinng", " (did you mean `ping` or `pong`?)"),
            ("laod", " (did you mean `load`?)"),
            ("xyz", ""),
            ("", ""),
        ] {
            assert_eq!(near(given, names.into_iter()), told, "{given}");
        }
    }
}
