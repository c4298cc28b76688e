//! `beckon cue`: sends a cue, or puts one question after another to all.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;

use super::questions::{self, Asking};
use super::remote::Remote;
use crate::auth::Role;
use crate::words::{MediaId, Time};

/// Send a cue on a media now, or questions from a file one after another
///
/// `check`: each viewer's player asks for its own overlay. `show`: all get one instrument, at one position. `withdraw`: one
/// instrument, or everything, is taken off. The cue goes into the stream, where the media has a channel, and to everybody
/// who listens; its JSON is printed.
///
/// With --from, each line of the file is a question with its right answer, `question | true` or `question | false`; empty
/// lines and those that begin with # are left out. Each becomes an instrument of its own, once, and is shown to all
/// in its turn; Ctrl-C ends it, and says with which --start it goes on.
///
/// A running server is asked: --server says which, and a token is signed with the key of its data folder,
/// or given by --token.
#[derive(Debug, clap::Args)]
pub(super) struct Cue {
    /// Media to send it on
    #[arg(long, env = "BECKON_MEDIA", value_name = "ID")]
    media: String,
    /// What it says
    #[arg(long, env = "BECKON_CUE_KIND", default_value = "check", value_parser = ["check", "show", "withdraw"])]
    kind: String,
    /// Instrument to show to all, or to take off
    #[arg(long, env = "BECKON_INSTRUMENT", value_name = "ID")]
    instrument: Option<String>,
    /// How far ahead of where the media stands all paint it, in ms; the server's setting unless told
    #[arg(long, env = "BECKON_LEAD_MS", value_name = "MS")]
    lead_ms: Option<u32>,
    /// Position that it is about, in ms; where the media stands now unless told
    #[arg(long, env = "BECKON_SEEN_MS", value_name = "MS")]
    seen_ms: Option<u64>,
    /// Over how long viewers spread their questions, in ms; the server's setting unless told
    #[arg(long, env = "BECKON_CUE_SPREAD_MS", value_name = "MS")]
    cue_spread_ms: Option<u32>,
    /// Moment to begin at (RFC 3339); now unless told
    #[arg(long, env = "BECKON_CUE_AT", value_name = "TIME", value_parser = moment)]
    at: Option<Time>,
    /// File of questions to put to all
    #[arg(long, env = "BECKON_QUESTIONS", value_name = "FILE", conflicts_with_all = ["instrument", "kind", "seen_ms"])]
    from: Option<PathBuf>,
    /// How long after one question the next one comes, such as 10s or 2m
    #[arg(long, env = "BECKON_QUESTIONS_EVERY", default_value = "10s", value_name = "TIME", value_parser = length)]
    every: Duration,
    /// Question to begin with, counting from 1
    #[arg(
        long,
        env = "BECKON_QUESTIONS_START",
        default_value_t = 1,
        value_name = "N"
    )]
    start: usize,
    #[command(flatten)]
    remote: Remote,
}

fn moment(text: &str) -> Result<Time, String> {
    Time::parse(text).map_err(|invalid| invalid.detail)
}

/// A second at least: what shows for less nobody reads.
fn length(text: &str) -> Result<Duration, String> {
    let length: jiff::SignedDuration = text.parse().map_err(|e: jiff::Error| e.to_string())?;
    Duration::try_from(length)
        .ok()
        .filter(|length| (Duration::from_secs(1)..=Duration::from_secs(3_600)).contains(length))
        .ok_or_else(|| "it must be 1s to 1h".to_owned())
}

impl Cue {
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr();
        let media = MediaId::parse(&self.media).map_err(|e| anyhow::anyhow!(e.detail))?;
        tokio::runtime::Runtime::new()?.block_on(async {
            match &self.from {
                Some(file) => {
                    let text = std::fs::read_to_string(file)
                        .with_context(|| format!("cannot read {}", file.display()))?;
                    let asking = Asking {
                        media: &media,
                        every: self.every,
                        lead_ms: self.lead_ms,
                        begin_at: self.at,
                        start: self.start,
                    };
                    let read = questions::read(&text).with_context(|| {
                        format!("{} is not a list of questions", file.display())
                    })?;
                    asking.run(&self.remote, &read).await
                }
                None => self.send(&media).await,
            }
        })
    }

    #[expect(clippy::print_stdout, reason = "the cue is this command's output")]
    async fn send(&self, media: &MediaId) -> anyhow::Result<()> {
        if let Some(at) = self.at {
            questions::wait_until(at).await;
        }
        let body = json!({
            "kind": self.kind, "instrument_id": self.instrument, "lead_ms": self.lead_ms,
            "seen_ms": self.seen_ms, "spread_ms": self.cue_spread_ms
        });
        let path = format!("/v1/media/{media}/cues");
        let body = body.to_string().into_bytes();
        println!("{}", self.remote.post(Role::Operator, &path, body).await?);
        Ok(())
    }
}
