//! Names of parameters and variables: what may be one, and which a text mentions.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whether `name` is `[A-Za-z_][A-Za-z0-9_]*`.
pub(super) fn is_identifier(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}

/// The identifiers of `text` that begin with `prefix`, without it, and where each first stands.
pub(super) fn identifiers<'t>(text: &'t str, prefix: &str) -> BTreeMap<&'t str, usize> {
    let mut found = BTreeMap::new();
    let mut at = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        if let Some(name) = word.strip_prefix(prefix) {
            found.entry(name).or_insert(at);
        }
        at += word.len()
            + text[at + word.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
    }
    found
}

/// Every `<name>` of `text` that could be a placeholder: where it begins, and the name.
pub(super) fn bracketed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('<').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        placeholder_name(rest.as_bytes()).map(|length| (at, &rest[..length]))
    })
}

/// How long the name at the start of `text` is, if a placeholder could have it and `>` follows: a
/// parameter's name, or `vertex.output`, whose vertex has letters, digits, `_`, `-` and `.` only.
pub(super) fn placeholder_name(text: &[u8]) -> Option<usize> {
    let word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let length = text.iter().take_while(word).count();
    let name = std::str::from_utf8(&text[..length]).ok()?;
    let fits = match name.rsplit_once('.') {
        None => is_identifier(name),
        Some((vertex, output)) => {
            vertex.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && is_identifier(output)
        }
    };
    (fits && text.get(length) == Some(&b'>')).then_some(length)
}

/// What stands for a placeholder's name in the names of variables: itself, or for `vertex.output`
/// the same with `_` in place of all that is no letter and no digit.
pub(super) fn variable(name: &str) -> Cow<'_, str> {
    if is_identifier(name) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}
