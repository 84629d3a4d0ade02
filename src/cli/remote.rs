//! Speaking with the running server over REST.

use std::time::Duration;

use serde_json::Value;
use ureq::BodyReader;

use super::context::Context;
use super::error::CliError;
use crate::access::read_token;
use crate::app::Hold;
use crate::clock::format_duration;

/// The most bytes of an answer.
const MOST_BYTES: u64 = 256 << 20;

/// The longest that the server may take to be there at all: a process that stands still is not.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// Why there is no stream.
pub(super) enum Broken {
    /// The server does not give it.
    Refused(CliError),
    /// There was no answer, or none now.
    Silent(CliError),
}

/// The server of a data directory.
pub(super) struct Remote {
    pub(super) url: String,
    /// Its process.
    pub(super) pid: u32,
    token: String,
    agent: ureq::Agent,
    /// How long it may say nothing.
    patience: Duration,
}

impl Remote {
    /// The server that works on the data directory; none when nobody works on it.
    pub(super) fn find(context: &Context) -> Result<Option<Self>, CliError> {
        let Some(holder) = Hold::holder(&context.config.data) else {
            return Ok(None);
        };
        let Some(url) = holder.url.clone() else {
            return Err(context.held(&holder));
        };
        let token = read_token(&context.config.data);
        let token = token
            .map_err(|why| CliError::Failed(why.to_string()))?
            .text()
            .to_owned();
        let patience = context.config.answer_timeout;
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_connect(Some(patience.min(LONGEST_CONNECT)))
            .timeout_per_read(Some(patience))
            .timeout_per_write(Some(patience))
            .build()
            .into();
        Ok(Some(Self {
            url,
            pid: holder.pid,
            token,
            agent,
            patience,
        }))
    }

    /// The server, or what to do when there is none.
    pub(super) fn needed(context: &Context) -> Result<Self, CliError> {
        Self::find(context)?.ok_or_else(|| {
            let data = context.config.data.display();
            CliError::Failed(format!(
                "no server works on the data directory `{data}`: start one with `{}`, or run a definition here with `{}`",
                context.command("serve"),
                context.command("run FILE")
            ))
        })
    }

    /// `GET` under `/api/v1`.
    pub(super) fn get(&self, path: &str) -> Result<Value, CliError> {
        let request = self.agent.get(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        self.answer(request.call(), false)
    }

    /// `DELETE` under `/api/v1`.
    pub(super) fn delete(&self, path: &str) -> Result<Value, CliError> {
        self.remove(path, &[])?
    }

    /// The same with a query; the inner error is a refusal, after which others can be asked for.
    pub(super) fn remove(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Result<Value, CliError>, CliError> {
        let request = self.agent.delete(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let request = request.query_pairs(query.iter().copied());
        self.heard(request.call(), true)
    }

    /// `PUT` of JSON under `/api/v1`.
    pub(super) fn put(&self, path: &str, body: &str) -> Result<Value, CliError> {
        let request = self.agent.put(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let request = request.header("Content-Type", "application/json");
        self.answer(request.send(body), true)
    }

    /// `POST` under `/api/v1`.
    pub(super) fn post(
        &self,
        path: &str,
        media: &str,
        key: Option<&str>,
        body: &str,
    ) -> Result<Value, CliError> {
        let request = self.agent.post(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let mut request = request.header("Content-Type", media);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.answer(request.send(body), true)
    }

    /// A stream of events under `/api/v1`, after the event `last`; none: there is nothing to tell.
    pub(super) fn stream(
        &self,
        path: &str,
        last: Option<&str>,
    ) -> Result<Option<BodyReader<'static>>, Broken> {
        let request = self.agent.get(format!("{}/api/v1{path}", self.url));
        let mut request = request.header("Authorization", format!("Bearer {}", self.token));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let silent = |why: &ureq::Error| Broken::Silent(self.silent(why, false));
        let mut response = request.call().map_err(|why| silent(&why))?;
        match response.status().as_u16() {
            200 => Ok(Some(response.into_body().into_reader())),
            204 => Ok(None),
            status => {
                let body = response.body_mut().with_config().limit(MOST_BYTES);
                let text = body.read_to_string().map_err(|why| silent(&why))?;
                let value = serde_json::from_str(&text).unwrap_or_default();
                let why = problem(status, &value);
                // It may be able to another time.
                Err(match status {
                    500.. => Broken::Silent(why),
                    _ => Broken::Refused(why),
                })
            }
        }
    }

    /// The answer's JSON. `changes`: the server was asked to do something.
    fn answer(
        &self,
        result: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        changes: bool,
    ) -> Result<Value, CliError> {
        self.heard(result, changes)?
    }

    /// The answer's JSON, or what it refuses; the outer error: there was no whole answer.
    fn heard(
        &self,
        result: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        changes: bool,
    ) -> Result<Result<Value, CliError>, CliError> {
        let mut response = result.map_err(|why| self.silent(&why, changes))?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MOST_BYTES);
        let text = body
            .read_to_string()
            .map_err(|why| self.silent(&why, changes))?;
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if (200..300).contains(&status) {
            return Ok(Ok(value));
        }
        Ok(Err(problem(status, &value)))
    }

    /// There was no answer, or no whole one.
    fn silent(&self, why: &ureq::Error, changes: bool) -> CliError {
        let doubt = match changes {
            true => "; whether it has done what was asked is not known: look before you ask again",
            false => "",
        };
        CliError::Failed(match why {
            ureq::Error::Timeout(_) => format!(
                "the server at {} (process id {}) has said nothing for {}: it may stand still{doubt} \
                 (the setting `answer_timeout` is how long is waited)",
                self.url,
                self.pid,
                format_duration(self.patience.as_millis() as i64)
            ),
            why => format!("the server at {} did not answer: {why}{doubt}", self.url),
        })
    }
}

/// An error as the server says it.
fn problem(status: u16, value: &Value) -> CliError {
    let mut lines = vec![
        value["detail"]
            .as_str()
            .map_or_else(|| format!("the server answered {status}"), str::to_owned),
    ];
    for problem in value["problems"].as_array().into_iter().flatten() {
        let message = problem["message"].as_str().unwrap_or_default();
        let line = match (problem["field"].as_str(), problem["line"].as_u64()) {
            (Some(field), _) => format!("`{field}`: {message}"),
            (None, Some(line)) if line > 0 => {
                format!(
                    "{line}:{}: {}: {message}",
                    problem["column"],
                    problem["severity"].as_str().unwrap_or_default()
                )
            }
            _ => message.to_owned(),
        };
        lines.push(line);
    }
    if value["code"] == "invalid-input" {
        CliError::Usage(lines.split_off(1).join("\n"))
    } else {
        CliError::Failed(lines.join("\n"))
    }
}
