//! `token create`: an API token, made at the machine's own shell.

use super::{Place, println, wait};
use crate::output::Failure;
use desk::access::Role;
use desk::admin;
use model::{Actor, ActorKind, Clock, OpContext, SystemClock};

/// What can be done with tokens.
#[derive(clap::Subcommand, Debug)]
pub enum TokenCommand {
    /// Make a token and print it, once
    Create {
        #[command(flatten)]
        place: Place,
        /// viewer, analyst, engineer, admin or ingest
        #[arg(long)]
        role: String,
        /// What the journal calls it
        #[arg(long, default_value = "token")]
        name: String,
    },
}

/// The administrator at the machine's own shell.
pub fn console() -> OpContext {
    let actor = Actor { kind: ActorKind::Console, user: None, name: "console".to_owned() };
    OpContext { actor, address: None, now: SystemClock.now(), request: None }
}

/// Runs it.
pub fn run(command: TokenCommand) -> Result<u8, Failure> {
    let TokenCommand::Create { place, role, name } = command;
    let role = Role::parse(&role).ok_or_else(|| Failure::usage(format!("{role:?} is no role: viewer, analyst, engineer, admin or ingest")))?;
    wait(async {
        let db = place.records().await?;
        let token = admin::create_token(&db, &console(), role, &name).await.map_err(Failure::usage)?;
        println(&token.token);
        Ok(0)
    })
}
