//! Whether the head of a request can be whole.
//!
//! This is no parser. The head of a request ends with an empty line, however it is read; so as long
//! as no empty line has come it is not whole, and it can wait here without anybody at work for it. An
//! empty line at another place lets bytes through early, which harms nobody: they wait there.

/// Where the stream of one connection stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct EmptyLine {
    /// After the end of a line, and perhaps a carriage return.
    line_end: bool,
}

impl EmptyLine {
    /// Takes the next bytes. Gives how many of them there are up to the end of the first empty line.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if self.line_end => {
                    // What follows was not looked at: the line has ended.
                    return Some(at + 1);
                }
                b'\n' => self.line_end = true,
                b'\r' => {}
                _ => self.line_end = false,
            }
        }
        None
    }

    /// Bytes went through without a look.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.iter().rfind(|byte| **byte != b'\r') {
            self.line_end = *last == b'\n';
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::EmptyLine;

    #[test]
    fn a_head_is_let_through_with_its_empty_line_and_not_before() {
        for (text, end) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody", Some(27)),
            ("GET / HTTP/1.1\nHost: a\n\n", Some(24)),
            ("GET / HTTP/1.1\n\r\n", Some(17)),
            ("GET / HTTP/1.1\r\n\n", Some(17)),
            ("GET / HTTP/1.1\r\nHost: a\r\n", None),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r", None),
            ("", None),
        ] {
            assert_eq!(EmptyLine::default().take(text.as_bytes()), end, "{text:?}");
        }
    }

    #[test]
    fn the_rest_of_a_head_whose_beginning_went_through_is_not_kept() {
        let mut line = EmptyLine::default();
        line.pass(b"GET / HTTP/1.1\r\nHost: a\r\n");
        assert_eq!(line.take(b"\r"), None);
        assert_eq!(line.take(b"\n"), Some(1));
        line.pass(b"body");
        assert_eq!(line.take(b"\r\n"), None);
        assert_eq!(line.take(b"GET / HTTP/1.1\r\n\r\n"), Some(18));
    }

    proptest! {
        /// What Rocket's parser takes for a whole head never waits here, however it is cut.
        #[test]
        fn no_whole_head_is_kept(
            lines in prop::collection::vec("[!-~]{1,8}: [ -~]{0,8}", 0..4),
            ends in prop::collection::vec(any::<bool>(), 6),
            cut in 0_usize..200,
        ) {
            let end = |i: usize| if ends[i] { "\r\n" } else { "\n" };
            let mut head = format!("GET / HTTP/1.1{}", end(0));
            for (i, line) in lines.iter().enumerate() {
                head.push_str(line);
                head.push_str(end(i + 1));
            }
            head.push_str(end(5));
            let (first, rest) = head.as_bytes().split_at(cut.min(head.len() - 1));
            let mut line = EmptyLine::default();
            assert_eq!(line.take(first), None);
            assert_eq!(line.take(rest), Some(rest.len()));
        }
    }
}
