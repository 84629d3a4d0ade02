//! Reading the text of a definition from a file or from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::graph::text::Format;

/// The text of a definition.
#[derive(Debug)]
pub(super) struct Definition {
    /// What messages call it.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
    /// Its notation.
    pub(super) format: Format,
}

/// Why there is no text.
#[derive(Debug)]
pub(super) struct Unreadable {
    /// What messages call the file.
    pub(super) name: String,
    /// Where the first wrong byte is, from 1; 0: nowhere.
    pub(super) line: u32,
    /// The same.
    pub(super) column: u32,
    /// What is wrong.
    pub(super) why: String,
}

impl Definition {
    /// Reads a definition of at most `most` bytes. `-` is standard input.
    pub(super) fn read(path: &Path, most: u64) -> Result<Self, Unreadable> {
        let stdin = path.as_os_str() == "-";
        let name = if stdin {
            "<stdin>".to_owned()
        } else {
            path.display().to_string()
        };
        let refuse = |line, column, why| Unreadable {
            name: name.clone(),
            line,
            column,
            why,
        };
        let bytes = if stdin {
            bytes(io::stdin().lock(), most)
        } else {
            File::open(path).and_then(|file| bytes(file, most))
        };
        let bytes = bytes.map_err(|why| refuse(0, 0, format!("cannot be read: {why}")))?;
        if bytes.len() as u64 > most {
            let why = format!("has more than {most} bytes (the setting `max_file_bytes`)");
            return Err(refuse(0, 0, why));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let (line, column) = end(good);
            let why = "this byte is not UTF-8: save the file as UTF-8".to_owned();
            refuse(line, column, why)
        })?;
        let json = if stdin {
            text.trim_start().starts_with('{')
        } else {
            path.extension().is_some_and(|e| e == "json")
        };
        Ok(Self {
            format: if json { Format::Json } else { Format::Yaml },
            name,
            text,
        })
    }
}

fn bytes(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Line and column of what follows these bytes of UTF-8.
fn end(bytes: &[u8]) -> (u32, u32) {
    let lines = bytes.iter().filter(|b| **b == b'\n').count();
    let last = bytes.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let columns = String::from_utf8_lossy(last).chars().count();
    (lines as u32 + 1, columns as u32 + 1)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Definition;
    use crate::graph::text::Format;

    #[test]
    fn bytes_that_are_not_utf_8_are_named_with_their_place() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(b"name: x\ndesc: \xc3\xa9\xff")
            .expect("it is written");
        let refused = Definition::read(file.path(), 100).expect_err("not UTF-8");
        assert_eq!((refused.line, refused.column), (2, 8));
    }

    #[test]
    fn too_much_is_not_read() {
        let mut file = tempfile::Builder::new()
            .suffix(".json")
            .tempfile()
            .expect("a file");
        file.write_all(b"{}").expect("it is written");
        let read = Definition::read(file.path(), 2).expect("two bytes");
        assert_eq!((read.text.as_str(), read.format), ("{}", Format::Json));
        let refused = Definition::read(file.path(), 1).expect_err("two bytes are too many");
        assert!(refused.why.contains("more than 1 bytes"), "{refused:?}");
    }
}
