//! A secret, and how else it may be written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use std::collections::{BTreeMap, BTreeSet};

/// What must be nowhere, and unmistakable: an ordinary word may stand in a log for other reasons.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Secret {
    kind: String,
    text: String,
}

impl Secret {
    /// A line as `server/tests/it/support/canary.rs` writes it; none if it is no such line, or what it names is no secret
    /// that could be told from other text.
    pub(super) fn read(line: &str) -> Option<Self> {
        let (kind, text) = serde_json::from_str(line).ok()?;
        let secret = Self { kind, text };
        secret.is_unmistakable().then_some(secret)
    }

    /// What it opens, in a word.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    fn is_unmistakable(&self) -> bool {
        if self.kind == "Code" {
            // Of hexadecimal digits alone, it might be part of a digest.
            return self.text.len() == 9 && !self.text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        }
        let different: BTreeSet<char> = self.text.chars().collect();
        let is_address = self.text.ends_with("@example.com");
        self.text.len() >= OCTETS_MIN && different.len() >= DIFFERENT_MIN && !is_address
    }

    /// Each way to write it, and how that is called. None is shorter than [`super::haystack::HEAD`].
    pub(super) fn spellings(&self) -> BTreeMap<Vec<u8>, &'static str> {
        let mut all = BTreeMap::new();
        spell(self.text.as_bytes(), "as it is", &mut all);
        match self.kind.as_str() {
            "Code" => spell(self.text.replace('-', "").as_bytes(), "without its hyphen", &mut all),
            "Token" => {
                if let Ok(octets) = URL_SAFE_NO_PAD.decode(&self.text) {
                    spell(&octets, "as raw octets", &mut all);
                }
            }
            _ => {}
        }
        all.retain(|octets, _| octets.len() >= super::haystack::HEAD);
        all
    }
}

fn spell(octets: &[u8], how: &'static str, all: &mut BTreeMap<Vec<u8>, &'static str>) {
    let mut add = |how, text: &str| {
        all.entry(text.as_bytes().to_vec()).or_insert(how);
    };
    let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    add("in hexadecimal", &hex.to_uppercase());
    add("in hexadecimal", &hex);
    let numbers: Vec<String> = octets.iter().map(u8::to_string).collect();
    add("as a list of octets", &numbers.join(", "));
    add("as a list of octets", &numbers.join(","));
    for offset in 0..3 {
        let shifted = shifted(octets, offset);
        for text in [STANDARD.encode(&shifted), URL_SAFE.encode(&shifted)] {
            add("in base64", sure_of(&text, octets.len(), offset));
        }
    }
    if let Ok(text) = std::str::from_utf8(octets) {
        add(how, text);
        let json = serde_json::Value::from(text).to_string();
        add("as JSON", &json[1..json.len() - 1]);
        let debug = format!("{text:?}");
        add("as Rust's Debug", &debug[1..debug.len() - 1]);
        let percent = escaped(octets, "%", |octet| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet));
        add("percent-encoded", &percent.replace("%20", "+"));
        add("percent-encoded", &percent.to_lowercase());
        add("percent-encoded", &percent);
        add("quoted-printable", &escaped(octets, "=", |octet| (b' '..=b'~').contains(&octet) && octet != b'='));
    }
    all.entry(octets.to_vec()).or_insert(how);
}

/// `octets` as they stand in a longer text of which base64 was made.
fn shifted(octets: &[u8], offset: usize) -> Vec<u8> {
    [&[0; 2][..offset], octets].concat()
}

/// Of base64, what does not depend on what stands before and after.
fn sure_of(text: &str, octets: usize, offset: usize) -> &str {
    let from = (offset * 8).div_ceil(6);
    let to = (offset + octets) * 8 / 6;
    &text[from..to]
}

fn escaped(octets: &[u8], mark: &str, stays: impl Fn(u8) -> bool) -> String {
    let one = |octet: &u8| if stays(*octet) { char::from(*octet).to_string() } else { format!("{mark}{octet:02X}") };
    octets.iter().map(one).collect()
}

/// Of a password or a token.
const OCTETS_MIN: usize = 12;
const DIFFERENT_MIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(kind: &str, text: &str) -> Option<Secret> {
        Secret::read(&serde_json::json!([kind, text]).to_string())
    }

    #[test]
    fn only_what_cannot_be_mistaken_is_looked_for() {
        for (kind, text) in [
            ("Password", "password"),
            ("Password", "grace@example.com"),
            ("Password", "aaaaaaaaaaaaaaaa"),
            ("Code", "1234-ABCD"),
            ("Code", "x"),
        ] {
            assert_eq!(secret(kind, text), None, "{text}");
        }
        assert!(secret("Password", "old horse battery staple").is_some() && secret("Code", "1234-WXYZ").is_some());
        assert_eq!(Secret::read("[\"Password\",\"cut off"), None);
    }

    #[test]
    fn a_secret_is_known_in_each_of_its_spellings() {
        let password = secret("Password", "grün=\"5 Otter\" & 9").unwrap();
        let spelled: Vec<_> = password.spellings().into_keys().collect();
        let inside = |before: &str| STANDARD.encode(format!("{before}grün=\"5 Otter\" & 9, and more"));
        for text in [
            "grün=\\\"5 Otter\\\" & 9".to_owned(),
            "gr%C3%BCn%3D%225%20Otter%22%20%26%209".to_owned(),
            "gr%C3%BCn%3D%225+Otter%22+%26+9".to_owned(),
            "gr=C3=BCn=3D\"5 Otter\" & 9".to_owned(),
            "6772c3bc6e3d2235204f747465722220262039".to_owned(),
            "[103, 114, 195, 188, 110, 61, 34, 53, 32, 79, 116, 116, 101, 114, 34, 32, 38, 32, 57]".to_owned(),
            inside(""),
            inside("1"),
            inside("12"),
        ] {
            let is_there = |octets: &Vec<u8>| text.as_bytes().windows(octets.len()).any(|window| window == octets);
            assert!(spelled.iter().any(is_there), "{text}");
        }
    }

    #[test]
    fn a_token_is_known_by_its_octets_too() {
        let token = secret("Token", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA").unwrap();
        let raw: Vec<u8> = [0xab, 0xcd, 0xef, 0x12, 0x34, 0x56, 0x78, 0x90].repeat(4);
        assert_eq!(token.spellings().get(&raw), Some(&"as raw octets"));
        let code = secret("Code", "7K2M-WXYZ").unwrap();
        assert_eq!(code.spellings().get(&b"7K2MWXYZ"[..]), Some(&"without its hyphen"));
    }
}
