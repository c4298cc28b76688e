//! Opening encrypted segments: AES in whole segments, by the key and the start value that the playlist names.

use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptingKey, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;

use super::segment::Key;

/// What can be opened. `AES-256` and its counter mode are in no standard yet; packagers and players have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Blocks in a chain, padded.
    Chained { bytes: usize },
    /// Blocks by a counter, as long as the plain text.
    Counted { bytes: usize },
}

/// Why a segment stays closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    #[error("line {line}: it is encrypted with {method}, which is not opened")]
    Method { line: usize, method: String },
    #[error("line {line}: its key is of the format {format}, which is not opened")]
    Format { line: usize, format: String },
    #[error("line {line}: EXT-X-KEY names no key")]
    NoAddress { line: usize },
    #[error("line {line}: IV needs 0x and at most 32 hexadecimal digits")]
    Start { line: usize },
    #[error("line {line}: the key has {found} bytes, and {method} needs {needs}")]
    Length {
        line: usize,
        method: String,
        needs: usize,
        found: usize,
    },
    #[error("line {line}: the key does not open it")]
    Closed { line: usize },
}

/// A key that can open, and where it is fetched.
#[derive(Debug, Clone, Copy)]
pub struct Lock<'a> {
    key: &'a Key,
    method: Method,
    /// The key's address, as the playlist writes it.
    pub uri: &'a str,
}

/// No key of a method that is opened is longer.
pub const LONGEST_KEY: usize = 32;

impl<'a> Lock<'a> {
    /// The lock on what these keys are in force for; `None` where it is open. Of several formats of one key, the one
    /// that can be opened is taken.
    ///
    /// # Errors
    /// With the line and the method where none can be.
    pub fn of(keys: &'a [Key]) -> Result<Option<Self>, CipherError> {
        let mut refusal = None;
        for key in keys {
            match Self::read(key) {
                Ok(lock) => return Ok(Some(lock)),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        refusal.map_or(Ok(None), Err)
    }

    fn read(key: &'a Key) -> Result<Self, CipherError> {
        let line = key.line;
        let method = match key.method.as_str() {
            "AES-128" => Method::Chained { bytes: 16 },
            "AES-256" => Method::Chained { bytes: 32 },
            "AES-256-CTR" => Method::Counted { bytes: 32 },
            other => {
                let method = other.to_owned();
                return Err(CipherError::Method { line, method });
            }
        };
        if let Some(format) = key.key_format.as_deref().filter(|f| *f != "identity") {
            let format = format.to_owned();
            return Err(CipherError::Format { line, format });
        }
        let uri = key.uri.as_deref().filter(|uri| !uri.is_empty());
        let uri = uri.ok_or(CipherError::NoAddress { line })?;
        Ok(Self { key, method, uri })
    }

    /// Opens what was locked: a whole segment of this number, or what a decoder needs before it.
    ///
    /// # Errors
    /// When the key is not as long as the method needs, or does not fit.
    pub fn open(
        &self,
        secret: &[u8],
        sequence: i64,
        closed: &[u8],
    ) -> Result<Vec<u8>, CipherError> {
        let line = self.key.line;
        let start = match &self.key.iv {
            Some(written) => read_start(written).ok_or(CipherError::Start { line })?,
            // Without one the segment's number is it.
            None => i128::from(sequence).to_be_bytes(),
        };
        let (Method::Chained { bytes } | Method::Counted { bytes }) = self.method;
        if secret.len() != bytes {
            return Err(CipherError::Length {
                line,
                method: self.key.method.clone(),
                needs: bytes,
                found: secret.len(),
            });
        }
        let start = DecryptionContext::Iv128(FixedLength::from(start));
        let opened = match self.method {
            Method::Chained { .. } => chained(secret, start, closed),
            Method::Counted { .. } => counted(secret, start, closed),
        };
        opened.map_err(|_| CipherError::Closed { line })
    }
}

type Opened = Result<Vec<u8>, aws_lc_rs::error::Unspecified>;

fn unbound(secret: &[u8]) -> Result<UnboundCipherKey, aws_lc_rs::error::Unspecified> {
    let algorithm = if secret.len() == 16 {
        &AES_128
    } else {
        &AES_256
    };
    UnboundCipherKey::new(algorithm, secret)
}

fn chained(secret: &[u8], start: DecryptionContext, closed: &[u8]) -> Opened {
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(unbound(secret)?)?;
    let mut bytes = closed.to_vec();
    let length = key.decrypt(&mut bytes, start)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

fn counted(secret: &[u8], start: DecryptionContext, closed: &[u8]) -> Opened {
    let key = DecryptingKey::ctr(unbound(secret)?)?;
    let mut bytes = closed.to_vec();
    key.decrypt(&mut bytes, start)?;
    Ok(bytes)
}

/// A number of 128 bits, as `0x…`.
fn read_start(written: &str) -> Option<[u8; 16]> {
    let digits = written
        .strip_prefix("0x")
        .or_else(|| written.strip_prefix("0X"))?;
    if digits.is_empty() || digits.len() > 32 {
        return None;
    }
    Some(u128::from_str_radix(digits, 16).ok()?.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::cipher::{EncryptionContext, PaddedBlockEncryptingKey};

    const SECRET: [u8; 16] = *b"sixteen bytes ok";

    fn key(method: &str, iv: Option<&str>) -> Key {
        Key {
            line: 7,
            method: method.to_owned(),
            uri: Some("k".to_owned()),
            iv: iv.map(str::to_owned),
            key_format: None,
        }
    }

    fn locked(plain: &[u8], start: u128) -> Vec<u8> {
        let unbound = UnboundCipherKey::new(&AES_128, &SECRET).expect("a key");
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(unbound).expect("a key");
        let mut bytes = plain.to_vec();
        let start = EncryptionContext::Iv128(FixedLength::from(start.to_be_bytes()));
        key.less_safe_encrypt(&mut bytes, start).expect("locked");
        bytes
    }

    #[test]
    fn a_segment_opens_by_the_start_value_given_or_by_its_number() {
        let given = [key("AES-128", Some("0x0F"))];
        let lock = Lock::of(&given).expect("it opens").expect("a lock");
        let closed = locked(b"a segment", 15);
        assert_eq!(lock.open(&SECRET, 99, &closed).expect("open"), b"a segment");
        let numbered = [key("AES-128", None)];
        let lock = Lock::of(&numbered).expect("it opens").expect("a lock");
        assert_eq!(lock.open(&SECRET, 15, &closed).expect("open"), b"a segment");
        assert_eq!(
            lock.open(&SECRET[..9], 15, &closed),
            Err(CipherError::Length {
                line: 7,
                method: "AES-128".to_owned(),
                needs: 16,
                found: 9
            })
        );
        assert_eq!(
            lock.open(b"another key, too", 15, &closed),
            Err(CipherError::Closed { line: 7 })
        );
    }

    #[test]
    fn what_is_not_opened_is_named_with_its_line() {
        let refused = |key: Key| Lock::of(&[key]).expect_err("closed").to_string();
        assert_eq!(
            refused(key("SAMPLE-AES", None)),
            "line 7: it is encrypted with SAMPLE-AES, which is not opened"
        );
        let fairplay = Key {
            key_format: Some("com.apple.streamingkeydelivery".to_owned()),
            ..key("AES-128", None)
        };
        assert!(refused(fairplay).contains("com.apple.streamingkeydelivery"));
        let nowhere = Key {
            uri: None,
            ..key("AES-128", None)
        };
        assert_eq!(refused(nowhere), "line 7: EXT-X-KEY names no key");
        let odd = [key("AES-128", Some("15"))];
        let lock = Lock::of(&odd).expect("it opens").expect("a lock");
        assert_eq!(
            lock.open(&SECRET, 1, &[0; 16]),
            Err(CipherError::Start { line: 7 })
        );
    }

    #[test]
    fn of_several_formats_the_one_that_opens_is_taken() {
        let fairplay = Key {
            key_format: Some("com.apple.streamingkeydelivery".to_owned()),
            ..key("SAMPLE-AES", None)
        };
        let both = [fairplay, key("AES-128", None)];
        let lock = Lock::of(&both).expect("one opens").expect("a lock");
        assert_eq!(lock.uri, "k");
        assert!(Lock::of(&[]).expect("open").is_none());
    }
}
