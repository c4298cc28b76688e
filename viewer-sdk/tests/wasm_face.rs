//! What JavaScript's numbers and strings become at the border.

use beckon_viewer_sdk::wasm::{Core, CueFields};

fn check(seen_ms: f64, sent_at_ms: f64, valid_until_ms: f64) -> CueFields {
    CueFields::new(
        1,
        "check".into(),
        "a".into(),
        "cup".into(),
        seen_ms,
        sent_at_ms,
        valid_until_ms,
        0,
    )
}

#[test]
fn a_time_that_is_not_a_number_is_refused_as_malformed() {
    let mut core = Core::new("cup", 0.0);
    for broken in [
        check(0.0, 0.0, f64::NAN),
        check(0.0, f64::INFINITY, 10.0),
        check(f64::NAN, 0.0, 10.0),
    ] {
        assert_eq!(
            core.hear_beside(&broken, 0.0, 0.0, 0.0).verdict(),
            "malformed"
        );
    }
    assert_eq!(
        core.hear_beside(&check(0.0, 0.0, 10.0), 0.0, 0.0, 0.0)
            .verdict(),
        "taken"
    );
}

#[test]
fn planning_tells_seen_from_too_late() {
    let mut core = Core::new("cup", 0.0);
    assert_eq!(core.plan("d", "a", 0.0, 10.0, false, Some(10.0)), None);
    assert_eq!(core.plan("d", "a", 0.0, 10.0, false, Some(0.0)), Some(1));
    assert_eq!(core.plan("d", "a", 0.0, 10.0, false, Some(0.0)), Some(0));
}

#[test]
fn the_packages_version_is_the_cores() {
    let package = include_str!("../package.json");
    let version = beckon_viewer_sdk::wasm::core_version();
    assert!(
        package.contains(&format!("\"version\": \"{version}\"")),
        "package.json is not {version}"
    );
}
