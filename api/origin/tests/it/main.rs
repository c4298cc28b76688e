//! The origin from outside: what a player and a caller of PutMetadata would see.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

mod cutting;
mod looping;
mod metadata;
mod reader;
mod wire;
