//! What a graph and its vertices share in form: environments, and what follows a failure.

use super::reader::{Keys, Reader};
use super::tree::{Data, Node};
use crate::graph::codes;
use crate::graph::model::Millis;
use crate::graph::places::{Part, Spot};
use crate::graph::policy::{Concurrency, ExitCodes, OnFailure, OnInterrupt, OnLimit, Retry};
use crate::graph::rlimits::{Resource, Rlimits};
use crate::graph::similar::quote;

const RETRY_KEYS: &[&str] = &[
    "limit",
    "delay",
    "backoff",
    "max_delay",
    "jitter",
    "exit_codes",
];

/// The longest wait between attempts when a retry policy does not name one.
const MAX_DELAY: Millis = Millis(3_600_000);

/// What a failed track does to the rest; the first policy when the word names none.
pub(super) fn on_failure(reader: &mut Reader, node: &Node) -> OnFailure {
    let known = OnFailure::ALL.map(OnFailure::word);
    policy(reader, node, "on_failure", &known, OnFailure::from_word)
}

/// What follows an unknown outcome; the first policy when the word names none.
pub(super) fn on_interrupt(reader: &mut Reader, node: &Node, place: &str) -> OnInterrupt {
    let known = OnInterrupt::ALL.map(OnInterrupt::word);
    policy(reader, node, place, &known, OnInterrupt::from_word)
}

/// Whether the failure of a vertex counts as done.
pub(super) fn ignores(reader: &mut Reader, node: &Node, place: &str) -> bool {
    let known = ["fail", "ignore"];
    policy(reader, node, place, &known, |word| match word {
        "fail" => Some(false),
        "ignore" => Some(true),
        _ => None,
    })
}

/// How many pipelines of a graph may run at once: a number, or with what becomes of one more.
pub(super) fn concurrency(reader: &mut Reader, node: &Node, spot: Spot) -> Option<Concurrency> {
    let (mut limit, mut on_limit) = (None, OnLimit::default());
    if !matches!(node.data, Data::Map(_)) {
        let limit = reader.whole(node, "concurrency", spot)?;
        return Some(Concurrency { limit, on_limit });
    }
    let mut said = false;
    for entry in reader.entries(node, "concurrency", &Keys::Known(&["limit", "on_limit"])) {
        let (value, inside) = (&entry.value, format!("concurrency.{}", entry.key));
        match entry.key.as_str() {
            _ if value.is_null() => {}
            "limit" => (said, limit) = (true, reader.whole(value, &inside, spot)),
            _ => {
                let known = OnLimit::ALL.map(OnLimit::word);
                on_limit = policy(reader, value, &inside, &known, OnLimit::from_word);
            }
        }
    }
    if !said {
        let message = "`concurrency` needs `limit`: how many pipelines of it may run at once";
        let message = message.to_owned();
        reader.broken(codes::BAD_CONCURRENCY, node, "concurrency", spot, message);
    }
    let limit = limit?;
    Some(Concurrency { limit, on_limit })
}

fn policy<T: Default>(
    reader: &mut Reader,
    node: &Node,
    place: &str,
    known: &[&'static str],
    from_word: impl Fn(&str) -> Option<T>,
) -> T {
    let word = node.scalar().map_or("", |s| s.text.as_str());
    from_word(word).unwrap_or_else(|| {
        let hint = reader.suggester.hint(word, known.iter().copied());
        let message = format!(
            "{} is not a policy.{hint} Write one of {}",
            node.phrase(),
            known.join(", ")
        );
        reader.error(codes::UNKNOWN_WORD, node.mark, place, message);
        T::default()
    })
}

/// Environment variables of a vertex, or of the graph.
pub(super) fn env(
    reader: &mut Reader,
    node: &Node,
    owner: Option<usize>,
    place: &str,
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for entry in reader.entries(node, place, &Keys::Any(codes::DUPLICATE_ENV)) {
        let part = Part::Env(u32::try_from(out.len()).unwrap_or(u32::MAX));
        let spot = Spot::of(owner, part);
        reader.places.marks.insert(spot, entry.mark);
        let value = reader.text(&entry.value, &format!("{place}.{}", entry.key), spot);
        out.push((entry.key.clone(), value.unwrap_or_default()));
    }
    out
}

/// The names of secrets of the server: a list, or one name.
pub(super) fn secrets(reader: &mut Reader, node: &Node, spot: Spot, place: &str) -> Vec<String> {
    let items = match &node.data {
        Data::List(items) => items.as_slice(),
        Data::Scalar(_) | Data::Map(_) => std::slice::from_ref(node),
    };
    let name = |item| reader.text(item, place, spot);
    items.iter().filter_map(name).collect()
}

/// Tags: a list of words, or one; sorted, and each once.
pub(super) fn tags(reader: &mut Reader, node: &Node, spot: Spot) -> Vec<String> {
    let mut tags = secrets(reader, node, spot, "tags");
    tags.sort_unstable();
    if let Some(twice) = tags.windows(2).find(|two| two[0] == two[1]) {
        let message = format!("{} stands here a second time; remove one", quote(&twice[0]));
        reader.error(codes::BAD_TAG, node.mark, "tags", message);
        tags.dedup();
    }
    tags
}

/// A retry policy. Left out: delay 0s, backoff 1, and no wait above one hour (or the delay, if longer).
pub(super) fn retry(reader: &mut Reader, node: &Node, vertex: usize, place: &str) -> Option<Retry> {
    let spot = Spot::vertex(vertex, Part::Key("retry"));
    if let Some(text) = node.plain_text()
        && let Ok(limit) = text.parse()
    {
        return Some(Retry {
            limit,
            delay: Millis(0),
            backoff: 1.0,
            max_delay: MAX_DELAY,
            jitter: 0.0,
            exit_codes: None,
        });
    }
    let (mut limit, mut delay, mut backoff, mut longest) = (None, Millis(0), 1.0, None);
    let (mut jitter, mut codes) = (0.0, None);
    let mut said = false;
    for entry in reader.entries(node, place, &Keys::Known(RETRY_KEYS)) {
        let (value, inside) = (&entry.value, format!("{place}.{}", entry.key));
        if value.is_null() {
            continue;
        }
        match entry.key.as_str() {
            "limit" => (said, limit) = (true, reader.whole(value, &inside, spot)),
            "delay" => delay = reader.duration(value, &inside, spot).unwrap_or_default(),
            "backoff" => backoff = reader.factor(value, &inside, spot).unwrap_or(1.0),
            "max_delay" => longest = reader.duration(value, &inside, spot),
            "jitter" => jitter = reader.factor(value, &inside, spot).unwrap_or_default(),
            _ => codes = exit_codes(reader, value, &inside, spot),
        }
    }
    if !said && matches!(node.data, Data::Map(_)) {
        let message =
            "a retry policy needs `limit`: how many attempts may follow the first".to_owned();
        reader.broken(codes::BAD_RETRY, node, place, spot, message);
    }
    let max_delay = longest.unwrap_or(MAX_DELAY.max(delay));
    Some(Retry {
        limit: limit?,
        delay,
        backoff,
        max_delay,
        jitter,
        exit_codes: codes,
    })
}

/// One exit code, or a list of them.
fn exit_codes(reader: &mut Reader, node: &Node, place: &str, spot: Spot) -> Option<ExitCodes> {
    let items = match &node.data {
        Data::List(items) => items.as_slice(),
        Data::Scalar(_) | Data::Map(_) => std::slice::from_ref(node),
    };
    let code = |item: &Node| {
        let code = item.plain_text().and_then(|text| text.parse::<u8>().ok());
        if code.is_none() {
            let message = format!(
                "{} is not an exit code; write numbers from 1 to 255, such as [3, 75]",
                item.phrase()
            );
            reader.broken(crate::graph::codes::BAD_RETRY, item, place, spot, message);
        }
        code
    };
    Some(ExitCodes::of(items.iter().filter_map(code)))
}

/// What a script may use of the machine.
pub(super) fn rlimits(reader: &mut Reader, node: &Node, spot: Spot, place: &str) -> Rlimits {
    let known = Resource::ALL.map(Resource::word);
    let mut limits = Rlimits::default();
    for entry in reader.entries(node, place, &Keys::Known(&known)) {
        let (value, inside) = (&entry.value, format!("{place}.{}", entry.key));
        let Some(resource) = Resource::from_word(&entry.key).filter(|_| !value.is_null()) else {
            continue;
        };
        match resource.parse(value.scalar().map_or("", |s| s.text.as_str())) {
            Ok(limit) => limits = limits.with(resource, limit),
            Err(advice) => {
                let message = format!("{} is not a limit of this; {advice}", value.phrase());
                reader.broken(codes::BAD_LIMIT, value, &inside, spot, message);
            }
        }
    }
    limits
}
