//! `rules remove`: an imported source out of a floor, with all of its rules.

use super::telemetry::Floor;
use super::{Shape, import, report};
use crate::commands::token::console;
use crate::commands::wait;
use crate::output::Failure;
use desk::improve::{self, ImportReport, Removal};
use std::path::Path;

/// Arguments of `rules remove`.
#[derive(clap::Args, Debug)]
pub struct RemoveArgs {
    /// The source, as the import named it
    source: String,
    /// Why; it stands in the journal
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Say what would change; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    #[command(flatten)]
    floor: Floor,
}

/// Removes and prints the report.
pub fn run(args: &RemoveArgs) -> Result<u8, Failure> {
    let done = match (&args.floor.data, &args.floor.remote.server) {
        (Some(data), _) => wait(out_of_folder(args, data))?,
        (None, Some(server)) => wait(out_of_server(args, server))?,
        (None, None) => return Err(Failure::usage("name the floor: --server URL --token T, or --data DIR")),
    };
    report::print(&done, args.format)?;
    Ok(0)
}

/// Out of a folder that no server has open.
async fn out_of_folder(args: &RemoveArgs, data: &Path) -> Result<ImportReport, Failure> {
    let desk = import::open(data).await?;
    let wanted = Removal { source: args.source.clone(), reason: args.reason.clone().unwrap_or_default(), dry_run: args.dry_run };
    let report = improve::remove(&desk, &console(), wanted).await;
    desk.lake.close();
    report.map_err(Failure::usage)
}

/// Out of a floor that another process serves.
async fn out_of_server(args: &RemoveArgs, server: &str) -> Result<ImportReport, Failure> {
    // Whatever it is, it is one part of the path.
    let mut path = reqwest::Url::parse("http://floor/api/v1/rules/sources").map_err(Failure::usage)?;
    path.path_segments_mut().map_err(|()| Failure::usage("no path"))?.extend([&args.source, "remove"]);
    let query = [("dry_run", args.dry_run.to_string())];
    let body = serde_json::json!({ "reason": args.reason.as_deref().unwrap_or_default() });
    let answer = args.floor.remote.post_json(server, path.path(), &query, &body).await?;
    serde_json::from_value(answer).map_err(|error| Failure::remote(format!("this is not a floor's answer: {error}")))
}
