//! What a sample of stored passwords has in it: formats, costs, and how many there are of each. Never a hash.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regain_core::hash::{HashError, Identified, Recipe, identify};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// A sample, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Passwords {
    /// Rows looked at.
    pub(super) rows: usize,
    /// NULL, empty or marked unusable: accounts that sign in by other means.
    pub(super) without: usize,
    /// Of no format that Regain knows.
    pub(super) unknown: usize,
    /// Format and cost in words, and how many of them, the most frequent first.
    pub(super) kinds: Vec<(String, usize)>,
    /// Damaged or beyond all bounds: how many, and what is wrong with one of them.
    pub(super) damaged: Option<(usize, String)>,
    /// Formats of which an account's own is not written again, with the reason.
    pub(super) not_kept: BTreeMap<&'static str, String>,
    /// The most frequent format that can.
    pub(super) kept: Option<&'static str>,
}

impl Passwords {
    pub(super) fn of(sample: &[Option<SecretString>]) -> Self {
        let mut passwords = Self { rows: sample.len(), ..Self::default() };
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut kept: BTreeMap<&'static str, usize> = BTreeMap::new();
        for stored in sample {
            let stored = stored.as_ref().map_or("", ExposeSecret::expose_secret);
            match identify(stored) {
                Identified::Unusable => passwords.without += 1,
                Identified::Unknown => passwords.unknown += 1,
                Identified::Known(format) => {
                    *kinds.entry(in_words(format.name(), stored)).or_default() += 1;
                    match Recipe::keep(stored) {
                        Ok(_) => *kept.entry(format.name()).or_default() += 1,
                        Err(error @ HashError::NotKept { .. }) => {
                            passwords.not_kept.insert(format.name(), error.to_string());
                        }
                        Err(error) => passwords.damaged.get_or_insert((0, error.to_string())).0 += 1,
                    }
                }
            }
        }
        passwords.kept = kept.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name);
        passwords.kinds = kinds.into_iter().collect();
        passwords.kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        passwords
    }

    /// How many are of a format that Regain knows.
    pub(super) fn known(&self) -> usize {
        self.kinds.iter().map(|(_, count)| count).sum()
    }

    /// One sentence, without its full stop.
    pub(super) fn summary(&self) -> String {
        if self.rows == 0 {
            return "there is no account yet, so nothing shows which format its passwords have".into();
        }
        let of = thousands(self.rows as u64);
        let count = |n: usize| thousands(n as u64);
        let mut parts = Vec::new();
        for (kind, n) in self.kinds.iter().take(KINDS_MAX) {
            let sampled = if parts.is_empty() { format!(" of {of} sampled passwords") } else { String::new() };
            parts.push(format!("{}{sampled} {} {kind}", count(*n), are(*n)));
        }
        let others = self.kinds.iter().skip(KINDS_MAX).map(|(_, n)| n).sum::<usize>();
        if others > 0 {
            parts.push(format!("{} {} of other kinds", count(others), are(others)));
        }
        if self.unknown > 0 {
            let sampled = if parts.is_empty() { format!(" of {of} sampled passwords") } else { String::new() };
            parts.push(format!(
                "{}{sampled} {} in no format that Regain knows",
                count(self.unknown),
                are(self.unknown)
            ));
        }
        match self.without {
            0 => {}
            n if n == self.rows => parts.push(format!("none of {of} sampled accounts has a password")),
            1 => parts.push("1 account has none".into()),
            n => parts.push(format!("{} accounts have none", count(n))),
        }
        parts.join("; ")
    }
}

/// A format and its cost: "bcrypt, cost 10".
pub(super) fn in_words(format: &str, stored: &str) -> String {
    match cost(format, stored) {
        Some(cost) => format!("{format}, {cost}"),
        None => format.to_owned(),
    }
}

fn cost(format: &str, stored: &str) -> Option<String> {
    if let Some(parameters) = stored.split('$').find(|part| part.starts_with("m=")) {
        return Some(parameters.to_owned()).filter(|text| text.bytes().all(is_parameter));
    }
    if let Some(at) = stored.find("$2") {
        let cost = stored.get(at..)?.split('$').nth(2)?;
        return cost.parse::<u8>().ok().map(|cost| format!("cost {cost}"));
    }
    if let Some((_, rest)) = stored.split_once("rounds=") {
        return rounds(rest);
    }
    match format {
        "django_pbkdf2_sha256" | "django_pbkdf2_sha1" => rounds(stored.split('$').nth(1)?),
        "passlib_pbkdf2_sha256" | "passlib_pbkdf2_sha512" => rounds(stored.split('$').nth(2)?),
        "werkzeug_pbkdf2" => rounds(stored.split(['$', ':']).nth(2)?),
        "werkzeug_scrypt" => {
            let mut numbers = stored.split(['$', ':']).skip(1).map(str::parse::<u64>);
            let (n, r, p) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
            Some(format!("N={n},r={r},p={p}"))
        }
        "django_scrypt" => stored.split('$').nth(1)?.parse::<u64>().ok().map(|n| format!("N={n}")),
        "passlib_bcrypt_sha256" => {
            stored.split_once("r=")?.1.split('$').next()?.parse::<u8>().ok().map(|r| format!("cost {r}"))
        }
        "aspnet_identity_v3" => aspnet(stored),
        _ => None,
    }
}

/// Iterations are the big-endian number in the bytes 5 to 8, before them the pseudo-random function.
fn aspnet(stored: &str) -> Option<String> {
    let head = BASE64_STANDARD.decode(stored.get(..12)?).ok()?;
    let hash = match head.get(4)? {
        0 => "SHA-1",
        1 => "SHA-256",
        2 => "SHA-512",
        _ => return None,
    };
    let iterations = u32::from_be_bytes(head.get(5..9)?.try_into().ok()?);
    Some(format!("{hash}, {} rounds", thousands(iterations.into())))
}

fn rounds(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().map(|rounds| format!("{} rounds", thousands(rounds)))
}

fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || b"mtp=,".contains(&byte)
}

/// `1000000` as `1,000,000`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

const KINDS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_told_and_no_more() {
        for (stored, words) in [
            ("$2b$10$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK", "bcrypt, cost 10"),
            ("pbkdf2_sha256$1000000$salt$hash", "django_pbkdf2_sha256, 1,000,000 rounds"),
            ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "argon2id, m=65536,t=3,p=4"),
            ("scrypt:32768:8:1$salt$00ff", "werkzeug_scrypt, N=32768,r=8,p=1"),
            ("pbkdf2:sha256:600000$salt$00ff", "werkzeug_pbkdf2, 600,000 rounds"),
        ] {
            let Identified::Known(format) = identify(stored) else { panic!("{stored}") };
            assert_eq!(in_words(format.name(), stored), words);
        }
    }

    #[test]
    fn accounts_without_a_password_are_counted() {
        let sample = [
            None,
            Some("!abc"),
            Some("plain text"),
            Some("$2b$10$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK"),
        ];
        let passwords = Passwords::of(&sample.map(|text| text.map(SecretString::from)));
        assert_eq!((passwords.rows, passwords.without, passwords.unknown, passwords.known()), (4, 2, 1, 1));
        assert_eq!(
            passwords.summary(),
            "1 of 4 sampled passwords is bcrypt, cost 10; 1 is in no format that Regain knows; 2 accounts have none"
        );
    }
}
