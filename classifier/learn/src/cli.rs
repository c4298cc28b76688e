//! The command line. Each option is also an environment variable; the help is the manual.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const ABOUT: &str = "\
Trains and evaluates Beckon's classifier from files.

Rows are shown decisions with their outcome, one JSON object a line (.jsonl) or one record each in a \
Parquet file of the same fields. Models are Beckon's own files, named by the digest of their content; \
what `train` writes, `POST /v1/models` takes.";

const TRAIN: &str = "\
Train a model from rows, and say whether it may be champion.

The rows are cut into blocks by time; each block is judged by a model that learnt from the rows before it \
alone. The model that is written has then learnt from all rows. It is written whatever the verdict is: \
the verdict is printed, and shown in the report.

Example:
  beckon-learn train --rows rows.jsonl --out model.bin --html report.html";

const EVALUATE: &str = "\
Judge a model on rows that it has not learnt from.

Only rows decided after the last one that the model (and the one it is held against) learnt from count, \
unless --all-rows says that the file is held out in another way. Without --against the model is held \
against popularity, counted from the rows before; the first fifth is then only counted.

Example:
  beckon-learn evaluate --model model.bin --rows tomorrow.jsonl --against champion.bin --html report.html";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "beckon-learn", version, about = "Trains and evaluates Beckon's classifier from files", long_about = ABOUT)]
#[command(propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a model from rows, and say whether it may be champion
    #[command(long_about = TRAIN)]
    Train(Train),
    /// Judge a model on rows that it has not learnt from
    #[command(long_about = EVALUATE)]
    Evaluate(Evaluate),
}

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// Rows to learn from: .jsonl or .parquet; may be given more than once
    #[arg(
        long,
        env = "BECKON_ROWS",
        value_name = "FILE",
        required = true,
        value_delimiter = ','
    )]
    pub(crate) rows: Vec<PathBuf>,
    /// Where to write the model
    #[arg(long, env = "BECKON_OUT", value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The recipe as JSON: any of `schema`, `train`, `gate`, `prior`; what it leaves out is the default
    #[arg(long, env = "BECKON_RECIPE", value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// The feature schema as JSON, in place of the recipe's
    #[arg(long, env = "BECKON_SCHEMA", value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// The champion to hold the new model against; without it, popularity
    #[arg(long, env = "BECKON_CHAMPION", value_name = "FILE")]
    pub(crate) champion: Option<PathBuf>,
    /// How many times this contest has been looked at, this one included: later looks ask for more
    #[arg(long, env = "BECKON_LOOK", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) look: u32,
    /// The seed of the order rows are learnt in: the same rows and seed give the same model, to the byte
    #[arg(long, env = "BECKON_SEED", value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Write a report to look at in a browser
    #[arg(long, env = "BECKON_HTML", value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print the verdict as JSON
    #[arg(long, env = "BECKON_JSON")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// The model to judge
    #[arg(long, env = "BECKON_MODEL", value_name = "FILE")]
    pub(crate) model: PathBuf,
    /// Held-out rows: .jsonl or .parquet; may be given more than once
    #[arg(
        long,
        env = "BECKON_ROWS",
        value_name = "FILE",
        required = true,
        value_delimiter = ','
    )]
    pub(crate) rows: Vec<PathBuf>,
    /// The model to hold it against; without it, popularity
    #[arg(long, env = "BECKON_AGAINST", value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Use rows whenever they were decided: the file is held out in another way
    #[arg(long, env = "BECKON_ALL_ROWS")]
    pub(crate) all_rows: bool,
    /// How many times this contest has been looked at, this one included: later looks ask for more
    #[arg(long, env = "BECKON_LOOK", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) look: u32,
    /// Write a report to look at in a browser
    #[arg(long, env = "BECKON_HTML", value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print the verdict as JSON
    #[arg(long, env = "BECKON_JSON")]
    pub(crate) json: bool,
}
