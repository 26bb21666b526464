//! The integration tests: one binary, a file for each promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod browser;
mod cli;
mod crash;
mod demo;
mod real_smtp;
mod samples;
mod support;
