//! Speaking with the running server over REST.

use std::time::Duration;

use serde_json::Value;

use super::context::Context;
use super::error::CliError;
use crate::access::read_token;
use crate::app::Hold;

/// The most bytes of an answer.
const MOST_BYTES: u64 = 256 << 20;

/// The longest that the server may take to be there at all: a process that stands still is not.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// The server of a data directory.
pub(super) struct Remote {
    pub(super) url: String,
    /// Its process.
    pub(super) pid: u32,
    token: String,
    agent: ureq::Agent,
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
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_connect(Some(LONGEST_CONNECT))
            .build()
            .into();
        Ok(Some(Self {
            url,
            pid: holder.pid,
            token,
            agent,
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
        answer(request.call())
    }

    /// `DELETE` under `/api/v1`.
    pub(super) fn delete(&self, path: &str) -> Result<Value, CliError> {
        let request = self.agent.delete(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        answer(request.call())
    }

    /// `PUT` of JSON under `/api/v1`.
    pub(super) fn put(&self, path: &str, body: &str) -> Result<Value, CliError> {
        let request = self.agent.put(format!("{}/api/v1{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let request = request.header("Content-Type", "application/json");
        answer(request.send(body))
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
        answer(request.send(body))
    }
}

fn answer(
    result: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value, CliError> {
    let failed = |why: ureq::Error| CliError::Failed(format!("the server did not answer: {why}"));
    let mut response = result.map_err(failed)?;
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .with_config()
        .limit(MOST_BYTES)
        .read_to_string()
        .map_err(failed)?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(value);
    }
    Err(problem(status, &value))
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
