//! What the journal says of who did what.

use crate::store::JournalRow;

/// What an entry says was asked for, and why.
pub(super) fn parts(entry: &JournalRow) -> (&str, &str) {
    entry.why.split_once(": ").unwrap_or((&entry.why, ""))
}

/// The newest entry of these that says one of the words, by a person.
pub(super) fn newest<'a>(entries: &'a [JournalRow], words: &[&str]) -> Option<&'a JournalRow> {
    let says = |entry: &&JournalRow| !entry.who.is_empty() && words.contains(&parts(entry).0);
    entries.iter().find(says)
}

/// `ann stopped it (because of the price)`
pub(super) fn by(entry: &JournalRow, verb: &str, what: &str) -> String {
    let (_, reason) = parts(entry);
    let did = format!("{} {verb} {what}", entry.who);
    match reason.trim() {
        "" => did,
        reason => format!("{did} ({reason})"),
    }
}
