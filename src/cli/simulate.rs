//! `trackyard simulate DEFINITION`: what would happen, with no script run.

use clap::Args;
use serde_json::{Value, json};

use super::bars::bar;
use super::context::Context;
use super::error::{CliError, FAILED, OK};
use super::meant::{DEFINITION, meant};
use super::output::{print, print_json, table, visible};
use crate::desk::{Acts, Attempted, Simulated, simulate as run};
use crate::engine::{Capacity, PipelineState, Pool, Reason};
use crate::graph::{Graph, Millis, quote};

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    #[arg(value_name = "DEFINITION", help = DEFINITION)]
    pub(super) definition: String,
    /// How long each attempt of a script takes, e.g. `backup=10m`
    #[arg(long = "lasts", value_name = "VERTEX=TIME")]
    lasts: Vec<String>,
    /// How long an attempt takes of which nothing else is said
    #[arg(long, value_name = "TIME", default_value = "1s")]
    each: String,
    /// With which codes its attempts exit, one after the other; the last one goes on, e.g. `ping=1,0`
    #[arg(long = "exits", value_name = "VERTEX=CODE,...")]
    exits: Vec<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Runs a definition without its scripts, and says in which order and for how long.
pub(super) fn simulate(context: &Context, args: &SimulateArgs) -> Result<u8, CliError> {
    let graph = meant(context, &args.definition)?;
    let acts = acts(&graph, args)?;
    let config = &context.config;
    let pools = config.pools.iter();
    let capacity = Capacity {
        slots: config.slots,
        pools: pools
            .map(|(name, size)| (Pool::from(name.as_str()), *size))
            .collect(),
    };
    let simulated =
        run(&graph, &acts, capacity).map_err(|why| CliError::Failed(why.to_string()))?;
    if args.json {
        print_json(&object(&graph, &simulated))?;
    } else {
        print(&text(&graph, &simulated))?;
    }
    let went_well = simulated.state == PipelineState::Finish;
    Ok(if went_well { OK } else { FAILED })
}

fn acts(graph: &Graph, args: &SimulateArgs) -> Result<Vec<Acts>, CliError> {
    let each = time(&args.each)?;
    let one = Acts {
        lasts: each,
        exits: Vec::new(),
    };
    let mut acts = vec![one; graph.vertices.len()];
    for given in &args.lasts {
        let (vertex, time_of_it) = of_vertex(graph, given)?;
        acts[vertex].lasts = time(time_of_it)?;
    }
    for given in &args.exits {
        let (vertex, codes) = of_vertex(graph, given)?;
        let codes: Result<Vec<u8>, _> = codes.split(',').map(str::parse).collect();
        acts[vertex].exits = codes.map_err(|_| {
            let given = quote(given);
            CliError::Usage(format!(
                "{given}: exit codes are numbers from 0 to 255, with `,` between"
            ))
        })?;
    }
    Ok(acts)
}

fn of_vertex<'g>(graph: &Graph, given: &'g str) -> Result<(usize, &'g str), CliError> {
    // A name may have a `=` in it, what follows has none.
    let parts = given.rsplit_once('=');
    let found = parts.and_then(|(name, value)| Some((graph.vertex_index(name)?, value)));
    found.ok_or_else(|| {
        let given = quote(given);
        CliError::Usage(format!(
            "{given}: write `VERTEX=...` with a vertex of this graph"
        ))
    })
}

fn time(text: &str) -> Result<u64, CliError> {
    let time = Millis::parse(text);
    time.map(|time| time.0).ok_or_else(|| {
        let text = quote(text);
        CliError::Usage(format!(
            "{text} is no length of time: write `500ms`, `30s`, `5m`, `2h` or `1d`"
        ))
    })
}

fn name(graph: &Graph, vertex: u32) -> String {
    visible(&graph.vertices[vertex as usize].name)
}

fn ends(attempt: &Attempted) -> &'static str {
    attempt.reason.map_or("succeeds", Reason::word)
}

fn text(graph: &Graph, simulated: &Simulated) -> String {
    let row = |attempt: &Attempted| {
        let bar = bar(attempt.from, attempt.from, attempt.to, simulated.lasts);
        let again = match attempt.attempt {
            1 => String::new(),
            n => format!(" ({n})"),
        };
        vec![
            Millis(attempt.from).to_string(),
            Millis(attempt.to - attempt.from).to_string(),
            format!("{}{again}", name(graph, attempt.vertex)),
            ends(attempt).to_owned(),
            bar,
        ]
    };
    let rows: Vec<_> = simulated.attempts.iter().map(row).collect();
    let mut out = table(&["AT", "TAKES", "VERTEX", "ENDS", ""], &rows);
    let way: Vec<String> = simulated.critical.iter().map(|v| name(graph, *v)).collect();
    out.push_str(&format!(
        "\n{} after {}\ncritical path ({}): {}\n",
        simulated.state.word(),
        Millis(simulated.lasts),
        Millis(simulated.shortest),
        way.join(" → ")
    ));
    out
}

fn object(graph: &Graph, simulated: &Simulated) -> Value {
    let name = |vertex: u32| &graph.vertices[vertex as usize].name;
    let attempts = simulated.attempts.iter().map(|attempt| {
        json!({
            "vertex": name(attempt.vertex),
            "attempt": attempt.attempt,
            "from_ms": attempt.from,
            "to_ms": attempt.to,
            "reason": attempt.reason.map(Reason::word),
        })
    });
    let states = (0..).zip(&simulated.states);
    let states =
        states.map(|(vertex, state)| json!({"vertex": name(vertex), "state": state.word()}));
    let critical: Vec<&String> = simulated.critical.iter().map(|v| name(*v)).collect();
    json!({
        "state": simulated.state.word(),
        "lasts_ms": simulated.lasts,
        "critical_path": critical,
        "critical_ms": simulated.shortest,
        "attempts": attempts.collect::<Vec<_>>(),
        "tracks": states.collect::<Vec<_>>(),
    })
}
