//! What a person may ask of a pipeline or a track: the buttons, the page that says what would follow, the deed.

pub(in crate::web) mod ask;
pub(in crate::web) mod asked;
pub(in crate::web) mod deeds;
pub(in crate::web) mod fates;
pub(in crate::web) mod foretold;
pub(in crate::web) mod form;
