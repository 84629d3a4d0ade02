//! Bytes of a text to lines and columns, for messages.

/// Characters are counted up to each multiple of this many bytes, so that thousands of messages
/// about one long line do not count its characters thousands of times.
const STRIDE: usize = 256;

/// Where the lines of a text begin.
pub(super) struct Lines<'s> {
    text: &'s [u8],
    starts: Vec<usize>,
    /// The characters before each multiple of the stride.
    chars: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub(super) fn of(text: &'s str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let text = text.as_bytes();
        let mut chars = vec![0];
        for (i, chunk) in text.chunks(STRIDE).enumerate() {
            chars.push(chars[i] + count(chunk));
        }
        Self {
            text,
            starts,
            chars,
        }
    }

    /// Line and column, in characters, of a byte; both from 1.
    pub(super) fn line_and_column(&self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.chars_before(at) - self.chars_before(self.starts[line - 1]) + 1;
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column).unwrap_or(u32::MAX),
        )
    }

    fn chars_before(&self, at: usize) -> usize {
        self.chars[at / STRIDE] + count(&self.text[at / STRIDE * STRIDE..at])
    }
}

/// The characters that begin in `bytes`.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| !matches!(b, 0x80..=0xbf)).count()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn columns_count_characters_from_the_beginning_of_the_line() {
        let text = "é1\n".repeat(200) + &"日本x".repeat(300) + "\n\nend";
        let lines = Lines::of(&text);
        let (mut line, mut column) = (1, 1);
        for (at, c) in text.char_indices() {
            assert_eq!(lines.line_and_column(at), (line, column), "byte {at}");
            (line, column) = if c == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
        }
        assert_eq!(lines.line_and_column(text.len()), (203, 4));
    }
}
