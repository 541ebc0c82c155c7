//! Where batches go: a floor that this process has opened, or one that another process serves.

use crate::floor::Floor;
use crate::output::Failure;
use crate::remote::{Remote, causes};
use ingest::{Frames, Receipt, Submission};
use lake::BatchId;
use parse::Format;
use reqwest::{Client, StatusCode, Url};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A floor.
pub enum Target {
    /// Opened here.
    Folder(Box<Floor>),
    /// Served elsewhere.
    Server(Server),
}

/// A floor that another process serves.
pub struct Server {
    client: Client,
    url: Url,
    token: String,
}

/// A busy floor is asked again so often, after longer and longer waits: about a minute in all.
const ATTEMPTS: u32 = 20;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Target {
    /// The floor at this address.
    pub fn server(address: &str, remote: &Remote) -> Result<Target, Failure> {
        let url = Url::parse(&format!("{}/api/v1/ingest", address.trim_end_matches('/'))).map_err(|error| Failure::usage(format!("--server {address}: {error}")))?;
        let token = remote.token.clone().unwrap_or_default();
        Ok(Target::Server(Server { client: remote.client(address)?, url, token }))
    }

    /// Sends records as one batch, whose id is the hash of what it holds: a floor that has it answers as the first time.
    pub async fn send(&self, source: &str, format: Format, records: Vec<&[u8]>) -> Result<Receipt, Failure> {
        let body = records.join(&b'\n');
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let id = hex::encode(digest);
        match self {
            Target::Folder(floor) => {
                let mut submission = Submission::new(source, format, Frames::join(records));
                submission.id = Some(BatchId { id, body: digest });
                floor.pipeline.submit_when_room(submission).await.map_err(Failure::usage)
            }
            Target::Server(server) => server.send(source, format, &id, body).await,
        }
    }
}

impl Server {
    async fn send(&self, source: &str, format: Format, id: &str, body: Vec<u8>) -> Result<Receipt, Failure> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("source", source).append_pair("format", format.as_str());
        let mut wait = FIRST_WAIT;
        for _ in 0..ATTEMPTS {
            let request = self.client.post(url.clone()).bearer_auth(&self.token).header("idempotency-key", id).body(body.clone());
            let answer = request.send().await.map_err(|error| Failure::remote(causes(&error)))?;
            let status = answer.status();
            if status == StatusCode::TOO_MANY_REQUESTS {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
                continue;
            }
            let text = answer.text().await.map_err(|error| Failure::remote(causes(&error)))?;
            let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
            if !status.is_success() {
                return Err(Failure::remote(format!("{status}: {answer}")));
            }
            return receipt(&answer).ok_or_else(|| Failure::remote(format!("this is not a floor's answer: {answer}")));
        }
        Err(Failure::remote("the floor is busy; send the files again later: what it has is not stored twice"))
    }
}

fn receipt(answer: &serde_json::Value) -> Option<Receipt> {
    let count = |name: &str| answer[name].as_u64().and_then(|n| u32::try_from(n).ok());
    Some(Receipt {
        received: count("received")?,
        stored: count("stored")?,
        rejected: count("rejected")?,
        quarantined: count("quarantined")?,
        ..Receipt::default()
    })
}
