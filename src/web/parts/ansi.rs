//! A line that a script printed, as a page shows it: colours as classes, progress in its last state, everything
//! else that a terminal would obey left out or made visible. Nothing here is HTML: the templates escape the text.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

use crate::web::parts::colours::Style;
use crate::web::parts::reveal;

/// A piece of a line that looks the same all over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Run {
    /// Its classes; empty: it looks like any text.
    pub(in crate::web) class: String,
    /// What the character is that stands here made visible; empty: it is a text.
    pub(in crate::web) title: String,
    /// What it says.
    pub(in crate::web) text: String,
    /// It was looked for.
    pub(in crate::web) found: bool,
}

/// Bytes that are looked at at once for the colour in which a line begins.
const BLOCK: u64 = 64 << 10;
/// A colour that was set further back than this, and never again, is not seen.
const FURTHEST: u64 = 1 << 20;

/// The pieces of a line without its end; `style` is how it begins, then how the next one does.
pub(in crate::web) fn runs(line: &str, style: &mut Style) -> Vec<Run> {
    let mut screen = Screen {
        style: *style,
        ..Screen::default()
    };
    let mut parser = Parser::<DefaultCharAccumulator>::new();
    // From here on the parser has told nothing of what it was given.
    let mut untold = 0;
    for (at, byte) in line.bytes().enumerate() {
        let held = &line.as_bytes()[untold..at];
        if byte >= 0x80 && is_sequence(held) {
            // No sequence has a character like this: it must not be hidden in one.
            screen.shows(&line[untold..at]);
            untold = at;
            parser = Parser::<DefaultCharAccumulator>::new();
        }
        parser.advance(&mut screen, byte);
        if std::mem::take(&mut screen.told) {
            untold = at + 1;
        }
    }
    // A sequence without an end hides nothing.
    screen.shows(&line[untold..]);
    *style = screen.style;
    screen.runs
}

/// Bytes that begin a control sequence, and not one that holds a text (a title, an address).
fn is_sequence(held: &[u8]) -> bool {
    matches!(held, [0x1b] | [0x1b, 0x20..=0x4f | 0x51..=0x57 | 0x59..=0x5b, ..])
}

/// The text of pieces.
pub(in crate::web) fn text(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// How the line at byte `at` begins. `before` reads so many bytes that are right before a byte.
///
/// # Errors
/// When they cannot be read.
pub(in crate::web) fn style_at<E>(
    at: u64,
    before: impl Fn(u64, u64) -> Result<Vec<u8>, E>,
) -> Result<Style, E> {
    let mut most = BLOCK.min(at);
    loop {
        let bytes = before(at, most)?;
        let all = most >= at || most >= FURTHEST;
        let reset = last_reset(&bytes);
        if reset.is_some() || all {
            let mut style = Style::default();
            let text = String::from_utf8_lossy(&bytes[reset.unwrap_or(0)..]);
            for line in text.split('\n').filter(|line| line.contains('\u{1b}')) {
                runs(line, &mut style);
            }
            return Ok(style);
        }
        most = (most * 4).min(at).min(FURTHEST);
    }
}

/// Where the last sequence begins that sets all colours back.
fn last_reset(bytes: &[u8]) -> Option<usize> {
    let is_reset = |at: &usize| {
        matches!(
            &bytes[at + 1..],
            [b'[', b'm' | b';', ..]
                | [b'[', b'0', b'm' | b';', ..]
                | [b'[', b'0', b'0', b'm' | b';', ..]
        )
    };
    memchr::memrchr_iter(0x1b, bytes).find(is_reset)
}

#[derive(Default)]
struct Screen {
    style: Style,
    runs: Vec<Run>,
    /// What comes next is written over what is there.
    over: bool,
    /// The parser has said what became of what it was given.
    told: bool,
}

impl Screen {
    /// Puts a text there as it is.
    fn shows(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }

    fn put(&mut self, c: char) {
        if std::mem::take(&mut self.over) {
            self.runs.clear();
        }
        if let Some(seen) = reveal::seen(c) {
            self.runs.push(Run {
                class: "odd".to_owned(),
                title: format!("U+{:04X}", c as u32),
                text: seen,
                found: false,
            });
            return;
        }
        let class = self.style.class();
        match self.runs.last_mut() {
            Some(run) if run.title.is_empty() && run.class == class => run.text.push(c),
            _ => self.runs.push(Run {
                class,
                title: String::new(),
                text: c.into(),
                found: false,
            }),
        }
    }
}

impl Perform for Screen {
    fn print(&mut self, c: char) {
        self.told = true;
        self.put(c);
    }

    fn execute(&mut self, byte: u8) {
        self.told = true;
        match byte {
            b'\r' => self.over = true,
            other => self.put(other.into()),
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _: bool, action: u8) {
        self.told = true;
        let first = params.iter().next().and_then(|p| p.first()).copied();
        match (action, first.unwrap_or(0)) {
            (b'm', _) if intermediates.is_empty() => self.style.set(params),
            // To the first column, and all of the line away: the next state of a progress.
            (b'G', 0 | 1) | (b'K', 2) => self.over = true,
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        self.told = true;
        if intermediates.is_empty() && byte == b'c' {
            self.style = Style::default();
        }
    }

    fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
        self.told = true;
    }

    fn unhook(&mut self) {
        self.told = true;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::{any, prop_oneof, proptest};
    use proptest::strategy::{Just, Strategy};

    use super::{BLOCK, FURTHEST, Style, runs, style_at, text};

    fn shown(line: &str) -> Vec<(String, String)> {
        let runs = runs(line, &mut Style::default());
        runs.into_iter().map(|run| (run.class, run.text)).collect()
    }

    fn class_of(sequence: &str) -> String {
        shown(&format!("{sequence}x")).pop().unwrap().0
    }

    #[test]
    fn colours_are_classes() {
        for (sequence, class) in [
            ("\u{1b}[31m", "f1"),
            ("\u{1b}[1;4;92m", "f10 bold underline"),
            ("\u{1b}[38;5;196m", "f9"),
            ("\u{1b}[38;5;3;1m", "f3 bold"),
            ("\u{1b}[38:2::88:166:255m", "f12"),
            ("\u{1b}[38:5:2m", "f2"),
            ("\u{1b}[48;2;250;10;5;3m", "g9 italic"),
            ("\u{1b}[33;44m", "g4"),
            ("\u{1b}[7m", "inverse"),
            ("\u{1b}[7;31m", "g1"),
            ("\u{1b}[4:0m\u{1b}[9m", "strike"),
            ("\u{1b}[58;5;1;32m", "f2"),
            ("\u{1b}[31;1mx\u{1b}[22;39m", ""),
            ("\u{1b}[31m\u{1b}[m", ""),
            ("\u{1b}[38;5m", ""),
            ("\u{1b}[38m", ""),
            ("\u{1b}[99999;8m", ""),
            ("\u{1b}[31m\u{1b}c", ""),
        ] {
            assert_eq!(class_of(sequence), class, "{sequence:?}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out_or_seen() {
        for (line, expected) in [
            ("\u{1b}[2Aup\u{1b}[10;10H", "up"),
            (
                "\u{1b}]0;title\u{7}x\u{1b}]8;;http://y\u{1b}\\link",
                "xlink",
            ),
            ("\u{1b}]0;标题\u{7}x", "x"),
            ("\u{1b}P1;2q###\u{1b}\\x\u{1b}(B\u{1b}=", "x"),
            ("10%\r20%\r", "20%"),
            ("10%\r\u{1b}[2K30%", "30%"),
            ("a\u{1b}[1Gb", "b"),
            ("end\r", "end"),
            ("a\u{0}b\u{7f}\u{7}\u{8}\t!", "a␀b␡␇␈\t!"),
            ("\u{202e}x\u{9b}31m", "⟨U+202E⟩x⟨U+009B⟩31m"),
            // Nothing is hidden in what has no end, or is no sequence.
            ("\u{1b}]0;no end", "␛]0;no end"),
            ("\u{1b}[31", "␛[31"),
            ("\u{1b}", "␛"),
            ("\u{1b}[日志m", "␛[日志m"),
            ("\u{1b}日", "␛日"),
        ] {
            let runs = runs(line, &mut Style::default());
            assert_eq!(text(&runs), expected, "{line:?}");
        }
        let odd = runs("\u{202e}", &mut Style::default()).remove(0);
        assert_eq!((odd.class.as_str(), odd.title.as_str()), ("odd", "U+202E"));
    }

    /// Reads what is before a byte of a text.
    fn before(all: &[u8]) -> impl Fn(u64, u64) -> Result<Vec<u8>, ()> {
        |at, most| {
            let at = at as usize;
            Ok(all[at.saturating_sub(most as usize)..at].to_vec())
        }
    }

    #[test]
    fn a_line_begins_as_the_one_before_it_ended_however_far_that_is() {
        let red = {
            let mut style = Style::default();
            runs("\u{1b}[31m", &mut style);
            style
        };
        for far in [0, 100, BLOCK - 3, BLOCK, 5 * BLOCK, FURTHEST - 10] {
            let lines = "no colour\n".repeat(far as usize / 10);
            let all = format!("\u{1b}[0m\u{1b}[31m{lines}").into_bytes();
            assert_eq!(style_at(all.len() as u64, before(&all)), Ok(red), "{far}");
            let all = format!("\u{1b}[31m{lines}").into_bytes();
            let style = style_at(all.len() as u64, before(&all));
            assert_eq!(style, Ok(red), "{far}: from the first byte");
            let all = format!("\u{1b}[31m{lines}\u{1b}[;1m{lines}\u{1b}[22m").into_bytes();
            let style = style_at(all.len() as u64, before(&all));
            assert_eq!(style, Ok(Style::default()), "{far}");
        }
        let (reads, all) = (Cell::new(0), vec![b'x'; 3 * FURTHEST as usize]);
        let read = |at, most| {
            reads.set(reads.get() + 1);
            before(&all)(at, most)
        };
        assert_eq!(style_at(all.len() as u64, read), Ok(Style::default()));
        assert!(reads.get() <= 3, "no more is read than that");
    }

    /// Something that a script prints, and what of it is a text.
    fn piece() -> impl Strategy<Value = (String, String)> {
        let left_out = |s: &str| (s.to_owned(), String::new());
        prop_oneof![
            "[ -~é日]{0,12}".prop_map(|text| (text.clone(), text)),
            (0..110_u16, 0..110_u16).prop_map(|(a, b)| (format!("\u{1b}[{a};{b}m"), String::new())),
            Just(left_out("\u{1b}[3;4H")),
            Just(left_out("\u{1b}]8;;http://x/<script>\u{1b}\\")),
            Just(("</span><script>".to_owned(), "</span><script>".to_owned())),
            Just(("\u{7}".to_owned(), "␇".to_owned())),
            Just(("\u{2066}".to_owned(), "⟨U+2066⟩".to_owned())),
        ]
    }

    proptest! {
        #[test]
        fn the_text_is_what_was_printed(pieces in proptest::collection::vec(piece(), 0..20)) {
            let printed: String = pieces.iter().map(|(printed, _)| printed.as_str()).collect();
            let expected: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(text(&runs(&printed, &mut Style::default())), expected);
        }

        #[test]
        fn any_bytes_are_pieces_with_classes_of_ours(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let line = String::from_utf8_lossy(&bytes);
            for run in runs(&line, &mut Style::default()) {
                assert!(run.class.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == ' '));
                assert!(run.title.is_empty() || run.title.starts_with("U+"));
                assert!(!run.text.contains(|c: char| c.is_control() && c != '\t'), "{run:?}");
            }
        }
    }
}
