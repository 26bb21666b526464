//! The whole server, tested from outside: one binary, because linking ten takes longer than running them.

mod mail;
mod support;
