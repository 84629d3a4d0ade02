//! Whether the environment of a script can hold what it is to carry. The kernel starts no program
//! with a longer variable, or with too much of them together.

use std::borrow::Cow;

use super::inputs::VertexInput;
use super::launch::carrier;
use super::model::{Graph, Limits, Vertex};
use super::param::Value;
use super::script::interpreter;

/// The most bytes of `name=value` and the NUL behind it: `MAX_ARG_STRLEN` of Linux.
const LONGEST: usize = 128 << 10;
/// What counts of a variable besides its name and its value: `=`, a NUL and a pointer.
const EACH: usize = 10;

/// The bytes of a variable, as [`Limits::environment_bytes`] counts them.
fn bytes(name: &str, value: &str) -> usize {
    name.len() + value.len() + EACH
}

/// Why the environment cannot hold this variable, whatever else there is.
pub(super) fn too_long(variable: &str, value: &str) -> Option<String> {
    let bytes = variable.len() + value.len() + "=\0".len();
    (bytes > LONGEST).then(|| {
        format!(
            "the variable `{variable}` would need {bytes} bytes and the environment of a program holds {LONGEST} in one; put the value into a file and give the file's name"
        )
    })
}

/// Why the variables that a definition sets are too many.
pub(super) fn too_many(env: &[(String, String)], limits: &Limits) -> Option<String> {
    let sum: usize = env.iter().map(|(name, value)| bytes(name, value)).sum();
    over(sum, limits)
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Str(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// The parameters whose values the environment of the script of `vertex` cannot hold, and why.
pub(super) fn refused(
    graph: &Graph,
    vertex: &Vertex,
    input: &VertexInput,
    limits: &Limits,
) -> Vec<(String, String)> {
    let shell = interpreter(&vertex.script).shell;
    let values = input.values.iter().filter(|_| !shell);
    let values = values.map(|(name, value)| (name, false, text(value)));
    let secrets = input.secrets.iter();
    let secrets = secrets.map(|(name, hidden)| (name, true, Cow::Borrowed(hidden.text())));
    let carried: Vec<_> = values
        .chain(secrets)
        .map(|(name, secret, value)| (name, carrier(name, secret, shell), value))
        .collect();
    let long = carried
        .iter()
        .filter_map(|(name, variable, value)| Some(((*name).clone(), too_long(variable, value)?)));
    let long: Vec<_> = long.collect();
    let most = carried.iter().max_by_key(|(_, _, value)| value.len());
    let Some((largest, _, _)) = most.filter(|_| long.is_empty()) else {
        return long;
    };
    let own = |name: &String| vertex.env.iter().any(|(of, _)| of == name);
    let shared = graph.env.iter().filter(|(name, _)| !own(name));
    let set = shared.chain(&vertex.env).map(|(n, v)| bytes(n, v));
    let sum = set.chain(carried.iter().map(|(_, n, v)| bytes(n, v))).sum();
    let why = over(sum, limits).map(|why| format!("with `{largest}`, the largest value, {why}"));
    why.into_iter()
        .map(|why| ((*largest).clone(), why))
        .collect()
}

fn over(bytes: usize, limits: &Limits) -> Option<String> {
    let most = limits.environment_bytes;
    (bytes > most).then(|| {
        format!(
            "the environment of the script would need {bytes} bytes and the limit is {most} (`max_env_bytes`); put long values into files and give their names"
        )
    })
}
