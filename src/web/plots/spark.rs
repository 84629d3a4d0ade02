//! A line of what came and went, without axes.

/// How wide and how high it is.
pub(in crate::web) const WIDTH: usize = 120;
pub(in crate::web) const HEIGHT: usize = 28;

/// The path of a line through these values, from left to right; empty when there are not two of them or
/// all are nothing.
pub(in crate::web) fn path(values: &[i64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0);
    if values.len() < 2 || most <= 0 {
        return String::new();
    }
    let mut path = String::new();
    for (place, value) in values.iter().enumerate() {
        let x = place * WIDTH / (values.len() - 1);
        // One unit stays free above and below, for the width of the line.
        let y = HEIGHT as i64 - 1 - (*value).max(0) * (HEIGHT as i64 - 2) / most;
        path.push_str(&format!("{}{x} {y}", if place == 0 { 'M' } else { 'L' }));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_line_needs_two_values_and_something() {
        assert_eq!(path(&[]), "");
        assert_eq!(path(&[7]), "");
        assert_eq!(path(&[0, 0, 0]), "");
        assert_eq!(path(&[0, 4, 2]), "M0 27L60 1L120 14");
        assert_eq!(path(&[-5, i64::from(u32::MAX)]), "M0 27L120 1");
    }
}
