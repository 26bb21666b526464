//! The whole server, tested from outside: one binary, because linking ten takes longer than running them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod account_limit;
mod admin;
mod browser;
mod check;
mod cli;
mod codes;
mod contract_chaser;
mod contract_order;
mod contract_unleash;
mod courier;
mod demo;
mod draining;
mod formats_live;
mod http_armour;
mod interrupted;
mod link_life;
mod mail;
mod metrics;
mod not_me;
mod pages;
mod password_history;
mod pepper;
mod real_smtp;
mod redeem;
mod retention;
mod roles;
mod samples;
mod secrecy;
mod store_faults;
mod store_trouble;
mod support;
mod tls;
mod uniform;
mod where_links_point;
mod who_gets_mail;
