//! The public port.

pub mod client_address;
pub mod cookie;
pub mod csrf;
pub mod pages;
