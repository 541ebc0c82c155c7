//! One file per command.

pub mod config;
pub mod demo;
mod event_log;
pub mod ingest;
mod inputs;
pub mod lists;
pub mod parse;
pub mod rules;
pub mod scan;
pub mod search;
pub mod serve;
pub mod token;
pub mod user;
pub mod verify;

use crate::config::Settings;
use crate::output::Failure;
use std::future::Future;
use std::path::PathBuf;

/// Where a floor's data and records are.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// The floor's folder; created at the first start
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The records database (`postgres://…`); a SQLite file in the folder if absent
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Settings, TOML; `watchfloor.toml` in the folder if absent
    #[arg(long, env = "WATCHFLOOR_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Place {
    /// The settings in force, the flags of the command among them.
    pub fn settings(&self, mut flags: Vec<(&'static str, Option<String>)>) -> Result<Settings, Failure> {
        flags.push(("database.url", self.database.clone()));
        Settings::load(self.config.as_deref(), Some(&self.data), std::env::vars_os(), flags)
    }

    /// Opens the records.
    pub async fn records(&self) -> Result<db::Db, Failure> {
        crate::floor::records(&self.data, self.settings(Vec::new())?.text("database.url")).await
    }
}

/// Runs a future to its end.
pub fn wait<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))?
        .block_on(future)
}

/// Prints the OpenAPI document.
pub fn openapi() -> Result<u8, Failure> {
    let text = server::openapi().to_pretty_json().map_err(Failure::usage)?;
    println(&text);
    Ok(0)
}

/// Prints what a shell needs to complete our commands.
pub fn completion(shell: clap_complete::Shell, command: &mut clap::Command) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, command, "watchfloor", &mut text);
    println(String::from_utf8_lossy(&text).trim_end());
    Ok(0)
}

/// Data goes to stdout; a reader that has closed it ends the output, not with an error.
#[allow(clippy::print_stdout, reason = "the one place where data is printed")]
pub fn println(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
