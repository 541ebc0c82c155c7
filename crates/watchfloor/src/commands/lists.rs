//! `lists`: what is in lists before a floor uses them, what a floor says of its own, and the approval of one that shrank.

use super::{Place, println};
use crate::lists::{self, Keeper};
use crate::output::{CONTENT, Failure, inert};
use detect::ListReport;
use model::{Clock, SystemClock};
use std::path::PathBuf;

/// What to do with lists.
#[derive(clap::Subcommand, Debug)]
pub enum ListsCommand {
    /// Read lists and say what can be used of them; nothing is written
    Check {
        /// A folder with indicators/, warninglists/ and watchlists/, or a file of indicators
        path: PathBuf,
        /// One JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// What the service says of the lists in force, as it has last written it down
    Status {
        #[command(flatten)]
        place: Place,
        /// One JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Take a list as it is now, though it has lost nine tenths of its entries
    Approve {
        /// The list, as status names it
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Does it; 2 if there is no such list.
pub fn run(command: ListsCommand) -> Result<u8, Failure> {
    match command {
        ListsCommand::Check { path, json } => {
            let read = lists::read(&path, SystemClock.now())?;
            let (count, bytes) = (read.indicators.len(), read.indicators.heap_bytes());
            print(json, &serde_json::json!({"indicators": count, "bytes": bytes, "lists": read.reports}), &read.reports);
            eprintln!("indicators={count} bytes={bytes} lists={}", read.reports.len());
        }
        ListsCommand::Status { place, json } => {
            let status = keeper(&place)?.status().map_err(|error| Failure::usage(format!("no status of lists in {}: {error}", place.data.display())))?;
            print(json, &serde_json::to_value(&status).map_err(Failure::usage)?, &status.lists);
            if !json {
                status.harmless.iter().for_each(|(list, count)| println(&format!("{count} hits held back by the warninglist {}", inert(list))));
            }
            eprintln!("indicators={} bytes={} lists={} read_at={}", status.indicators, status.bytes, status.lists.len(), status.read_at);
        }
        ListsCommand::Approve { name, place } => {
            let known = keeper(&place)?.approve(&name).map_err(|error| Failure::usage(format!("cannot approve: {error}")))?;
            if !known {
                return Err(Failure { message: format!("there is no list {name}"), code: CONTENT });
            }
        }
    }
    Ok(0)
}

fn keeper(place: &Place) -> Result<Keeper, Failure> {
    let settings = place.settings(Vec::new())?;
    Ok(Keeper::new(settings.path("lists.path").unwrap_or_else(|| place.data.join("lists")), &place.data))
}

fn print(json: bool, whole: &serde_json::Value, reports: &[ListReport]) {
    if json {
        return println(&whole.to_string());
    }
    for report in reports {
        let role = serde_json::to_value(report.role).ok().and_then(|role| role.as_str().map(str::to_owned)).unwrap_or_default();
        let counts = format!("entries={} outside={} ignored={} refused={}", report.entries, report.outside, report.ignored, report.refused);
        println(&inert(&format!("{role:<11}  {:<11}  {}  {counts}", report.format, report.name)).replace('\n', "\\n"));
    }
    lists::faults(reports).iter().for_each(|line| println(&inert(line).replace('\n', "\\n")));
}
