//! Regular expressions that a whole value must match: limited in size, compiled once.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// The most characters of a pattern, and the most bytes that a compiled one may take.
const PATTERN_CHARS: usize = 1000;
const PATTERN_BYTES: usize = 1 << 20;

/// Compiled patterns, so that 10,000 vertices with one pattern compile it once.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    compiled: BTreeMap<String, Result<Regex, String>>,
}

impl Patterns {
    /// The regular expression that a whole value must match.
    pub(super) fn get(&mut self, pattern: &str) -> Result<&Regex, &str> {
        if !self.compiled.contains_key(pattern) {
            self.compiled.insert(pattern.to_owned(), compile(pattern));
        }
        match self.compiled.get(pattern) {
            Some(Ok(regex)) => Ok(regex),
            Some(Err(reason)) => Err(reason),
            None => Err("it was not compiled"),
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let chars = pattern.chars().count();
    if chars > PATTERN_CHARS {
        return Err(format!(
            "it has {chars} characters and the limit is {PATTERN_CHARS}"
        ));
    }
    let build = |text: &str| {
        let mut builder = RegexBuilder::new(text);
        builder
            .size_limit(PATTERN_BYTES)
            .dfa_size_limit(PATTERN_BYTES)
            .nest_limit(50)
            .build()
    };
    // Alone first: `a)(b` must not become valid by what is put around it. The line break ends a
    // comment that a pattern in the (?x) notation may finish with.
    let alone = build(pattern).and_then(|_| {
        build(&format!(r"\A(?:{pattern})\z")).or_else(|_| build(&format!("\\A(?:{pattern}\n)\\z")))
    });
    alone.map_err(|error| {
        let text = error.to_string();
        let last = text
            .lines()
            .rfind(|l| !l.trim().is_empty())
            .unwrap_or("")
            .trim();
        last.trim_start_matches("error: ").to_owned()
    })
}
