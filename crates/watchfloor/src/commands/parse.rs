//! `parse`: what an input becomes, printed and not stored.

use super::event_log::Records;
use super::inputs::{self, Content};
use super::wait;
use crate::output::{Failure, PARTIAL, inert};
use dissect::DissectError;
use model::{Clock, Diagnostic, Event, SystemClock, Timestamp, Verdict};
use parse::{Format, Input};
use serde_json::json;
use std::io::{BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

/// Arguments of `parse`.
#[derive(clap::Args, Debug)]
pub struct ParseArgs {
    /// Files and folders: EVTX, JSON, NDJSON, syslog, also .gz and .zst; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How to read text: auto, json, syslog or lines
    #[arg(long, default_value = "auto")]
    format: String,
    /// The source pack to read with
    #[arg(long, value_name = "PACK")]
    source: Option<String>,
}

/// One ECS document a line; ends with 5 if an input could not be used.
pub fn run(args: ParseArgs) -> Result<u8, Failure> {
    let format = Format::parse(&args.format).ok_or_else(|| Failure::usage("the formats are auto, json, syslog and lines"))?;
    if let Some(pack) = &args.source {
        return Err(Failure::usage(format!("there is no source pack {pack}: none comes with this version; leave --source out and the format is recognised")));
    }
    let inputs = inputs::find(&args.paths);
    let mut printer = Printer { out: BufWriter::new(std::io::stdout()), event: Event::default(), format, partial: false };
    for (path, reason) in &inputs.faults {
        printer.fault(path, reason);
    }
    let mut records = Records::new()?;
    let printed = wait(async {
        for path in &inputs.files {
            match printer.file(path, &mut records).await {
                Ok(()) => {}
                Err(Stop::Unreadable(reason)) => printer.fault(path, &reason),
                // A reader that has closed the output ends it, not with an error.
                Err(Stop::Closed) => return Ok(()),
            }
        }
        Ok(())
    });
    // As above.
    let _ = printer.out.flush();
    printed.map(|()| if printer.partial { PARTIAL } else { 0 })
}

/// The fault for which a record is not what its sender meant: it was refused, set aside, or kept as bare text.
pub fn unread(event: &Event) -> Option<&Diagnostic> {
    event.diagnostics.iter().find(|fault| fault.verdict > Verdict::Flag || fault.code == "json.syntax")
}

/// Why a file is not read to its end.
enum Stop {
    Unreadable(String),
    Closed,
}

impl From<DissectError> for Stop {
    fn from(error: DissectError) -> Stop {
        Stop::Unreadable(error.to_string())
    }
}

struct Printer {
    out: BufWriter<Stdout>,
    event: Event,
    format: Format,
    partial: bool,
}

impl Printer {
    async fn file(&mut self, path: &Path, records: &mut Records) -> Result<(), Stop> {
        match inputs::open(path).map_err(|error| Stop::Unreadable(error.to_string()))? {
            Content::Text(text) => {
                for raw in parse::split(&text.bytes, self.format) {
                    self.print(raw, text.written, self.format)?;
                }
                Ok(())
            }
            Content::Log(log) => {
                let received = SystemClock.now();
                let print = async |found: Vec<Vec<u8>>, faults: Vec<String>| {
                    faults.iter().for_each(|fault| self.fault(path, fault));
                    found.iter().try_for_each(|raw| self.print(raw, received, Format::Json))
                };
                records.read(&log, print).await
            }
        }
    }

    /// `received` is the time of an event that has none of its own.
    fn print(&mut self, raw: &[u8], received: Timestamp, format: Format) -> Result<(), Stop> {
        parse::parse_into(&Input { raw, received, format, peer: None }, &mut self.event);
        self.partial |= unread(&self.event).is_some();
        let mut document = parse::ecs_json(&self.event);
        document.insert("watchfloor".to_owned(), json!({"pack": null, "diagnostics": self.event.diagnostics}));
        writeln!(self.out, "{}", serde_json::Value::Object(document)).map_err(|_| Stop::Closed)
    }

    fn fault(&mut self, path: &Path, reason: &str) {
        self.partial = true;
        eprintln!("watchfloor: {}", inert(&format!("{}: {reason}", path.display())).replace('\n', "\\n"));
    }
}
