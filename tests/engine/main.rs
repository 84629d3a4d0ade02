//! What the engine does with what people ask: the tables of the documentation, scenarios, and a

mod bench;
mod scenario;
mod scenarios;
mod tables;
