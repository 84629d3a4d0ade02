//! Everything around the program goes wrong: nothing is lost, people are told, it goes on alone.

mod disk;
mod ending;
mod flood;
mod gone;
mod leftovers;
mod locked;
mod long_logs;
mod room;
mod tools;
mod unwritable;
mod upgrade;
