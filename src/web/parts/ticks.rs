//! Sentences in which names stand in backticks: a page shows those as code.

/// The parts of a sentence in their order, and whether each is code. A backtick without another one
/// in its line stays as it is. Templates escape each part when they write it.
pub(in crate::web) fn parts<T: AsRef<str> + ?Sized>(text: &T) -> Vec<(bool, &str)> {
    let mut rest = text.as_ref();
    let mut parts = Vec::new();
    while let Some((before, code, after)) = first(rest) {
        parts.extend([(false, before), (true, code)]);
        rest = after;
    }
    parts.push((false, rest));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

/// A sentence, and the lines beneath it.
pub(in crate::web) fn lines<T: AsRef<str> + ?Sized>(text: &T) -> (&str, &str) {
    let text = text.as_ref();
    text.split_once('\n').unwrap_or((text, ""))
}

/// What stands before the first code of a text, the code, and what stands after it.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('`').map(|at| from + at) {
        let inner = &text[open + 1..];
        let length = inner.find(['`', '\n'])?;
        if length > 0 && inner[length..].starts_with('`') {
            return Some((&text[..open], &inner[..length], &inner[length + 1..]));
        }
        from = open + 1 + length.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::parts;
    use crate::web::tests::harness::HOSTILE;

    #[derive(Template)]
    #[template(
        source = "{% import \"parts/macros.html\" as m %}{% call m::said(text) %}{% endcall %}",
        ext = "html"
    )]
    struct Line {
        text: String,
    }

    #[test]
    fn names_in_backticks_are_code() {
        for (text, expected) in [
            ("", &[][..]),
            ("no name", &[(false, "no name")]),
            (
                "it waits for `a b` and `c`.",
                &[
                    (false, "it waits for "),
                    (true, "a b"),
                    (false, " and "),
                    (true, "c"),
                    (false, "."),
                ],
            ),
            ("one ` alone", &[(false, "one ` alone")]),
            ("``", &[(false, "``")]),
            ("a `b\nc` d", &[(false, "a `b\nc` d")]),
            ("`\n`x`", &[(false, "`\n"), (true, "x")]),
            ("日`志`", &[(false, "日"), (true, "志")]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn every_part_is_escaped() {
        let text = format!("<i> `{HOSTILE}` &");
        let html = Line { text }.render().expect("renders");
        assert!(
            html.starts_with("&#60;i&#62; <code>&#34;&#62;&#60;script&#62;"),
            "{html}"
        );
        assert!(
            html.ends_with("</code> &#38;") && html.matches('<').count() == 2,
            "{html}"
        );
    }
}
