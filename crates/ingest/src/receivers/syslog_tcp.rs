//! Syslog over TCP (RFC 6587): a connection that begins with a digit counts octets, any other has a line feed after each
//! record. Nothing is acknowledged; a full queue or a log that takes nothing stops the reading, and TCP slows the sender
//! down.

use crate::pipeline::{Naming, Pipeline, Submission};
use crate::Frames;
use crate::receivers::framing::{Cut, Cutter};
use crate::receivers::limits::{Held, Limits, Places};
use bytes::BytesMut;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;
/// Bytes that a connection has free: usual records go on even if others have taken all there is to share.
const FREE: usize = 8 << 10;

/// Accepts until `stop`; connections that are open then hand in what they have read.
pub async fn listen(listener: TcpListener, pipeline: Pipeline, stop: CancellationToken) {
    listen_within(Limits::default(), listener, pipeline, stop).await;
}

async fn listen_within(limits: Limits, listener: TcpListener, pipeline: Pipeline, stop: CancellationToken) {
    let places = Places::new(&limits);
    let budget = Arc::new(Semaphore::new(limits.bytes));
    let connections = tokio_util::task::TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = peer.ip().to_canonical();
                match places.take(peer) {
                    Ok(place) => {
                        let (pipeline, stop, limits) = (pipeline.clone(), stop.clone(), limits.clone());
                        let held = Held::new(budget.clone());
                        connections.spawn(async move {
                            let _place = place;
                            Connection::new(stream, peer, held).serve(&limits, &pipeline, &stop).await;
                        });
                    }
                    Err(why) => tracing::warn!(%peer, "syslog over TCP: a connection is refused: {why}"),
                }
            }
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

struct Connection {
    stream: TcpStream,
    peer: IpAddr,
    buffer: BytesMut,
    held: Held,
    cutter: Cutter,
    /// When the record at the front of the buffer began.
    began: Option<Instant>,
}

impl Connection {
    fn new(stream: TcpStream, peer: IpAddr, held: Held) -> Connection {
        Connection { stream, peer, buffer: BytesMut::new(), held, cutter: Cutter::default(), began: None }
    }

    async fn serve(mut self, limits: &Limits, pipeline: &Pipeline, stop: &CancellationToken) {
        let peer = self.peer;
        loop {
            let idle = Instant::now() + limits.idle;
            let until = self.began.map_or(idle, |began| idle.min(began + limits.record));
            let read = tokio::select! {
                () = stop.cancelled() => break,
                read = tokio::time::timeout_at(until, self.read()) => read,
            };
            match read {
                Ok(Ok(0)) => break,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::debug!(%peer, %error, "a syslog connection failed");
                    break;
                }
                Err(_) => {
                    tracing::debug!(%peer, "a syslog connection was idle or too slow and is closed");
                    break;
                }
            }
            let cut = self.cutter.cut(&self.buffer, false);
            let (fatal, complete) = (cut.fault.is_some(), cut.used > 0);
            self.hand_in(cut, pipeline, stop).await;
            if fatal {
                return;
            }
            match self.buffer.is_empty() {
                true => self.began = None,
                // A record that was waited for is complete, and another has begun.
                false if complete => self.began = Some(Instant::now()),
                false => self.began = self.began.or_else(|| Some(Instant::now())),
            }
        }
        let rest = self.cutter.cut(&self.buffer, true);
        self.hand_in(rest, pipeline, stop).await;
    }

    /// Reads what is there, as much as there is room for.
    async fn read(&mut self) -> std::io::Result<usize> {
        // Until something comes an idle connection holds nothing.
        self.stream.readable().await?;
        let wanted = self.buffer.len() + CHUNK;
        let mut room = CHUNK;
        if !self.held.try_grow(wanted) {
            if self.buffer.len() < FREE {
                room = FREE - self.buffer.len();
            } else {
                self.held.grow(wanted).await;
            }
        }
        self.buffer.reserve(room);
        let mut limited = (&mut self.stream).take(room as u64);
        limited.read_buf(&mut self.buffer).await
    }

    /// Returns when the log has taken it: until then nothing is read, and the sender keeps what it has.
    async fn hand_in(&mut self, cut: Cut, pipeline: &Pipeline, stop: &CancellationToken) {
        let peer = self.peer;
        let bytes = self.buffer.split_to(cut.used).freeze();
        let mut submission = Submission::new("syslog", parse::Format::Syslog, Frames::of(bytes, cut.records));
        submission.naming = Naming::PerHost;
        submission.peer = Some(peer);
        if let Some(reason) = cut.fault {
            tracing::warn!(%peer, code = %reason.code, "a syslog connection lost its framing and is closed");
            match reason.verdict {
                model::Verdict::Reject => submission.rejected = 1,
                _ => submission.quarantined.push(lake::Quarantined { raw: self.buffer.split_off(0).to_vec(), reason }),
            }
        }
        if !submission.frames.is_empty() || submission.rejected > 0 || !submission.quarantined.is_empty() {
            pipeline.submit_until_stored(submission, stop).await;
        }
        if cut.used > 0 {
            // The rest lies in the same memory as what was handed in, and would keep all of it.
            self.buffer = BytesMut::from(&self.buffer[..]);
        }
        self.held.shrink(self.buffer.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PipelineOptions;
    use arc_swap::ArcSwap;
    use std::net::SocketAddr;
    use tokio::io::AsyncWriteExt;

    struct Listening {
        pipeline: Pipeline,
        address: SocketAddr,
        stop: CancellationToken,
        task: tokio::task::JoinHandle<()>,
        _dir: tempfile::TempDir,
    }

    impl Listening {
        async fn start(limits: Limits) -> Listening {
            let dir = tempfile::tempdir().unwrap();
            let clock = Arc::new(model::SystemClock);
            let options = lake::LakeOptions { reserve_bytes: 0, ..lake::LakeOptions::new(dir.path()) };
            let lake = lake::Lake::open(options, clock.clone()).unwrap();
            let rules = Arc::new(ArcSwap::from_pointee(detect::RuleSet::compile(Vec::new()).0));
            let pipeline = Pipeline::start(lake, rules, clock, &PipelineOptions::default());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
            let task = tokio::spawn(listen_within(limits, listener, pipeline.clone(), stop.clone()));
            Listening { pipeline, address, stop, task, _dir: dir }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }

        /// What was stored and quarantined once everything has ended.
        async fn end(self) -> (u64, u64) {
            self.stop.cancel();
            self.task.await.unwrap();
            self.pipeline.stop();
            let total = self.pipeline.counters().total();
            assert_eq!(total.received, total.stored + total.rejected + total.quarantined + total.dropped);
            (total.stored, total.quarantined)
        }
    }

    async fn closed(stream: &mut TcpStream) {
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }

    #[tokio::test]
    async fn a_record_that_never_ends_ends_its_connection_and_is_kept() {
        let listening = Listening::start(Limits { record: Duration::from_millis(200), ..Limits::default() }).await;
        let (mut line, mut counted) = (listening.connect().await, listening.connect().await);
        counted.write_all(b"5 <13>a100 <13>b").await.unwrap();
        let mut sent = 0;
        // One byte after another, so that it is never idle.
        while line.write_all(b"x").await.is_ok() {
            sent += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(sent > 1);
        closed(&mut counted).await;
        assert_eq!(listening.end().await, (2, 1));
    }

    #[tokio::test]
    async fn usual_records_go_on_when_long_ones_have_taken_all_bytes() {
        let listening = Listening::start(Limits { bytes: 2 * CHUNK, record: Duration::from_millis(500), ..Limits::default() }).await;
        let (mut long, mut usual) = (listening.connect().await, listening.connect().await);
        let long_one = [b"200000 ".as_slice(), &[b'y'; 200_000]].concat();
        // It cannot be read as a whole: then it is closed, and what was read is set aside.
        let _ = long.write_all(&long_one).await;
        for _ in 0..100 {
            usual.write_all(&[b"<13>".as_slice(), &[b'z'; 4_000], b"\n"].concat()).await.unwrap();
        }
        closed(&mut long).await;
        usual.shutdown().await.unwrap();
        closed(&mut usual).await;
        assert_eq!(listening.end().await, (100, 1));
    }
}
