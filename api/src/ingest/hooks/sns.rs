//! SNS messages: their envelope, the text that is signed, and which addresses in them may be spoken to.

use serde::Deserialize;

use crate::error::{Refusal, Result, parse};
use crate::fetch::Url;
use crate::words::Time;

/// A message older than this is refused: SNS gives up after 23 minutes unless it is told otherwise.
pub const OLDEST_MS: i64 = 3_600_000;
/// How far the sender's clock may run ahead of ours.
const AHEAD_MS: i64 = 300_000;

/// A message as SNS posts it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Envelope {
    /// What kind of message it is.
    #[serde(rename = "Type")]
    pub kind: Kind,
    /// SNS's own id of it, the same each time that it is delivered.
    pub message_id: String,
    /// The topic that it was published to.
    pub topic_arn: String,
    /// What was published; for the two other kinds a sentence for people.
    pub message: String,
    subject: Option<String>,
    timestamp: String,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    signature: String,
    signature_version: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
}

/// The kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// Something was published.
    Notification,
    /// The topic asks whether it may send.
    SubscriptionConfirmation,
    /// The subscription has ended.
    UnsubscribeConfirmation,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// By which digest a message was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SHA-1 with RSA, what a topic does unless it is told otherwise.
    One,
    /// SHA-256 with RSA.
    Two,
}

impl Envelope {
    /// Reads what was posted.
    ///
    /// # Errors
    /// When it is no message of SNS, such as one of a subscription with raw delivery, which carries no signature.
    pub fn read(body: &[u8]) -> Result<Self> {
        parse(body)
    }

    /// By which digest it was signed.
    ///
    /// # Errors
    /// When it is none that SNS documents.
    pub fn version(&self) -> Result<Version> {
        match self.signature_version.as_str() {
            "1" => Ok(Version::One),
            "2" => Ok(Version::Two),
            other => {
                let detail = format!("a signature of version {other} is not known");
                Err(Refusal::field("SignatureVersion", detail, "1 or 2").into())
            }
        }
    }

    /// The signature's bytes.
    ///
    /// # Errors
    /// When it is not base 64.
    pub fn signature(&self) -> Result<Vec<u8>> {
        let decoded = base64_simd::STANDARD.decode_to_vec(self.signature.as_bytes());
        decoded.map_err(|_| Refusal::field("Signature", "it cannot be read", "base 64").into())
    }

    /// The text that SNS signs: names and values line by line, in this order, the subject only where there is one.
    #[must_use]
    pub fn signed_text(&self) -> String {
        let mut fields = vec![
            ("Message", Some(&self.message)),
            ("MessageId", Some(&self.message_id)),
        ];
        if self.kind == Kind::Notification {
            fields.push(("Subject", self.subject.as_ref()));
        } else {
            fields.push(("SubscribeURL", self.subscribe_url.as_ref()));
        }
        fields.push(("Timestamp", Some(&self.timestamp)));
        if self.kind != Kind::Notification {
            fields.push(("Token", self.token.as_ref()));
        }
        fields.push(("TopicArn", Some(&self.topic_arn)));
        let mut text = String::new();
        for (name, value) in fields {
            if let Some(value) = value {
                text.extend([name, "\n", value, "\n"]);
            }
        }
        text.extend(["Type\n", self.kind.as_str(), "\n"]);
        text
    }

    /// Where the certificate lies, on a host of SNS itself.
    ///
    /// # Errors
    /// When it is said to lie anywhere else.
    pub fn certificate_url(&self) -> Result<Url> {
        let url = pinned("SigningCertURL", &self.signing_cert_url)?;
        let named = std::path::Path::new(url.path());
        if named
            .extension()
            .is_some_and(|extension| extension == "pem")
            && url.query().is_none()
        {
            return Ok(url);
        }
        let detail = format!("{url} is not a certificate of SNS");
        Err(Refusal::field("SigningCertURL", detail, "a path that ends in .pem").into())
    }

    /// What to visit so that the topic may send, on a host of SNS itself.
    ///
    /// # Errors
    /// When there is nothing to visit, or elsewhere.
    pub fn subscribe_url(&self) -> Result<Url> {
        pinned(
            "SubscribeURL",
            self.subscribe_url.as_deref().unwrap_or_default(),
        )
    }

    /// Whether it is of now: neither as old as only a replayed one can be, nor ahead of every clock.
    ///
    /// # Errors
    /// When its time cannot be read.
    pub fn is_fresh(&self, now: Time) -> Result<bool> {
        let sent = Time::parse(&self.timestamp)
            .map_err(|e| Refusal::field("Timestamp", e.detail, e.bound))?;
        Ok((-AHEAD_MS..=OLDEST_MS).contains(&now.since(sent)))
    }
}

/// An address on a host of SNS, over TLS and at its usual port.
fn pinned(field: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).ok();
    let good = url.filter(|url| {
        url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && url.host_str().is_some_and(is_sns)
    });
    good.ok_or_else(|| {
        let detail = format!("`{text}` does not lie on a host of SNS");
        Refusal::field(field, detail, "https://sns.<region>.amazonaws.com/…").into()
    })
}

/// `sns.<region>.amazonaws.com`, or the same of China.
pub fn is_sns(host: &str) -> bool {
    let inside = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    let region = inside.and_then(|inside| inside.strip_prefix("sns."));
    region.is_some_and(|region| {
        !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn envelope(json: &serde_json::Value) -> Envelope {
        Envelope::read(json.to_string().as_bytes()).expect("an envelope")
    }

    fn notification() -> serde_json::Value {
        serde_json::json!({
            "Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": "hello",
            "Timestamp": "2026-11-20T19:00:00.000Z", "SignatureVersion": "2", "Signature": "AAAA",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/a.pem"
        })
    }

    #[test]
    fn the_signed_text_names_each_field_in_its_order() {
        let mut json = notification();
        assert_eq!(
            envelope(&json).signed_text(),
            "Message\nhello\nMessageId\nm-1\nTimestamp\n2026-11-20T19:00:00.000Z\n\
             TopicArn\narn:aws:sns:eu-west-1:1:t\nType\nNotification\n"
        );
        json["Subject"] = "S".into();
        assert!(
            envelope(&json)
                .signed_text()
                .contains("m-1\nSubject\nS\nTimestamp\n")
        );
        json["Type"] = "SubscriptionConfirmation".into();
        json["SubscribeURL"] = "https://x".into();
        json["Token"] = "t".into();
        assert_eq!(
            envelope(&json).signed_text(),
            "Message\nhello\nMessageId\nm-1\nSubscribeURL\nhttps://x\nTimestamp\n2026-11-20T19:00:00.000Z\nToken\nt\n\
             TopicArn\narn:aws:sns:eu-west-1:1:t\nType\nSubscriptionConfirmation\n"
        );
    }

    #[test]
    fn a_certificate_that_lies_anywhere_else_is_refused() {
        let lies_at = |url: &str| {
            let mut json = notification();
            json["SigningCertURL"] = url.into();
            envelope(&json).certificate_url()
        };
        for good in [
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-b95095.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
        ] {
            assert!(lies_at(good).is_ok(), "{good}");
        }
        for bad in [
            "http://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com/a.txt",
            "https://sns.eu-west-1.amazonaws.com/a.txt?x=.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
            "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
            "https://evil@sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.evil.example#.amazonaws.com/a.pem",
            "https://mybucket.s3.amazonaws.com/a.pem",
            "https://sns.a.b.amazonaws.com/a.pem",
            "https://sns..amazonaws.com/a.pem",
            "file:///etc/a.pem",
            "",
        ] {
            match lies_at(bad) {
                Err(Error::Refused(refusal)) => {
                    assert_eq!(refusal.field.as_deref(), Some("SigningCertURL"));
                }
                other => panic!("{bad} was taken: {other:?}"),
            }
        }
    }

    #[test]
    fn a_message_is_fresh_for_an_hour() {
        let envelope = envelope(&notification());
        let sent = Time::parse("2026-11-20T19:00:00Z").expect("a time");
        let fresh = |ms| envelope.is_fresh(sent.plus_ms(ms)).expect("a time");
        assert!(fresh(0) && fresh(OLDEST_MS) && fresh(-AHEAD_MS));
        assert!(!fresh(OLDEST_MS + 1) && !fresh(-AHEAD_MS - 1));
    }
}
