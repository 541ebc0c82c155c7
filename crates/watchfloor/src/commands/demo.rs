//! `demo`: the service with a labelled synthetic morning played through its real receivers.

use super::serve;
use super::wait;
use crate::floor::Floor;
use crate::output::Failure;
use demo::{Story, Targets};
use desk::access::Role;
use desk::admin;
use model::{Clock, SystemClock};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Arguments of `demo`.
#[derive(clap::Args, Debug)]
pub struct DemoArgs {
    /// The floor's folder; created at the first start
    #[arg(long, value_name = "DIR", default_value = "watchfloor-demo")]
    data: PathBuf,
    /// The records database (`postgres://…`); a SQLite file in the folder if absent
    #[arg(long, env = "WATCHFLOOR_DATABASE__URL", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Where console and API listen
    #[arg(long, default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// Chooses the morning: noise, false alarms, details; the story is the same
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

/// The account that the demo makes.
const USER: &str = "demo";

/// Runs until it is told to stop.
pub fn run(args: DemoArgs) -> Result<u8, Failure> {
    wait(play(args))
}

async fn play(args: DemoArgs) -> Result<u8, Failure> {
    let opening = crate::content::base(None, detect::Setting::default())?;
    let mut floor = Floor::start(&args.data, args.database.as_deref(), opening, Default::default(), lake::LakeOptions::new(args.data.join("lake")), Default::default()).await?;
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (syslog_udp, syslog_tcp) = (floor.syslog_udp(any).await?, floor.syslog_tcp(any).await?);
    let db = &floor.desk.db;
    let ctx = super::token::console();
    let password = hex::encode(rand::random::<[u8; 8]>());
    admin::recover(db, &ctx, USER, password.clone()).await.map_err(Failure::usage)?;
    let listening = serve::listen(&floor, args.listen, None).await?;
    if floor.desk.lake.stats().events == 0 {
        // The morning ends now, so that the queue is fresh and no source looks late.
        let story = Story::ending_at(args.seed, SystemClock.now());
        let sender = admin::create_token(db, &ctx, Role::Ingest, "demo").await.map_err(Failure::usage)?;
        let targets = Targets { http: listening.address, token: sender.token, syslog_udp, syslog_tcp };
        let sent = demo::send(&story, &targets).await.map_err(Failure::usage)?;
        admin::revoke_token(db, &floor.desk.gate, &ctx, sender.record.id).await.map_err(Failure::usage)?;
        eprintln!("a synthetic morning of larkfield.example: {} events by six sources", sent.acknowledged + sent.unacknowledged);
    } else {
        eprintln!("{} holds a floor already; it goes on as it was (remove the folder for a new morning)", args.data.display());
    }
    eprintln!("log in as {USER} with the password {password}");
    eprintln!("listening on {}://{}", listening.scheme, listening.address);
    serve::until_told_to_stop(floor, listening).await
}
