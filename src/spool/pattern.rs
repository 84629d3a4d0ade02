//! What is looked for in the lines of a log. The time that a search takes grows with the text alone,
//! whatever the expression is.

use std::ops::Range;

use memchr::memrchr;
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::{Input, util::syntax};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
    Repetition,
};

/// Bytes that an expression takes as a program, and another time as its tables.
const MOST_PROGRAM: usize = 1 << 20;

/// A text, or a regular expression.
#[derive(Debug)]
pub struct Pattern {
    /// It never goes beyond the line that it begins in, so that many lines are looked through at once.
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
        Pattern::new(text, &regex_syntax::escape(text), ignore_case, true)
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
        let rules = syntax::Config::new()
            .case_insensitive(ignore_case)
            .utf8(false);
        let hir = syntax::parse_with(expression, &rules).map_err(|why| why.to_string())?;
        let limits = Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(MOST_PROGRAM))
            .hybrid_cache_capacity(MOST_PROGRAM);
        let built = Regex::builder()
            .configure(limits)
            .build_from_hir(&within_line(hir));
        let regex = built.map_err(|why: BuildError| match why.size_limit() {
            Some(_) => "the expression stands for too much: repeat less in it".to_owned(),
            None => why.to_string(),
        })?;
        Ok(Pattern { regex, plain })
    }

    /// Whether it is in a part of a line. Only of the first part a regular expression can be sure.
    pub fn is_in(&self, part: &[u8], first: bool) -> bool {
        (self.plain || first) && self.regex.is_match(part)
    }

    /// Where the first of some lines begins that it is in; the last one has no end.
    pub(super) fn first_line(&self, lines: &[u8]) -> Option<usize> {
        let found = self.regex.search_half(&Input::new(lines).earliest(true))?;
        Some(memrchr(b'\n', &lines[..found.offset()]).map_or(0, |end| end + 1))
    }

    /// Where in a text it is, without what has no length.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let is_seen = |place: &Range<usize>| text.get(place.clone()).is_some_and(|t| !t.is_empty());
        let found = self.regex.find_iter(text).map(|found| found.range());
        found.filter(is_seen).collect()
    }
}

/// The same expression for one line among others: nothing of it fits the end of a line, and where it asks for
/// the beginning or the end of the text it means those of the line.
fn within_line(hir: Hir) -> Hir {
    let all = |list: Vec<Hir>| list.into_iter().map(within_line).collect();
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(Class::Unicode(mut class)) => {
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(Class::Bytes(mut class)) => {
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Look(Look::Start) => Hir::look(Look::StartLF),
        HirKind::Look(Look::End) => Hir::look(Look::EndLF),
        HirKind::Look(other) => Hir::look(other),
        HirKind::Repetition(repeated) => Hir::repetition(Repetition {
            sub: Box::new(within_line(*repeated.sub)),
            ..repeated
        }),
        HirKind::Capture(group) => within_line(*group.sub),
        HirKind::Concat(list) => Hir::concat(all(list)),
        HirKind::Alternation(list) => Hir::alternation(all(list)),
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

    #[test]
    fn lines_are_looked_through_at_once_and_found_as_if_they_were_alone() {
        let lines = ["", "a b", "b", "ab", "x a", "a", "b a", "\r", "a\r"];
        let all = lines.join("\n");
        for expression in [
            "a",
            "^a",
            "a$",
            "^$",
            "a\\sb",
            "[^x]+",
            "\\Ab\\z",
            "a\\nb|b",
            "(?s).+",
            "(?-u)[^a]b",
            "\\bb",
            "(?m)^b$",
            "(?:a|x)\\W+",
            "nowhere",
            "x*",
            "a\\n",
            "(?R)a$",
        ] {
            let pattern = Pattern::regex(expression, false).unwrap();
            let alone = regex::bytes::Regex::new(expression).unwrap();
            let (mut found, mut from) = (Vec::new(), 0);
            while let Some(at) = pattern.first_line(&all.as_bytes()[from..]) {
                let line = all[from + at..].split('\n').next().unwrap();
                found.push(line);
                from += at + line.len() + 1;
                if from > all.len() {
                    break;
                }
            }
            let is_in = |line: &&str| alone.is_match(line.as_bytes());
            let expected: Vec<&str> = lines.into_iter().filter(is_in).collect();
            assert_eq!(found, expected, "{expression}");
        }
    }

    #[test]
    fn a_place_is_between_characters_and_has_a_length() {
        let places = |expression: &str| {
            let pattern = Pattern::regex(expression, true).unwrap();
            pattern.places("日志 Error, error")
        };
        assert_eq!(places("ERROR"), [7..12, 14..19]);
        assert!(places("x*").is_empty());
        assert!(places("(?-u:[\\x80-\\xff])").is_empty());
    }
}
