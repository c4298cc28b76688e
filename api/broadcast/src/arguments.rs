//! What can be drawn, and where to.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Draws the demo's channel.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Folder with fonts, marks and scenes.
    #[arg(long, default_value = env!("CARGO_MANIFEST_DIR"))]
    pub sources: PathBuf,
    #[command(subcommand)]
    pub what: What,
}

#[derive(Debug, Subcommand)]
pub enum What {
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
