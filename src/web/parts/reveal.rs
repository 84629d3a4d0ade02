//! Text of others as a page may show it: nothing in it is hidden, moves the cursor or turns the
//! direction of what follows.

/// A text that a person wrote, e.g. a script: every character is visible.
pub(in crate::web) fn text(text: &str) -> String {
    let (mut shown, mut before) = (String::with_capacity(text.len()), None);
    for c in text.chars() {
        match after(before.replace(c), c) {
            Some(seen) if c != '\n' => shown.push_str(&seen),
            _ => shown.push(c),
        }
    }
    shown
}

/// What stands for a character after another one. What joins letters is seen where nothing is to be joined.
pub(in crate::web) fn after(before: Option<char>, c: char) -> Option<String> {
    match c {
        '\u{200c}' | '\u{200d}' if before.is_none_or(|b| b.is_ascii()) => Some(number(c)),
        _ => seen(c),
    }
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

/// What stands for a character that would not be seen, or would move others.
pub(in crate::web) fn seen(c: char) -> Option<String> {
    match c {
        '\t' => None,
        '\0'..='\u{1f}' => {
            let picture = char::from_u32(0x2400 + c as u32);
            Some(picture.unwrap_or('\u{fffd}').into())
        }
        '\u{7f}' => Some('\u{2421}'.into()),
        // C1 controls, what has no width, marks and overrides of direction, line separators, the byte order
        // mark, tags.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(number(c)),
        _ => None,
    }
}

fn number(c: char) -> String {
    format!("\u{27e8}U+{:04X}\u{27e9}", c as u32)
}

#[cfg(test)]
mod tests {
    use super::{head, text};

    #[test]
    fn controls_are_seen() {
        for (written, shown) in [
            ("a\u{1b}[0m", "a\u{241b}[0m"),
            ("a\0b\u{7f}\r", "a\u{2400}b\u{2421}\u{240d}"),
            ("\u{202e}txt.\u{9b}", "⟨U+202E⟩txt.⟨U+009B⟩"),
            ("tab\tline\n", "tab\tline\n"),
            ("a\u{200b}b\u{e0041}", "a⟨U+200B⟩b⟨U+E0041⟩"),
        ] {
            assert_eq!(text(written), shown);
        }
    }

    #[test]
    fn a_cut_is_between_characters() {
        assert_eq!(head("aé", 2), ("a", true));
        assert_eq!(head("aé", 3), ("aé", false));
    }
}
