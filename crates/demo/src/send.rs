//! Delivery over real sockets, each channel by the protocol of its sender.

use crate::{Channel, Story, StoryEvent};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};

/// Events in one HTTP request.
const BATCH: usize = 500;
/// The index of the bulk protocol, which is the source that the events are counted for.
const INDEX: &str = "windows-dc";
/// A pause after so many datagrams, since UDP has no way to say that it is too much.
const BURST: usize = 32;
const PAUSE: Duration = Duration::from_millis(1);
const TIMEOUT: Duration = Duration::from_secs(60);
/// How often a story that takes its time sends what is due.
const TICK: Duration = Duration::from_millis(250);

/// Where to send.
#[derive(Clone, Debug)]
pub struct Targets {
    /// The HTTP listener, without TLS.
    pub http: SocketAddr,
    /// A token that may ingest.
    pub token: String,
    /// Syslog over UDP.
    pub syslog_udp: SocketAddr,
    /// Syslog over TCP.
    pub syslog_tcp: SocketAddr,
}

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Events whose durable write was answered.
    pub acknowledged: usize,
    /// Events handed to a protocol without an answer.
    pub unacknowledged: usize,
    /// HTTP requests.
    pub requests: usize,
    /// Bytes of all records, without framing.
    pub bytes: usize,
}

impl SendReport {
    fn add(&mut self, other: &SendReport) {
        self.acknowledged += other.acknowledged;
        self.unacknowledged += other.unacknowledged;
        self.requests += other.requests;
        self.bytes += other.bytes;
    }
}

/// Why a story was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No connection, or it broke.
    #[error("{0}: {1}")]
    Http(&'static str, #[source] reqwest::Error),
    /// Another status than 200.
    #[error("{path} answered {status}: {body}")]
    Status {
        /// The request's path.
        path: &'static str,
        /// The status.
        status: u16,
        /// The front of the body.
        body: String,
    },
    /// Status 200, yet not everything was taken.
    #[error("{path} did not take everything: {body}")]
    Refused {
        /// The request's path.
        path: &'static str,
        /// The front of the answer.
        body: String,
    },
    /// A socket of syslog failed.
    #[error("syslog over {0}: {1}")]
    Syslog(&'static str, #[source] io::Error),
}

/// Sends a story, one channel after the other and each in order of time. Sent again, it is stored once where the
/// protocol can tell: bulk ids and idempotency keys depend on the story alone.
pub async fn send(story: &Story, targets: &Targets) -> Result<SendReport, SendError> {
    deliver(&client()?, &story.events, targets).await
}

/// Sends a story within `time`, each event in its turn, as if the morning passed that much faster.
pub async fn send_over(story: &Story, targets: &Targets, time: Duration) -> Result<SendReport, SendError> {
    let (Some(first), Some(last)) = (story.events.first(), story.events.last()) else {
        return Ok(SendReport::default());
    };
    let client = client()?;
    let ticks = u32::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX).max(1);
    let (began, share) = (tokio::time::Instant::now(), last.at.since(first.at) / ticks);
    let (mut report, mut rest) = (SendReport::default(), &story.events[..]);
    for tick in 1..=ticks {
        let until = first.at.plus(share * tick);
        let due = if tick == ticks { rest.len() } else { rest.partition_point(|event| event.at <= until) };
        let (now, later) = rest.split_at(due);
        report.add(&deliver(&client, now, targets).await?);
        rest = later;
        if tick < ticks {
            tokio::time::sleep_until(began + TICK * tick).await;
        }
    }
    Ok(report)
}

fn client() -> Result<reqwest::Client, SendError> {
    reqwest::Client::builder().timeout(TIMEOUT).no_proxy().tls_certs_only([]).build().map_err(|e| SendError::Http("the client", e))
}

async fn deliver(client: &reqwest::Client, events: &[StoryEvent], targets: &Targets) -> Result<SendReport, SendError> {
    let mut report = SendReport { bytes: events.iter().map(|event| event.bytes.len()).sum(), ..Default::default() };
    for channel in Channel::ALL {
        let events: Vec<&StoryEvent> = events.iter().filter(|event| event.channel == channel).collect();
        if events.is_empty() {
            continue;
        }
        match channel {
            Channel::LinuxAuth => udp(&events, targets.syslog_udp).await.map_err(|e| SendError::Syslog("UDP", e))?,
            Channel::Firewall | Channel::Dns => {
                let counted = channel == Channel::Firewall;
                tcp(&events, targets.syslog_tcp, counted).await.map_err(|e| SendError::Syslog("TCP", e))?;
            }
            Channel::Windows | Channel::Proxy | Channel::MailGateway => {
                for batch in events.chunks(BATCH) {
                    match channel {
                        Channel::Windows => bulk(client, targets, batch).await?,
                        Channel::Proxy => ingest(client, targets, "proxy", batch).await?,
                        _ => ingest(client, targets, "mail-gateway", batch).await?,
                    }
                    report.requests += 1;
                }
                report.acknowledged += events.len();
                continue;
            }
        }
        report.unacknowledged += events.len();
    }
    Ok(report)
}

async fn bulk(client: &reqwest::Client, targets: &Targets, batch: &[&StoryEvent]) -> Result<(), SendError> {
    let path = "/_bulk";
    let mut body = Vec::new();
    for event in batch {
        body.extend_from_slice(json!({"create": {"_index": INDEX, "_id": event.id}}).to_string().as_bytes());
        body.push(b'\n');
        body.extend_from_slice(&event.bytes);
        body.push(b'\n');
    }
    let request = client.post(format!("http://{}{path}", targets.http)).bearer_auth(&targets.token);
    let answer = answer(path, request.header("content-type", "application/x-ndjson").body(body)).await?;
    let taken = answer["items"].as_array().map_or(0, Vec::len);
    if answer["errors"] == json!(false) && taken == batch.len() { Ok(()) } else { Err(refused(path, &answer)) }
}

async fn ingest(
    client: &reqwest::Client,
    targets: &Targets,
    source: &str,
    batch: &[&StoryEvent],
) -> Result<(), SendError> {
    let path = "/api/v1/ingest";
    let body: Vec<u8> = batch.iter().flat_map(|event| event.bytes.iter().copied().chain([b'\n'])).collect();
    // A story with a chapter left out has other bodies, and must not reuse the keys of the whole one.
    let key = hex::encode(Sha256::digest(&body));
    let request = client.post(format!("http://{}{path}?source={source}", targets.http)).bearer_auth(&targets.token);
    let request = request.header("content-type", "application/x-ndjson").header("idempotency-key", key);
    let answer = answer(path, request.body(body)).await?;
    if answer["stored"] == json!(batch.len()) { Ok(()) } else { Err(refused(path, &answer)) }
}

async fn answer(path: &'static str, request: reqwest::RequestBuilder) -> Result<Value, SendError> {
    let response = request.send().await.map_err(|e| SendError::Http(path, e))?;
    let status = response.status().as_u16();
    let text = response.text().await.map_err(|e| SendError::Http(path, e))?;
    if status != 200 {
        return Err(SendError::Status { path, status, body: front(&text) });
    }
    serde_json::from_str(&text).map_err(|_| SendError::Refused { path, body: front(&text) })
}

fn refused(path: &'static str, answer: &Value) -> SendError {
    let failed =
        answer["items"].as_array().and_then(|items| items.iter().find(|item| item["create"]["error"].is_object()));
    SendError::Refused { path, body: front(&failed.unwrap_or(answer).to_string()) }
}

fn front(text: &str) -> String {
    text.chars().take(400).collect()
}

async fn udp(events: &[&StoryEvent], to: SocketAddr) -> io::Result<()> {
    let from: SocketAddr = if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(from).await?;
    socket.connect(to).await?;
    for burst in events.chunks(BURST) {
        for event in burst {
            socket.send(&event.bytes).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn tcp(events: &[&StoryEvent], to: SocketAddr, counted: bool) -> io::Result<()> {
    let mut stream = TcpStream::connect(to).await?;
    let mut out = Vec::new();
    for event in events {
        if counted {
            out.extend_from_slice(format!("{} ", event.bytes.len()).as_bytes());
        }
        out.extend_from_slice(&event.bytes);
        if !counted {
            out.push(b'\n');
        }
    }
    stream.write_all(&out).await?;
    stream.shutdown().await
}
