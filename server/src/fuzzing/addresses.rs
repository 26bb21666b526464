//! Addresses: what is taken for one can reach one mailbox only, and be written into a mail's header as it is.

use regain_core::email::{EmailAddress, FoldedAddress};

/// Takes an address as somebody types it.
pub fn addresses(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(address) = EmailAddress::parse(text) else { return };
    assert_eq!(address.as_str(), text, "nothing is changed");
    assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
    assert!(text.len() <= 254 && address.local_part().len() <= 64, "RFC 5321");
    let routes = |c: char| c.is_control() || c.is_whitespace() || "\"()<>[]:;@\\,%!".contains(c);
    assert!(!address.local_part().contains(routes) && !address.domain().contains(routes), "{text:?}");

    let ascii = address.domain_ascii();
    assert!(ascii.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-".contains(&octet)), "{ascii:?}");
    let spelled = format!("{}@{ascii}", address.local_part());
    if spelled.len() <= 254 {
        assert!(EmailAddress::parse(&spelled).is_ok(), "{spelled:?} stands in the mail");
    }
    let folded = address.folded();
    assert_eq!(folded, FoldedAddress::of(text));
    assert_eq!(folded, FoldedAddress::of(folded.as_str()), "folding twice changes nothing");
    assert!(folded.as_str().eq_ignore_ascii_case(text), "nothing but ASCII is folded (CVE-2019-19844)");
}
