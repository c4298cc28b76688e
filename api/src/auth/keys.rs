//! The keys of this installation: made at first start, readable by their owner only, never a default.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{DecodingKey, EncodingKey};

/// What tokens are signed with.
const TOKEN_KEY: &str = "token.ed25519.p8";
/// What receipts are sealed with: the first seals, both open, so that a rotation loses none.
const RECEIPT_KEYS: [&str; 2] = ["receipt-current.key", "receipt-previous.key"];

/// A key that seals or opens receipts.
pub type ReceiptKey = [u8; 32];

/// All keys.
pub struct Keys {
    pub(super) sign: EncodingKey,
    pub(super) verify: DecodingKey,
    receipt: [ReceiptKey; 2],
    /// What no rotation of receipts' keys changes.
    lasting: Vec<u8>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// Reads the keys of a folder, and makes those that are not there.
    ///
    /// # Errors
    /// When the folder cannot be written, or a key in it is broken.
    pub fn load_or_make(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let pkcs8 = load_or_make(&folder.join(TOKEN_KEY), || {
            let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
            Ok(made
                .map_err(|_| anyhow!("the system gave no randomness"))?
                .as_ref()
                .to_vec())
        })?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8)
            .map_err(|e| anyhow!("{TOKEN_KEY} is broken: {e}"))?;
        let receipt = |name| -> anyhow::Result<ReceiptKey> {
            let bytes = load_or_make(&folder.join(name), || {
                let mut key = ReceiptKey::default();
                let made = SystemRandom::new().fill(&mut key);
                made.map_err(|_| anyhow!("the system gave no randomness"))?;
                Ok(key.to_vec())
            })?;
            bytes
                .try_into()
                .map_err(|_| anyhow!("{name} is broken: it must hold 32 bytes"))
        };
        Ok(Self {
            sign: EncodingKey::from_ed_der(&pkcs8),
            verify: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            receipt: [receipt(RECEIPT_KEYS[0])?, receipt(RECEIPT_KEYS[1])?],
            lasting: pkcs8,
        })
    }

    /// A key of its own for each purpose, the same until tokens are signed anew.
    #[must_use]
    pub fn derived(&self, purpose: &'static str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.lasting)
    }

    /// The keys that open receipts; the first one also seals them.
    #[must_use]
    pub fn receipt(&self) -> &[ReceiptKey; 2] {
        &self.receipt
    }
}

/// Two processes that start at once: `create_new` lets one make the key, and the other reads it.
fn load_or_make(
    path: &Path,
    make: impl FnOnce() -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<Vec<u8>> {
    if !path.exists() {
        let key = make()?;
        // Written under another name first: a crash half-way must not leave half a key.
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft);
        let mut file = written.with_context(|| format!("cannot write {}", draft.display()))?;
        file.write_all(&key)?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        match linked {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e.into()),
            _ => {}
        }
    }
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_and_only_their_owner_may_read_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Keys::load_or_make(folder.path()).expect("keys");
        let second = Keys::load_or_make(folder.path()).expect("the same keys");
        assert_eq!(first.receipt(), second.receipt());
        assert_ne!(first.receipt()[0], first.receipt()[1]);
        for entry in fs::read_dir(folder.path()).expect("the folder") {
            let mode = entry
                .expect("a file")
                .metadata()
                .expect("its mode")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_broken_key_is_an_error_and_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(RECEIPT_KEYS[0]), b"short").expect("written");
        assert!(Keys::load_or_make(folder.path()).is_err());
        assert_eq!(
            fs::read(folder.path().join(RECEIPT_KEYS[0])).expect("still there"),
            b"short"
        );
    }
}
