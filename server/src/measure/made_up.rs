//! Addresses that nobody has, as far as can be known: like known ones in length, letters and domain.

use regain_core::email::EmailAddress;
use regain_core::entropy::{Entropy, random};
use std::collections::HashSet;

/// Makes addresses up.
pub struct MadeUp<'a> {
    known: &'a [EmailAddress],
    avoided: HashSet<String>,
    entropy: &'a dyn Entropy,
}

impl<'a> MadeUp<'a> {
    /// In the likeness of `known`, of which there must be one at least, and never one of them.
    #[must_use]
    pub fn like(known: &'a [EmailAddress], entropy: &'a dyn Entropy) -> Self {
        let avoided = known.iter().map(|address| address.folded().as_str().to_owned()).collect();
        Self { known, avoided, entropy }
    }

    /// Another one each time, unless the known ones are so short that there are no more. It is as long as the known one it
    /// was made after: letters became letters, digits digits, and all else is as it was.
    pub fn another(&mut self) -> String {
        let mut made = String::new();
        for _ in 0..TRIES_MAX {
            made = self.after(&self.known[below(self.known.len(), self.entropy)]);
            if self.avoided.insert(made.to_ascii_lowercase()) {
                break;
            }
        }
        made
    }

    fn after(&self, known: &EmailAddress) -> String {
        let other = |c: char| match c {
            'a'..='z' => char::from(b'a' + below(26, self.entropy) as u8),
            'A'..='Z' => char::from(b'A' + below(26, self.entropy) as u8),
            '0'..='9' => char::from(b'0' + below(10, self.entropy) as u8),
            c => c,
        };
        let local_part: String = known.local_part().chars().map(other).collect();
        format!("{local_part}@{}", known.domain())
    }
}

/// A number from 0 to `count` − 1, all as likely as 2^64 permits.
pub(super) fn below(count: usize, entropy: &dyn Entropy) -> usize {
    (u64::from_le_bytes(random(entropy)) % count.max(1) as u64) as usize
}

const TRIES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_as_long_and_of_the_same_kind(known in "[a-z]{4,20}(\\.[A-Z0-9]{1,9})?@[a-z]{3,9}\\.(org|example)") {
            let known = [EmailAddress::parse(&known).unwrap()];
            let made = MadeUp::like(&known, &SystemEntropy).another();
            prop_assert!(EmailAddress::parse(&made).is_ok(), "{}", made);
            let kind = |c: char| (c.is_ascii_lowercase(), c.is_ascii_uppercase(), c.is_ascii_digit());
            prop_assert!(made.chars().map(kind).eq(known[0].as_str().chars().map(kind)), "{}", made);
            prop_assert_ne!(made, known[0].as_str());
        }
    }

    #[test]
    fn none_comes_twice_and_none_is_known() {
        let known = ["ab@example.com", "xyz@example.org"].map(|it| EmailAddress::parse(it).unwrap());
        let mut made_up = MadeUp::like(&known, &SystemEntropy);
        let made: HashSet<_> = (0..300).map(|_| made_up.another()).collect();
        assert_eq!(made.len(), 300);
        assert!(known.iter().all(|known| !made.contains(known.as_str())));
    }
}
