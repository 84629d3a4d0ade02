//! Server-sent events, line by line, from any reader. No line is held that is longer than a limit.

use std::io::{self, BufRead, Read};

use serde_json::Value;

/// The most bytes of one line: 16 KiB of a log, every character of it escaped, and some more.
const MOST_LINE: u64 = 256 << 10;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// What kind of event it is.
    pub(super) kind: String,
    /// What it tells; null where that is no JSON.
    pub(super) data: Value,
}

/// The events of a stream.
pub(super) struct Events<R> {
    reader: R,
    /// The `id` of the last block, from which another stream goes on.
    pub(super) last: Option<String>,
}

impl<R: BufRead> Events<R> {
    /// Those that come from now on.
    pub(super) fn new(reader: R) -> Self {
        Self { reader, last: None }
    }

    /// Waits for the next event; none: the stream has ended. What has no end is no event.
    pub(super) fn next(&mut self) -> io::Result<Option<Event>> {
        let (mut kind, mut data, mut id) = (String::new(), String::new(), None);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut reader = (&mut self.reader).take(MOST_LINE);
            reader.read_until(b'\n', &mut line)?;
            if line.pop_if(|byte| *byte == b'\n').is_none() {
                return match line.len() as u64 {
                    MOST_LINE => Err(io::Error::other("a line of the stream is too long")),
                    _ => Ok(None),
                };
            }
            line.pop_if(|byte| *byte == b'\r');
            let text = String::from_utf8_lossy(&line);
            if text.is_empty() {
                // A block without data says from where to go on, too.
                self.last = id.take().or(self.last.take());
                if !data.is_empty() {
                    let data = serde_json::from_str(&data).unwrap_or_default();
                    return Ok(Some(Event { kind, data }));
                }
                kind.clear();
                continue;
            }
            let (field, value) = text.split_once(':').unwrap_or((&text, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => id = Some(value.to_owned()),
                "event" => value.clone_into(&mut kind),
                "data" => {
                    if data.len() as u64 + value.len() as u64 > MOST_LINE {
                        return Err(io::Error::other("an event of the stream is too long"));
                    }
                    data.push_str(value);
                }
                // Comments are signs of life; `retry` is for browsers.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Event, Events, MOST_LINE};

    fn event(kind: &str, data: serde_json::Value) -> Option<Event> {
        let kind = kind.to_owned();
        Some(Event { kind, data })
    }

    #[test]
    fn events_are_read_between_signs_of_life() {
        let text = "retry: 1000\n\n:\nid: 7\n\nid: 8\r\nevent: track\r\ndata: {\"t\":\ndata:1}\r\n\r\n\
                    :\n\nevent: reload\ndata: {}\n\nid: 9\nevent: cut";
        let mut events = Events::new(text.as_bytes());
        let mut next = || events.next().expect("it is read");
        assert_eq!(next(), event("track", json!({"t": 1})));
        assert_eq!(next(), event("reload", json!({})));
        assert_eq!(next(), None, "half a block is no event");
        assert_eq!(events.last.as_deref(), Some("8"));
    }

    #[test]
    fn a_line_without_an_end_is_not_gathered() {
        for text in [
            "data: ".to_owned() + &"x".repeat(2 * MOST_LINE as usize),
            "data: 1\n".repeat(MOST_LINE as usize + 1),
        ] {
            let told = Events::new(text.as_bytes()).next();
            assert!(told.is_err_and(|why| why.to_string().ends_with("is too long")));
        }
    }
}
