//! Where the next page of a list begins. Each list reads only its own; to all others it is a text.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;

/// Where the next page of a list begins: a text that the list itself reads as `cursor`, and nobody else.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct Cursor(String);

impl Cursor {
    /// The place, as the list reads it.
    pub(in crate::api) fn of(place: impl Display) -> Self {
        Self(place.to_string())
    }

    /// After the last row of a page; none: the page is not full, so there are no more.
    pub(in crate::api) fn after<T, P: Display>(
        rows: &[T],
        limit: i64,
        place: impl FnOnce(&T) -> P,
    ) -> Option<Self> {
        let last = rows.last().filter(|_| rows.len() as i64 == limit);
        last.map(|row| Self::of(place(row)))
    }

    /// The place that a query or a body names.
    pub(in crate::api) fn read<T: FromStr>(written: Option<&str>) -> Result<Option<T>, ApiError> {
        let read = |text: &str| text.parse().map_err(|_| Self::refused(text));
        written.map(read).transpose()
    }

    /// No page of this list has ended there.
    pub(in crate::api) fn refused(text: &str) -> ApiError {
        let detail = format!("`cursor={text}`: write the `next` of the page before it");
        ApiError::invalid(detail)
    }
}
