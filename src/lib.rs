//! Trackyard runs shell scripts as a DAG: one binary with a web page, a REST API, a command
//! line and a history in an embedded database.
//!
//! `docs/ARCHITECTURE.md` is the map: what each module is for and which way imports point.

pub mod access;
pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;

pub mod desk;
pub mod door;
pub mod driver;
pub mod engine;
pub mod executor;
pub mod failpoint;
pub mod graph;
mod l10n;
pub mod probe;
pub mod secrets;
pub mod spool;
pub mod store;
pub mod web;
