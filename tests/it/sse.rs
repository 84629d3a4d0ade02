//! Reading server-sent events, as a browser does.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde_json::Value;

use crate::server::Server;

/// The longest that a test waits for the next line.
const PATIENCE: Duration = Duration::from_secs(60);

/// One event, or a comment that stands alone (of the kind `:`).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// A stream that is open.
pub(crate) struct Events {
    lines: Box<dyn Iterator<Item = String> + Send>,
    pub(crate) headers: ureq::http::HeaderMap,
    /// What a browser would send as `Last-Event-ID`.
    pub(crate) last: Option<String>,
}

impl Events {
    /// Opens a stream; the status where it is none.
    pub(crate) fn open(server: &Server, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let token = format!("Bearer {}", server.token);
        let known = headers.iter().any(|(name, _)| *name == "Cookie");
        let own = (!known).then_some(("Authorization", token.as_str()));
        let all: Vec<_> = own.into_iter().chain(headers.iter().copied()).collect();
        Self::of(&format!("{}{path}", server.url), &all)
    }

    /// The same of any address, with nothing but what is given.
    pub(crate) fn of(url: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let mut request = agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().expect("an answer");
        let status = response.status().as_u16();
        if status != 200 {
            return Err(status);
        }
        let headers = response.headers().clone();
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        Ok(Self {
            // A server that was killed has not ended the answer.
            lines: Box::new(lines.map_while(Result::ok)),
            headers,
            last: None,
        })
    }

    /// The next block, of which the first has the time to wait before another try.
    pub(crate) fn block(&mut self) -> Option<Event> {
        let (mut kind, mut data, mut any) = (String::new(), String::new(), false);
        loop {
            let line = self.lines.next()?;
            if line.is_empty() && any {
                let data = serde_json::from_str(&data).unwrap_or_default();
                return Some(Event { kind, data });
            }
            any = true;
            match line.split_once(':').expect("a field") {
                ("", _) => kind = ":".to_owned(),
                ("id", id) => self.last = Some(id.trim().to_owned()),
                ("event", name) => kind = name.trim().to_owned(),
                ("data", text) => data.push_str(text.trim_start()),
                ("retry", _) => kind = "retry".to_owned(),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The events, without signs of life.
impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.block()?;
            if ![":", "retry"].contains(&event.kind.as_str()) {
                return Some(event);
            }
        }
    }
}
