//! How a notice is signed, and when it is sent again.

use std::fmt::Write;

use aws_lc_rs::hmac;

use crate::words::Time;

/// The value of the header: the time, and for each secret the HMAC-SHA256 of `<seconds>.<body>` under it. The time is
/// signed too, so that an old message cannot be played again for a new one.
pub(super) fn header<'a>(secrets: impl Iterator<Item = &'a str>, body: &str, at: Time) -> String {
    let seconds = at.ms().div_euclid(1000);
    let signed = format!("{seconds}.{body}");
    let mut header = format!("t={seconds}");
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        header.push_str(",v1=");
        for byte in hmac::sign(&key, signed.as_bytes()).as_ref() {
            // Writing to a text cannot fail.
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

/// 2 s, 4 s, 8 s … at most two hours.
pub(super) fn again_ms(attempts: u32) -> i64 {
    let doubled = 2000_i64 << attempts.min(20);
    doubled.min(7_200_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_with_its_time() {
        // By OpenSSL: printf '1795200000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let at = Time::from_ms(1_795_200_000_999);
        assert_eq!(header(["secret"].into_iter(), "{\"a\":1}", at), EXPECTED);
        let both = header(["new", "secret"].into_iter(), "{\"a\":1}", at);
        let old = EXPECTED.split_once(',').expect("a signature").1;
        assert!(
            both.starts_with("t=1795200000,v1=") && both.ends_with(old),
            "{both}"
        );
    }

    const EXPECTED: &str =
        "t=1795200000,v1=d2d694bf04ebdba7900ed072824e2c7278a2bf0fb0cf8a38557712626fe4e3c4";

    #[test]
    fn it_is_sent_again_after_ever_longer() {
        assert_eq!((again_ms(0), again_ms(3)), (2000, 16_000));
        assert_eq!(again_ms(60), 7_200_000);
    }
}
