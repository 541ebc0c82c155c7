//! `ingest`: files into a floor, through the same pipeline. A file sent twice is stored once.

use super::wait;
use crate::floor::Floor;
use crate::output::{Failure, PARTIAL};
use ingest::{Frames, Receipt, Submission};
use lake::BatchId;
use parse::Format;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Arguments of `ingest`.
#[derive(clap::Args, Debug)]
pub struct IngestArgs {
    /// Files; `-` is standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The source to count them for
    #[arg(long, default_value = "files")]
    source: String,
    /// auto, json, syslog or lines
    #[arg(long, default_value = "auto")]
    format: String,
    /// A floor's folder that no server has open
    #[arg(long, value_name = "DIR", required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// A running floor
    #[arg(long, value_name = "URL", requires = "token")]
    server: Option<String>,
    /// A token for it
    #[arg(long, env = "WATCHFLOOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Bytes of records that one batch has.
const BATCH: usize = 4 << 20;

/// Sends and counts.
pub fn run(args: IngestArgs) -> Result<u8, Failure> {
    wait(async {
        let format = Format::parse(&args.format).ok_or_else(|| Failure::usage("the formats are auto, json, syslog and lines"))?;
        let target = match (&args.data, &args.server) {
            (Some(data), _) => Target::Folder(Box::new(Floor::start(data, None, crate::content::rules(None)?).await?)),
            (None, Some(server)) => Target::Server(server.trim_end_matches('/').to_owned(), args.token.clone().unwrap_or_default()),
            (None, None) => return Err(Failure::usage("give --data or --server")),
        };
        let mut total = Receipt::default();
        let mut code = 0;
        for path in &args.paths {
            let bytes = match super::parse::read(path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    eprintln!("watchfloor: {}: {error}", path.display());
                    code = PARTIAL;
                    continue;
                }
            };
            for batch in batches(&bytes, format) {
                let receipt = target.send(&args.source, format, batch).await?;
                total.received += receipt.received;
                total.stored += receipt.stored;
                total.rejected += receipt.rejected;
                total.quarantined += receipt.quarantined;
            }
        }
        if let Target::Folder(floor) = target {
            floor.stop().await;
        }
        let Receipt { received, stored, rejected, quarantined, .. } = total;
        eprintln!("received={received} stored={stored} rejected={rejected} quarantined={quarantined}");
        Ok(if rejected + quarantined > 0 { PARTIAL } else { code })
    })
}

/// Records, joined by line feeds, in batches of about [`BATCH`] bytes.
fn batches(bytes: &[u8], format: Format) -> Vec<Vec<&[u8]>> {
    let mut all = vec![Vec::new()];
    let mut size = 0;
    for record in parse::split(bytes, format) {
        if size > BATCH {
            all.push(Vec::new());
            size = 0;
        }
        size += record.len();
        if let Some(last) = all.last_mut() {
            last.push(record);
        }
    }
    all.retain(|batch| !batch.is_empty());
    all
}

enum Target {
    Folder(Box<Floor>),
    Server(String, String),
}

impl Target {
    async fn send(&self, source: &str, format: Format, records: Vec<&[u8]>) -> Result<Receipt, Failure> {
        let body = records.join(&b'\n');
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let id = hex::encode(digest);
        match self {
            Target::Folder(floor) => {
                let mut submission = Submission::new(source, format, Frames::join(records));
                submission.id = Some(BatchId { id, body: digest });
                floor.pipeline.submit_when_room(submission).await.map_err(Failure::usage)
            }
            Target::Server(server, token) => {
                let query = [("source", source), ("format", format.as_str())];
                let url = reqwest::Url::parse_with_params(&format!("{server}/api/v1/ingest"), &query).map_err(Failure::usage)?;
                let request = reqwest::Client::new().post(url).bearer_auth(token).header("idempotency-key", id).body(body);
                let answer = request.send().await.map_err(Failure::remote)?;
                let status = answer.status();
                let body: serde_json::Value = answer.json().await.map_err(Failure::remote)?;
                if !status.is_success() {
                    return Err(Failure::remote(format!("{status}: {body}")));
                }
                let count = |name: &str| body[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
                Ok(Receipt {
                    received: count("received"),
                    stored: count("stored"),
                    rejected: count("rejected"),
                    quarantined: count("quarantined"),
                    ..Receipt::default()
                })
            }
        }
    }
}
