//! Numbers of options, within their bounds.

pub(super) fn percent(text: &str) -> Result<f64, String> {
    let read = text.parse::<f64>().ok();
    let percent = read.filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "a percentage lies in 0..=100".to_owned())
}

/// Reads a share.
pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a number from 0 to 1".to_owned()),
    }
}
