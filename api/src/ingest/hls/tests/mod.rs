//! Tests of the reader as a whole.

mod media;
mod real;
mod round_trip;
