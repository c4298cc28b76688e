//! Tokens: signed with Ed25519, verified once, then remembered until they expire.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{Caller, Keys};
use crate::error::{Error, ErrorCode, Refusal};
use crate::words::{MediaId, Time, ViewerId};

/// Who signs; a token of another issuer is foreign even if it should verify.
const ISSUER: &str = "beckon";

/// How many tokens one worker remembers; past it, it begins anew.
const REMEMBERED: usize = 50_000;

/// What a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watches; the subject is the viewer's id.
    Viewer,
    /// Registers instruments.
    Marketer,
    /// Trains models.
    Scientist,
    /// Runs media and cues.
    Operator,
    /// Stores detections.
    Ingest,
    /// An advertiser's server: tells what came of clicks.
    Advertiser,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The viewer's id, or who the program or colleague is. A viewer's may be absent: then it is nobody in particular.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sub: String,
    /// The role.
    pub role: Role,
    /// A viewer of whom nothing may be kept, whatever the subject says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    /// A viewer who tries out: decisions are real, and nothing of them counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// Only for this media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Expires at, seconds since 1970.
    pub exp: i64,
    /// Who signed.
    pub iss: String,
}

/// Signs and verifies tokens.
#[derive(Debug)]
pub struct Auth {
    keys: Keys,
}

thread_local! {
    /// Verified tokens of this worker. Kept whole, so that two tokens never meet; the hash is seeded by the system.
    static VERIFIED: RefCell<HashMap<Box<str>, Arc<Caller>, foldhash::quality::RandomState>> = RefCell::default();
}

impl Auth {
    /// With these keys.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// The installation's keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Signs a token for `subject`, good for `length_s` seconds.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn issue(
        &self,
        subject: &str,
        role: Role,
        length_s: i64,
        now: Time,
    ) -> anyhow::Result<String> {
        self.sign(subject, role, (false, false), length_s, now)
    }

    /// Signs a token for a viewer who is nobody in particular: nothing is kept of who uses it.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn issue_anonymous(&self, length_s: i64, now: Time) -> anyhow::Result<String> {
        self.sign("", Role::Viewer, (true, false), length_s, now)
    }

    /// Signs a token for a viewer who tries out.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn issue_test(&self, subject: &str, length_s: i64, now: Time) -> anyhow::Result<String> {
        self.sign(subject, Role::Viewer, (false, true), length_s, now)
    }

    fn sign(
        &self,
        subject: &str,
        role: Role,
        (anonymous, test): (bool, bool),
        length_s: i64,
        now: Time,
    ) -> anyhow::Result<String> {
        let iat = now.ms() / 1000;
        let claims = Claims {
            sub: subject.to_owned(),
            role,
            anonymous,
            test,
            media: None,
            iat,
            exp: iat + length_s,
            iss: ISSUER.to_owned(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.keys.sign)
            .context("the token cannot be signed")
    }

    /// Who the token is from.
    ///
    /// # Errors
    /// When it is not ours, was changed, or has expired.
    pub fn verify(&self, token: &str, now: Time) -> Result<Arc<Caller>, Error> {
        VERIFIED.with_borrow_mut(|verified| {
            if let Some(caller) = verified.get(token) {
                if now < caller.expires_at {
                    return Ok(caller.clone());
                }
                verified.remove(token);
                return Err(expired());
            }
            let caller = Arc::new(self.decode(token, now)?);
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
            verified.insert(token.into(), caller.clone());
            Ok(caller)
        })
    }

    fn decode(&self, token: &str, now: Time) -> Result<Caller, Error> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        // Compared with the caller's clock below, so that tests and replays can hand one in.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.keys.verify, &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => expired(),
                _ => unauthenticated("the token is not one of ours"),
            })?
            .claims;
        let expires_at = Time::from_ms(claims.exp.saturating_mul(1000));
        if now >= expires_at {
            return Err(expired());
        }
        let nobody = claims.role == Role::Viewer && (claims.anonymous || claims.sub.is_empty());
        let subject = if nobody {
            // The draw is seeded by it, and nothing else is: no subject goes further than this.
            let mut number = [0; 16];
            number.copy_from_slice(&blake3::hash(token.as_bytes()).as_bytes()[..16]);
            ViewerId::anonymous(u128::from_le_bytes(number))
        } else {
            ViewerId::parse(&claims.sub)
                .map_err(|_| unauthenticated("the token's subject is not an id"))?
        };
        let media = claims.media.as_deref().map(MediaId::parse).transpose();
        Ok(Caller {
            subject,
            role: claims.role,
            test: claims.test && claims.role == Role::Viewer,
            media: media.map_err(|_| unauthenticated("the token's media is not an id"))?,
            expires_at,
        })
    }
}

fn expired() -> Error {
    Refusal::new(
        ErrorCode::TokenExpired,
        "the token has expired: fetch a new one",
    )
    .into()
}

/// Refuses a caller whom we do not know.
pub(super) fn unauthenticated(detail: &str) -> Error {
    Refusal::new(ErrorCode::Unauthenticated, detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth() -> (Auth, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        (
            Auth::new(Keys::load_or_make(folder.path()).expect("keys")),
            folder,
        )
    }

    fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
        match result {
            Err(Error::Refused(refusal)) => refusal.code,
            other => panic!("not refused: {other:?}"),
        }
    }

    const NOW: Time = Time::from_ms(1_760_000_000_000);

    #[test]
    fn a_token_says_who_calls_until_it_expires() {
        let (auth, _folder) = auth();
        let token = auth.issue("alice", Role::Viewer, 60, NOW).expect("a token");
        for _ in 0..2 {
            let caller = auth.verify(&token, NOW).expect("verified");
            assert_eq!(
                (caller.subject.as_str(), caller.role),
                ("alice", Role::Viewer)
            );
        }
        assert_eq!(
            code(auth.verify(&token, NOW.plus_ms(60_000))),
            ErrorCode::TokenExpired
        );
        assert_eq!(
            code(auth.verify(&token, NOW.plus_ms(60_000))),
            ErrorCode::TokenExpired
        );
    }

    #[test]
    fn a_viewer_without_a_subject_is_nobody_and_stays_so() {
        let (auth, _folder) = auth();
        let token = auth.issue_anonymous(60, NOW).expect("a token");
        let later = auth.issue_anonymous(61, NOW).expect("a token");
        let subject = |token: &str| auth.verify(token, NOW).expect("verified").subject.clone();
        assert!(subject(&token).is_anonymous());
        assert_eq!(subject(&token), subject(&token));
        assert_ne!(
            subject(&token),
            subject(&later),
            "two tokens do not join up"
        );
        let named = auth
            .sign("alice", Role::Viewer, (true, false), 60, NOW)
            .expect("a token");
        assert!(
            subject(&named).is_anonymous(),
            "the claim goes over the subject"
        );
        let nobody = auth.issue("", Role::Operator, 60, NOW).expect("a token");
        assert_eq!(code(auth.verify(&nobody, NOW)), ErrorCode::Unauthenticated);
    }

    #[test]
    fn a_foreign_or_forged_token_is_not_ours() {
        let (ours, _a) = auth();
        let (theirs, _b) = auth();
        let foreign = theirs
            .issue("alice", Role::Operator, 60, NOW)
            .expect("a token");
        assert_eq!(code(ours.verify(&foreign, NOW)), ErrorCode::Unauthenticated);
        let token = ours.issue("alice", Role::Viewer, 60, NOW).expect("a token");
        let (head, rest) = token.split_once('.').expect("three parts");
        let (_, signature) = rest.split_once('.').expect("three parts");
        let payload = foreign.split('.').nth(1).expect("three parts");
        assert_eq!(
            code(ours.verify(&format!("{head}.{payload}.{signature}"), NOW)),
            ErrorCode::Unauthenticated
        );
        assert_eq!(
            code(ours.verify("not a token", NOW)),
            ErrorCode::Unauthenticated
        );
    }
}
