//! Where a request came from.

use std::net::IpAddr;

/// The address of the client, behind the proxies that are believed. A layer puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);
