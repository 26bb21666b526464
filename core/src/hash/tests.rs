//! What holds of every format, on the known answers of each.

mod bounds;
mod edges;
mod keeping;
mod peppers;
mod properties;
mod reference;
mod salts;

use super::known_answers::all as vectors;
use super::*;
use crate::entropy::tests::Counting;
use secrecy::SecretString;

/// The vectors' first password.
const PASSWORD: &str = "correct horse battery staple";

impl KnownAnswer {
    /// How the account's next password would be written.
    fn keep(&self) -> Result<Recipe, HashError> {
        let recipe = Recipe::keep_as(self.format, self.stored)?;
        self.pepper.clone().map_or(Ok(recipe.clone()), |pepper| recipe.with_pepper(pepper))
    }
}

/// The recipe of each format's first vector, which is a cheap one, if it keeps any, or else its default.
fn cheap() -> impl Iterator<Item = Recipe> {
    Format::all().filter_map(|format| {
        let mut same = vectors().filter(|vector| vector.format == format);
        let kept = same.find_map(|vector| Recipe::keep_as(format, vector.stored).ok());
        kept.or_else(|| Recipe::named(format.name()))
    })
}

/// One cheap hash of each format, of the password `secret`.
fn cheap_hashes() -> Vec<(Format, StoredPassword)> {
    cheap().map(|recipe| (recipe.format(), recipe.make_unruled(b"secret", &Counting::default()).unwrap())).collect()
}

#[test]
fn hashes_of_the_applications_own_libraries_verify() {
    for vector in vectors() {
        assert_eq!(vector.verify(&vector.password), Ok(true), "{}", vector.stored);
    }
}

#[test]
fn another_password_does_not_verify() {
    let mut seen = Vec::new();
    for vector in vectors() {
        let mut other = vector.password.clone();
        other.pop();
        other.push(b'?');
        if !seen.contains(&vector.format) {
            assert_eq!(vector.verify(&other), Ok(false), "{}", vector.stored);
            seen.push(vector.format);
        }
    }
}

#[test]
fn every_format_has_vectors_and_those_written_a_default() {
    for format in Format::all() {
        assert!(vectors().any(|vector| vector.format == format), "{format:?}");
        let recipe = Recipe::named(format.name());
        assert_eq!(recipe.map(|recipe| recipe.format()), format.is_writable().then_some(format));
    }
    assert!(Recipe::named("md5").is_none());
}

#[test]
fn no_text_is_of_two_formats() {
    for KnownAnswer { stored, .. } in vectors() {
        assert!(
            TABLE.iter().filter(|row| row.recognises.is_some_and(|recognises| recognises(stored))).count() == 1,
            "{stored}"
        );
    }
}

#[test]
fn unusable_and_unknown_passwords_are_told_apart() {
    for stored in [
        "",
        "*",
        "*0",
        "*LK*",
        "!",
        "!!",
        "!$6$x$y",
        "!ZkqGYXSkZTNxkZl5yTCxVHgoyRGEvmR1aQdGGGGG",
        "{CRYPT}*",
        "{CRYPT}!",
    ] {
        assert_eq!(identify(stored), Identified::Unusable, "{stored}");
        assert_eq!(verify(stored, stored.as_bytes()), Err(HashError::Unusable));
    }
    for stored in [
        "hunter2",
        "$2x$04$",
        "$argon2d$v=19$m=64,t=1,p=1$",
        "md5$a$b",
        "{noop}x",
        " $2b$",
        "{CRYPT}x",
        "\0",
        "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19",
        "$pbkdf2-sha1$i=1$c2FsdA$AAAA",
    ] {
        assert_eq!(identify(stored), Identified::Unknown, "{stored}");
        assert_eq!(Recipe::keep(stored).unwrap_err(), HashError::Unknown);
    }
}

#[test]
fn bcrypt_refuses_what_it_would_cut() {
    let recipe = Recipe::keep("$2a$04$Njm6BtZnwXfuMgtxbCkl4umnDN6YPvzionmsXijUauBqgBZiYf5wC").unwrap();
    let too_long = HashError::PasswordTooLong { format: "bcrypt", bytes_max: 72 };
    let entropy = Counting::default();
    assert!(recipe.make_unruled(&[b'x'; 72], &entropy).is_ok());
    assert_eq!(recipe.make_unruled(&[b'x'; 73], &entropy).unwrap_err(), too_long);
    assert_eq!(recipe.make_unruled(b"nul\0", &entropy).unwrap_err(), HashError::PasswordHasNul { format: "bcrypt" });
    let full = vectors().filter(|vector| vector.password.len() == 72 && vector.format.name() == "bcrypt");
    for vector in full {
        assert_eq!(vector.verify(&[&vector.password[..], b"x"].concat()).unwrap_err(), too_long);
    }
}

#[test]
fn a_bcrypt_salt_may_leave_its_unused_bits_set() {
    let cleared = "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
    let set = cleared.replace("20KuuuE", "20KuuvE");
    assert_ne!(set, cleared);
    assert_eq!(verify(&set, b"correct horse battery staple"), Ok(true));
}

#[test]
fn an_encrypted_column_is_unknown_and_said_to_be_encrypted() {
    let stored = r#"{"key_id":"abc","alg":"aes-gcm-hkdf","data":"0QOt8Q==","nonce":"wQ+0Iw=="}"#;
    assert_eq!(identify(stored), Identified::Unknown);
    assert_eq!(verify(stored, b"x"), Err(HashError::Encrypted));
    assert_eq!(Recipe::keep(stored).unwrap_err(), HashError::Encrypted);
    assert_eq!(Recipe::configured("bcrypt", stored).unwrap_err(), HashError::Encrypted);
}

#[test]
fn no_error_quotes_what_is_stored() {
    for KnownAnswer { format, stored, .. } in vectors().filter(|vector| vector.format.name() == "firebase_scrypt") {
        for damaged in [stored.replace("n=14", "n=31").replace("n=8", "n=31"), stored.replace("sk=", "sk=!")] {
            let error = format.verify(&damaged, b"x").unwrap_err();
            let signer_key = stored.split("sk=").nth(1).unwrap().split('$').next().unwrap();
            assert!(!format!("{error} {error:?}").contains(&signer_key[..8]), "{error:?}");
        }
    }
}
