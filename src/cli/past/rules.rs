//! `trackyard gc` without a choice: what goes by the rules of graphs and server, a part at a time.

use rocket::http::RawStr;
use serde_json::{Value, json};

use crate::cli::error::CliError;
use crate::cli::output::{counted, moment, print, say, size, visible};
use crate::cli::remote::Remote;

/// How what goes is taken away and told.
#[derive(Clone, Copy)]
pub(super) struct ByRules<'a> {
    /// Only of this graph.
    pub(super) graph: Option<&'a str>,
    pub(super) dry: bool,
    pub(super) json: bool,
}

#[derive(Default)]
struct Sums {
    pipelines: u64,
    refused: u64,
    log_bytes: u64,
}

/// Asks until nothing is left; true: none was refused.
pub(super) fn collect(server: &Remote, how: ByRules<'_>) -> Result<bool, CliError> {
    let mut query = format!("?dry_run={}", how.dry);
    if let Some(name) = how.graph {
        query += &format!("&graph={}", RawStr::new(name).percent_encode());
    }
    let (mut sums, mut says_nothing) = (Sums::default(), false);
    loop {
        let answer = server.post(&format!("/gc{query}"), "application/json", None, "")?;
        let number = |key: &str| answer[key].as_u64().unwrap_or_default();
        sums.pipelines += number("pipelines");
        sums.log_bytes += number("log_bytes");
        for line in answer["graphs"].as_array().into_iter().flatten() {
            tell(line, how)?;
        }
        let none = answer["server"].as_object().into_iter().flatten();
        says_nothing |=
            none.clone().all(|(_, said)| said.is_null()) && number("graphs_with_rules") == 0;
        if answer["more"] == true && number("pipelines") > 0 {
            continue;
        }
        // Those that were refused before are refused again.
        sums.refused = number("refused");
        for one in answer["refusals"].as_array().into_iter().flatten() {
            let why = visible(one["detail"].as_str().unwrap_or_default());
            say(&format!(
                "trackyard: pipeline {} is not deleted: {why}",
                one["id"]
            ));
        }
        break;
    }
    if says_nothing {
        say(
            "trackyard: no rule says what is deleted: give `--older-than` or `--keep-last`, set `retention_days` \
             and its like (`Rocket.toml`), or write `retention:` into a graph",
        );
    }
    sums.tell(how)?;
    Ok(sums.refused == 0)
}

/// What goes of one graph by one rule.
fn tell(line: &Value, how: ByRules<'_>) -> Result<(), CliError> {
    if how.json {
        return print(&line.to_string());
    }
    let word = |key: &str| visible(line[key].as_str().unwrap_or_default());
    let number = |key: &str| line[key].as_u64().unwrap_or_default();
    let many = counted(number("pipelines") as usize, "pipeline");
    let done = if how.dry {
        "would be deleted"
    } else {
        "deleted"
    };
    let limit = match line["rule"] == "max_bytes" {
        true => size(number("limit")),
        false => number("limit").to_string(),
    };
    let end = |key: &str| moment(&line[key]).unwrap_or_default();
    print(&format!(
        "{}: {many} {done}, ended {} to {}, {} of logs ({} {limit}, says the {})",
        word("graph"),
        end("oldest_at"),
        end("newest_at"),
        size(number("log_bytes")),
        word("rule"),
        word("said_by"),
    ))
}

impl Sums {
    fn tell(&self, how: ByRules<'_>) -> Result<(), CliError> {
        let (many, dry) = (self.pipelines, how.dry);
        if how.json {
            let (done, would) = if dry { (0, many) } else { (many, 0) };
            let all = json!({"dry_run": dry, "deleted": done, "would": would,
                "refused": self.refused, "log_bytes": self.log_bytes});
            return print(&all.to_string());
        }
        let many = counted(many as usize, "pipeline");
        let refused = match self.refused {
            0 => String::new(),
            refused => format!(", {refused} refused"),
        };
        let logs = size(self.log_bytes);
        print(&match dry {
            false => format!("{many} deleted, with {logs} of logs{refused}"),
            true => {
                format!("{many} would be deleted, with {logs} of logs{refused}. Nothing was done.")
            }
        })
    }
}
