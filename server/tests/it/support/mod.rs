//! What tests share.

pub(crate) mod smtp;
