//! The whole server, tested from outside: one binary, because linking ten takes longer than running them.

mod browser;
mod cli;
mod crash;
mod demo;
mod mail;
mod real_smtp;
mod samples;
mod support;
