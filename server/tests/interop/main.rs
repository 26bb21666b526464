//! Real applications: their accounts get new passwords through Regain, and the applications themselves are asked what
//! they make of it. `cargo xtask interop [NAME…]` prepares and runs them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that fails shows what the application said")]

mod active_directory;
mod application;
mod better_auth;
mod database;
mod django;
mod flask;
mod forms;
mod php;
mod program;
mod story;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod support;
mod unleash;
