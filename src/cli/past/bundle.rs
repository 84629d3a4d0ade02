//! `trackyard bundle PIPELINE`: what the database and the logs say of it, in one file. A server may
//! work meanwhile, or not.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::error::{CliError, OK};
use crate::cli::naming;
use crate::cli::output::{beside, closed, persist, print, print_json, size};
use crate::desk;
use crate::desk::BundleError;
use crate::engine::PipelineId;
use crate::spool::Spool;

#[derive(Debug, Args)]
pub(in crate::cli) struct BundleArgs {
    #[arg(value_name = "PIPELINE", help = naming::PIPELINE)]
    pipeline: String,
    /// The file to write; `-` is standard output [default: pipeline-NUMBER.tar.gz]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a file of that name
    #[arg(long)]
    force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Writes a bundle.
pub(super) fn bundle(context: &Context, args: &BundleArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let PipelineId(id) = naming::pipeline(context, &args.pipeline)?;
    let head = store.pipeline(PipelineId(id))?;
    let head =
        head.ok_or_else(|| naming::no_pipeline(&store, PipelineId(id), &context.command("ls")))?;
    let data = &context.config.data;
    let spool = Spool::open(data)
        .map_err(|why| CliError::Failed(format!("`{}`: {why}", data.display())))?;
    let file = args.output.clone();
    let file = file.unwrap_or_else(|| PathBuf::from(format!("pipeline-{id}.tar.gz")));
    if file == Path::new("-") {
        if args.json {
            let why = "`--json` says which file was written: give another one than `-`";
            return Err(CliError::Usage(why.to_owned()));
        }
        let out = BufWriter::new(io::stdout().lock());
        return match desk::bundle(&store, &spool, &head, out) {
            Ok(()) => Ok(OK),
            Err(BundleError::Io(why)) => Err(closed(why)),
            Err(BundleError::Store(why)) => Err(why.into()),
            Err(why @ BundleError::Deleted) => Err(CliError::Failed(why.to_string())),
        };
    }
    let shown = file.display();
    if file.exists() && !args.force {
        return Err(CliError::Failed(format!(
            "`{shown}` is there already: give another name with `-o FILE`, or `--force` to replace it"
        )));
    }
    let failed = |why: io::Error| CliError::Failed(format!("`{shown}` was not written: {why}"));
    let out = tempfile::Builder::new()
        .prefix(".trackyard-bundle-")
        .tempfile_in(beside(&file))
        .map_err(failed)?;
    let writing = BufWriter::new(out.as_file());
    desk::bundle(&store, &spool, &head, writing).map_err(|why| match why {
        BundleError::Io(why) => failed(why),
        BundleError::Store(why) => why.into(),
        why @ BundleError::Deleted => CliError::Failed(why.to_string()),
    })?;
    let bytes = out.as_file().metadata().map_err(failed)?.len();
    persist(out, &file, args.force).map_err(failed)?;
    match args.json {
        true => print_json(&json!({"pipeline": id, "file": file, "bytes": bytes}))?,
        false => print(&format!("wrote {shown} ({})", size(bytes)))?,
    }
    Ok(OK)
}
