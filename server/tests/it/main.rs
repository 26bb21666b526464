//! The integration tests: one binary, a file for each promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod mail;
mod support;
