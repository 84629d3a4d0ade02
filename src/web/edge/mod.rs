//! What stands between a browser and the pages: who may come in, forms of ours, answers, files, errors.

pub(in crate::web) mod answer;
pub(in crate::web) mod assets;
pub(in crate::web) mod catch;
pub(in crate::web) mod guard;
pub(in crate::web) mod limit;
pub(in crate::web) mod look;
pub(in crate::web) mod posted;
pub(in crate::web) mod seen;
pub(in crate::web) mod server;
pub(in crate::web) mod session;
