//! The words that stand in a log in place of what is missing.

const BEFORE: &str = "\n[trackyard: ";
const AFTER: &str = " bytes of output are not kept here]\n";

/// More than the longest note, in bytes.
pub(super) const LONGEST_NOTE: usize = 100;

/// What stands in a log in place of what is missing.
pub(super) fn note(dropped: u64) -> Vec<u8> {
    format!("{BEFORE}{dropped}{AFTER}").into_bytes()
}

/// What the note says that a text begins with, and how long the note is.
pub(super) fn noted(text: &[u8]) -> Option<(u64, u64)> {
    let rest = text.strip_prefix(BEFORE.as_bytes())?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    rest[digits..].strip_prefix(AFTER.as_bytes())?;
    let dropped = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    Some((dropped, (BEFORE.len() + digits + AFTER.len()) as u64))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NOTE, note, noted};

    #[test]
    fn a_note_is_read_as_it_was_written_and_nothing_else_is() {
        for dropped in [1, 4_096, u64::MAX] {
            let mut text = note(dropped);
            let len = text.len() as u64;
            assert!(text.len() < LONGEST_NOTE);
            assert_eq!(noted(&text), Some((dropped, len)));
            assert_eq!(noted(&text[1..]), None);
            assert_eq!(noted(&text[..text.len() - 1]), None);
            text.extend(b"more");
            assert_eq!(noted(&text), Some((dropped, len)));
        }
        assert_eq!(noted(b""), None);
        assert_eq!(
            noted(b"\n[trackyard: x bytes of output are not kept here]\n"),
            None
        );
    }
}
