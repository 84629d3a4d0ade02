//! Checks of HTML that tests ask for: every tag is closed in its order, every attribute is quoted,
//! nothing is inline that the content policy forbids: a script is a file of ours.

/// Elements that have no end tag.
const VOID: &[&str] = &["meta", "link", "input", "br", "img", "hr"];
/// What a page may never carry.
const FORBIDDEN: &[&str] = &[
    "style", "onclick", "onload", "onerror", "onsubmit", "srcdoc",
];

/// Panics at the first flaw.
pub(in crate::web) fn check(html: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let (tag, after) = split_tag(rest);
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name),
                "at </{name}{}",
                near(rest)
            );
            continue;
        }
        let (name, attributes) = read_tag(tag);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
        assert!(name != "style", "<{tag}>");
        if name == "script" {
            let own = tag.starts_with("script type=\"module\" src=\"/static/");
            assert!(own && rest.starts_with("</script>"), "<{tag}>");
        }
        for (attribute, value) in attributes {
            assert!(!FORBIDDEN.contains(&attribute.as_str()), "<{tag}>");
            if attribute == "id" {
                assert!(ids.insert(value.clone()), "the id {value} is there twice");
            }
        }
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
}

/// A tag without its brackets, and what follows it. A `>` in quotes is not its end.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (place, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&text[..place], &text[place + 1..]),
            _ => {}
        }
    }
    panic!("a tag without an end: {}", near(text));
}

fn read_tag(tag: &str) -> (String, Vec<(String, String)>) {
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let (name, mut rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (name.to_owned(), attributes);
        }
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let attribute = rest[..end].to_owned();
        let known = attribute
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-:".contains(c));
        assert!(known, "`{attribute}` in <{tag}>");
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else {
            attributes.push((attribute, String::new()));
            continue;
        };
        let value = value.strip_prefix('"');
        let (value, after) = value
            .and_then(|value| value.split_once('"'))
            .unwrap_or_else(|| panic!("`{attribute}` is not quoted in <{tag}>"));
        assert!(!value.contains('<'), "<{tag}>");
        attributes.push((attribute, value.to_owned()));
        rest = after;
    }
}

fn near(text: &str) -> String {
    text.chars().take(60).collect()
}

#[test]
fn flaws_are_found() {
    check("<!doctype html><p class=\"a>b\">x<br></p><svg><path d=\"M0\"/></svg>");
    for flawed in [
        "<p>",
        "<p></b>",
        "<p class=a></p>",
        "<p style=\"x\"></p>",
        "<p onclick=\"x\"></p>",
        "<script></script>",
        "<p id=\"a\"></p><b id=\"a\"></b>",
    ] {
        assert!(
            std::panic::catch_unwind(|| check(flawed)).is_err(),
            "{flawed}"
        );
    }
}
