//! What pages are made of: the frame, fields, states in words, the picture. Their templates are in `templates/parts`.

pub(in crate::web) mod ansi;
pub(in crate::web) mod around;
pub(in crate::web) mod codes;
pub(in crate::web) mod colours;
pub(in crate::web) mod escape;
pub(in crate::web) mod eta;
pub(in crate::web) mod fields;
pub(in crate::web) mod frame;
pub(in crate::web) mod held;
pub(in crate::web) mod lines;
pub(in crate::web) mod marks;
pub(in crate::web) mod need;
pub(in crate::web) mod noted;
pub(in crate::web) mod picture;
pub(in crate::web) mod problems;
pub(in crate::web) mod reason;
pub(in crate::web) mod refused;
pub(in crate::web) mod reveal;
pub(in crate::web) mod size;
pub(in crate::web) mod so_far;
pub(in crate::web) mod standing;
pub(in crate::web) mod ticks;
pub(in crate::web) mod values;
pub(in crate::web) mod when;
pub(in crate::web) mod words;
pub(in crate::web) mod wrong;
