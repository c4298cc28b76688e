//! `beckon cue`: sends a check cue.

use super::remote::Remote;
use crate::auth::Role;
use crate::words::MediaId;

/// Send a check cue on a media now
///
/// Each viewer's player then asks for its own overlay. The cue goes into the stream, where the media has a channel, and to
/// everybody who listens; its JSON is printed. A running server is asked to send it: --server says which, and a
/// token of the role operator is signed with the key of its data folder, or given by --token.
#[derive(Debug, clap::Args)]
pub(super) struct Cue {
    /// Media to send it on
    #[arg(long, env = "BECKON_MEDIA", value_name = "ID")]
    media: String,
    /// Position that it is about, in ms; where the media stands now unless told
    #[arg(long, env = "BECKON_SEEN_MS", value_name = "MS")]
    seen_ms: Option<u64>,
    /// Over how long viewers spread their questions, in ms; the server's setting unless told
    #[arg(long, env = "BECKON_CUE_SPREAD_MS", value_name = "MS")]
    cue_spread_ms: Option<u32>,
    #[command(flatten)]
    remote: Remote,
}

impl Cue {
    #[expect(clippy::print_stdout, reason = "the cue is this command's output")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr();
        let media = MediaId::parse(&self.media).map_err(|e| anyhow::anyhow!(e.detail))?;
        let body = serde_json::json!({
            "kind": "check", "seen_ms": self.seen_ms, "spread_ms": self.cue_spread_ms
        });
        let path = format!("/v1/media/{media}/cues");
        let sent = self
            .remote
            .post(Role::Operator, &path, body.to_string().into_bytes());
        println!("{}", tokio::runtime::Runtime::new()?.block_on(sent)?);
        Ok(())
    }
}
