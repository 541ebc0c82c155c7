//! A floor: the lake, the records, the pipeline, the follower and the receivers, started and stopped in order.

use crate::config::Settings;
use crate::lists::Watch;
use crate::output::Failure;
use arc_swap::ArcSwap;
use desk::Desk;
use desk::improve::{self, Opening};
use detect::{Limits, RuleSet};
use ingest::receivers::{syslog_tcp, syslog_udp};
use ingest::{Budget, Pipeline, PipelineOptions, StateOptions, Watching};
use lake::{Lake, LakeOptions};
use model::SystemClock;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A running floor.
pub struct Floor {
    /// The analyst's rooms.
    pub desk: Desk,
    /// Where events go in.
    pub pipeline: Pipeline,
    receivers: Vec<JoinHandle<()>>,
    receive: CancellationToken,
    follower: JoinHandle<()>,
    follow: CancellationToken,
}

/// The records' address: as configured, else a file in the data folder.
pub fn records_url(data: &Path, configured: Option<&str>) -> Result<String, Failure> {
    if let Some(url) = configured {
        return Ok(url.to_owned());
    }
    std::fs::create_dir_all(data).map_err(|error| Failure::usage(format!("cannot create {}: {error}", data.display())))?;
    let folder = data.canonicalize().map_err(|error| Failure::usage(format!("cannot use {}: {error}", data.display())))?;
    Ok(format!("sqlite://{}", folder.join("records.db").display()))
}

/// Opens the records.
pub async fn records(data: &Path, configured: Option<&str>) -> Result<db::Db, Failure> {
    let url = records_url(data, configured)?;
    db::Db::connect(&url).await.map_err(|error| Failure::usage(format!("cannot open the records: {error}")))
}

/// Where the events of a floor lie, and how many of them are in memory at most.
pub fn lake_options(data: &Path, settings: &Settings) -> Result<LakeOptions, Failure> {
    let options = LakeOptions::new(data.join("lake"));
    Ok(LakeOptions { segment_rows: settings.count("lake.segment_events")?.unwrap_or(options.segment_rows), ..options })
}

/// What the correlations of a floor may remember.
pub fn state_limits(settings: &Settings) -> Result<Limits, Failure> {
    let limits = Limits::default();
    let bytes = settings.count("correlations.state_mib")?.map_or(limits.bytes, |mib| mib.saturating_mul(1 << 20));
    Ok(Limits { bytes, ..limits })
}

/// The records and the events of a folder, with no rule in force yet. Nobody else may have the folder open.
pub async fn desk(data: &Path, database: Option<&str>, options: LakeOptions) -> Result<Desk, Failure> {
    let db = records(data, database).await?;
    let clock = Arc::new(SystemClock);
    let opened = { let clock = clock.clone(); tokio::task::spawn_blocking(move || Lake::open(options, clock)).await };
    let lake = opened
        .map_err(|error| Failure::usage(format!("cannot open the lake: {error}")))?
        .map_err(|error| Failure::usage(format!("cannot open the lake: {error}")))?;
    let rules = Arc::new(ArcSwap::from_pointee(RuleSet::empty()));
    Ok(Desk { db, lake, rules, rulebook: Default::default(), live: Default::default(), gate: Default::default(), clock })
}

impl Floor {
    /// Starts everything but the listeners.
    pub async fn start(data: &Path, database: Option<&str>, rules: Opening, watching: Arc<Watching>, options: LakeOptions, limits: Limits) -> Result<Floor, Failure> {
        let desk = desk(data, database, options).await?;
        ingest::follow::belong_together(&desk).await.map_err(Failure::usage)?;
        improve::start(&desk, rules).await.map_err(Failure::usage)?;
        let options = PipelineOptions { watching, ..PipelineOptions::default() };
        let pipeline = Pipeline::start(desk.lake.clone(), desk.rules.clone(), desk.clock.clone(), &options);
        let follow = CancellationToken::new();
        let node = desk.lake.node();
        let state = StateOptions { file: data.join("correlations.state"), limits, spending: pipeline.spending().clone() };
        let follower = tokio::spawn(ingest::follow::follow(desk.clone(), pipeline.counters().clone(), node, state, follow.clone()));
        Ok(Floor { desk, pipeline, receivers: Vec::new(), receive: CancellationToken::new(), follower, follow })
    }

    /// Keeps the lists in force what they are in their folder.
    pub fn watch(&mut self, lists: Watch) {
        self.receivers.push(tokio::spawn(lists.follow(self.desk.clone(), self.receive.clone())));
    }

    /// Switches off rules that cost more.
    pub fn hold_rules_to(&mut self, budget: Budget) {
        let watch = ingest::spending::watch(self.desk.clone(), self.pipeline.spending().clone(), budget, self.receive.clone());
        self.receivers.push(tokio::spawn(watch));
    }

    /// Receives syslog over UDP; answers where.
    pub async fn syslog_udp(&mut self, address: SocketAddr) -> Result<SocketAddr, Failure> {
        let bind = |error| Failure::usage(format!("cannot receive syslog on {address}/udp: {error}"));
        let socket = UdpSocket::bind(address).await.map_err(bind)?;
        let address = socket.local_addr().map_err(bind)?;
        self.receivers.push(tokio::spawn(syslog_udp::receive(socket, self.pipeline.clone(), self.receive.clone())));
        Ok(address)
    }

    /// Receives syslog over TCP; answers where.
    pub async fn syslog_tcp(&mut self, address: SocketAddr) -> Result<SocketAddr, Failure> {
        let bind = |error| Failure::usage(format!("cannot receive syslog on {address}/tcp: {error}"));
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        self.receivers.push(tokio::spawn(syslog_tcp::listen(listener, self.pipeline.clone(), self.receive.clone())));
        Ok(address)
    }

    /// Ends in the order of the flow: receivers, pipeline, follower, store. What was received is durable and followed.
    pub async fn stop(self) {
        self.receive.cancel();
        for receiver in self.receivers {
            if let Err(error) = receiver.await {
                tracing::error!(%error, "a receiver had panicked");
            }
        }
        let pipeline = self.pipeline.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || pipeline.stop()).await {
            tracing::error!(%error, "the pipeline could not be stopped");
        }
        self.follow.cancel();
        if let Err(error) = self.follower.await {
            tracing::error!(%error, "the alert writer had panicked");
        }
        self.desk.lake.close();
    }
}

/// Where the set-up token lies.
pub fn setup_file(data: &Path) -> PathBuf {
    data.join("setup-token")
}
