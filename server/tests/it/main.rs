//! The whole server, tested from outside: one binary, because linking ten takes longer than running them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod browser;
mod cli;
mod contract_chaser;
mod contract_order;
mod contract_unleash;
mod crash;
mod demo;
mod http_armour;
mod mail;
mod pages;
mod real_smtp;
mod samples;
mod support;
