//! Where a name leads to, asked each time that a connection is made: what was public a moment ago may be private now.

use crate::weakness::{self, Weakness};
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

/// Finds the addresses of a name.
#[async_trait::async_trait]
pub trait Lookup: Send + Sync {
    /// Its addresses.
    ///
    /// # Errors
    /// Whatever the system says.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// As this machine does it.
pub struct SystemLookup;

#[async_trait::async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Tells a client where to connect: to public addresses alone, unless the name itself says that it is this machine. An
/// address in place of a name is not looked up, and says for itself where it leads.
pub(super) struct Destination {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) is_this_machine: bool,
}

impl Resolve for Destination {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, may_be_private) = (Arc::clone(&self.lookup), self.is_this_machine);
        Box::pin(async move {
            let mut found = lookup.addresses(name.as_str()).await?;
            if !weakness::is(Weakness::PrivateAddressesReached) {
                found.retain(|address| may_be_private || is_public(*address));
            }
            if found.is_empty() {
                return Err(PRIVATE.into());
            }
            let sockets = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

const PRIVATE: &str = "the name leads to private addresses alone, and is not followed there; write the address itself \
                       in notify.webhook_url if that is meant";

/// Whether an address is one of the internet's, which nobody's own network answers to.
pub(super) fn is_public(address: IpAddr) -> bool {
    let address = match address.to_canonical() {
        IpAddr::V6(address) => within(address).unwrap_or(IpAddr::V6(address)),
        address => address,
    };
    !SPECIAL.iter().any(|network| network.contains(&address))
}

/// The IPv4 address that an IPv6 one leads to, by translation (RFC 6052) or a tunnel (RFC 3056).
fn within(address: Ipv6Addr) -> Option<IpAddr> {
    let octets = address.octets();
    let from = match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => 12,
        [0x2002, ..] => 2,
        _ => return None,
    };
    let inner: [u8; 4] = octets[from..from + 4].try_into().ok()?;
    Some(IpAddr::from(inner))
}

/// From the registries of special addresses (RFC 6890): what is not reachable from everywhere.
static SPECIAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 \
                    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 \
                    ::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 \
                    ff00::/8";
    networks.split_ascii_whitespace().filter_map(|network| network.parse().ok()).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_of_the_list_is_read() {
        assert_eq!(SPECIAL.len(), 26);
    }

    #[test]
    fn what_leads_into_somebodys_own_network_is_not_public() {
        for address in [
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:0:1::1",
            "fd00:ec2::254",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
