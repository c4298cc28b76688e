//! `beckon import`: stores what Rekognition said.

use std::path::PathBuf;

use anyhow::Context;

use super::remote::Remote;
use crate::auth::Role;
use crate::words::MediaId;

/// Store what Rekognition said of a media
///
/// Takes Rekognition's JSON as it is, in either of its shapes: the answer of an API operation, or the console's export.
/// All of the file is stored or nothing; the report is printed. The media must be registered. A running server
/// is asked to store it: --server says which, and a token of the role ingest is signed with the key of its data
/// folder, or given by --token.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// Media that the file is about
    #[arg(long, env = "BECKON_MEDIA", value_name = "ID")]
    media: String,
    /// Where the file's zero, or the picture, lies in the media, in ms
    #[arg(long, env = "BECKON_OFFSET_MS", default_value_t = 0, value_name = "MS")]
    offset_ms: u64,
    /// Rekognition's JSON
    #[arg(env = "BECKON_IMPORT_FILE", value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    remote: Remote,
}

impl Import {
    #[expect(clippy::print_stdout, reason = "the report is this command's output")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log_to_stderr();
        let media = MediaId::parse(&self.media).map_err(|e| anyhow::anyhow!(e.detail))?;
        let file = self.file.display();
        let bytes = std::fs::read(&self.file).with_context(|| format!("cannot read {file}"))?;
        let path = format!(
            "/v1/media/{media}/detections/import?offset_ms={}",
            self.offset_ms
        );
        let stored = self.remote.post(Role::Ingest, &path, bytes);
        let report = tokio::runtime::Runtime::new()?.block_on(stored)?;
        println!("{}", serde_json::to_string_pretty(&report)?);
        Ok(())
    }
}
