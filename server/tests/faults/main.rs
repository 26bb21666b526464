//! What may be lost when things fail: nothing. Processes are killed and stopped at named points, disks fill, clocks jump,
//! databases and relays fail; then the history is held against what it must be ([`history`]). `cargo xtask faults` runs
//! all of it, over and over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

/// A test of each name on either ledger, by what follows it.
macro_rules! on_both_ledgers {
    ($($name:ident: |$engine:ident| $survives:expr;)*) => {
        mod sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let $engine = Engine::Sqlite;
                $survives.await;
            })*
        }

        mod postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let $engine = Engine::Postgres;
                $survives.await;
            })*
        }
    };
}

mod clients;
mod clock;
mod disk;
mod history;
mod kills;
mod ledger;
mod line;
mod relay;
mod scene;
mod stops;
mod store;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod support;
mod table;
