//! What an import or a removal comes to, as it is printed.

use super::{Shape, line};
use crate::commands::println;
use crate::output::Failure;
use desk::improve::ImportReport;

/// Prints it: rules that change line by line, and the sums.
pub(super) fn print(report: &ImportReport, shape: Shape) -> Result<(), Failure> {
    match shape {
        Shape::Json => println(&serde_json::to_string(report).map_err(Failure::usage)?),
        Shape::Table => table(report),
    }
    Ok(())
}

fn table(report: &ImportReport) {
    for (word, entries) in [("added", &report.added), ("changed", &report.changed), ("removed", &report.removed)] {
        for entry in entries {
            println(&line(&format!("{word:<10}  {:<8}  {}  ({}, {})", entry.level.as_str(), entry.title, entry.file, entry.id)));
        }
    }
    for refusal in &report.refused {
        println(&line(&format!("refused     {refusal}")));
    }
    for finding in report.without_telemetry.iter().flatten() {
        println(&line(&format!("no events   {}: {}", finding.title.as_deref().unwrap_or(&finding.file), finding.message)));
    }
    let silent = report.without_telemetry.as_ref().map_or("unknown".to_owned(), |silent| silent.len().to_string());
    let [added, changed, removed, refused] = [report.added.len(), report.changed.len(), report.removed.len(), report.refused.len()];
    eprintln!(
        "loaded={} added={added} changed={changed} removed={removed} unchanged={} refused={refused} without_telemetry={silent}",
        report.loaded, report.unchanged
    );
}
