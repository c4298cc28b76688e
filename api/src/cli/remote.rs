//! The server that a command speaks to, and in whose name.

use std::path::PathBuf;

use anyhow::Context;

use crate::auth::{Auth, Keys, Role};
use crate::config::{Reach, now};
use crate::fetch::Fetcher;

/// How long a token lasts that the command signs for itself, in seconds.
const LENGTH_S: i64 = 300;
/// The longest answer that is read.
const LARGEST: usize = 1024 * 1024;

/// A running server.
#[derive(Debug, clap::Args)]
pub(super) struct Remote {
    /// Where the server answers
    #[arg(
        long,
        env = "BECKON_SERVER",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    server: String,
    /// Token to call it with; signed with the key of the data folder unless told
    #[arg(
        long,
        env = "BECKON_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
    /// Data folder of the server, where it runs on this machine
    #[arg(
        long,
        env = "BECKON_DATA_DIR",
        default_value = "data",
        value_name = "DIR"
    )]
    data_dir: PathBuf,
}

impl Remote {
    /// Posts JSON in this role and gives back the answer's; a refusal is an error in the server's words.
    pub async fn post(
        &self,
        role: Role,
        path: &str,
        body: Vec<u8>,
    ) -> anyhow::Result<serde_json::Value> {
        self.ask(role, path, Some(body)).await
    }

    /// Gets JSON in this role; a refusal is an error in the server's words.
    pub async fn get(&self, role: Role, path: &str) -> anyhow::Result<serde_json::Value> {
        self.ask(role, path, None).await
    }

    async fn ask(
        &self,
        role: Role,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> anyhow::Result<serde_json::Value> {
        let token = self.token(role)?;
        // The operator names the server: wherever it is, it may be spoken to.
        let fetch = Fetcher::new(Reach::Anywhere)?;
        let url = fetch.address(&format!("{}{path}", self.server.trim_end_matches('/')))?;
        let answer = match body {
            Some(body) => fetch.post_json(&url, body, Some(&token), LARGEST).await,
            None => fetch.get_json(&url, &token, LARGEST).await,
        };
        let answer = answer.with_context(|| format!("there is no Beckon at {}", self.server))?;
        let json = serde_json::from_slice::<serde_json::Value>(&answer.bytes);
        if (200..300).contains(&answer.status) {
            return json.context("the server's answer cannot be read");
        }
        let said = |field: &str| {
            let json = json.as_ref().ok()?;
            Some(json.get(field)?.as_str()?.to_owned())
        };
        match (said("code"), said("detail")) {
            (Some(code), Some(detail)) => {
                let place = said("field").map(|field| format!(" (at {field})"));
                anyhow::bail!("{detail}{} [{code}]", place.unwrap_or_default())
            }
            _ => anyhow::bail!("{url} answered {}", answer.status),
        }
    }

    fn token(&self, role: Role) -> anyhow::Result<String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let keys = self.data_dir.join("keys");
        anyhow::ensure!(
            keys.is_dir(),
            "{} holds no keys to sign a token with: give --token, or the server's --data-dir",
            self.data_dir.display()
        );
        // A subject for each role: what the marketer writes the operator may approve, because nobody approves their own.
        let subject = format!("command-line-{role:?}").to_lowercase();
        Auth::new(Keys::load_or_make(&keys)?).issue(&subject, role, LENGTH_S, now())
    }
}
