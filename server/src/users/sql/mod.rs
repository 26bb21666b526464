//! User stores that speak SQL: the application's own table, read and written where it is.
//!
//! What all engines share is the [`mapping`] of columns and the operator's own statements ([`after_reset`]); each
//! engine has one file for what only it does.

pub mod after_reset;
mod connections;
mod mapping;
pub mod sample;
mod sqlite;
mod values;

pub use sqlite::SqliteStore;
