//! `beckon-learn`: trains and evaluates Beckon's classifier from files.
#![doc = include_str!("../README.md")]

mod cli;
mod evaluate;
mod files;
mod parquet;
mod report;
mod rows;
mod train;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let done = match cli::Cli::parse().command {
        cli::Command::Train(options) => train::train(&options),
        cli::Command::Evaluate(options) => evaluate::evaluate(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("beckon-learn: {error:#}");
            ExitCode::FAILURE
        }
    }
}
