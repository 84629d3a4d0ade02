//! The command line: `trackyard <verb>`.
//!
//! Verbs that change something speak with the running server over REST, or do the work in this
//! process when there is none; verbs that only show read the database. Standard output has what
//! was asked for, standard error what is said about it. Exit codes: 0 it went well, 1 it did not,
//! 2 what was written on the command line or in the settings is wrong, 130 and 143 a signal.
//!
//! No rule of the product is decided here.

mod args;
mod asking;
mod asks;
mod bars;
mod begin;
mod bell;
mod bench;
mod board;
mod check;
mod context;
mod definition;
mod differ;
mod doing;
mod drain;
mod error;
mod export;
mod filter;
mod follow;
mod foreign;
mod graph;
mod graphs;
mod history;
mod hook;
mod import;
mod keep;
mod lines;
mod logs;
mod manual;
mod many;
mod meant;
mod naming;
mod output;
mod params;
mod past;
mod problems;
mod program;
mod progress;
mod ps;
mod remote;
mod render;
mod report;
mod run;
mod secret;
mod serve;
mod signals;
mod simulate;
mod sse;
mod start;
mod timeline;
mod verdict;
mod wait;
mod watched;
mod why;

pub use program::main;
