//! Who is calling: the peer, or what a trusted proxy says of it.

use crate::weakness::{self, Weakness};
use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The client's address as far as it can be believed; an IPv4-mapped address is given as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Reads `X-Forwarded-For` from the right, as long as the hop that wrote an entry is in `trusted`. The first
    /// address that is not trusted is the client. An entry that is no address makes the whole header worthless: the
    /// peer counts.
    #[must_use]
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        if weakness::is(Weakness::LeftmostForwarded)
            && let Some(address) = weakness::leftmost(headers)
        {
            return Self(address);
        }
        let peer = peer.to_canonical();
        let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(&peer) {
            return Self(peer);
        }
        let mut client = peer;
        for line in headers.get_all(FORWARDED_FOR).iter().rev() {
            let Ok(line) = line.to_str() else { return Self(peer) };
            for entry in line.rsplit(',') {
                let Some(address) = parse_entry(entry.trim()) else { return Self(peer) };
                client = address;
                if !is_trusted(&client) {
                    return Self(client);
                }
            }
        }
        Self(client)
    }
}

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies write a bare address, or one with a port, IPv6 then in brackets.
fn parse_entry(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = match bare.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        ClientAddress::of(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(client("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &["203.0.113.9"], &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn the_rightmost_hop_that_is_not_trusted_is_the_client() {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
        for (lines, expected) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (&["198.51.100.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8:2::9]:4711"], "2001:db8:2::9"),
            (&["[2001:db8:2::9]"], "2001:db8:2::9"),
            (&["2001:db8:2::9, 2001:db8:1::1"], "2001:db8:2::9"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            (&["10.0.0.7, 10.0.0.2"], "10.0.0.7"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", lines, &trusted), expected, "{lines:?}");
        }
    }

    #[test]
    fn an_entry_that_is_no_address_leaves_the_peer() {
        for line in
            ["unknown", "", "203.0.113.9,", "203.0.113.9, _hidden, 10.0.0.2", "203.0.113.9;10.0.0.2", "300.1.1.1"]
        {
            assert_eq!(client("10.0.0.1", &[line], &["10.0.0.0/8"]), "10.0.0.1", "{line:?}");
        }
    }

    #[test]
    fn what_stands_left_of_the_client_is_never_read() {
        assert_eq!(client("10.0.0.1", &["junk, 203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn a_mapped_peer_is_matched_as_ipv4() {
        assert_eq!(client("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
    }
}
