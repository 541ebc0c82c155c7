//! `user recover`: a way back in for an administrator who has lost theirs.

use super::{Place, wait};
use crate::output::Failure;
use desk::admin;
use std::io::BufRead;

/// What can be done with people from the shell.
#[derive(clap::Subcommand, Debug)]
pub enum UserCommand {
    /// Give an administrator a new password, read from standard input; makes the account if it is not there
    Recover {
        #[command(flatten)]
        place: Place,
        /// The account's name
        name: String,
    },
}

/// Runs it.
pub fn run(command: UserCommand) -> Result<u8, Failure> {
    let UserCommand::Recover { place, name } = command;
    eprintln!("new password for {name}:");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).map_err(|error| Failure::usage(format!("no password: {error}")))?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    wait(async {
        let db = place.records().await?;
        let user = admin::recover(&db, &super::token::console(), &name, password).await.map_err(Failure::usage)?;
        eprintln!("{} is an administrator and can log in", user.name);
        Ok(0)
    })
}
