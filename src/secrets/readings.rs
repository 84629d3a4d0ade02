//! How programs write a text: escapes are read back, so that one search finds every spelling.
//!
//! `%2B`, `%2b` and `+`, `\/` and `/`, `&#39;` and `&#x27;` are the same here, whichever of them a
//! library chooses and whatever it leaves alone.

/// From so many characters of base64 on a line may go on in the next one. Shorter lines are words.
const LINE_LEAST: usize = 16;
/// No reference of HTML that is read has more bytes.
const REFERENCE: usize = 10;

/// A way to write a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Addresses: `%20`.
    Percent,
    /// JSON, Python, `printf %q`, `declare -p`: a backslash and what follows.
    Backslash,
    /// HTML and XML: `&amp;`.
    Reference,
}

const WAYS: [Way; 3] = [Way::Percent, Way::Backslash, Way::Reference];

/// A text as it reads, and where each byte of that comes from.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    from: Vec<(usize, usize)>,
    /// Where an escape begins that may still go on; else the end of the text.
    pub(super) end: usize,
}

/// What stands at the beginning of a text.
enum Token {
    Plain,
    /// So many bytes that mean these.
    Escape(usize, Meaning),
    /// The text ends too early to tell.
    Unfinished,
}

enum Meaning {
    Byte(u8),
    Char(char),
}

impl Reading {
    fn push(&mut self, meant: &[u8], at: usize, length: usize) {
        self.bytes.extend_from_slice(meant);
        let from = (at, at + length);
        self.from.resize(self.from.len() + meant.len(), from);
    }

    /// Where the `length` bytes at `at` of the reading are in the text.
    pub(super) fn span(&self, at: usize, length: usize) -> (usize, usize) {
        (self.from[at].0, self.from[at + length - 1].1)
    }

    /// The last place up to `cut` that is within no escape.
    pub(super) fn between(&self, cut: usize) -> usize {
        let after = self.from.partition_point(|(start, _)| *start < cut);
        match after.checked_sub(1).map(|last| self.from[last]) {
            Some((start, end)) if end > cut => start,
            _ => cut,
        }
    }

    fn of(text: &[u8], way: Way) -> Self {
        let mut reading = Self {
            end: text.len(),
            ..Self::default()
        };
        let mut at = 0;
        while at < text.len() {
            let token = match text[at] == way.lead() {
                true => way.token(&text[at..]),
                false => Token::Plain,
            };
            let length = match token {
                Token::Plain => {
                    reading.push(&text[at..=at], at, 1);
                    1
                }
                Token::Escape(length, Meaning::Byte(byte)) => {
                    reading.push(&[byte], at, length);
                    length
                }
                Token::Escape(length, Meaning::Char(char)) => {
                    let mut bytes = [0; 4];
                    reading.push(char.encode_utf8(&mut bytes).as_bytes(), at, length);
                    length
                }
                Token::Unfinished => {
                    reading.end = at;
                    break;
                }
            };
            at += length;
        }
        reading
    }

    /// Base64 without its line breaks, where `line` characters of a line came before the text; none
    /// if there are no such breaks.
    fn unbroken(text: &[u8], mut line: usize) -> Option<Self> {
        let mut breaks = Vec::new();
        for (at, byte) in text.iter().enumerate() {
            if matches!(byte, b'\r' | b'\n') && line >= LINE_LEAST {
                breaks.push(at);
            }
            line = line_after(line, &[*byte]);
        }
        if breaks.is_empty() {
            return None;
        }
        let mut reading = Self {
            end: text.len(),
            ..Self::default()
        };
        let mut from = 0;
        for at in breaks.into_iter().chain([text.len()]) {
            (from..at).for_each(|at| reading.push(&text[at..=at], at, 1));
            from = at + 1;
        }
        Some(reading)
    }
}

/// How many characters of base64 a text ends with, when `line` of them came before it. A line break
/// of Windows is one line break.
pub(super) fn line_after(line: usize, text: &[u8]) -> usize {
    text.iter().fold(line, |line, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' | b'=' => {
            line.saturating_add(1)
        }
        b'\r' => line,
        _ => 0,
    })
}

/// Whether somebody may write a text in another way than it is.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The readings of a text that differ from the text itself.
pub(super) fn readings(text: &[u8], line: usize, escapes: bool) -> Vec<Reading> {
    let ways = WAYS.iter().filter(|_| escapes);
    let read = ways
        .filter(|way| text.contains(&way.lead()))
        .map(|way| Reading::of(text, *way));
    read.chain(Reading::unbroken(text, line)).collect()
}

impl Way {
    fn lead(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Reference => b'&',
        }
    }

    fn token(self, text: &[u8]) -> Token {
        let rest = &text[1..];
        match self {
            Self::Percent => byte(rest, 16, 2, 1),
            Self::Backslash => backslash(rest),
            Self::Reference => reference(rest),
        }
    }
}

/// Exactly `count` digits at the beginning of a text: `Ok(None)` if there are others, and an error
/// if the text ends before that is known.
fn digits(text: &[u8], radix: u32, count: usize) -> Result<Option<u32>, ()> {
    let mut number = 0;
    for at in 0..count {
        let byte = text.get(at).ok_or(())?;
        match char::from(*byte).to_digit(radix) {
            Some(digit) => number = number * radix + digit,
            None => return Ok(None),
        }
    }
    Ok(Some(number))
}

/// An escape of one byte: digits after `before` bytes.
fn byte(text: &[u8], radix: u32, count: usize, before: usize) -> Token {
    match digits(text, radix, count).map(|number| number.map(u8::try_from)) {
        Ok(Some(Ok(byte))) => Token::Escape(before + count, Meaning::Byte(byte)),
        Ok(_) => Token::Plain,
        Err(()) => Token::Unfinished,
    }
}

fn backslash(rest: &[u8]) -> Token {
    let Some(first) = rest.first() else {
        return Token::Unfinished;
    };
    let control = match first {
        b'u' => return unicode(&rest[1..]),
        b'U' => return code_point(digits(&rest[1..], 16, 8), 10),
        b'x' => return byte(&rest[1..], 16, 2, 2),
        b'0'..=b'7' => return byte(rest, 8, 3, 1),
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'e' | b'E' => 27,
        other if other.is_ascii_alphanumeric() => return Token::Plain,
        other => *other,
    };
    Token::Escape(2, Meaning::Byte(control))
}

fn code_point(number: Result<Option<u32>, ()>, length: usize) -> Token {
    match number.map(|number| number.map(char::from_u32)) {
        Ok(Some(Some(char))) => Token::Escape(length, Meaning::Char(char)),
        Ok(_) => Token::Plain,
        Err(()) => Token::Unfinished,
    }
}

/// Four digits, or twice as many with `\u` between them: JSON writes large code points so.
fn unicode(rest: &[u8]) -> Token {
    let first = digits(rest, 16, 4);
    let Ok(Some(high @ 0xD800..0xDC00)) = first else {
        return code_point(first, 6);
    };
    let second = &rest[4..];
    if !second.starts_with(br"\u") {
        let unfinished = br"\u".starts_with(second);
        return match unfinished {
            true => Token::Unfinished,
            false => Token::Plain,
        };
    }
    let low = digits(&second[2..], 16, 4);
    let joined = |low| match low {
        0xDC00..0xE000 => Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)),
        _ => None,
    };
    code_point(low.map(|low| low.and_then(joined)), 12)
}

fn reference(rest: &[u8]) -> Token {
    let name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#';
    let length = rest.iter().take_while(|b| name(b)).count();
    if length > REFERENCE - 2 {
        return Token::Plain;
    }
    match rest.get(length) {
        None => return Token::Unfinished,
        Some(b';') => {}
        Some(_) => return Token::Plain,
    }
    let text = std::str::from_utf8(&rest[..length]).unwrap_or_default();
    let number = text.strip_prefix('#').map(|number| {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let hexadecimal = hexadecimal.map(|number| u32::from_str_radix(number, 16));
        hexadecimal.unwrap_or_else(|| number.parse())
    });
    let char = match (number, text) {
        (Some(number), _) => number.ok().and_then(char::from_u32),
        (None, "amp") => Some('&'),
        (None, "lt") => Some('<'),
        (None, "gt") => Some('>'),
        (None, "quot") => Some('"'),
        (None, "apos") => Some('\''),
        (None, "nbsp") => Some('\u{a0}'),
        (None, _) => None,
    };
    match char {
        Some(char) => Token::Escape(length + 2, Meaning::Char(char)),
        None => Token::Plain,
    }
}
