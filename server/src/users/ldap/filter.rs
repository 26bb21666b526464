//! Search filters (RFC 4515): what is asked of a directory, with every value escaped.

use regain_core::email::FoldedAddress;

/// `value` as it may stand in a filter: no octet of it is read as syntax. Everything but letters, digits and a few signs
/// that addresses are full of is escaped, so it does not matter which characters a server takes for special.
pub(super) fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_+=, ".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("\\{byte:02x}"));
        }
    }
    escaped
}

/// `attribute` has exactly this value, as the server compares.
pub(super) fn equals(attribute: &str, value: &str) -> String {
    format!("({attribute}={})", escaped(value))
}

/// All of them hold.
pub(super) fn all(filters: &[&str]) -> String {
    match filters {
        [one] => (*one).to_owned(),
        many => format!("(&{})", many.concat()),
    }
}

/// One of them holds.
pub(super) fn any(filters: &[String]) -> String {
    format!("(|{})", filters.concat())
}

/// An entry has one of these addresses, in any of the attributes.
pub(super) fn has_any(attributes: &[String], addresses: &[FoldedAddress]) -> String {
    let pairs = addresses.iter().flat_map(|address| {
        attributes.iter().map(|attribute| equals(attribute, &spelt_for(attribute, address.as_str())))
    });
    any(&pairs.collect::<Vec<_>>())
}

/// An address as this attribute has it: some write what kind of address it is in front of it.
pub(super) fn spelt_for(attribute: &str, address: &str) -> String {
    if is_typed(attribute) { format!("{TYPE_OF_MAIL}{address}") } else { address.to_owned() }
}

/// The address in a value of this attribute; none if it is of another kind.
pub(super) fn address_in<'a>(attribute: &str, value: &'a str) -> Option<&'a str> {
    if !is_typed(attribute) {
        return Some(value);
    }
    let (kind, address) = value.split_at_checked(TYPE_OF_MAIL.len())?;
    kind.eq_ignore_ascii_case(TYPE_OF_MAIL).then_some(address)
}

/// Microsoft's attribute holds `SMTP:ada@example.com`, and telephone numbers of another kind.
fn is_typed(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("proxyAddresses")
}

const TYPE_OF_MAIL: &str = "smtp:";

/// Whether this is one filter, in brackets.
pub(crate) fn is_one(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')') && ldap3::parse_filter(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_syntax_elsewhere_is_a_value_here() {
        assert_eq!(equals("mail", "*)(uid=*))(|(uid=*"), "(mail=\\2a\\29\\28uid=\\2a\\29\\29\\28\\7c\\28uid=\\2a)");
        assert_eq!(equals("mail", "a\0b\\é"), "(mail=a\\00b\\5c\\c3\\a9)");
        assert_eq!(equals("mail", "ada+x@example.com"), "(mail=ada+x@example.com)");
    }

    #[test]
    fn every_pair_is_asked_for() {
        let addresses = [FoldedAddress::of("ada@example.com"), FoldedAddress::of("bob@example.com")];
        assert_eq!(
            has_any(&["mail".into(), "proxyAddresses".into()], &addresses),
            "(|(mail=ada@example.com)(proxyAddresses=smtp\\3aada@example.com)\
             (mail=bob@example.com)(proxyAddresses=smtp\\3abob@example.com))"
        );
        assert_eq!(all(&["(a=b)"]), "(a=b)");
        assert_eq!(all(&["(a=b)", "(c=d)"]), "(&(a=b)(c=d))");
    }

    #[test]
    fn an_address_stands_behind_its_kind_where_kinds_are_written() {
        assert_eq!(address_in("mail", "ada@example.com"), Some("ada@example.com"));
        assert_eq!(address_in("proxyaddresses", "SMTP:ada@example.com"), Some("ada@example.com"));
        for other in ["X500:/o=Example", "smtp", "ada@example.com", "é"] {
            assert_eq!(address_in("proxyAddresses", other), None, "{other}");
        }
    }

    #[test]
    fn only_a_whole_filter_is_one() {
        for one in ["(objectClass=*)", "(&(a=b)(!(c=d)))", "(memberOf=cn=staff,dc=example,dc=com)"] {
            assert!(is_one(one), "{one}");
        }
        for none in ["", "a=b", "(a=b", "(a=b)(c=d)", "(a=b))", "(&(a=b)", "(a=b)\n"] {
            assert!(!is_one(none), "{none}");
        }
    }

    proptest! {
        /// The value comes back out of the filter, whatever it is, and there is one filter only.
        #[test]
        fn a_value_stays_one_value(value in proptest::arbitrary::any::<String>()) {
            let filter = equals("mail", &value);
            prop_assert!(is_one(&filter));
            let inside = filter.strip_prefix("(mail=").unwrap().strip_suffix(')').unwrap();
            prop_assert!(!inside.contains(['(', ')', '*', '\0']));
            prop_assert_eq!(unescaped(inside), value.into_bytes());
        }
    }

    fn unescaped(text: &str) -> Vec<u8> {
        let mut bytes = text.bytes();
        let mut out = Vec::new();
        while let Some(byte) = bytes.next() {
            if byte == b'\\' {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            } else {
                out.push(byte);
            }
        }
        out
    }
}
