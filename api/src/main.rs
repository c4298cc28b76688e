//! The `beckon` program.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match beckon_api::cli::Beckon::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("beckon: {error:#}");
            ExitCode::FAILURE
        }
    }
}
