//! Text of others as a page may show it: nothing in it is hidden, moves the cursor or turns the
//! direction of what follows.

/// Bytes that a terminal would have shown: colours and cursor movements are taken out.
pub(in crate::web) fn output(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\r' if rest.peek() == Some(&'\n') => {}
            other => push(&mut shown, other),
        }
    }
    shown
}

/// The end of a longer text, without the broken character at its beginning.
pub(in crate::web) fn tail(bytes: &[u8]) -> String {
    let broken = bytes.iter().take(3).take_while(|b| **b & 0xC0 == 0x80);
    output(&bytes[broken.count()..])
}

/// A text that a person wrote, e.g. a script: every character is visible.
pub(in crate::web) fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut shown, c));
    shown
}

/// At most `most` bytes of a text, and whether that is not all of it.
pub(in crate::web) fn head(text: &str, most: usize) -> (&str, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], true)
}

/// Takes what follows an ESC and belongs to it.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.next() {
        // Control sequence: parameters, then a final character.
        Some('[') => {
            while let Some(c) = rest.peek() {
                if !('\u{20}'..='\u{7e}').contains(c) {
                    return;
                }
                let last = ('\u{40}'..='\u{7e}').contains(c);
                rest.next();
                if last {
                    return;
                }
            }
        }
        // Operating system command (titles, links): up to BEL or ESC \, within its line.
        Some(']') => {
            while let Some(c) = rest.next_if(|c| *c != '\n') {
                if c == '\u{7}' {
                    return;
                }
                if c == '\u{1b}' {
                    rest.next_if_eq(&'\\');
                    return;
                }
            }
        }
        // A character set: one more character.
        Some('(' | ')') => {
            rest.next_if(|c| *c != '\n');
        }
        Some(_) | None => {}
    }
}

fn push(shown: &mut String, c: char) {
    match c {
        '\n' | '\t' => shown.push(c),
        '\0'..='\u{1f}' => shown.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => shown.push('\u{2421}'),
        // C1 controls, marks and overrides of direction, line separators, the byte order mark.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => {
            shown.push_str(&format!("\u{27e8}U+{:04X}\u{27e9}", c as u32));
        }
        _ => shown.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::{head, output, tail, text};

    #[test]
    fn escapes_go_and_controls_are_seen() {
        for (bytes, shown) in [
            (&b"\x1b[1;31mred\x1b[0m\r\n"[..], "red\n"),
            (b"\x1b]0;title\x07x\x1b]8;;u\x1b\\y", "xy"),
            (b"\x1b]0;no end\nnext", "\nnext"),
            (b"\x1b(Bz\x1b", "z"),
            (b"10%\r20%", "10%\u{240d}20%"),
            (b"a\x00b\x7f\xff", "a\u{2400}b\u{2421}\u{fffd}"),
            ("\u{202e}txt.\u{9b}".as_bytes(), "⟨U+202E⟩txt.⟨U+009B⟩"),
            (b"tab\tline\n", "tab\tline\n"),
        ] {
            assert_eq!(output(bytes), shown);
        }
        assert_eq!(text("a\u{1b}[0m"), "a\u{241b}[0m");
    }

    #[test]
    fn a_cut_is_between_characters() {
        assert_eq!(tail(&"é!".as_bytes()[1..]), "!");
        assert_eq!(head("aé", 2), ("a", true));
        assert_eq!(head("aé", 3), ("aé", false));
    }
}
