//! Policies as the JSON of their columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use crate::graph::{
    Concurrency, ExitCodes, Graph, Millis, OnFailure, OnInterrupt, OnLimit, Resource, Retention,
    Retry, Rlimits, Vertex,
};

/// The `policies` column of a graph.
#[derive(Serialize, Deserialize)]
pub(super) struct GraphPolicies {
    on_failure: String,
    pub(super) env: Vec<(String, String)>,
    pub(super) workdir: Option<String>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) limits: RlimitsSpec,
    #[serde(default)]
    timeout_ms: Option<u64>,
    #[serde(default)]
    max_parallel: Option<u32>,
    #[serde(default)]
    concurrency: Option<(u32, String)>,
    #[serde(default)]
    retention: RetentionSpec,
}

/// What is said of what is over.
#[derive(Serialize, Deserialize, Default)]
struct RetentionSpec {
    days: Option<u32>,
    keep_last: Option<u32>,
    max_bytes: Option<u64>,
}

/// Limits by their words.
#[derive(Serialize, Deserialize, Default)]
#[serde(transparent)]
pub(super) struct RlimitsSpec(BTreeMap<String, u64>);

impl From<Rlimits> for RlimitsSpec {
    fn from(limits: Rlimits) -> Self {
        let word = |(resource, value): (Resource, u64)| (resource.word().to_owned(), value);
        Self(limits.iter().map(word).collect())
    }
}

impl RlimitsSpec {
    pub(super) fn limits(&self) -> Result<Rlimits, StoreError> {
        let mut limits = Rlimits::default();
        for (word, value) in &self.0 {
            let resource = Resource::from_word(word)
                .ok_or_else(|| StoreError::Mismatch(format!("`{word}` is not a limit")))?;
            limits = limits.with(resource, *value);
        }
        Ok(limits)
    }
}

/// The `policies` column of a vertex.
#[derive(Serialize, Deserialize)]
pub(super) struct VertexPolicies {
    pub(super) env: Vec<(String, String)>,
    pub(super) workdir: Option<String>,
    pub(super) timeout_ms: Option<u64>,
    retry: Option<RetrySpec>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) limits: RlimitsSpec,
    #[serde(default)]
    on_interrupt: Option<String>,
    #[serde(default)]
    pub(super) ignore_failure: bool,
    #[serde(default)]
    pub(super) pool: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct RetrySpec {
    limit: u32,
    delay_ms: u64,
    backoff: f64,
    max_delay_ms: u64,
    #[serde(default)]
    jitter: f64,
    #[serde(default)]
    exit_codes: Option<Vec<u8>>,
}

impl GraphPolicies {
    pub(super) fn new(graph: &Graph) -> Self {
        Self {
            on_failure: graph.on_failure.word().to_owned(),
            env: graph.env.clone(),
            workdir: graph.workdir.clone(),
            secrets: graph.secrets.clone(),
            limits: graph.limits.into(),
            timeout_ms: graph.timeout.map(|t| t.0),
            max_parallel: graph.max_parallel,
            concurrency: graph
                .concurrency
                .map(|c| (c.limit, c.on_limit.word().to_owned())),
            retention: RetentionSpec {
                days: graph.retention.days,
                keep_last: graph.retention.keep_last,
                max_bytes: graph.retention.max_bytes,
            },
        }
    }

    pub(super) fn retention(&self) -> Retention {
        Retention {
            days: self.retention.days,
            keep_last: self.retention.keep_last,
            max_bytes: self.retention.max_bytes,
        }
    }

    pub(super) fn timeout(&self) -> Option<Millis> {
        self.timeout_ms.map(Millis)
    }

    pub(super) fn max_parallel(&self) -> Option<u32> {
        self.max_parallel
    }

    pub(super) fn concurrency(&self) -> Result<Option<Concurrency>, StoreError> {
        let Some((limit, word)) = &self.concurrency else {
            return Ok(None);
        };
        let on_limit = OnLimit::from_word(word)
            .ok_or_else(|| StoreError::Mismatch(format!("`{word}` is not what a limit can do")))?;
        let limit = *limit;
        Ok(Some(Concurrency { limit, on_limit }))
    }

    pub(super) fn on_failure(&self) -> Result<OnFailure, StoreError> {
        OnFailure::from_word(&self.on_failure).ok_or_else(|| {
            StoreError::Mismatch(format!("`{}` is not a failure policy", self.on_failure))
        })
    }
}

impl VertexPolicies {
    pub(super) fn new(vertex: &Vertex) -> Self {
        Self {
            env: vertex.env.clone(),
            workdir: vertex.workdir.clone(),
            secrets: vertex.secrets.clone(),
            timeout_ms: vertex.timeout.map(|t| t.0),
            retry: vertex.retry.map(|r| RetrySpec {
                limit: r.limit,
                delay_ms: r.delay.0,
                backoff: r.backoff,
                max_delay_ms: r.max_delay.0,
                jitter: r.jitter,
                exit_codes: r.exit_codes.map(|codes| codes.iter().collect()),
            }),
            limits: vertex.limits.into(),
            on_interrupt: Some(vertex.on_interrupt.word().to_owned()),
            ignore_failure: vertex.ignore_failure,
            pool: vertex.pool.clone(),
        }
    }

    pub(super) fn on_interrupt(&self) -> Result<OnInterrupt, StoreError> {
        let Some(word) = &self.on_interrupt else {
            return Ok(OnInterrupt::default());
        };
        OnInterrupt::from_word(word)
            .ok_or_else(|| StoreError::Mismatch(format!("`{word}` is not an interrupt policy")))
    }

    pub(super) fn retry(&self) -> Option<Retry> {
        self.retry.as_ref().map(|r| Retry {
            limit: r.limit,
            delay: Millis(r.delay_ms),
            backoff: r.backoff,
            max_delay: Millis(r.max_delay_ms),
            jitter: r.jitter,
            exit_codes: r.exit_codes.clone().map(ExitCodes::of),
        })
    }
}

/// Any column of JSON.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("these types have string keys and finite numbers")
}

/// Any column of JSON.
pub(super) fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::Mismatch(format!("a JSON column: {why}")))
}
