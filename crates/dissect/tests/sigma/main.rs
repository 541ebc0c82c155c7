//! Published rules on published and captured events: pinned, and held against a second engine. Skipped, aloud, without
//! the public data.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod data;
mod different;
mod equality;
mod matrix;
mod second;
