//! `serve`: the service.

use super::{Place, wait};
use crate::floor::{Floor, setup_file};
use crate::output::Failure;
use desk::admin;
use server::{Listening, Parts, Tls};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Arguments of `serve`.
#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    place: Place,
    /// Where console and API listen; anything but a loopback address needs TLS
    #[arg(long, env = "WATCHFLOOR_SERVER__LISTEN", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// Certificate chain, PEM
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key, PEM
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Receive syslog over UDP here
    #[arg(long, env = "WATCHFLOOR_SYSLOG__UDP", value_name = "ADDRESS")]
    syslog_udp: Option<SocketAddr>,
    /// Receive syslog over TCP here
    #[arg(long, env = "WATCHFLOOR_SYSLOG__TCP", value_name = "ADDRESS")]
    syslog_tcp: Option<SocketAddr>,
    /// Sigma rules: a folder or a file; the built-in ones if absent
    #[arg(long, env = "WATCHFLOOR_RULES__PATH", value_name = "PATH")]
    rules: Option<PathBuf>,
}

/// Runs until it is told to stop.
pub fn run(args: ServeArgs) -> Result<u8, Failure> {
    wait(serve(args))
}

async fn serve(args: ServeArgs) -> Result<u8, Failure> {
    let rules = crate::content::rules(args.rules.as_deref())?;
    let mut floor = Floor::start(&args.place.data, args.place.database.as_deref(), rules).await?;
    if let Some(address) = args.syslog_udp {
        eprintln!("syslog on udp://{}", floor.syslog_udp(address).await?);
    }
    if let Some(address) = args.syslog_tcp {
        eprintln!("syslog on tcp://{}", floor.syslog_tcp(address).await?);
    }
    let file = setup_file(&args.place.data);
    let offered = admin::offer_setup(&floor.desk.db, &floor.desk.gate, floor.desk.now(), &file).await;
    if offered.map_err(Failure::usage)? {
        eprintln!("first start: open the console and give the set-up token from {}", file.display());
    }
    let tls = args.tls_cert.zip(args.tls_key).map(|(certificate, key)| Tls { certificate, key });
    let listening = listen(&floor, args.listen, tls).await?;
    eprintln!("listening on {}://{}", listening.scheme, listening.address);
    until_told_to_stop(floor, listening).await
}

/// Opens console and API.
pub async fn listen(floor: &Floor, address: SocketAddr, tls: Option<Tls>) -> Result<Listening, Failure> {
    let parts = Parts { desk: floor.desk.clone(), pipeline: floor.pipeline.clone(), secure: tls.is_some() };
    server::listen(address, tls, parts).await.map_err(Failure::usage)
}

/// Serves until a signal, or until the listener fails; then ends everything in order.
pub async fn until_told_to_stop(floor: Floor, mut listening: Listening) -> Result<u8, Failure> {
    let failed = tokio::select! {
        error = listening.failed() => Some(error),
        () = told_to_stop() => None,
    };
    if failed.is_none() {
        listening.stop().await;
    }
    floor.stop().await;
    match failed {
        Some(error) => Err(Failure::usage(error)),
        None => Ok(0),
    }
}

/// SIGINT or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without handlers the system's own way of stopping a process is in force.
        _ => std::future::pending().await,
    }
}
