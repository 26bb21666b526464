//! An entry as a server sent it, taken apart without trust: nothing that a server sends can make this panic.

use super::active_directory;
use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};

/// One entry, with the attributes that were asked for. What is no text is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its distinguished name.
    pub(crate) dn: String,
    attributes: Vec<(String, Vec<String>)>,
}

impl Entry {
    /// None, if it is no entry, or one whose name is no text.
    pub(super) fn parse(found: ResultEntry) -> Option<Self> {
        Self::parse_within(found, USUAL)
    }

    /// The same for an entry that is longer than any account's: a schema.
    pub(super) fn parse_at_length(found: ResultEntry) -> Option<Self> {
        Self::parse_within(found, LONG)
    }

    fn parse_within(found: ResultEntry, bounds: Bounds) -> Option<Self> {
        let mut parts = children(found.0)?.into_iter();
        let dn = text(parts.next()?, USUAL)?;
        let attributes = children(parts.next()?)?.into_iter().filter_map(|tag| attribute(tag, bounds)).collect();
        Some(Self { dn, attributes })
    }

    /// The values of an attribute that are texts; case and options such as `;binary` in its name do not matter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |found: &str| found.split(';').next().is_some_and(|bare| bare.eq_ignore_ascii_case(name));
        self.attributes
            .iter()
            .filter(move |(found, _)| same(found))
            .flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// The first value.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Whether the server showed the attribute at all, be it without its values.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.attributes.iter().any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    /// How much of it is kept.
    pub(super) fn octets(&self) -> usize {
        let attribute =
            |(name, values): &(String, Vec<String>)| name.len() + values.iter().map(String::len).sum::<usize>();
        self.dn.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }

    #[cfg(test)]
    pub(crate) fn of(dn: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
        Self { dn: dn.to_owned(), attributes: attributes.collect() }
    }
}

fn attribute(tag: StructureTag, bounds: Bounds) -> Option<(String, Vec<String>)> {
    let mut parts = children(tag)?.into_iter();
    let name = text(parts.next()?, USUAL)?;
    let is_guid = name.eq_ignore_ascii_case(active_directory::GUID);
    let value = |tag| if is_guid { guid(tag) } else { text(tag, bounds) };
    let values = children(parts.next()?)?.into_iter().take(bounds.values).filter_map(value).collect();
    Some((name, values))
}

fn children(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(children) => Some(children),
        PL::P(_) => None,
    }
}

/// A value that is text and not longer than anything real.
fn text(tag: StructureTag, bounds: Bounds) -> Option<String> {
    match tag.payload {
        PL::P(octets) if octets.len() <= bounds.octets => String::from_utf8(octets).ok(),
        _ => None,
    }
}

/// A key of Active Directory, which is no text, written as one.
fn guid(tag: StructureTag) -> Option<String> {
    match tag.payload {
        PL::P(octets) => active_directory::guid_text(&octets),
        PL::C(_) => None,
    }
}

/// How much of an entry is read.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Of one attribute; the rest is not read.
    values: usize,
    /// Of one value; a longer one is not read.
    octets: usize,
}

/// More addresses than anybody has, more than any name, address or time has.
const USUAL: Bounds = Bounds { values: 256, octets: 4_096 };
/// Active Directory defines some two thousand attributes, and its class of users takes several thousand octets.
const LONG: Bounds = Bounds { values: 10_000, octets: 65_536 };

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
        let long = vec![b'x'; USUAL.octets + 1];
        let ada =
            entry(b"uid=ada", &[("mail", &[b"\xff", b"ada@example.com", &long]), ("CN;lang-en", &[b"Ada"])]).unwrap();
        assert_eq!(ada.all("MAIL").collect::<Vec<_>>(), ["ada@example.com"]);
        assert_eq!((ada.first("cn"), ada.first("sn")), (Some("Ada"), None));
        assert!(ada.shows("mail") && !ada.shows("sn"));
        assert_eq!(entry(b"\xff", &[]), None);
    }

    #[test]
    fn a_key_that_is_no_text_is_written_as_one() {
        let ada = entry(b"CN=ada", &[("objectGUID", &[b"abcdefghijklmnop"])]).unwrap();
        assert_eq!(ada.first("objectGUID"), Some("64636261-6665-6867-696a-6b6c6d6e6f70"));
    }

    #[test]
    fn more_values_than_anybody_has_are_not_read() {
        let many: Vec<Vec<u8>> = (0..2_000).map(|n| format!("{n}@example.com").into_bytes()).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        assert_eq!(entry(b"uid=ada", &[("mail", &many)]).unwrap().all("mail").count(), USUAL.values);
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
