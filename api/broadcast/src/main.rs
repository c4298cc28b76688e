//! Draws the demo's channel: the film, the truth about it, and the reference images.
#![doc = include_str!("../README.md")]

mod cast;
mod draw;
mod film;
mod picture;
mod programme;
mod scenes;
mod stage;
mod truth;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::picture::Studio;

/// Draws the demo's channel.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with fonts, marks and scenes.
    #[arg(long, default_value = env!("CARGO_MANIFEST_DIR"))]
    sources: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Draw everything that is committed: film, truth, references.
    All {
        /// Where to.
        #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/assets"))]
        to: PathBuf,
    },
    /// Draw the reference images alone.
    References {
        /// Where to.
        #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/assets"))]
        to: PathBuf,
    },
    /// Draw single pictures, to look at them while drawing.
    Stills {
        /// Folder for the pictures.
        #[arg(long)]
        to: PathBuf,
        /// Moments in seconds.
        #[arg(required = true)]
        at: Vec<f32>,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let studio = Studio::open(&arguments.sources)?;
    match arguments.what {
        What::All { to } => {
            draw::references(&studio, &to)?;
            draw::plates(&studio, &to)?;
            draw::channel(&studio, &to)
        }
        What::References { to } => draw::references(&studio, &to),
        What::Stills { to, at } => draw::stills(&studio, &to, &at),
    }
}
