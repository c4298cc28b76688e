//! The API as the demo calls it: over HTTP, with a token of each role that it needs.

use anyhow::Context;
use serde::Serialize;
use serde_json::Value;

/// One token of each role that the demo plays.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Registers media and viewers, approves instruments, sends cues.
    pub operator: String,
    /// Registers instruments.
    pub marketer: String,
    /// Reads models.
    pub scientist: String,
}

/// The API.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    url: String,
    /// The demo's own tokens.
    pub tokens: Tokens,
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON, or null for an empty body.
    pub json: Value,
}

impl Answer {
    /// The JSON of a success, or what the refusal said.
    ///
    /// # Errors
    /// When it was refused.
    pub fn ok(self) -> anyhow::Result<Value> {
        anyhow::ensure!(
            (200..300).contains(&self.status),
            "the API refused: {}",
            self.json
        );
        Ok(self.json)
    }
}

impl Api {
    /// The API at this address.
    #[must_use]
    pub fn new(url: String, tokens: Tokens) -> Self {
        Self {
            http: reqwest::Client::new(),
            url,
            tokens,
        }
    }

    /// Where the API answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> anyhow::Result<Answer> {
        let request = self
            .request(method, path, token)?
            .header("content-type", "application/json");
        answer(request.body(serde_json::to_vec(body)?)).await
    }

    /// Reads.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn get(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        answer(self.request("GET", path, Some(token))?).await
    }

    /// Sends an image.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn send_png(
        &self,
        path: &str,
        token: &str,
        png: &'static [u8],
    ) -> anyhow::Result<Answer> {
        answer(
            self.request("POST", path, Some(token))?
                .header("content-type", "image/png")
                .body(png),
        )
        .await
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
    ) -> anyhow::Result<reqwest::RequestBuilder> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let request = self.http.request(method, format!("{}{path}", self.url));
        Ok(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }
}

async fn answer(request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
    let response = request.send().await.context("the API does not answer")?;
    let status = response.status().as_u16();
    let bytes = response.bytes().await?;
    let json = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes)?
    };
    Ok(Answer { status, json })
}
