//! Names of parameters and variables: what may be one, and which a text mentions.

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

/// Every `<identifier>` of `text`: where it begins, and the name.
pub(super) fn bracketed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('<').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let name = &rest[..end];
        (rest[end..].starts_with('>') && is_identifier(name)).then_some((at, name))
    })
}
