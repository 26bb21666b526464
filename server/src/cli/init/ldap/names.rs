//! Distinguished names (RFC 4514), as far as their commas.

/// What a name is below; empty for one at the top.
pub(super) fn parent(name: &str) -> &str {
    first_comma(name).map_or("", |at| name[at + 1..].trim_start())
}

/// The deepest name that all of these are below or the same as; none if there are none.
pub(super) fn common<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = names.next()?;
    Some(names.fold(first, |common, name| {
        let mut common = common;
        while !is_below(name, common) {
            common = parent(common);
        }
        common
    }))
}

/// Whether `name` is `base`, or below it. Everything is below the empty name.
fn is_below(name: &str, base: &str) -> bool {
    let mut name = name;
    loop {
        if base.is_empty() || name.eq_ignore_ascii_case(base) {
            return true;
        }
        if name.is_empty() {
            return false;
        }
        name = parent(name);
    }
}

/// A comma that separates, and does not belong to a value.
fn first_comma(name: &str) -> Option<usize> {
    let mut escaped = false;
    name.bytes().position(|byte| {
        let separates = byte == b',' && !escaped;
        escaped = byte == b'\\' && !escaped;
        separates
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_comma_in_a_value_separates_nothing() {
        assert_eq!(parent("CN=Lovelace\\, Ada,OU=People,DC=example"), "OU=People,DC=example");
        assert_eq!(parent("cn=a\\\\,dc=b"), "dc=b");
        assert_eq!((parent("dc=example"), parent("")), ("", ""));
    }

    #[test]
    fn what_all_are_below() {
        let names = ["ou=a,ou=people,dc=x", "OU=b,ou=People,dc=x", "ou=people,dc=x"];
        assert_eq!(common(names.into_iter()), Some("ou=people,dc=x"));
        assert_eq!(common(["ou=a,dc=x", "ou=a,dc=y"].into_iter()), Some(""));
        assert_eq!(common(["ou=a,dc=x"].into_iter()), Some("ou=a,dc=x"));
        assert_eq!(common(std::iter::empty()), None);
    }

    proptest! {
        #[test]
        fn all_are_below_what_they_have_in_common(names in proptest::collection::vec("[a-c,\\\\ é]{0,12}", 1..5)) {
            let found = common(names.iter().map(String::as_str)).unwrap();
            prop_assert!(names.iter().all(|name| is_below(name, found)));
        }
    }
}
