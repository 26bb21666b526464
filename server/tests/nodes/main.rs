//! Several nodes on one ledger: killed, raced, replaced one by one, and soaked. By default so much of it as takes
//! seconds; `cargo xtask nodes` and `cargo xtask soak --minutes N` do it in earnest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what was counted is the result")]

mod accounts;
mod balancer;
mod client;
mod fleet;
mod kills;
mod ledger;
mod node;
mod postgres_server;
mod races;
mod random;
mod rolling;
mod sink;
mod soak;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod support;

/// How much of something: what the environment says, else so much as takes seconds.
fn amount(variable: &str, small: u64) -> u64 {
    std::env::var(variable).map_or(small, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text}")))
}
