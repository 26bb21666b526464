//! Email addresses: parsed once, at the edge.

use std::borrow::Cow;
use std::fmt;
use thiserror::Error;

/// A syntactically possible email address, exactly as it was written.
///
/// Accepts what people have: an RFC 5321 dot-string before the `@` (letters beyond ASCII allowed as RFC 6531 has
/// them), and a domain of LDH or internationalised labels after it. Refuses quoted local parts, comments, address
/// literals, control characters, white space, invisible and bidirectional characters: each has sent somebody's mail
/// to somebody else (CVE-2025-13033, RUSTSEC-2024-0421).
///
/// ```
/// use regain_core::email::EmailAddress;
/// let address = EmailAddress::parse("Ada.Lovelace@Example.COM").unwrap();
/// assert_eq!(address.as_str(), "Ada.Lovelace@Example.COM");
/// assert_eq!(address.folded().as_str(), "ada.lovelace@example.com");
/// assert!(EmailAddress::parse("\"ada\"@example.com").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// Why a text is no email address we would write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidEmail {
    /// Nothing was given.
    #[error("an email address is required")]
    Empty,
    /// More than 254 octets (RFC 5321 §4.5.3.1.3, less the angle brackets).
    #[error("an email address has at most 254 octets")]
    TooLong,
    /// No `@`, or something before or after it that cannot be.
    #[error("that is not an email address")]
    Malformed,
}

impl EmailAddress {
    /// Parses `text`; nothing is trimmed, folded or normalised.
    ///
    /// # Errors
    /// [`InvalidEmail`], if no mail could or should be sent to such an address.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        if text.is_empty() {
            return Err(InvalidEmail::Empty);
        }
        if text.len() > ADDRESS_OCTETS_MAX {
            return Err(InvalidEmail::TooLong);
        }
        let at = text.find('@').ok_or(InvalidEmail::Malformed)?;
        if !is_local_part(&text[..at]) || !is_domain(&text[at + 1..]) {
            return Err(InvalidEmail::Malformed);
        }
        Ok(Self { text: text.to_owned(), at })
    }

    /// The address as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The domain as mail servers know it: internationalised labels in their ASCII form (RFC 5891).
    #[must_use]
    pub fn domain_ascii(&self) -> Cow<'_, str> {
        if self.domain().is_ascii() {
            return Cow::Borrowed(self.domain());
        }
        // `parse` has seen that it can be done.
        idna::domain_to_ascii_strict(self.domain()).map_or(Cow::Borrowed(self.domain()), Cow::Owned)
    }

    /// The key for look-ups: ASCII letters in lower case, every other byte untouched.
    #[must_use]
    pub fn folded(&self) -> FoldedAddress {
        FoldedAddress(self.text.to_ascii_lowercase())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({:?})", self.text)
    }
}

/// An address folded for comparison. ASCII only: `K` (U+212A) never becomes `k` (CVE-2019-19844).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FoldedAddress(String);

impl FoldedAddress {
    /// Folds any text, address or not.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5321 §4.5.3.1.1.
const LOCAL_OCTETS_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them angle brackets.
const ADDRESS_OCTETS_MAX: usize = 254;
/// RFC 1035 §2.3.4.
const LABEL_OCTETS_MAX: usize = 63;
/// RFC 1035 §2.3.4: 255 octets on the wire, 253 as text.
const DOMAIN_OCTETS_MAX: usize = 253;

fn is_local_part(local: &str) -> bool {
    local.len() <= LOCAL_OCTETS_MAX
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(|c| is_atext(c) || is_letter_beyond_ascii(c)))
}

/// RFC 5322 §3.2.3, less `%` and `!`, with which old relays route (CVE-2025-13033).
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~".contains(c)
}

fn is_letter_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric()
}

fn is_domain(domain: &str) -> bool {
    if domain.is_ascii() {
        return is_ldh_domain(domain);
    }
    domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.' || is_letter_beyond_ascii(c) || is_mark(c))
        && idna::domain_to_ascii_strict(domain).is_ok_and(|ascii| is_ldh_domain(&ascii))
}

/// Combining marks are part of many scripts' labels.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_ldh_domain(domain: &str) -> bool {
    domain.len() <= DOMAIN_OCTETS_MAX
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= LABEL_OCTETS_MAX
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        && !domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> bool {
        EmailAddress::parse(text).is_err()
    }

    #[test]
    fn addresses_that_people_have_are_taken_as_they_are() {
        for text in [
            "ada@example.com",
            "Ada.Lovelace+reset@mail.example.co.uk",
            "o'brien@example.ie",
            "user_name-1@xn--mnchen-3ya.de",
            "zoë@münchen.de",
            "用户@例子.公司",
            "a@b.co",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn an_address_is_what_stands_before_and_behind_its_at() {
        let address = EmailAddress::parse("zoë+x@münchen.de").unwrap();
        assert_eq!((address.local_part(), address.domain()), ("zoë+x", "münchen.de"));
        assert_eq!(address.domain_ascii(), "xn--mnchen-3ya.de");
        assert_eq!(EmailAddress::parse("ada@Example.com").unwrap().domain_ascii(), "Example.com");
        assert_eq!(format!("{address:?}"), "EmailAddress(\"zoë+x@münchen.de\")");
    }

    /// In Hindi, `हिन्दी` has marks that combine; the middle dot of `l·l` is a label's too (RFC 5892 A.3), but no letter.
    #[test]
    fn beyond_ascii_a_domain_has_letters_and_marks_alone() {
        assert!(!refused("ada@हिन्दी.भारत"));
        for domain in [
            "münchen_2.de",
            "-münchen.de",
            "münchen..de",
            "mün\u{ad}chen.de",
            "mün\u{200b}chen.de",
            "mün chen.de",
            "mün%chen.de",
            "münchen.de/",
            "mün\u{200d}chen.de",
            "col·lecció.cat",
        ] {
            assert!(refused(&format!("ada@{domain}")), "{domain:?}");
        }
    }

    #[test]
    fn a_domain_is_no_number_but_may_begin_with_one() {
        for domain in ["1.example", "com.1a", "163.com"] {
            assert!(!refused(&format!("ada@{domain}")), "{domain:?}");
        }
    }

    /// CVE-2025-13033, RUSTSEC-2024-0421: what routes, comments, quotes, folds or hides.
    #[test]
    fn what_could_reach_somebody_else_is_refused() {
        for text in [
            "\"ada\"@example.com",
            "\"a@evil.example\"@example.com",
            "ada(comment)@example.com",
            "ada@example.com, eve@evil.example",
            "ada@example.com;eve@evil.example",
            "ada@evil.example@example.com",
            "ada%evil.example@example.com",
            "evil.example!ada@example.com",
            "=?utf-8?q?ada?=@[127.0.0.1]",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "ada@example.com\r\nBcc: eve@evil.example",
            "ada@exa mple.com",
            " ada@example.com",
            "ada@example.com ",
            "ada\u{200b}@example.com",
            "ada@exam\u{200d}ple.com",
            "ada\u{202e}@example.com",
            "ada\0@example.com",
        ] {
            assert!(refused(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "@", "ada", "ada@", "@example.com", ".ada@example.com", "ada.@example.com", "a..b@example.com"]
        {
            assert!(refused(text), "{text:?}");
        }
        for domain in [".", "a..b", "-a.com", "a-.com", "exa_mple.com", "example.com.", "com.123"] {
            assert!(refused(&format!("ada@{domain}")), "{domain:?}");
        }
    }

    #[test]
    fn lengths_are_counted_in_octets() {
        let local = "a".repeat(64);
        assert!(!refused(&format!("{local}@example.com")) && refused(&format!("a{local}@example.com")));
        let label = "b".repeat(63);
        assert!(!refused(&format!("a@{label}.com")) && refused(&format!("a@b{label}.com")));
        let longest = format!("{local}@{label}.{label}.{}", "c".repeat(61));
        assert_eq!(longest.len(), 254);
        assert!(!refused(&longest));
        assert_eq!(EmailAddress::parse(&format!("{longest}c")), Err(InvalidEmail::TooLong));
    }

    /// CVE-2019-19844.
    #[test]
    fn only_ascii_letters_are_folded() {
        assert_eq!(EmailAddress::parse("ADA@EXAMPLE.COM").unwrap().folded().as_str(), "ada@example.com");
        for (typed, other) in
            [("\u{212A}im@example.com", "kim@example.com"), ("m\u{131}ke@example.com", "mike@example.com")]
        {
            assert_ne!(FoldedAddress::of(typed), FoldedAddress::of(other));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_taken_whole_or_refused(text in ".{0,300}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(address.as_str(), &text);
                prop_assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
            }
        }

        #[test]
        fn in_ascii_nothing_is_taken_that_the_rfc_refuses(text in "[ -~]{0,12}@[ -~]{0,20}") {
            let ours = EmailAddress::parse(&text).is_ok();
            prop_assert!(!ours || email_address::EmailAddress::is_valid(&text), "{}", text);
        }

        #[test]
        fn ordinary_addresses_are_taken(text in "[a-z0-9]{1,20}([.+_-][a-z0-9]{1,10}){0,3}@([a-z0-9]{1,20}\\.){1,3}[a-z]{2,10}") {
            prop_assert!(EmailAddress::parse(&text).is_ok(), "{}", text);
        }
    }
}
