//! The certificate that a message of SNS is signed with, and the check of a signature against it.

use anyhow::{Context, ensure};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::pem::parse_x509_pem;

use super::sns::{Version, is_sns};
use crate::words::Time;

/// A certificate of SNS. (Its chain is not in the file that SNS serves: that the file comes by TLS from a host of
/// SNS itself is what vouches for it.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    key: Vec<u8>,
    from: Time,
    until: Time,
}

impl Certificate {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// When it holds no certificate of an RSA key that was issued to SNS.
    pub fn read(pem: &[u8]) -> anyhow::Result<Self> {
        let (_, pem) = parse_x509_pem(pem).context("it is no PEM file")?;
        let certificate = pem.parse_x509().context("it is no certificate")?;
        let subject = certificate.subject();
        let names: Vec<&str> = subject
            .iter_common_name()
            .filter_map(|name| name.as_str().ok())
            .collect();
        let to_sns = |name: &&str| **name == *"sns.amazonaws.com" || is_sns(name);
        ensure!(
            names.iter().any(to_sns),
            "it was issued to {subject}, not to SNS"
        );
        let info = certificate.public_key();
        let rsa = info.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION;
        ensure!(rsa, "its key is not an RSA key");
        let validity = certificate.validity();
        let at = |seconds: i64| Time::from_ms(seconds.saturating_mul(1000));
        Ok(Self {
            key: info.subject_public_key.data.to_vec(),
            from: at(validity.not_before.timestamp()),
            until: at(validity.not_after.timestamp()),
        })
    }

    /// Whether it is in force.
    #[must_use]
    pub fn is_valid(&self, now: Time) -> bool {
        self.from <= now && now <= self.until
    }

    /// Whether this signature of the text was made with its key.
    #[must_use]
    pub fn signed(&self, version: Version, text: &str, signature: &[u8]) -> bool {
        let algorithm = match version {
            Version::One => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Version::Two => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.key)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sns::Envelope;
    use super::*;

    /// Made once with OpenSSL, and the key thrown away: a certificate for `sns.amazonaws.com`, and one message
    /// signed with each digest.
    const CERTIFICATE: &[u8] = include_bytes!("../../../tests/fixtures/sns/certificate.pem");
    const ONE: &[u8] = include_bytes!("../../../tests/fixtures/sns/version-1.json");
    const TWO: &[u8] = include_bytes!("../../../tests/fixtures/sns/version-2.json");
    const STRANGER: &[u8] = include_bytes!("../../../tests/fixtures/sns/stranger.pem");

    fn verified(certificate: &Certificate, message: &str) -> bool {
        let envelope = Envelope::read(message.as_bytes()).expect("an envelope");
        let signature = envelope.signature().expect("base 64");
        let version = envelope.version().expect("a version");
        certificate.signed(version, &envelope.signed_text(), &signature)
    }

    #[test]
    fn both_digests_are_verified() {
        let certificate = Certificate::read(CERTIFICATE).expect("a certificate");
        for message in [ONE, TWO] {
            let message = String::from_utf8_lossy(message);
            assert!(verified(&certificate, &message), "{message}");
        }
    }

    #[test]
    fn a_message_is_forged_once_any_signed_field_is_changed() {
        let certificate = Certificate::read(CERTIFICATE).expect("a certificate");
        for message in [ONE, TWO] {
            let json: serde_json::Value = serde_json::from_slice(message).expect("JSON");
            for field in [
                "Message",
                "MessageId",
                "Subject",
                "Timestamp",
                "TopicArn",
                "SignatureVersion",
            ] {
                let mut forged = json.clone();
                forged[field] = match field {
                    "SignatureVersion" if json[field] == "1" => "2".into(),
                    "SignatureVersion" => "1".into(),
                    _ => format!("{}x", json[field].as_str().unwrap_or_default()).into(),
                };
                assert!(!verified(&certificate, &forged.to_string()), "{field}");
            }
            let mut forged = json.clone();
            forged["Type"] = "UnsubscribeConfirmation".into();
            assert!(!verified(&certificate, &forged.to_string()));
        }
    }

    #[test]
    fn a_certificate_holds_from_its_first_day_to_its_last() {
        let certificate = Certificate::read(CERTIFICATE).expect("a certificate");
        assert!(certificate.is_valid(certificate.from) && certificate.is_valid(certificate.until));
        assert!(!certificate.is_valid(certificate.from.plus_ms(-1)));
        assert!(!certificate.is_valid(certificate.until.plus_ms(1)));
    }

    #[test]
    fn what_was_not_issued_to_sns_is_refused() {
        let error = Certificate::read(STRANGER).expect_err("refused");
        assert!(error.to_string().contains("evil.example"), "{error}");
        assert!(Certificate::read(b"-----BEGIN NONSENSE-----").is_err());
        assert!(Certificate::read(b"").is_err());
    }
}
