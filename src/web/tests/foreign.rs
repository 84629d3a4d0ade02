//! English that a page in another language still has: words outside of names, code and what is marked
//! as English.

use askama::filters::{Html, escape};

use crate::l10n::{L10n, Words};
use crate::web::edge::guard::Browser;
use crate::web::edge::look::Look;
use crate::web::parts::escape::Seen;
use crate::web::tests::harness::{HOSTILE, browser};
use crate::web::tests::wellformed;

/// Elements whose text is no word of ours.
const NAMES: &[&str] = &[
    "bdi", "code", "pre", "time", "textarea", "mark", "kbd", "option",
];
/// Attributes that people read or hear.
const READ: &[&str] = &["title", "aria-label", "data-label", "placeholder", "alt"];
/// Names of the tests that stand in a title or in what is read out, where no element sets them apart.
const FIXTURES: &[&str] = &["night", "fetch", "build", "ship", "release"];
/// Words that every language writes so.
const OURS: &str = " Trackyard trackyard English REST API YAML JSON SQL SQLite UTC cron webhook TERM KILL shell sh dash \
                    bash run ID URL DAG YYYY-MM-DD CPU GiB MiB KiB ms GB MB KB TCP HTTP CSV SVG DOT \
                    Mermaid Schema JavaScript needs crontab makefile GitHub workflow Actions etc curl ";

/// A page in each language as it has to be; gives the English one.
pub(in crate::web) fn in_each_language(page: impl Fn(&Browser) -> String) -> String {
    let of = |language: L10n| {
        let mut who = browser();
        who.look = Look {
            language,
            t: Words::of(language),
            ..who.look
        };
        let html = page(&who);
        wellformed::check(&html);
        html
    };
    for language in L10n::iter().filter(|language| **language != L10n::En) {
        let found = english(&of(*language));
        assert!(found.is_empty(), "{language} has English: {found:?}");
    }
    of(L10n::En)
}

/// The English words of a page in another language.
pub(in crate::web) fn english(html: &str) -> Vec<String> {
    // In a text, in a field of a form, and in what is no HTML.
    let seen = escape(HOSTILE, Seen).expect("escapes").to_string();
    let kept = escape(HOSTILE, Html).expect("escapes").to_string();
    let html = html.replace(&seen, "").replace(&kept, "");
    let html = html.replace(HOSTILE, "");
    let (mut found, mut open): (Vec<String>, Vec<(String, bool)>) = (Vec::new(), Vec::new());
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if let Some(name) = tag.strip_prefix('/') {
            while open.pop().is_some_and(|(last, _)| last != name) {}
        } else if !tag.starts_with('!') {
            let name = tag.split([' ', '/', '\n']).next().unwrap_or_default();
            let foreign = tag.contains(" lang=\"en\"") && name != "html";
            // The name on a card of a picture; its title has the card's two lines once more.
            let card = name == "title" && open.last().is_some_and(|(parent, _)| parent == "a");
            let own = foreign || card || NAMES.contains(&name) || tag.contains(" lang=\"\"");
            let inside = own || open.last().is_some_and(|(_, own)| *own);
            if !inside {
                let named = |word: &String| !FIXTURES.contains(&word.as_str());
                for value in READ.iter().filter_map(|read| attribute(tag, read)) {
                    found.extend(words(value).into_iter().filter(named));
                }
            }
            if !tag.ends_with('/') && !["meta", "link", "input", "br", "hr"].contains(&name) {
                open.push((name.to_owned(), inside));
            }
        }
        if !open.last().is_some_and(|(_, own)| *own) {
            let title = tag == "title";
            let named = |word: &String| !(title && FIXTURES.contains(&word.as_str()));
            found.extend(words(text).into_iter().filter(named));
        }
    }
    found
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let after = tag.split_once(&format!(" {name}=\""))?.1;
    Some(after.split_once('"').map_or(after, |(value, _)| value))
}

/// The words of two letters or more that are not among ours, without the characters that are written
/// as `&...;`, and paths.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    for (place, part) in text.split('&').enumerate() {
        let rest = part.split_once(';').map_or(part, |(_, rest)| rest);
        plain.push_str(if place == 0 { part } else { rest });
    }
    let apart = |c: char| !(c.is_ascii_alphanumeric() || "-_/.".contains(c));
    let word = |word: &&str| {
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        letters > 1 && !word.contains(['/', '_']) && !OURS.contains(&format!(" {word} "))
    };
    plain.split(apart).filter(word).map(str::to_owned).collect()
}

#[test]
fn english_words_are_found_where_people_read_them() {
    let found = |html: &str| english(&format!("<html lang=\"zh-CN\"><body>{html}</body></html>"));
    for own in [
        "<p>等待 <bdi>the name</bdi> <code>a b</code></p>",
        "<p>图&#34;quot&#34;</p>".replace("quot", "").as_str(),
        "<svg><a><title>fetch</title><text lang=\"\">fetch</text></a></svg>",
        "<a href=\"/graphs\" aria-label=\"删除\">删除</a>",
        "<p>见 REST 接口、YAML 和 max_file_bytes</p>",
        "<small lang=\"en\">the engine said so <b>twice</b></small>",
    ] {
        assert_eq!(found(own), Vec::<String>::new(), "{own}");
    }
    assert_eq!(found("<p>等待 the slot</p>"), ["the", "slot"]);
    assert_eq!(found("<bdi>ann</bdi> waits<br>again"), ["waits", "again"]);
    assert_eq!(found("<a title=\"Older\">更早</a>"), ["Older"]);
}
