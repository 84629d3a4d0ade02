//! The description of the REST interface, drawn from its document: what each request takes, what it is
//! answered with, and a line that asks it.

mod example;
mod kinds;
mod page;

pub use page::Documented;
pub(in crate::web) use page::show;
