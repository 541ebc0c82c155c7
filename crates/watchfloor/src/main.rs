//! The binary: it puts the parts together and has no logic of its own.

mod commands;
mod config;
mod content;
mod floor;
mod lists;
mod output;
mod remote;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The program that a security operations center works in.
#[derive(Parser)]
#[command(name = "watchfloor", version, about, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service with a synthetic morning of a small company in it
    Demo(commands::demo::DemoArgs),
    /// Run the service
    Serve(commands::serve::ServeArgs),
    /// Send files into a floor
    Ingest(commands::ingest::IngestArgs),
    /// Ask one query
    Search(commands::search::SearchArgs),
    /// Look for matches in files, without a server
    Scan(commands::scan::ScanArgs),
    /// Lint, test, explain and compare rules
    #[command(subcommand)]
    Rules(commands::rules::RulesCommand),
    /// Check lists of indicators, and see to those of a floor
    #[command(subcommand)]
    Lists(commands::lists::ListsCommand),
    /// Read hostile files for another process of this program
    #[command(hide = true)]
    DissectWorker,
    /// Normalise files and print them, one ECS document a line
    Parse(commands::parse::ParseArgs),
    /// Make API tokens
    #[command(subcommand)]
    Token(commands::token::TokenCommand),
    /// People, from the machine's own shell
    #[command(subcommand)]
    User(commands::user::UserCommand),
    /// Check the journal's hash chains
    Verify(commands::verify::VerifyArgs),
    /// The settings in force
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Print a script that completes our commands in a shell
    Completion {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Printing to a closed terminal is not worth another error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { output::USAGE } else { 0 });
        }
    };
    logging();
    // Ring serves every TLS connection, in and out. A second installation is impossible: nothing ran before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match cli.command {
        Command::Demo(args) => commands::demo::run(args),
        Command::Serve(args) => commands::serve::run(args),
        Command::Ingest(args) => commands::ingest::run(args),
        Command::Search(args) => commands::search::run(args),
        Command::Scan(args) => commands::scan::run(args),
        Command::Rules(command) => commands::rules::run(command),
        Command::Lists(command) => commands::lists::run(command),
        Command::DissectWorker => commands::scan::worker(),
        Command::Parse(args) => commands::parse::run(args),
        Command::Token(command) => commands::token::run(command),
        Command::User(command) => commands::user::run(command),
        Command::Verify(args) => commands::verify::run(args),
        Command::Config(command) => commands::config::run(command),
        Command::Openapi => commands::openapi(),
        Command::Completion { shell } => commands::completion(shell, &mut Cli::command()),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("watchfloor: {}", output::inert(&failure.message));
            ExitCode::from(failure.code)
        }
    }
}

/// Logs go to stderr; `WATCHFLOOR_LOG` chooses (`info`, `ingest=debug`).
fn logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("WATCHFLOOR_LOG").unwrap_or_else(|_| "info,sqlx=warn".into());
    // A log line that cannot be written (a full disk, a reader that left) must not panic in the thread that has it to say.
    tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_target(false).init();
}
