//! Which addresses count as one client: its network, and the wider ones that this lies in.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Network {
    /// One IPv4 address.
    V4([u8; 4]),
    /// An IPv6 /64: one link, in which a host may take any address (RFC 4291 §2.5.1).
    V6([u8; 8]),
    /// An IPv4 /24: the smallest that is routed by itself.
    BlockV4([u8; 3]),
    /// An IPv6 /48: the most that one site is commonly given (RFC 6177).
    SiteV6([u8; 6]),
    /// An IPv4 /16.
    WideV4([u8; 2]),
    /// An IPv6 /32: what a provider has.
    WideV6([u8; 4]),
    /// Everybody.
    Rest,
}

impl Network {
    /// The client's own; an IPv4-mapped address is IPv4.
    pub(super) fn of(client: IpAddr) -> Self {
        match client.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }

    /// The block or site that it lies in.
    pub(super) fn neighbourhood(self) -> Self {
        match self {
            Self::V4([a, b, c, _]) => Self::BlockV4([a, b, c]),
            Self::V6([a, b, c, d, e, f, ..]) => Self::SiteV6([a, b, c, d, e, f]),
            wider => wider,
        }
    }

    /// What it shares a bucket in when there are too many.
    pub(super) fn widened(self) -> Self {
        match self {
            Self::V4([a, b, ..]) | Self::BlockV4([a, b, _]) => Self::WideV4([a, b]),
            Self::V6([a, b, c, d, ..]) | Self::SiteV6([a, b, c, d, ..]) => Self::WideV6([a, b, c, d]),
            Self::WideV4(_) | Self::WideV6(_) | Self::Rest => Self::Rest,
        }
    }
}

/// The network of a client, as the timeline names it: an IPv4 address, an IPv6 /64.
pub(crate) fn network_of(client: IpAddr) -> String {
    Network::of(client).to_string()
}

/// As an address, or as a network in CIDR's notation.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (v4, v6) = (Ipv4Addr::from_octets, Ipv6Addr::from_octets);
        match *self {
            Self::V4(octets) => write!(f, "{}", v4(octets)),
            Self::BlockV4([a, b, c]) => write!(f, "{}/24", v4([a, b, c, 0])),
            Self::WideV4([a, b]) => write!(f, "{}/16", v4([a, b, 0, 0])),
            Self::V6(octets) => write!(f, "{}/64", v6(filled(&octets))),
            Self::SiteV6(octets) => write!(f, "{}/48", v6(filled(&octets))),
            Self::WideV6(octets) => write!(f, "{}/32", v6(filled(&octets))),
            Self::Rest => f.write_str("::/0"),
        }
    }
}

fn filled(first: &[u8]) -> [u8; 16] {
    std::array::from_fn(|n| first.get(n).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn each_lies_in_the_next() {
        let v4 = network("192.0.2.1");
        assert_eq!(v4.neighbourhood(), network("192.0.2.99").neighbourhood());
        assert_ne!(v4.neighbourhood(), network("192.0.3.1").neighbourhood());
        assert_eq!(v4.widened(), network("192.0.77.1").neighbourhood().widened());
        let v6 = network("2001:db8:1:2::3");
        assert_eq!(v6, network("2001:db8:1:2:ffff::"));
        assert_ne!(v6, network("2001:db8:1:3::3"));
        assert_eq!(v6.neighbourhood(), network("2001:db8:1:ffff::").neighbourhood());
        assert_ne!(v6.neighbourhood(), network("2001:db8:2:2::3").neighbourhood());
        assert_eq!(v6.widened(), network("2001:db8:ffff::").neighbourhood().widened());
        assert_eq!((v4.widened().widened(), v6.widened().widened()), (Network::Rest, Network::Rest));
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn a_network_is_named_as_an_address_or_a_64() {
        for (client, name) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network_of(client.parse().unwrap()), name);
        }
        assert_eq!(network("2001:db8:1:2::3").neighbourhood().to_string(), "2001:db8:1::/48");
        assert_eq!(network("192.0.2.7").neighbourhood().widened().to_string(), "192.0.0.0/16");
    }
}
