//! Scripts as they would run.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::graph::Rendered;

/// Scripts as they would run, in the order of the definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rendering {
    scripts: Vec<Script>,
}

/// A script as it would run; secrets are `******`.
#[derive(Debug, Serialize, ToSchema)]
struct Script {
    vertex: String,
    /// The program that runs it, and its arguments; the script's file follows.
    interpreter: Vec<String>,
    script: String,
    /// The variables that carry values and secrets.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    environment: Map<String, Value>,
}

impl From<&[Rendered]> for Rendering {
    fn from(scripts: &[Rendered]) -> Self {
        let one = |script: &Rendered| Script {
            vertex: script.vertex.clone(),
            interpreter: script.interpreter.clone(),
            script: script.script.clone(),
            environment: script
                .environment
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect(),
        };
        Self {
            scripts: scripts.iter().map(one).collect(),
        }
    }
}
