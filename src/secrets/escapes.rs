//! The escapes of addresses, JSON, Python, shells and HTML, one at a time.

/// No reference of HTML that is read has more bytes.
const REFERENCE: usize = 10;

/// A way to write a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Addresses: `%20`.
    Percent,
    /// JSON, Python, `printf %q`, `declare -p`: a backslash and what follows.
    Backslash,
    /// HTML and XML: `&amp;`.
    Reference,
}

pub(super) const WAYS: [Way; 3] = [Way::Percent, Way::Backslash, Way::Reference];

/// What stands at the beginning of a text.
pub(super) enum Token {
    Plain,
    /// So many bytes that mean these.
    Escape(usize, Meaning),
    /// The text ends too early to tell.
    Unfinished,
}

pub(super) enum Meaning {
    Byte(u8),
    Char(char),
}

impl Way {
    pub(super) fn lead(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Reference => b'&',
        }
    }

    pub(super) fn token(self, text: &[u8]) -> Token {
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
