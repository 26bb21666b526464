//! (cli)

pub mod hash;
