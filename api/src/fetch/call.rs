//! Calls: JSON there and back, whatever the answer's status.

use bytes::Bytes;

use super::{FetchError, Fetcher, Url, body, guard, why};

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header that names an AWS refusal.
    pub error_type: Option<String>,
    /// The body, cut to its bound.
    pub bytes: Bytes,
}

impl Fetcher {
    /// Posts JSON and hands back the answer whatever its status, of its body at most `largest` bytes.
    ///
    /// # Errors
    /// When it is out of reach, or there is no answer in time.
    pub async fn post_json(
        &self,
        url: &Url,
        body_json: Vec<u8>,
        bearer: Option<&str>,
        largest: usize,
    ) -> Result<Answer, FetchError> {
        let bearer = bearer.map(|token| ("authorization", format!("Bearer {token}")));
        self.post_with(url, body_json, bearer.as_slice(), largest)
            .await
    }

    /// The same with headers of the caller's.
    ///
    /// # Errors
    /// When it is out of reach, or there is no answer in time.
    pub async fn post_with(
        &self,
        url: &Url,
        body_json: Vec<u8>,
        headers: &[(&'static str, String)],
        largest: usize,
    ) -> Result<Answer, FetchError> {
        guard(self.reach, url)?;
        let request = self
            .http
            .post(url.clone())
            .header("content-type", "application/json")
            .body(body_json);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        });
        answer(request, largest).await
    }

    /// Gets JSON with a token, and hands back the answer as `post_json` does.
    ///
    /// # Errors
    /// When it is out of reach, or there is no answer in time.
    pub async fn get_json(
        &self,
        url: &Url,
        bearer: &str,
        largest: usize,
    ) -> Result<Answer, FetchError> {
        guard(self.reach, url)?;
        answer(self.http.get(url.clone()).bearer_auth(bearer), largest).await
    }
}

async fn answer(request: reqwest::RequestBuilder, largest: usize) -> Result<Answer, FetchError> {
    let response = request.send().await.map_err(why)?;
    let status = response.status().as_u16();
    let error_type = response.headers().get("x-amzn-errortype");
    let error_type = error_type.and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (bytes, _) = body(response, largest).await?;
    Ok(Answer {
        status,
        error_type,
        bytes,
    })
}
