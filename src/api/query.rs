//! Queries: `?dry_run=true`, and no word that is not known. A slip in a name must not do the deed, nor
//! give the whole list for a part of it.

use std::collections::BTreeSet;

use rocket::Request;

use super::error::ApiError;

/// Whether nothing is to be done, only what would follow said.
pub(super) fn is_dry(dry_run: Option<&str>) -> Result<bool, ApiError> {
    flag("dry_run", dry_run)
}

/// What a query says of something that is so or not; without a word it is not.
pub(super) fn flag(name: &str, written: Option<&str>) -> Result<bool, ApiError> {
    match written {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => {
            let why = format!("`{name}={other}`: write `true` or `false`");
            Err(ApiError::invalid(why))
        }
    }
}

/// Why a query is refused, for the catcher.
pub(super) struct Stray(pub(super) String);

/// Whether the query has a name that the route does not know, or one twice.
pub(super) fn is_stray(request: &Request<'_>) -> bool {
    let declared = request.route().and_then(|route| route.uri.query());
    let declared = declared.into_iter().flat_map(|query| query.split('&'));
    let known: BTreeSet<&str> = declared.map(|name| name.trim_matches(['<', '>'])).collect();
    let mut seen = BTreeSet::new();
    let names = request
        .query_fields()
        .map(|field| field.name.source().as_str());
    let stray = names.filter(|name| !name.is_empty()).find_map(|name| {
        if !known.contains(name) {
            let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            return Some(match list.is_empty() {
                true => format!("`{name}` is not known here: this takes no query"),
                false => format!("`{name}` is not known here: there is {}", list.join(", ")),
            });
        }
        (!seen.insert(name)).then(|| format!("`{name}` is there twice"))
    });
    let stray = stray.or_else(|| unreadable(request));
    let found = stray.is_some();
    if let Some(why) = stray {
        // What is kept of a request stays as it was kept first.
        request.local_cache(|| Some(Stray(why)));
    }
    found
}

/// What in the query is no text: Rocket would read other letters in its place.
fn unreadable(request: &Request<'_>) -> Option<String> {
    let query = request.uri().query()?;
    let mut fields = query.raw_segments();
    let bad = fields.find(|field| field.percent_decode().is_err())?;
    let name = bad.split_at_byte(b'=').0.percent_decode_lossy();
    Some(format!("`{name}`: it is not UTF-8 (as `%XX` of its bytes)"))
}
