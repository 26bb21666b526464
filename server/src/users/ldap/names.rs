//! Distinguished names (RFC 4514), as far as one is below another. Servers take several spellings for one name.

/// What a name is below; empty for one at the top.
pub(crate) fn parent(name: &str) -> &str {
    first(b',', name).map_or("", |at| name[at + 1..].trim_start())
}

/// The deepest name that all of these are below or the same as; none if there are none.
pub(crate) fn common<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = names.next()?;
    Some(names.fold(first, |common, name| {
        let mut common = common;
        while !is_below(name, common) {
            common = parent(common);
        }
        common
    }))
}

/// Whether `name` is `base`, or below it, however the two are spelt: case (of ASCII), spaces between the parts and escapes
/// make no difference. Everything is below the empty name. Where a server knows more spellings of one name, such as
/// oids, this takes them for two.
pub(crate) fn is_below(name: &str, base: &str) -> bool {
    folded(name).ends_with(&folded(base))
}

/// One level of a name: its attributes, which have no order among them, and their values.
type Level = Vec<(String, Vec<u8>)>;

/// The levels of a name, the deepest first.
fn folded(name: &str) -> Vec<Level> {
    if name.trim().is_empty() {
        return Vec::new();
    }
    let level = |level| {
        let mut pairs: Level = split(b'+', level).map(pair).collect();
        pairs.sort_unstable();
        pairs
    };
    split(b',', name).map(level).collect()
}

fn pair(text: &str) -> (String, Vec<u8>) {
    let (attribute, value) = text.split_once('=').unwrap_or((text, ""));
    (attribute.trim().to_ascii_lowercase(), unescaped(value.trim_start()))
}

/// The octets that a value stands for, in lower case, without the spaces behind it; several in a row count as one.
fn unescaped(value: &str) -> Vec<u8> {
    let (mut octets, mut kept) = (Vec::with_capacity(value.len()), 0);
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let hex = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (octet, is_escaped, after) = match (first, hex, behind) {
            (b'\\', Some(octet), _) => (octet, true, &behind[2..]),
            (b'\\', None, [escaped, behind @ ..]) => (*escaped, true, behind),
            _ => (*first, false, behind),
        };
        rest = after;
        if octet != b' ' || octets.last() != Some(&b' ') {
            octets.push(octet.to_ascii_lowercase());
        }
        if octet != b' ' || is_escaped {
            kept = octets.len();
        }
    }
    octets.truncate(kept);
    octets
}

/// The pieces between separators that belong to no value.
fn split(separator: u8, text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let at = first(separator, text);
        rest = at.map(|at| &text[at + 1..]);
        Some(at.map_or(text, |at| &text[..at]))
    })
}

/// The first separator that belongs to no value.
fn first(separator: u8, name: &str) -> Option<usize> {
    let mut escaped = false;
    name.bytes().position(|byte| {
        let separates = byte == separator && !escaped;
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

    #[test]
    fn however_it_is_spelt_a_name_is_below_its_base() {
        let base = "ou=Red  Team, DC=example,dc=Com";
        for name in [
            "uid=ada,ou=red team,dc=example,dc=com",
            "UID=ada , OU = Red Team,DC=Example, DC=com",
            "cn=Ada+uid=ada,ou=\\52ed\\20team ,dc=example,dc=com",
            "ou=red team,dc=example,dc=com",
        ] {
            assert!(is_below(name, base), "{name}");
        }
        for name in [
            "",
            "dc=example,dc=com",
            "uid=ada,ou=redteam,dc=example,dc=com",
            "uid=ada,ou=red team\\,dc=example,dc=com",
            "uid=ada\\,ou=red team,dc=example,dc=com",
            "uid=ada,xou=red team,dc=example,dc=com",
            "uid=ada,ou=red team\\ ,dc=example,dc=com",
        ] {
            assert!(!is_below(name, base), "{name}");
        }
        assert!(is_below("cn=a+uid=b,dc=x", "uid=B + cn=A,dc=x") && is_below("uid=ada", ""));
    }

    proptest! {
        #[test]
        fn a_name_is_below_itself_and_its_parent(name in "[a-c,\\\\ +=é]{0,16}") {
            prop_assert!(is_below(&name, &name) && is_below(&name, parent(&name)));
        }

        #[test]
        fn all_are_below_what_they_have_in_common(names in proptest::collection::vec("[a-c,\\\\ é]{0,12}", 1..5)) {
            let found = common(names.iter().map(String::as_str)).unwrap();
            prop_assert!(names.iter().all(|name| is_below(name, found)));
        }
    }
}
