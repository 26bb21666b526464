//! The rules of password recovery, as plain values and functions.
//!
//! Nothing here performs IO, awaits, reads a clock or keeps a global: time and randomness arrive as arguments
//! ([`time::Timestamp`], [`entropy::Entropy`]). That makes every rule testable to the millisecond.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod account;
pub mod code;
pub mod color;
pub mod delivery;
pub mod device;
pub mod email;
pub mod entropy;
pub mod event;
pub mod fate;
pub mod hash;
pub mod keys;
pub mod limit;
pub mod link;
pub mod locale;
pub mod message;
pub mod password;
pub mod request;
pub mod statistics;
pub mod time;
pub mod token;
