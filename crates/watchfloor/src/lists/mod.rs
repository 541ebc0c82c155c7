//! Lists of indicators, warninglists and watchlists in a folder.

mod folder;
mod keep;
mod watch;

pub use keep::Keeper;
pub use watch::Watch;
use folder::{Found, MAX_BYTES, Source, sources};

use crate::output::{Failure, inert};
use detect::{ListFile, ListRefusal, ListReport, Lists, Role, Setting};
use model::Timestamp;
use std::io::Read;
use std::path::Path;

/// Reads a folder of lists, one file at a time, as it was valid at an instant.
pub fn read(folder: &Path, at: Timestamp) -> Result<Lists, Failure> {
    Ok(read_sources(found(folder)?, at))
}

/// What rules are compiled for: the watchlists of a folder, and none without a folder. What is wrong with them is told on
/// standard error.
pub fn setting(folder: Option<&Path>) -> Result<Setting, Failure> {
    let Some(folder) = folder else { return Ok(Setting::default()) };
    let mut found = found(folder)?;
    found.sources.retain(|source| source.role == Role::Watchlist);
    found.unread.retain(|report| report.role == Role::Watchlist);
    let lists = read_sources(found, Timestamp(0));
    tell(&lists.reports);
    Ok(Setting { placeholders: lists.placeholders, ..Setting::default() })
}

fn found(folder: &Path) -> Result<Found, Failure> {
    sources(folder).map_err(|error| Failure::usage(format!("cannot read {}: {error}", folder.display())))
}

fn read_sources(found: Found, at: Timestamp) -> Lists {
    let mut unread = found.unread;
    let files = found.sources.into_iter().filter_map(|source| match source.read() {
        Ok(file) => Some(file),
        Err(refusal) => {
            unread.push(ListReport::unread(source.name, source.role, refusal));
            None
        }
    });
    let mut lists = Lists::read(files, at);
    lists.reports.extend(unread);
    lists
}

impl Source {
    /// Its bytes.
    pub fn read(&self) -> Result<ListFile, ListRefusal> {
        let unreadable = |error: std::io::Error| ListRefusal::new("list.unreadable", "", error.to_string());
        // A device has no end, and a pipe may never have a beginning.
        if !std::fs::metadata(&self.path).map_err(unreadable)?.is_file() {
            return Err(ListRefusal::new("list.unreadable", "", "no ordinary file"));
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&self.path).map_err(unreadable)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ListRefusal::new("list.too_large", "", format!("more than {MAX_BYTES} bytes")));
        }
        Ok(ListFile { role: self.role, name: self.name.clone(), bytes })
    }
}

/// What is wrong with lists, one line a fault, and one where there are more than are told.
pub fn faults(reports: &[ListReport]) -> Vec<String> {
    let mut lines = Vec::new();
    for report in reports {
        lines.extend(report.faults.iter().map(|fault| format!("list {}: {fault}", report.name)));
        let untold = report.refused.saturating_sub(report.faults.len() as u64);
        if untold > 0 {
            lines.push(format!("list {}: and {untold} more entries that cannot be used", report.name));
        }
    }
    lines
}

/// Tells them on standard error.
pub fn tell(reports: &[ListReport]) -> Vec<String> {
    let lines = faults(reports);
    lines.iter().for_each(|line| eprintln!("watchfloor: {}", inert(line).replace('\n', "\\n")));
    lines
}
