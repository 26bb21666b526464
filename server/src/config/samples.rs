//! Secrets that stand in everybody's documentation, ours included: they open nothing.

/// Whether `secret` is one that a person copied rather than made.
pub(super) fn is_sample(secret: &str) -> bool {
    let bare: String = secret.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    bare.is_empty() || SAMPLES.contains(&bare.as_str())
}

/// Every sample, to compare digests with.
pub(super) const SAMPLES: &[&str] = &[
    "admin",
    "apikey",
    "apitoken",
    "changeit",
    "changeme",
    "default",
    "dummy",
    "example",
    "insecure",
    "myadmintoken",
    "mysecret",
    "mytoken",
    "pass",
    "password",
    "placeholder",
    "replacekeyvalue",
    "replaceme",
    "sample",
    "secret",
    "supersecret",
    "test",
    "todo",
    "token",
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
        for sample in ["changeme", "Change-Me", "CHANGE_ME", "<secret>", "*:*.my-admin-token", "****", ""] {
            assert!(is_sample(sample), "{sample}");
        }
        assert!(!is_sample("n0t-in-any-manual"));
    }
}
