//! Thumbnails: pictures that IVS records of a channel, looked at one by one as S3 tells of them.

mod store;

pub use store::record;
