//! How a message of the webhook is signed, and when it is sent again.

use std::fmt::Write;

use aws_lc_rs::hmac;

use crate::words::Time;

/// The value of the header: the time, and the HMAC-SHA256 of `<seconds>.<body>` under it, so that an old message
/// cannot be played again for a new one.
pub fn header(secret: &str, body: &str, at: Time) -> String {
    let seconds = at.ms().div_euclid(1000);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let mut header = format!("t={seconds},v1=");
    for byte in tag.as_ref() {
        // Writing to a text cannot fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

/// 2 s, 4 s, 8 s … at most two hours.
pub fn again_ms(attempts: i64) -> i64 {
    let doubled = 2000_i64 << attempts.clamp(0, 20);
    doubled.min(7_200_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_with_its_time() {
        // By OpenSSL: printf '1795200000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let header = header("secret", "{\"a\":1}", Time::from_ms(1_795_200_000_999));
        assert_eq!(header, EXPECTED);
    }

    const EXPECTED: &str =
        "t=1795200000,v1=d2d694bf04ebdba7900ed072824e2c7278a2bf0fb0cf8a38557712626fe4e3c4";

    #[test]
    fn it_is_sent_again_after_ever_longer() {
        assert_eq!((again_ms(0), again_ms(3)), (2000, 16_000));
        assert_eq!(again_ms(60), 7_200_000);
    }
}
