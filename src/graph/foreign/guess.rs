//! Whose file a text is, where its name does not say so: only what is certain.

use super::Origin;

/// Fields of the time of a job.
const FIELDS: usize = 5;

/// What a text is by its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// One of ours, right or wrong.
    Ours,
    /// Of another program.
    Of(Origin),
    /// It cannot be said.
    Unknown,
}

/// Whose file a text is.
pub fn guess(text: &str) -> Guess {
    if text.trim_start().starts_with('{') {
        return Guess::Ours;
    }
    let top = |key: &str| {
        let begins = |line: &str| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(':'))
        };
        text.lines().any(begins)
    };
    if top("vertices") {
        Guess::Ours
    } else if top("jobs") && (top("on") || top("\"on\"") || top("'on'")) {
        Guess::Of(Origin::Github)
    } else if is_crontab(text) {
        Guess::Of(Origin::Crontab)
    } else if is_makefile(text) {
        Guess::Of(Origin::Make)
    } else {
        Guess::Unknown
    }
}

/// Lines that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    })
}

/// Every line is a job or a variable, and one is a job.
fn is_crontab(text: &str) -> bool {
    lines(text).any(is_job) && lines(text).all(|line| is_job(line) || is_variable(line))
}

fn is_job(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(first) = words.clone().next() else {
        return false;
    };
    if first.starts_with('@') {
        return words.count() > 1;
    }
    let time = |word: &str| {
        let digits = word.contains(|c: char| c.is_ascii_digit() || c == '*');
        let known = |c: char| c.is_ascii_alphanumeric() || "*/,-".contains(c);
        // Months and days may be names.
        (digits || word.len() == 3 || word.contains(['-', ','])) && word.chars().all(known)
    };
    let times = words
        .by_ref()
        .take(FIELDS)
        .filter(|word| time(word))
        .count();
    times == FIELDS && words.next().is_some()
}

fn is_variable(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// A rule, with a recipe below it or as the only kind of line.
fn is_makefile(text: &str) -> bool {
    let mut rule = false;
    lines(text).any(|line| {
        let recipe = rule && line.starts_with('\t');
        let targets = line.split_once(':').map(|(targets, _)| targets);
        rule = rule && line.starts_with('\t')
            || targets.is_some_and(|targets| {
                let plain = |c: char| c.is_ascii_alphanumeric() || " ._%/-$()".contains(c);
                !targets.is_empty() && !line.starts_with([' ', '\t']) && targets.chars().all(plain)
            });
        recipe
    })
}

#[cfg(test)]
mod tests {
    use super::{Guess, guess};
    use crate::graph::foreign::Origin;

    #[test]
    fn only_what_is_certain_is_guessed() {
        let crontab = Guess::Of(Origin::Crontab);
        let make = Guess::Of(Origin::Make);
        for (text, whose) in [
            (
                "# m h\nMAILTO=me\n\n*/5 * * * * /bin/check --all\n",
                crontab,
            ),
            ("30 2 1-7 jan,feb mon root backup\n@daily clean\n", crontab),
            ("@reboot\n", Guess::Unknown),
            ("MAILTO=me\n", Guess::Unknown),
            ("* * * * * a\nand something else\n", Guess::Unknown),
            ("a b c d e f\n", Guess::Unknown),
            ("all: main.o\n\tcc -o all main.o\n", make),
            ("CC = cc\n.PHONY: x\nx y: $(OBJ)\n\n\techo\n", make),
            ("all: main.o\n", Guess::Unknown),
            (
                "name: x\non: push\njobs:\n  a: {}\n",
                Guess::Of(Origin::Github),
            ),
            ("name: x\nvertices:\n  a: echo\n", Guess::Ours),
            ("vertices:\n\ta: x\n", Guess::Ours),
            ("  {\"name\": \"x\"}", Guess::Ours),
            ("name: x\nvertexes: {}\n", Guess::Unknown),
            ("", Guess::Unknown),
        ] {
            assert_eq!(guess(text), whose, "{text:?}");
        }
    }
}
