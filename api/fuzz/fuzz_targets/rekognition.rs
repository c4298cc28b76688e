//! Rekognition's output: read or refused, and what is read is whole.
#![no_main]

use beckon_api::detections::read_import;
use beckon_api::words::{Position, Time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = read_import(bytes, Position::ZERO, Time::from_ms(0));
});
