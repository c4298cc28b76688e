//! The command line: one small file a subcommand.

mod cue;
#[cfg(feature = "demo")]
mod demo;
mod dry_run;
mod estimate;
mod import;
mod ingest;
mod migrate;
mod openapi;
mod questions;
mod remote;
mod replay;
mod serve;
mod token;

use clap::{Parser, Subcommand};

/// Turns what is on screen, and who is watching, into the one overlay worth showing.
#[derive(Debug, Parser)]
#[command(name = "beckon", version, propagate_version = true)]
pub struct Beckon {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    Ingest(ingest::Ingest),
    Import(import::Import),
    Estimate(estimate::Estimate),
    Cue(cue::Cue),
    Replay(replay::Replay),
    Token(token::Token),
    Migrate(migrate::Migrate),
    Openapi(openapi::Openapi),
}

impl Beckon {
    /// Runs the subcommand to its end.
    ///
    /// # Errors
    /// With what a person should read when it failed.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(command) => command.run(),
            #[cfg(feature = "demo")]
            Command::Demo(command) => command.run(),
            Command::Ingest(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::Estimate(command) => command.run(),
            Command::Cue(command) => command.run(),
            Command::Replay(command) => command.run(),
            Command::Token(command) => command.run(),
            Command::Migrate(command) => command.run(),
            Command::Openapi(command) => command.run(),
        }
    }
}

/// Sends log lines to standard error; `BECKON_LOG` says how much, such as `info` or `beckon_api=debug`.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BECKON_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,explain=info"));
    // A second call, as tests make it, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
