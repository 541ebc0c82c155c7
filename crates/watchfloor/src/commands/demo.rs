//! `demo`: the service with a labelled synthetic morning played through its real receivers.

use super::serve;
use super::wait;
use crate::floor::Floor;
use crate::output::Failure;
use demo::{Story, Targets};
use desk::access::Role;
use desk::admin;
use model::{Clock, SystemClock, Timestamp};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

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
/// The story ends so long after midnight.
const STORY_END: Duration = Duration::from_secs(11 * 3600 + 20 * 60);
const DAY: Duration = Duration::from_secs(86_400);

/// Runs until it is told to stop.
pub fn run(args: DemoArgs) -> Result<u8, Failure> {
    wait(play(args))
}

async fn play(args: DemoArgs) -> Result<u8, Failure> {
    let mut floor = Floor::start(&args.data, args.database.as_deref(), crate::content::rules(None)?).await?;
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (syslog_udp, syslog_tcp) = (floor.syslog_udp(any).await?, floor.syslog_tcp(any).await?);
    let db = &floor.desk.db;
    let ctx = super::token::console();
    let password = hex::encode(rand::random::<[u8; 8]>());
    admin::recover(db, &ctx, USER, password.clone()).await.map_err(Failure::usage)?;
    let token = admin::create_token(db, &ctx, Role::Ingest, "demo").await.map_err(Failure::usage)?.token;
    let listening = serve::listen(&floor, args.listen, None).await?;
    let story = Story::new(args.seed, morning(SystemClock.now()));
    let targets = Targets { http: listening.address, token, syslog_udp, syslog_tcp };
    let sent = demo::send(&story, &targets).await.map_err(Failure::usage)?;
    eprintln!("a synthetic morning of larkfield.example: {} events by six sources", sent.acknowledged + sent.unacknowledged);
    eprintln!("log in as {USER} with the password {password}");
    eprintln!("listening on {}://{}", listening.scheme, listening.address);
    serve::until_told_to_stop(floor, listening).await
}

/// The last midnight whose morning is over.
fn morning(now: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_nanos()).unwrap_or(i64::MAX);
    let over = now.minus(STORY_END).nanos();
    Timestamp(over - over.rem_euclid(day))
}
