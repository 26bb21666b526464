//! What the tests share.

pub(crate) mod canary;
pub(crate) mod chromium;
pub(crate) mod openldap;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod receiver;
pub(crate) mod relay;
pub(crate) mod sample_back_end;
pub(crate) mod server;
pub(crate) mod smtp;
pub(crate) mod vendor;

pub(crate) use server::Server;
