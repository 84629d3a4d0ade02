//! What is looked for in the lines of a log. The time that a search takes grows with the text alone,
//! whatever the expression is.

use regex::bytes::{Regex, RegexBuilder};

/// Bytes that an expression takes as a program, and another time as its tables.
const MOST_PROGRAM: usize = 1 << 20;

/// A text, or a regular expression.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    /// A text is found in any part of a line.
    plain: bool,
}

impl Pattern {
    /// Bytes of a text or expression that is looked for.
    pub const MOST_BYTES: usize = 1_000;

    /// Looks for a text as it is.
    ///
    /// # Errors
    /// In words, what cannot be looked for.
    pub fn text(text: &str, ignore_case: bool) -> Result<Pattern, String> {
        Pattern::new(text, &regex::escape(text), ignore_case, true)
    }

    /// Looks for what fits an expression of the crate `regex`: no backtracking, no references.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn regex(expression: &str, ignore_case: bool) -> Result<Pattern, String> {
        Pattern::new(expression, expression, ignore_case, false)
    }

    fn new(
        written: &str,
        expression: &str,
        ignore_case: bool,
        plain: bool,
    ) -> Result<Pattern, String> {
        if written.is_empty() || written.len() > Pattern::MOST_BYTES {
            return Err(format!(
                "write 1 to {} bytes to look for",
                Pattern::MOST_BYTES
            ));
        }
        let regex = RegexBuilder::new(expression)
            .case_insensitive(ignore_case)
            .size_limit(MOST_PROGRAM)
            .dfa_size_limit(MOST_PROGRAM)
            .build();
        match regex {
            Ok(regex) => Ok(Pattern { regex, plain }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err("the expression stands for too much: repeat less in it".to_owned())
            }
            Err(why) => Err(why.to_string()),
        }
    }

    /// Whether it is in a part of a line. Only of the first part a regular expression can be sure.
    pub fn is_in(&self, part: &[u8], first: bool) -> bool {
        (self.plain || first) && self.regex.is_match(part)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn what_costs_too_much_or_is_wrong_is_refused_in_words() {
        let refused = |expression: &str| Pattern::regex(expression, false).unwrap_err();
        assert!(refused("(").contains("unclosed group"));
        assert!(refused("(?:\\w{1000}){1000}").contains("too much"));
        assert!(refused(&"x".repeat(1_001)).contains("1 to 1000 bytes"));
        assert!(Pattern::text("", false).is_err());
    }

    #[test]
    fn a_text_is_no_expression_and_bytes_need_not_be_text() {
        let text = Pattern::text("a.c(", true).unwrap();
        assert!(text.is_in(b"\xff A.C( \xff", false));
        assert!(!text.is_in(b"abc(", true));
        let regex = Pattern::regex("^a.c$", false).unwrap();
        assert!(regex.is_in(b"abc", true) && !regex.is_in(b"abc", false));
    }
}
