//! The pages: server-rendered HTML that is complete without JavaScript.
//!
//! Every page but the sign-in is behind the [`Browser`] guard, and every form behind `Posted`.
//! Nothing here decides anything: reads go through the store, writes through the desk. User text
//! reaches a page only through the escaping of the templates.

mod answer;
mod around;
mod ask;
mod ask_form;
mod asked;
mod assets;
mod attempts;
mod catch;
mod deeds;
mod docs;
mod fates;
mod fields;
mod frame;
mod graph;
mod graph_new;
mod graphs;
mod guard;
mod inbox;
mod layout;
mod limit;
mod lines;
mod mount;
mod picture;
mod pipeline;
mod pipelines;
mod posted;
mod problems;
mod reason;
mod refused;
mod reveal;
mod script;
mod secrets;
mod seen;
mod session;
mod so_far;
mod standing;
mod start;
mod ticks;
mod track;
mod values;
mod vertices;
mod when;
mod words;

#[cfg(test)]
mod end_to_end;
#[cfg(test)]
mod end_to_end_asks;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod wellformed;

pub use docs::Documented;
pub use guard::{Browser, Clock};
pub use mount::{catchers, routes};
