//! `serve`: the service.

use super::{Place, wait};
use crate::floor::{Floor, lake_options, setup_file, state_limits};
use crate::lists::Watch;
use crate::output::Failure;
use desk::admin;
use ingest::Budget;
use server::{Listening, Parts, Tls};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Arguments of `serve`.
#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    place: Place,
    /// Where console and API listen; anything but a loopback address needs TLS
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Certificate chain, PEM
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key, PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Receive syslog over UDP here
    #[arg(long, value_name = "ADDRESS")]
    syslog_udp: Option<SocketAddr>,
    /// Receive syslog over TCP here
    #[arg(long, value_name = "ADDRESS")]
    syslog_tcp: Option<SocketAddr>,
    /// Sigma rules: a folder or a file; the built-in ones if absent
    #[arg(long, value_name = "PATH")]
    rules: Option<PathBuf>,
    /// Lists: indicators/, warninglists/, watchlists/; the folder lists in the floor's folder if absent
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,
    /// Processing pipelines that the rules go through (pySigma's YAML): a file or a folder of them
    #[arg(long, value_name = "PATH")]
    pipeline: Option<PathBuf>,
}

/// Percent of one processor that a rule's condition may take where the settings say nothing.
const TIME_PERCENT: usize = 25;
/// The same of what correlations may remember together, for one of them.
const STATE_PERCENT: usize = 50;

/// Runs until it is told to stop.
pub fn run(args: ServeArgs) -> Result<u8, Failure> {
    wait(serve(args))
}

async fn serve(args: ServeArgs) -> Result<u8, Failure> {
    let text = |value: Option<SocketAddr>| value.map(|value| value.to_string());
    let path = |value: Option<&PathBuf>| value.map(|value| value.display().to_string());
    let settings = args.place.settings(vec![
        ("server.listen", text(args.listen)),
        ("server.tls_cert", path(args.tls_cert.as_ref())),
        ("server.tls_key", path(args.tls_key.as_ref())),
        ("syslog.udp", text(args.syslog_udp)),
        ("syslog.tcp", text(args.syslog_tcp)),
        ("rules.path", path(args.rules.as_ref())),
        ("lists.path", path(args.lists.as_ref())),
        ("rules.pipelines", path(args.pipeline.as_ref())),
    ])?;
    let tls = match (settings.path("server.tls_cert"), settings.path("server.tls_key")) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        _ => return Err(Failure::usage("TLS needs both a certificate (--tls-cert) and its key (--tls-key)")),
    };
    let address = settings.address("server.listen")?.ok_or_else(|| Failure::usage("server.listen is not set"))?;
    // Before anything is opened or made: what will be refused at the end must not leave traces.
    server::may_listen(address, tls.as_ref()).map_err(Failure::usage)?;
    let (udp, tcp) = (settings.address("syslog.udp")?, settings.address("syslog.tcp")?);
    let lists = Watch::start(&args.place.data, &settings)?;
    let rules = lists.opening()?;
    let lake = lake_options(&args.place.data, &settings)?;
    let percent = |name: &str, usual: usize| Ok::<f64, Failure>(settings.count(name)?.unwrap_or(usual) as f64);
    let budget = Budget {
        time_percent: percent("rules.time_percent", TIME_PERCENT)?,
        state_percent: percent("rules.state_percent", STATE_PERCENT)?,
    };
    let mut floor = Floor::start(&args.place.data, settings.text("database.url"), rules, lists.watching(), lake, state_limits(&settings)?).await?;
    floor.watch(lists);
    floor.hold_rules_to(budget);
    if let Some(address) = udp {
        eprintln!("syslog on udp://{}", floor.syslog_udp(address).await?);
    }
    if let Some(address) = tcp {
        eprintln!("syslog on tcp://{}", floor.syslog_tcp(address).await?);
    }
    let file = setup_file(&args.place.data);
    let offered = admin::offer_setup(&floor.desk.db, &floor.desk.gate, floor.desk.now(), &file).await;
    if offered.map_err(Failure::usage)? {
        eprintln!("first start: open the console and give the set-up token from {}", file.display());
    }
    let listening = listen(&floor, address, tls).await?;
    eprintln!("listening on {}://{}", listening.scheme, listening.address);
    until_told_to_stop(floor, listening).await
}

/// Opens console and API.
pub async fn listen(floor: &Floor, address: SocketAddr, tls: Option<Tls>) -> Result<Listening, Failure> {
    let parts = Parts { desk: floor.desk.clone(), pipeline: floor.pipeline.clone(), secure: tls.is_some() };
    server::listen(address, tls, parts).await.map_err(Failure::usage)
}

/// Serves until a signal, or until the listener or the pipeline fails; then ends everything in order.
pub async fn until_told_to_stop(floor: Floor, mut listening: Listening) -> Result<u8, Failure> {
    let failed = tokio::select! {
        error = listening.failed() => Some(error.to_string()),
        () = floor.pipeline.broken() => Some("a thread of the pipeline has failed: start again, what was acknowledged is kept".to_owned()),
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
