//! A workflow of GitHub Actions: the steps that run scripts, one after the other in each job.

use std::collections::BTreeMap;

use super::expressions::parameter;
use super::github_steps::{Around, Job};
use super::{Found, LeftOut, Note, Wish, join, naming};
use crate::graph::identifiers::is_identifier;
use crate::graph::model::{Graph, Vertex};
use crate::graph::param::{Kind, Param};
use crate::graph::similar::quote;
use crate::graph::text::{Data, Entry, Node, read_yaml};

/// A script with the places of those before it.
pub(super) type Nodes = Vec<(Vertex, Vec<usize>)>;

pub(super) fn read(text: &str, wish: &Wish, found: &mut Found) -> Result<(), LeftOut> {
    let mut strange = Vec::new();
    let root = read_yaml(text, &mut strange)
        .map_err(|refused| LeftOut::new(refused.mark.line as usize, Note::Yaml, refused.message))?;
    for refused in strange {
        found.leave(refused.mark.line as usize, Note::Yaml, refused.message);
    }
    let jobs = get(&root, "jobs")
        .ok_or_else(|| LeftOut::new(0, Note::NoJob, "there is no `jobs:` in it"))?;
    let name = wish.name.clone().unwrap_or_else(|| {
        let name = get(&root, "name").and_then(words);
        let name = naming::plain(&name.unwrap_or_default());
        if name.is_empty() {
            "workflow".to_owned()
        } else {
            name
        }
    });
    let input = match get(&root, "on") {
        Some(on) => triggers(on, &name, found),
        None => Vec::new(),
    };
    for entry in entries(&root) {
        match entry.key.as_str() {
            "name" | "run-name" | "on" | "jobs" | "env" | "defaults" | "permissions" => {}
            key => found.leave(line(entry), Note::Word, format!("`{key}:` of the workflow")),
        }
    }
    let mut around = Around::default();
    around.inputs = input.iter().map(|p| p.name.clone()).collect();
    around.workdir.clone_from(&wish.workdir);
    around.enter(&root, found);
    let nodes = jobs_in_order(jobs, &around, found)?;
    let graph = Graph {
        name,
        desc: "From a workflow of GitHub Actions".to_owned(),
        input,
        workdir: wish.workdir.clone(),
        ..Graph::default()
    };
    let mut graph = join(graph, nodes);
    for vertex in &mut graph.vertices {
        vertex
            .workdir
            .take_if(|dir| Some(&*dir) == graph.workdir.as_ref());
    }
    if graph.vertices.is_empty() {
        return Err(LeftOut::new(
            0,
            Note::RunsNothing,
            "no step of it runs a script",
        ));
    }
    found.graphs.push(graph);
    Ok(())
}

/// The steps of all jobs, each job after those that it needs.
fn jobs_in_order(jobs: &Node, around: &Around, found: &mut Found) -> Result<Nodes, LeftOut> {
    let by_name: BTreeMap<&str, &Entry> = entries(jobs).map(|e| (e.key.as_str(), e)).collect();
    let mut nodes: Nodes = Vec::new();
    let mut names = naming::reserved();
    // Where the end of a job is among the nodes.
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    let mut waiting: Vec<&Entry> = entries(jobs).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for entry in waiting {
            let needs = get(&entry.value, "needs").map(list).unwrap_or_default();
            let ready = |need: &&String| match by_name.contains_key(need.as_str()) {
                true => !ends.contains_key(need.as_str()),
                false => false,
            };
            if needs.iter().any(|need| ready(&need)) {
                later.push(entry);
                continue;
            }
            for need in needs.iter().filter(|n| !by_name.contains_key(n.as_str())) {
                let what = format!(
                    "the job {} needs {}, which is not there",
                    entry.key,
                    quote(need)
                );
                found.leave(line(entry), Note::Missing, what);
            }
            let tails = needs.iter().filter_map(|n| ends.get(n.as_str()).copied());
            let mut job = Job {
                entry,
                around: around.clone(),
                names: &mut names,
                nodes: &mut nodes,
                tails: tails.collect(),
            };
            job.read(found);
            let tails = job.tails;
            // What stands for the whole job, also when it runs nothing.
            nodes.push((Vertex::default(), tails));
            ends.insert(&entry.key, nodes.len() - 1);
        }
        if later.len() == before {
            let what = format!("the job {} needs itself", quote(&later[0].key));
            return Err(LeftOut::new(line(later[0]), Note::NeedsItself, what));
        }
        waiting = later;
    }
    Ok(nodes)
}

/// What starts the workflow; its inputs become parameters.
fn triggers(on: &Node, name: &str, found: &mut Found) -> Vec<Param> {
    let mut params = Vec::new();
    let mut others = Vec::new();
    let at = on.mark.line as usize;
    if let Data::Scalar(_) | Data::List(_) = on.data {
        others = list(on);
    }
    for entry in entries(on) {
        match entry.key.as_str() {
            "workflow_dispatch" | "workflow_call" => {
                let inputs = get(&entry.value, "inputs");
                for input in inputs.into_iter().flat_map(entries) {
                    if params
                        .iter()
                        .all(|p: &Param| p.name != parameter(&input.key))
                    {
                        params.extend(param(input, found));
                    }
                }
            }
            "schedule" => {
                let crons = items(&entry.value).filter_map(|item| get(item, "cron"));
                for cron in crons {
                    let cron = words(cron).unwrap_or_default();
                    let what = format!(
                        "the schedule {}: use cron for it, with the line `{cron} trackyard start {name} --wait` (its times were UTC)",
                        quote(&cron)
                    );
                    found.leave(line(entry), Note::Schedule, what);
                }
            }
            other => others.push(other.to_owned()),
        }
    }
    others.retain(|other| other != "workflow_dispatch");
    if !others.is_empty() {
        let what = format!(
            "what starts it ({}): start it with `trackyard start {name}`",
            others.join(", ")
        );
        found.leave(at, Note::Triggers, what);
    }
    params
}

fn param(entry: &Entry, found: &mut Found) -> Option<Param> {
    let name = parameter(&entry.key);
    if !is_identifier(&name) {
        found.leave(
            line(entry),
            Note::InputName,
            format!("the input {}: its name", quote(&entry.key)),
        );
        return None;
    }
    let field = |key| get(&entry.value, key).and_then(words);
    let kind = match field("type").as_deref() {
        Some("boolean") => Kind::Bool,
        Some("number") => Kind::Float,
        Some("choice") => Kind::Choice,
        _ => Kind::Str,
    };
    let mut param = Param::new(&name, kind);
    param.desc = field("description").unwrap_or_default();
    let options = get(&entry.value, "options").map(list).unwrap_or_default();
    param.choices = options.iter().filter_map(|o| kind.parse(o)).collect();
    let given = field("default");
    let empty = match kind {
        Kind::Bool => Some("false"),
        Kind::Str => Some(""),
        _ => None,
    };
    let wanted = field("required").as_deref() == Some("true");
    let text = given.as_deref().or(empty.filter(|_| !wanted));
    param.default = text.and_then(|text| kind.parse(text));
    Some(param)
}

/// The entries of a mapping; none of anything else.
pub(super) fn entries(node: &Node) -> impl Iterator<Item = &Entry> {
    match &node.data {
        Data::Map(entries) => entries.iter(),
        Data::Scalar(_) | Data::List(_) => [].iter(),
    }
}

/// The items of a list; none of anything else.
pub(super) fn items(node: &Node) -> impl Iterator<Item = &Node> {
    match &node.data {
        Data::List(items) => items.iter(),
        Data::Scalar(_) | Data::Map(_) => [].iter(),
    }
}

/// The value of a key.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let entry = entries(node).find(|entry| entry.key == key)?;
    (!entry.value.is_null()).then_some(&entry.value)
}

/// A scalar as it is written.
pub(super) fn words(node: &Node) -> Option<String> {
    node.scalar().map(|scalar| scalar.text.clone())
}

/// The words of a list, or the one word that stands for it.
fn list(node: &Node) -> Vec<String> {
    let one = words(node).into_iter();
    one.chain(items(node).filter_map(words)).collect()
}

/// Where an entry stands.
pub(super) fn line(entry: &Entry) -> usize {
    entry.mark.line as usize
}
