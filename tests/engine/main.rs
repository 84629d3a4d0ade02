//! What the engine does with what people ask: the tables of the documentation, scenarios, and a
//! second, naive writing of the rules that random sequences are compared with.

mod bench;
mod compare;
mod model;
mod model_actions;
mod model_times;
#[path = "../it/random.rs"]
mod random;
mod scenario;
mod scenarios;
mod tables;
mod why;
