//! Syslog over UDP (RFC 5426): a datagram is a record. There is no acknowledgement: what finds the queue full is
//! dropped and counted.

use crate::pipeline::{Naming, Pipeline, Submission};
use crate::Frames;
use std::collections::HashMap;
use std::net::IpAddr;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

/// Datagrams that are gathered before the pipeline gets them, at most.
const GATHERED: usize = 512;
/// The largest datagram there is.
const MAX_DATAGRAM: usize = 65_535;

/// Receives until `stop`, then hands in what the socket still holds.
pub async fn receive(socket: UdpSocket, pipeline: Pipeline, stop: CancellationToken) {
    let mut buffer = vec![0u8; MAX_DATAGRAM];
    loop {
        tokio::select! {
            () = stop.cancelled() => {
                gather(&socket, &pipeline, &mut buffer);
                return;
            }
            ready = socket.readable() => {
                if let Err(error) = ready {
                    tracing::error!(%error, "syslog over UDP stops: the socket failed");
                    return;
                }
                gather(&socket, &pipeline, &mut buffer);
            }
        }
    }
}

/// Takes what is there without waiting, one submission per peer.
fn gather(socket: &UdpSocket, pipeline: &Pipeline, buffer: &mut [u8]) {
    let mut by_peer: HashMap<IpAddr, Vec<Vec<u8>>> = HashMap::new();
    for _ in 0..GATHERED {
        match socket.try_recv_from(buffer) {
            Ok((length, peer)) => by_peer.entry(peer.ip().to_canonical()).or_default().push(buffer[..length].to_vec()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
            // A port-unreachable answer to somebody else surfaces here; the socket goes on.
            Err(error) => tracing::debug!(%error, "a datagram could not be read"),
        }
    }
    for (peer, datagrams) in by_peer {
        let frames = Frames::join(datagrams.iter().map(Vec::as_slice));
        let mut submission = Submission::new("syslog", parse::Format::Syslog, frames);
        submission.naming = Naming::PerHost;
        submission.peer = Some(peer);
        pipeline.submit_or_drop(submission);
    }
}
