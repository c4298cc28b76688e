//! A stand-in for SNS: a key and a certificate made for the test, and messages signed with it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64_simd::STANDARD;
use beckon_api::config::Reach;
use beckon_api::fetch::{Fetcher, Url};
use beckon_api::ingest::Outside;
use beckon_api::ingest::hooks::Sns;
use beckon_api::words::Time;
use bytes::Bytes;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

/// The topic that messages are of.
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:beckon";

/// Signs as SNS does.
pub struct Signer {
    key: RsaKeyPair,
    sns: Arc<StandIn>,
}

/// Serves the certificate, and remembers what it was asked for.
#[derive(Debug)]
struct StandIn {
    pem: String,
    fetched: Mutex<usize>,
    visited: Mutex<Vec<String>>,
}

#[async_trait]
impl Sns for StandIn {
    async fn certificate(&self, _: &Url) -> anyhow::Result<Bytes> {
        *self.fetched.lock().expect("not poisoned") += 1;
        Ok(self.pem.clone().into())
    }

    async fn confirm(&self, url: &Url) -> anyhow::Result<()> {
        let mut visited = self.visited.lock().expect("not poisoned");
        visited.push(url.to_string());
        Ok(())
    }
}

impl Signer {
    /// Whose certificate was issued to this name.
    pub fn new(issued_to: &str) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, issued_to);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            key: RsaKeyPair::from_pkcs8(&key.serialize_der()).expect("the same key"),
            sns: Arc::new(StandIn {
                pem: certificate.pem(),
                fetched: Mutex::default(),
                visited: Mutex::default(),
            }),
        }
    }

    /// What lies outside, with this SNS.
    pub fn outside(&self) -> Outside {
        let fetch = Fetcher::new(Reach::Loopback).expect("a fetcher");
        Outside {
            sns: self.sns.clone(),
            ..Outside::reached_by(&fetch)
        }
    }

    /// How often the certificate was asked for.
    pub fn fetched(&self) -> usize {
        *self.sns.fetched.lock().expect("not poisoned")
    }

    /// What was visited to confirm.
    pub fn visited(&self) -> Vec<String> {
        self.sns.visited.lock().expect("not poisoned").clone()
    }

    /// A notification that is not signed yet.
    pub fn unsigned(&self, message: &Value, at: Time) -> Value {
        json!({"Type": "Notification", "MessageId": uuid::Uuid::now_v7().to_string(), "TopicArn": TOPIC,
            "Message": message.to_string(), "Timestamp": at.to_string(), "SignatureVersion": "2",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
            "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe"})
    }

    /// A signed notification.
    pub fn notification(&self, message: &Value, at: Time) -> Value {
        let mut message = self.unsigned(message, at);
        self.sign(&mut message);
        message
    }

    /// A signed question whether the topic may send.
    pub fn subscription(&self, url: &str, at: Time) -> Value {
        let mut message = self.unsigned(&json!("You have chosen to subscribe"), at);
        message["Type"] = "SubscriptionConfirmation".into();
        message["Token"] = "t".into();
        message["SubscribeURL"] = url.into();
        self.sign(&mut message);
        message
    }

    /// Signs a message as it stands.
    pub fn sign(&self, message: &mut Value) {
        let fields = if message["Type"] == "Notification" {
            &[
                "Message",
                "MessageId",
                "Subject",
                "Timestamp",
                "TopicArn",
                "Type",
            ][..]
        } else {
            &[
                "Message",
                "MessageId",
                "SubscribeURL",
                "Timestamp",
                "Token",
                "TopicArn",
                "Type",
            ]
        };
        let mut text = String::new();
        for field in fields {
            if let Some(value) = message[*field].as_str() {
                text += &format!("{field}\n{value}\n");
            }
        }
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("signed");
        message["Signature"] = STANDARD.encode_to_string(&signature).into();
    }
}
