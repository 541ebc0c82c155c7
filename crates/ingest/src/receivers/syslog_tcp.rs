//! Syslog over TCP (RFC 6587): a leading digit means octet counting, anything else a line feed after each record.
//! Nothing is acknowledged; a full queue stops the reading, and TCP slows the sender down.

use crate::pipeline::{Naming, Pipeline, Submission};
use crate::Frames;
use crate::receivers::framing::{Cut, cut};
use bytes::{Bytes, BytesMut};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Connections at once; one more is closed at once.
const MAX_CONNECTIONS: usize = 2_000;
/// A connection that sends nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(600);
/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// Accepts until `stop`; connections that are open then hand in what they have read.
pub async fn listen(listener: TcpListener, pipeline: Pipeline, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = tokio_util::task::TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match room.clone().try_acquire_owned() {
                Ok(place) => {
                    let (pipeline, stop) = (pipeline.clone(), stop.clone());
                    connections.spawn(async move {
                        let _place = place;
                        serve(stream, peer.ip().to_canonical(), &pipeline, &stop).await;
                    });
                }
                Err(_) => tracing::warn!(%peer, "syslog over TCP: {MAX_CONNECTIONS} connections are open, one more is refused"),
            },
            Err(error) => {
                tracing::warn!(%error, "syslog over TCP: a connection could not be accepted");
                // Out of file descriptors: others must close first.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

async fn serve(mut stream: TcpStream, peer: IpAddr, pipeline: &Pipeline, stop: &CancellationToken) {
    let mut buffer = BytesMut::with_capacity(CHUNK);
    loop {
        buffer.reserve(CHUNK);
        let read = tokio::select! {
            () = stop.cancelled() => break,
            read = tokio::time::timeout(IDLE, stream.read_buf(&mut buffer)) => read,
        };
        match read {
            Ok(Ok(0)) => break,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::debug!(%peer, %error, "a syslog connection failed");
                break;
            }
            Err(_) => {
                tracing::debug!(%peer, "a syslog connection was idle and is closed");
                break;
            }
        }
        let cut = cut(&buffer, false);
        let fatal = cut.fault.is_some();
        hand_in(&mut buffer, cut, peer, pipeline).await;
        if fatal {
            return;
        }
    }
    let rest = cut(&buffer, true);
    hand_in(&mut buffer, rest, peer, pipeline).await;
}

async fn hand_in(buffer: &mut BytesMut, cut: Cut, peer: IpAddr, pipeline: &Pipeline) {
    let bytes: Bytes = buffer.split_to(cut.used).freeze();
    let mut submission = Submission::new("syslog", parse::Format::Syslog, Frames::of(bytes, cut.records));
    submission.naming = Naming::PerHost;
    submission.peer = Some(peer);
    if let Some(reason) = cut.fault {
        tracing::warn!(%peer, code = %reason.code, "a syslog connection lost its framing and is closed");
        match reason.verdict {
            model::Verdict::Reject => submission.rejected = 1,
            _ => submission.quarantined.push(lake::Quarantined { raw: buffer.split_off(0).to_vec(), reason }),
        }
    }
    if submission.frames.is_empty() && submission.rejected == 0 && submission.quarantined.is_empty() {
        return;
    }
    if let Err(error) = pipeline.submit_when_room(submission).await {
        // Plain syslog has no way to tell its sender; the refusal is counted and logged here.
        tracing::error!(%peer, %error, "syslog records were not stored");
    }
}
