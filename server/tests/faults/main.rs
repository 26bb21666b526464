//! What may be lost when things fail: nothing. Processes are killed and stopped at named points, disks fill, clocks jump,
//! databases and relays fail; then the history is held against what it must be ([`history`]). `cargo xtask faults` runs
//! all of it, over and over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod clients;
mod clock;
mod disk;
mod history;
mod kills;
mod relay;
mod scene;
mod stops;
mod store;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod support;
mod table;
