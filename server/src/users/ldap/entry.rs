//! An entry as a server sent it, taken apart without trust: nothing that a server sends can make this panic.

use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};

/// One entry, with the attributes that were asked for. What is no text is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its distinguished name.
    pub(super) dn: String,
    attributes: Vec<(String, Vec<String>)>,
}

impl Entry {
    /// None, if it is no entry, or one whose name is no text.
    pub(super) fn parse(found: ResultEntry) -> Option<Self> {
        let mut parts = children(found.0)?.into_iter();
        let dn = text(parts.next()?)?;
        let attributes = children(parts.next()?)?.into_iter().filter_map(attribute).collect();
        Some(Self { dn, attributes })
    }

    /// The values of an attribute that are texts; case and options such as `;binary` in its name do not matter.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |found: &str| found.split(';').next().is_some_and(|bare| bare.eq_ignore_ascii_case(name));
        self.attributes
            .iter()
            .filter(move |(found, _)| same(found))
            .flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// The first value.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Whether the server showed the attribute at all, be it without its values.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.attributes.iter().any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    #[cfg(test)]
    pub(super) fn of(dn: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
        Self { dn: dn.to_owned(), attributes: attributes.collect() }
    }
}

fn attribute(tag: StructureTag) -> Option<(String, Vec<String>)> {
    let mut parts = children(tag)?.into_iter();
    let name = text(parts.next()?)?;
    let values = children(parts.next()?)?.into_iter().take(VALUES_MAX).filter_map(text).collect();
    Some((name, values))
}

fn children(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(children) => Some(children),
        PL::P(_) => None,
    }
}

/// A value that is text and not longer than anything real.
fn text(tag: StructureTag) -> Option<String> {
    match tag.payload {
        PL::P(octets) if octets.len() <= VALUE_OCTETS_MAX => String::from_utf8(octets).ok(),
        _ => None,
    }
}

/// More addresses than anybody has; the rest is not read.
const VALUES_MAX: usize = 256;
/// More than any name, address or time has.
const VALUE_OCTETS_MAX: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use ldap3::asn1::{TagClass, parse_tag};
    use proptest::prelude::*;

    fn tag(payload: PL) -> StructureTag {
        StructureTag { class: TagClass::Universal, id: 4, payload }
    }

    fn octets(bytes: &[u8]) -> StructureTag {
        tag(PL::P(bytes.to_vec()))
    }

    fn entry(dn: &[u8], attributes: &[(&str, &[&[u8]])]) -> Option<Entry> {
        let attributes = attributes.iter().map(|(name, values)| {
            tag(PL::C(vec![octets(name.as_bytes()), tag(PL::C(values.iter().map(|value| octets(value)).collect()))]))
        });
        Entry::parse(ResultEntry::new(tag(PL::C(vec![octets(dn), tag(PL::C(attributes.collect()))]))))
    }

    #[test]
    fn what_is_no_text_or_too_long_is_left_out() {
        let long = vec![b'x'; VALUE_OCTETS_MAX + 1];
        let ada =
            entry(b"uid=ada", &[("mail", &[b"\xff", b"ada@example.com", &long]), ("CN;lang-en", &[b"Ada"])]).unwrap();
        assert_eq!(ada.all("MAIL").collect::<Vec<_>>(), ["ada@example.com"]);
        assert_eq!((ada.first("cn"), ada.first("sn")), (Some("Ada"), None));
        assert!(ada.shows("mail") && !ada.shows("sn"));
        assert_eq!(entry(b"\xff", &[]), None);
    }

    #[test]
    fn more_values_than_anybody_has_are_not_read() {
        let many: Vec<Vec<u8>> = (0..2_000).map(|n| format!("{n}@example.com").into_bytes()).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        assert_eq!(entry(b"uid=ada", &[("mail", &many)]).unwrap().all("mail").count(), VALUES_MAX);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_entry_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok((_, tag)) = parse_tag(&bytes) {
                let _ = Entry::parse(ResultEntry::new(tag));
            }
        }
    }
}
