//! Regain: the password-reset server for the accounts you already have.
//!
//! Read [`recovery`] first: it is the story. ARCHITECTURE.md walks one request through all of it.

#![forbid(unsafe_code)]

pub mod ambient;
pub mod app;
pub mod brand;
pub mod breached;
pub mod cli;
pub mod config;
pub mod courier;
pub mod demo;
mod excerpt;
pub mod failpoint;
pub mod finding;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod hashing;
pub mod http;
pub mod i18n;
pub mod ledger;
pub mod live;
pub mod mail;
pub mod measure;
pub mod metrics;
pub mod notify;
mod ownership;
pub mod plain;
pub(crate) mod postgres;
pub mod recovery;
pub mod roots;
pub mod sightings;
pub mod standard_webhooks;
pub mod telemetry;
pub mod timeline;
pub mod users;
pub mod weakness;
