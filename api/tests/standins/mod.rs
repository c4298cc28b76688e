//! What stands in for services of AWS: small servers on loopback that answer on the wire as those do.

pub mod rekognition;
pub mod s3;
