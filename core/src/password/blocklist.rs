//! Passwords that everybody tries first.

use std::collections::HashSet;
use zeroize::Zeroizing;

/// The built-in list and an operator's own words. Case does not count, nor does white space at the ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocklist {
    extra: HashSet<String>,
}

impl Blocklist {
    pub(super) fn new(extra: impl IntoIterator<Item = String>) -> Self {
        let extra = extra.into_iter().map(|word| fold(&word).to_string()).filter(|word| !word.is_empty());
        Self { extra: extra.collect() }
    }

    /// Whether a folded password is an operator's word.
    pub(super) fn has_extra(&self, folded: &str) -> bool {
        self.extra.contains(folded)
    }
}

/// Whether a folded password is on the built-in list. Searched where it lies: nothing is built at start.
pub(super) fn is_common(folded: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = COMMON.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = start + COMMON.as_bytes()[start..].iter().position(|byte| *byte == b'\n').unwrap_or(0);
        match COMMON.as_bytes()[start..end].cmp(folded.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// How passwords and words are compared. Wipes itself.
pub(super) fn fold(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.trim().to_lowercase())
}

/// 23108 of the commonest passwords in lower case, sorted by bytes, each followed by a line feed. Made from Royce
/// Williams' list of 20,000 (carried by Django) and Mark Burnett's (carried by zxcvbn) by the script beside it.
/// OWASP ASVS 5.0 §6.2 asks for the commonest 3,000 that satisfy the rule.
const COMMON: &str = include_str!("common_passwords.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_is_sorted_and_folded() {
        assert!(COMMON.ends_with('\n'));
        let lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        assert!(lines.iter().all(|line| fold(line).as_str() == *line));
    }

    #[test]
    fn every_word_of_the_built_in_list_is_found() {
        assert!(COMMON.lines().all(is_common));
        assert!(COMMON.lines().filter(|line| line.chars().count() >= 8).count() >= 3000);
    }

    #[test]
    fn other_words_are_not_found() {
        for word in ["", "\n", "password\npassword1", "correct horse battery staple", "\0", "\u{10FFFF}", "passwor\n"] {
            assert!(!is_common(word), "{word:?}");
        }
    }
}
