//! `ingest`: files into a floor, through the same pipeline. A file sent twice is stored once.

use super::event_log::Records;
use super::inputs::{self, Content};
use super::wait;
use crate::config::Settings;
use crate::floor::{Floor, lake_options, state_limits};
use crate::output::{Failure, PARTIAL, inert};
use crate::remote::Remote;
use desk::improve::Opening;
use dissect::{DissectError, Log};
use ingest::Receipt;
use parse::Format;
use std::path::{Path, PathBuf};
use target::Target;

mod target;

/// Arguments of `ingest`.
#[derive(clap::Args, Debug)]
pub struct IngestArgs {
    /// Files and folders: EVTX, JSON, NDJSON, syslog, also .gz and .zst; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The source to count them for
    #[arg(long, value_name = "NAME", default_value = "files")]
    source: String,
    /// How to read text: auto, json, syslog or lines
    #[arg(long, default_value = "auto")]
    format: String,
    /// A floor's folder that no server has open
    #[arg(long, value_name = "DIR", required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// Sigma rules to match with, with --data: a folder, file or archive; the built-in ones if absent
    #[arg(long, value_name = "PATH", requires = "data")]
    rules: Option<PathBuf>,
    /// The records database, with --data (`postgres://…`); a SQLite file in the folder if absent
    #[arg(long, value_name = "URL", requires = "data")]
    database: Option<String>,
    /// Settings, with --data, TOML; `watchfloor.toml` in the folder if absent
    #[arg(long, env = "WATCHFLOOR_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Bytes of records after which a batch is sent.
const BATCH: usize = 4 << 20;

/// Sends and counts; ends with 5 where something could not be read or was not stored.
pub fn run(args: IngestArgs) -> Result<u8, Failure> {
    let format = Format::parse(&args.format).ok_or_else(|| Failure::usage("the formats are auto, json, syslog and lines"))?;
    let inputs = inputs::find(&args.paths);
    wait(async {
        let target = match (&args.data, &args.remote.server) {
            (Some(data), _) => Target::Folder(Box::new(floor(data, &args).await?)),
            (None, Some(server)) => Target::server(server, &args.remote)?,
            (None, None) => return Err(Failure::usage("give --data or --server")),
        };
        let mut sender = Sender { target: &target, source: &args.source, total: Receipt::default(), partial: false };
        for (path, reason) in &inputs.faults {
            sender.fault(path, reason);
        }
        let sent = sender.files(&inputs.files, format).await;
        let Sender { total: Receipt { received, stored, rejected, quarantined, .. }, partial, .. } = sender;
        // Also where a file failed: what was taken is durable, and its alerts are written.
        if let Target::Folder(floor) = target {
            floor.stop().await;
        }
        eprintln!("received={received} stored={stored} rejected={rejected} quarantined={quarantined}");
        sent?;
        Ok(if partial || rejected + quarantined > 0 { PARTIAL } else { 0 })
    })
}

/// Opens a floor's folder as `serve` would, without its listeners.
async fn floor(data: &Path, args: &IngestArgs) -> Result<Floor, Failure> {
    let rules = args.rules.as_ref().map(|path| path.to_string_lossy().into_owned());
    let flags = vec![("database.url", args.database.clone()), ("rules.path", rules)];
    let settings = Settings::load(args.config.as_deref(), Some(data), std::env::vars_os(), flags)?;
    let lists = crate::lists::Watch::start(data, &settings)?;
    let rules = Opening { only_first: settings.path("rules.path").is_none(), ..lists.opening()? };
    Floor::start(data, settings.text("database.url"), rules, lists.watching(), lake_options(data, &settings)?, state_limits(&settings)?).await
}

struct Sender<'t> {
    target: &'t Target,
    source: &'t str,
    total: Receipt,
    partial: bool,
}

/// Why a file is not sent to its end.
enum Stop {
    /// The file; the next one may do.
    Unreadable(String),
    /// The floor.
    Floor(Failure),
}

impl From<DissectError> for Stop {
    fn from(error: DissectError) -> Stop {
        Stop::Unreadable(error.to_string())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Floor(failure)
    }
}

impl Sender<'_> {
    async fn files(&mut self, files: &[PathBuf], format: Format) -> Result<(), Failure> {
        let mut records = Records::new()?;
        for path in files {
            let sent = match inputs::open(path) {
                Ok(Content::Log(log)) => self.log(path, &log, &mut records).await,
                Ok(Content::Text(text)) => self.text(&text.bytes, format).await.map_err(Stop::Floor),
                Err(error) => Err(Stop::Unreadable(error.to_string())),
            };
            match sent {
                Ok(()) => {}
                Err(Stop::Unreadable(reason)) => self.fault(path, &reason),
                Err(Stop::Floor(failure)) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn text(&mut self, bytes: &[u8], format: Format) -> Result<(), Failure> {
        let mut batch: Vec<&[u8]> = Vec::new();
        let mut size = 0;
        for record in parse::split(bytes, format) {
            batch.push(record);
            size += record.len();
            if size > BATCH {
                self.send(format, std::mem::take(&mut batch)).await?;
                size = 0;
            }
        }
        self.send(format, batch).await
    }

    /// An event log, record by record as JSON. Batches end at the same records each time, so that they have the same ids.
    async fn log(&mut self, path: &Path, log: &Log, records: &mut Records) -> Result<(), Stop> {
        let mut batch: Vec<Vec<u8>> = Vec::new();
        let mut size = 0;
        let take = async |found: Vec<Vec<u8>>, faults: Vec<String>| -> Result<(), Stop> {
            faults.iter().for_each(|fault| self.fault(path, fault));
            for record in found {
                size += record.len();
                batch.push(record);
                if size > BATCH {
                    self.send(Format::Json, batch.iter().map(Vec::as_slice).collect()).await?;
                    batch.clear();
                    size = 0;
                }
            }
            Ok(())
        };
        let read = records.read(log, take).await;
        // What was read before the log broke off is worth keeping.
        self.send(Format::Json, batch.iter().map(Vec::as_slice).collect()).await?;
        read
    }

    async fn send(&mut self, format: Format, batch: Vec<&[u8]>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        let receipt = self.target.send(self.source, format, batch).await?;
        self.total.received += receipt.received;
        self.total.stored += receipt.stored;
        self.total.rejected += receipt.rejected;
        self.total.quarantined += receipt.quarantined;
        Ok(())
    }

    fn fault(&mut self, path: &Path, reason: &str) {
        self.partial = true;
        eprintln!("watchfloor: {}", inert(&format!("{}: {reason}", path.display())).replace('\n', "\\n"));
    }
}
