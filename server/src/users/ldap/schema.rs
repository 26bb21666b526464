//! Which attributes and classes a server knows (RFC 4512 §4.2).

use super::entry::Entry;
use super::failure::Failure;
use super::session::{Search, Session};
use ldap3::Scope;
use std::collections::HashSet;
use tokio::time::Instant;

/// Names in lower case; oids are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    attributes: HashSet<String>,
    classes: HashSet<String>,
}

impl Schema {
    /// Asks for the entry at `place`; none if it is not shown.
    pub(super) async fn read(session: &Session, place: &str, until: Instant) -> Result<Option<Self>, Failure> {
        let search = Search {
            base: place,
            scope: Scope::Base,
            filter: "(objectClass=*)".into(),
            attributes: [ATTRIBUTES, CLASSES].map(String::from).to_vec(),
            entries_max: 1,
            types_only: false,
        };
        Ok(session.search_at_length(search, until).await?.entries.first().map(Self::of))
    }

    fn of(entry: &Entry) -> Self {
        let all = |attribute| entry.all(attribute).flat_map(names).map(str::to_ascii_lowercase).collect();
        Self { attributes: all(ATTRIBUTES), classes: all(CLASSES) }
    }

    /// Whether an entry could have this attribute. A schema without any tells nothing, so every one is possible.
    pub(crate) fn knows(&self, attribute: &str) -> bool {
        self.attributes.is_empty() || self.attributes.contains(&attribute.to_ascii_lowercase())
    }

    /// Whether there is this class of entries.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.classes.contains(&class.to_ascii_lowercase())
    }

    #[cfg(test)]
    pub(crate) fn with(attributes: &[&str], classes: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { attributes: owned(attributes), classes: owned(classes) }
    }
}

/// The names in a definition such as `( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name )`.
fn names(definition: &str) -> impl Iterator<Item = &str> {
    let after = definition.split_once("NAME ").map_or("", |(_, rest)| rest.trim_start());
    let (list, many) = match after.strip_prefix('(') {
        Some(rest) => (rest.split(')').next().unwrap_or_default(), usize::MAX),
        None => (after, 1),
    };
    // What stands between quotation marks is every second piece.
    list.split('\'').skip(1).step_by(2).take(many)
}

const ATTRIBUTES: &str = "attributeTypes";
const CLASSES: &str = "objectClasses";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_name_or_several() {
        let of = |definition| names(definition).collect::<Vec<_>>();
        assert_eq!(of("( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'a name' SUP name )"), ["cn", "commonName"]);
        assert_eq!(of("( 2.5.6.6 NAME 'person' DESC 'somebody' SUP top )"), ["person"]);
        assert_eq!(of("( 1.2.3 DESC 'without' )"), [""; 0]);
    }

    #[test]
    fn a_schema_that_is_hidden_rules_nothing_out() {
        let entry = Entry::of("cn=Subschema", &[("attributeTypes", "( 0.9.2342 NAME ( 'mail' 'rfc822Mailbox' ) )")]);
        let schema = Schema::of(&entry);
        assert!(schema.knows("MAIL") && schema.knows("rfc822mailbox") && !schema.knows("proxyAddresses"));
        assert!(Schema::default().knows("proxyAddresses") && !Schema::default().has_class("user"));
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_is_read(definition in ".*") {
            prop_assert!(names(&definition).all(|name| !name.contains('\'')));
        }
    }
}
