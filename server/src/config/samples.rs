//! Secrets that stand in everybody's documentation, ours included: they open nothing.

use crate::weakness::{self, Weakness};

/// Whether `secret` is one that a person copied rather than made.
pub(super) fn is_sample(secret: &str) -> bool {
    let bare: String = secret.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    (bare.is_empty() || SAMPLES.contains(&bare.as_str())) && !weakness::is(Weakness::SampleSecrets)
}

/// Whether `token` stands in the published documents of the two dialects, where tests on one's own machine take it from.
pub(super) fn is_published(token: &str) -> bool {
    token.ends_with(".my-admin-token")
}

/// Every sample without punctuation, to compare digests with.
pub(super) const SAMPLES: &[&str] = &[
    "changeit",
    "changeme",
    "default",
    "example",
    "insecure",
    "mysecret",
    "password",
    "placeholder",
    "replacekeyvalue",
    "replaceme",
    "sample",
    "secret",
    "supersecret",
    "unleash4all",
    "yourapikey",
    "yourpassword",
    "yoursecret",
    "yourtoken",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_known_however_they_are_spelt() {
        for sample in ["changeme", "Change-Me", "CHANGE_ME", "<secret>", "****", ""] {
            assert!(is_sample(sample), "{sample}");
        }
        assert!(!is_sample("n0t-in-any-manual"));
    }
}
