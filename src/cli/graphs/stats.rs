//! `trackyard stats GRAPH`: read from the database, with or without a server.

use clap::Args;
use serde_json::json;

use crate::api::wire;
use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::naming;
use crate::cli::output::{counted, print, print_json, table, visible};
use crate::clock;
use crate::desk::{Stats, Tally};
use crate::engine::{GraphId, Time};

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct StatsArgs {
    #[arg(value_name = "GRAPH", help = naming::GRAPH)]
    graph: String,
    /// Only pipelines of so many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=36_500))]
    days: Option<i64>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Says how the newest pipelines of a graph went.
pub(super) fn stats(context: &Context, args: &StatsArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let head = naming::graph(context, &store, &args.graph, None)?;
    let since = args
        .days
        .map_or(Time(0), |days| Time(clock::now() - days * DAY_MS));
    let found = Stats::read(&store, GraphId(head.id), since)?;
    let gone = || CliError::Failed(format!("graph {} has just been deleted", head.id));
    let found = found.ok_or_else(gone)?;
    match args.json {
        true => print_json(&json!(wire::GraphStats::from(found)))?,
        false => print(&text(&found))?,
    }
    Ok(OK)
}

fn text(stats: &Stats) -> String {
    let looked = counted(stats.runs.count, "pipeline");
    let row = |name: &str, of: &Tally| {
        let success = of.success().map(|share| format!("{:.0} %", share * 100.0));
        let states: Vec<String> = of
            .states
            .iter()
            .map(|(state, n)| format!("{state} {n}"))
            .collect();
        let retries = Some(of.retries).filter(|n| *n > 0);
        let within = |hundredths| of.within(hundredths).map(clock::format_duration);
        vec![
            visible(name),
            of.count.to_string(),
            success.unwrap_or_default(),
            within(50).unwrap_or_default(),
            within(90).unwrap_or_default(),
            within(100).unwrap_or_default(),
            retries.map_or_else(String::new, |n| n.to_string()),
            states.join(", "),
        ]
    };
    let mut rows = vec![row("(all)", &stats.runs)];
    rows.extend(stats.vertices.iter().map(|(name, of)| row(name, of)));
    let heads = [
        "VERTEX",
        "RUNS",
        "SUCCESS",
        "HALF WITHIN",
        "9 OF 10",
        "LONGEST",
        "RETRIES",
        "STATES",
    ];
    let few = match stats.vertex_runs < stats.runs.count {
        true => format!("; vertices in the newest {} of them", stats.vertex_runs),
        false => String::new(),
    };
    format!(
        "{}: {looked}{few}\n\n{}",
        visible(&stats.graph),
        table(&heads, &rows)
    )
}
