//! The whole server, tested from outside: one binary, because linking ten takes longer than running them.

mod browser;
mod cli;
mod contract_chaser;
mod contract_order;
mod contract_unleash;
mod crash;
mod demo;
mod http_armour;
mod interrupted;
mod mail;
mod pages;
mod real_smtp;
mod samples;
mod support;
