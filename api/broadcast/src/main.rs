//! Draws the demo's channel: the film, the truth about it, and the reference images.
#![doc = include_str!("../README.md")]

mod arguments;
mod cast;
mod draw;
mod film;
mod picture;
mod programme;
mod scenes;
mod stage;
mod truth;

use anyhow::Result;
use clap::Parser;

use crate::arguments::{Arguments, What};
use crate::picture::Studio;

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
