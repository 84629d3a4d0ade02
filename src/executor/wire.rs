//! The words between server and supervisor: frames of a length (four bytes, little endian) and
//! that many bytes of JSON.
//!
//! A server must be able to talk to the supervisor of the build before it and the other way
//! round: fields are only ever added, and a message of an unknown type is skipped.

use std::io::{self, ErrorKind, Read};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::graph::{Hidden, Limits, Param, Resource, Rlimits};
use crate::spool::ExitRecord;
use crate::store::{StoreError, params_from_json, params_to_json};

/// The version of these words.
pub(super) const PROTOCOL: u32 = 1;

/// No frame is longer. The kernel takes a few MiB of environment, JSON makes at most six of one.
const MAX_FRAME: usize = 64 << 20;

/// An attempt on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key(i64, i64, u32);

impl From<AttemptKey> for Key {
    fn from(key: AttemptKey) -> Key {
        Key(key.pipeline.0, key.track.0, key.attempt)
    }
}

impl From<Key> for AttemptKey {
    fn from(Key(pipeline, track, attempt): Key) -> AttemptKey {
        AttemptKey {
            pipeline: PipelineId(pipeline),
            track: TrackId(track),
            attempt,
        }
    }
}

/// One attempt to run. Its script is in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Launch {
    pub(super) key: Key,
    /// The interpreter and its arguments, before the script's file.
    pub(super) argv: Vec<String>,
    /// The whole environment.
    pub(super) env: Vec<(String, String)>,
    /// The variables of it that must not be seen in the output.
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    /// Variables of other scripts, and values that must not be seen in this one's output either.
    #[serde(default)]
    pub(super) others: Vec<(String, String)>,
    /// `None`: the private directory of the pipeline.
    pub(super) workdir: Option<String>,
    pub(super) timeout_ms: Option<u64>,
    #[serde(default)]
    pub(super) limits: Vec<Limit>,
    pub(super) grace_ms: u64,
    pub(super) log_cap: u64,
    #[serde(default)]
    pub(super) outputs: Outputs,
}

/// What a script may leave for those after it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outputs {
    /// The declarations as JSON; empty: none.
    declared: String,
    file_bytes: usize,
    names: usize,
    value_bytes: usize,
}

impl Outputs {
    pub(super) fn new(declared: &[Param], limits: &Limits) -> Outputs {
        Outputs {
            declared: match declared.is_empty() {
                true => String::new(),
                false => params_to_json(declared),
            },
            file_bytes: limits.output_bytes,
            names: limits.outputs,
            value_bytes: limits.value_bytes,
        }
    }

    /// The declarations, and what bounds the values.
    pub(super) fn read(&self) -> Result<(Vec<Param>, Limits), StoreError> {
        let declared = match self.declared.is_empty() {
            true => Vec::new(),
            false => params_from_json(&self.declared)?,
        };
        let limits = Limits {
            output_bytes: self.file_bytes,
            outputs: self.names,
            value_bytes: self.value_bytes,
            ..Limits::default()
        };
        Ok((declared, limits))
    }
}

impl Launch {
    /// What must not be seen in the output: variables and their values.
    pub(super) fn secrets(&self) -> Vec<(String, Hidden)> {
        let secret = |(name, _): &&(String, String)| self.secrets.contains(name);
        let found = self.env.iter().filter(secret);
        found
            .chain(&self.others)
            .map(|(name, value)| (name.clone(), Hidden::new(value.clone())))
            .collect()
    }
}

/// What a script may use of something, by the word that graphs use for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limit(pub(super) String, pub(super) u64);

impl Limit {
    pub(super) fn all(limits: &Rlimits) -> Vec<Limit> {
        let limit = |(resource, value): (Resource, u64)| Limit(resource.word().to_owned(), value);
        limits.iter().map(limit).collect()
    }
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum ToSupervisor {
    /// The first word.
    Hello { protocol: u32, version: String },
    /// Run this.
    Launch(Box<Launch>),
    /// End this.
    Kill { key: Key, grace_ms: u64 },
    /// Take no more work; exit when what runs has ended.
    Retire,
    /// A word of a later build.
    #[serde(other)]
    Unknown,
}

/// What a supervisor says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum ToServer {
    /// The answer to `Hello`.
    Hello {
        protocol: u32,
        version: String,
        pid: u32,
        running: Vec<Key>,
    },
    /// It is over, and this is what its exit record says; without one, look at its files.
    Ended {
        key: Key,
        record: Option<ExitRecord>,
        /// Its exit record could not be written at first.
        #[serde(default)]
        late: bool,
    },
    /// It is over, and its exit record cannot be written for now.
    Unwritten { key: Key, why: String },
    /// It was not started, its gate is open again, and the reason may pass.
    NotStarted { key: Key, why: String },
    /// Its gate was taken before; `running`: by this supervisor, which runs it.
    GateTaken { key: Key, running: bool },
    /// A word of a later build.
    #[serde(other)]
    Unknown,
}

/// One message as a frame.
pub(super) fn frame(message: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message).expect("messages are plain data");
    let len = u32::try_from(bytes.len() - 4).expect("a message is far below 4 GiB");
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    bytes
}

/// Cuts what arrives into messages.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    bytes: Vec<u8>,
    start: usize,
}

impl Decoder {
    /// Takes bytes that have arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, if there is one.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let rest = &self.bytes[self.start..];
        let Some((len, rest)) = rest.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let len = usize::try_from(u32::from_le_bytes(*len)).expect("32 bits fit");
        if len > MAX_FRAME {
            let why = format!("a message of {len} bytes is too long");
            return Err(io::Error::new(ErrorKind::InvalidData, why));
        }
        let Some(body) = rest.get(..len) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(body)?;
        self.start += 4 + len;
        if self.start > 1 << 16 {
            self.bytes.drain(..self.start);
            self.bytes.shrink_to(1 << 16);
            self.start = 0;
        }
        Ok(Some(message))
    }

    /// Waits for the next message; `None`: the other side is gone.
    pub(super) fn read<T: DeserializeOwned>(
        &mut self,
        from: &mut impl Read,
    ) -> io::Result<Option<T>> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(message) = self.next()? {
                return Ok(Some(message));
            }
            match from.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(n) => self.push(&buffer[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Key, Launch, Limit, Outputs, ToServer, ToSupervisor, frame};

    fn launch(n: i64, size: usize) -> ToSupervisor {
        ToSupervisor::Launch(Box::new(Launch {
            limits: vec![Limit("cpu".to_owned(), 1_000)],
            key: Key(1, n, 1),
            argv: vec!["/bin/sh".to_owned()],
            env: vec![("A".to_owned(), "x".repeat(size))],
            secrets: vec!["A".to_owned()],
            others: vec![("OTHER".to_owned(), "opensesame".to_owned())],
            workdir: None,
            timeout_ms: None,
            grace_ms: 5,
            log_cap: 6,
            outputs: Outputs::default(),
        }))
    }

    #[test]
    fn messages_survive_any_cutting() {
        let messages: Vec<ToSupervisor> = (0..50)
            .map(|n| launch(n, usize::try_from(n * n * 10).unwrap()))
            .collect();
        let bytes: Vec<u8> = messages.iter().flat_map(frame).collect();
        for step in [1, 3, 1000, 70_000, bytes.len()] {
            let mut decoder = Decoder::default();
            let mut got: Vec<ToSupervisor> = Vec::new();
            for chunk in bytes.chunks(step) {
                decoder.push(chunk);
                while let Some(message) = decoder.next().unwrap() {
                    got.push(message);
                }
            }
            assert!(got == messages, "step {step}");
        }
    }

    #[test]
    fn a_word_of_a_later_build_is_skipped() {
        let mut decoder = Decoder::default();
        decoder.push(&frame(&serde_json::json!({"say": "dance", "how": [1, 2]})));
        decoder.push(&frame(
            &serde_json::json!({"say": "ended", "key": [1, 2, 3], "new": 1}),
        ));
        assert_eq!(decoder.next::<ToServer>().unwrap(), Some(ToServer::Unknown));
        let ended = ToServer::Ended {
            key: Key(1, 2, 3),
            record: None,
            late: false,
        };
        assert_eq!(decoder.next::<ToServer>().unwrap(), Some(ended));
    }

    #[test]
    fn nonsense_is_an_error() {
        for bytes in [b"\xff\xff\xff\xff".to_vec(), b"\x02\0\0\0{]".to_vec()] {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            assert!(decoder.next::<ToServer>().is_err());
        }
    }
}
