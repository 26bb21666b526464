use super::*;
use crate::entropy::Entropy;
use crate::entropy::tests::Counting;
use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD_NO_PAD};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Made by the applications' own libraries; see the script beside it.
const VECTORS: &str = include_str!("../../tests/vectors/passwords.tsv");

/// Password bytes and what was stored for them.
fn vectors() -> impl Iterator<Item = (Vec<u8>, &'static str)> {
    VECTORS.lines().map(|line| {
        let [_maker, hex, stored] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let octet = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        (hex.as_bytes().chunks(2).map(octet).collect(), stored)
    })
}

/// One cheap hash of each format, of the password `secret`.
fn cheap() -> Vec<StoredPassword> {
    let stored = |format: &str| vectors().find(|(_, stored)| identify(stored) == known(format)).unwrap().1;
    let recipes = Format::all().map(|format| Recipe::keep(stored(format.name())).unwrap());
    recipes.map(|recipe| recipe.make_unruled(b"secret", &Counting::default()).unwrap()).collect()
}

fn known(name: &str) -> Identified {
    Identified::Known(Format::named(name).unwrap())
}

#[test]
fn hashes_of_the_applications_own_libraries_verify() {
    for (password, stored) in vectors() {
        assert_eq!(verify(stored, &password), Ok(true), "{stored}");
    }
}

#[test]
fn another_password_does_not_verify() {
    for (password, stored) in vectors().take(20) {
        let mut other = password;
        other.pop();
        other.push(b'?');
        assert_eq!(verify(stored, &other), Ok(false), "{stored}");
    }
}

#[test]
fn every_format_has_vectors_and_a_default() {
    for format in Format::all() {
        assert!(vectors().any(|(_, stored)| identify(stored) == Identified::Known(format)), "{format:?}");
        assert_eq!(Recipe::named(format.name()).unwrap().format(), format);
    }
    assert!(Recipe::named("md5").is_none());
}

#[test]
fn what_is_kept_is_format_cost_and_lengths() {
    for (_, stored) in vectors().filter(|(_, stored)| !stored.contains("p=1,t=2") && !stored.contains("1000000")) {
        let made = Recipe::keep(stored).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        let made = made.expose();
        assert_ne!(made, stored);
        assert_eq!(verify(made, b"secret"), Ok(true), "{made}");
        assert_eq!(opening(made), opening(stored));
        let salt_is_long = !stored.contains("seasalt") && !stored.contains("m=128,");
        assert_eq!(made.len() == stored.len(), salt_is_long, "{made}");
    }
}

#[test]
fn with_the_same_salt_the_same_text_is_written() {
    let as_the_library_writes = |stored: &str| !["p=1,t=2", "seasalt", "m=128,"].iter().any(|odd| stored.contains(odd));
    for (password, stored) in vectors().filter(|(_, stored)| as_the_library_writes(stored)) {
        let recipe = Recipe::keep(stored).unwrap();
        match recipe.make_unruled(&password, &salt_of(stored)) {
            Ok(made) => assert_eq!(made.expose(), stored),
            Err(error) => {
                assert!(password.contains(&0), "{stored}");
                assert_eq!(error, HashError::PasswordHasNul { format: recipe.format().name() });
            }
        }
    }
}

/// Gives out given bytes, once.
struct Given(Mutex<VecDeque<u8>>);

impl Entropy for Given {
    fn fill(&self, bytes: &mut [u8]) {
        let mut given = self.0.lock().unwrap();
        bytes.fill_with(|| given.pop_front().unwrap());
    }
}

/// The randomness of which the salt of a stored password is made once more.
fn salt_of(stored: &str) -> Given {
    let field = stored.split('$').nth_back(1).unwrap();
    let bytes = if stored.starts_with("$2") {
        GeneralPurpose::new(&BCRYPT, NO_PAD).decode(&stored[7..29]).unwrap()
    } else if stored.contains("argon2") {
        STANDARD_NO_PAD.decode(field).unwrap()
    } else {
        let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
        let place = |letter| alphabet.iter().position(|other| *other == letter).unwrap() as u64;
        field.chars().flat_map(|letter| place(letter).to_le_bytes()).collect()
    };
    Given(Mutex::new(bytes.into()))
}

/// All up to the salt.
fn opening(stored: &str) -> &str {
    if stored.starts_with("$2") {
        return &stored[..7];
    }
    let (opening, _digest) = stored.rsplit_once('$').unwrap();
    opening.rsplit_once('$').unwrap().0
}

#[test]
fn argon2_parameters_are_read_in_any_order_and_written_in_one() {
    let node = "$argon2id$v=19$m=64,p=1,t=3$SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    let made = Recipe::keep(node).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
    assert!(made.expose().starts_with("$argon2id$v=19$m=64,t=3,p=1$"), "{}", made.expose());
}

#[test]
fn defaults_are_those_with_a_source() {
    for (name, opening) in [
        ("argon2id", "$argon2id$v=19$m=19456,t=2,p=1$"),
        ("bcrypt", "$2b$12$"),
        ("django_argon2", "argon2$argon2id$v=19$m=102400,t=2,p=8$"),
        ("django_pbkdf2_sha256", "pbkdf2_sha256$1000000$"),
    ] {
        let made = Recipe::named(name).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        assert!(made.expose().starts_with(opening), "{}", made.expose());
    }
}

#[test]
fn unusable_and_unknown_passwords_are_told_apart() {
    for stored in ["", "*", "!", "!ZkqGYXSkZTNxkZl5yTCxVHgoyRGEvmR1aQdGGGGG"] {
        assert_eq!(identify(stored), Identified::Unusable, "{stored}");
        assert_eq!(verify(stored, stored.as_bytes()), Err(HashError::Unusable));
    }
    for stored in ["hunter2", "$2x$04$", "$argon2i$v=19$m=64,t=1,p=1$", "md5$a$b", " $2b$", "*0", "\0"] {
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
    for (password, stored) in vectors().filter(|(password, stored)| password.len() == 72 && stored.starts_with("$2")) {
        assert_eq!(verify(stored, &[password, b"x".to_vec()].concat()).unwrap_err(), too_long);
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
fn no_password_beyond_the_bound_is_hashed() {
    for stored in cheap() {
        let answer = verify(stored.expose(), &vec![b'x'; 1_000_000]);
        assert!(matches!(answer, Err(HashError::PasswordTooLong { .. })), "{answer:?}");
    }
}

#[test]
fn planted_costs_are_refused_at_once() {
    const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    for stored in [
        format!("$argon2id$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=1048577,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=99999999999999999999999,t=1,p=1${SALT}"),
        format!("argon2$argon2id$v=19$m=64,t=4294967295,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=0,p=1${SALT}"),
        format!("$argon2id$v=19$m=640,t=1,p=17${SALT}"),
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g".into(),
        "$2b$31$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$16$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$03$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "pbkdf2_sha256$10000001$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$0$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$1000$$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
    ] {
        assert!(matches!(verify(&stored, b"x"), Err(HashError::OutOfBounds { .. })), "{stored}");
        assert!(matches!(Recipe::keep(&stored), Err(HashError::OutOfBounds { .. })), "{stored}");
    }
}

#[test]
fn damaged_hashes_are_errors() {
    const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    for stored in [
        format!("$argon2id$v=19$m=64,t=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,data=AAAA${SALT}"),
        format!("$argon2id$v=19$m=+64,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=16${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}$"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}="),
        format!("$argon2id$v=19$m=64,t=1,p=1${}", "A".repeat(2000)),
        "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hf".into(),
        "$2b$4$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfKK".into(),
        "$2b$04$A3ry71AczAQZMgk!20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9éf".into(),
        "pbkdf2_sha256$1000$seasalt".into(),
        "pbkdf2_sha256$1e3$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$1000$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0".into(),
        "pbkdf2_sha256$1000$seasalt$AAAA".into(),
    ] {
        assert!(
            matches!(verify(&stored, b"x"), Err(HashError::Malformed { .. })),
            "{stored}: {:?}",
            verify(&stored, b"x")
        );
    }
}

/// Texts that get past the opening: a cheap hash with a piece of it replaced.
fn nearly_right() -> impl Strategy<Value = String> {
    let texts: Vec<String> = cheap().iter().map(|stored| stored.expose().to_owned()).collect();
    (proptest::sample::select(texts), any::<(prop::sample::Index, prop::sample::Index)>(), "[$=,./a-z0-9é]{0,3}")
        .prop_map(|(text, (from, to), piece)| {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            format!("{}{piece}{}", &text[..from.min(to)], &text[from.max(to)..])
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_identified_and_verified_without_panic(stored: String, password: Vec<u8>) {
        let _ = identify(&stored);
        let _ = verify(&stored, &password);
        let _ = Recipe::keep(&stored);
    }

    #[test]
    fn nearly_right_texts_are_read_without_panic(stored in nearly_right()) {
        let _ = Recipe::keep(&stored);
    }

    #[test]
    fn what_is_made_verifies(password in "[^\0]{0,18}", other in "[^\0]{0,18}") {
        for stored in cheap() {
            let made = Recipe::keep(stored.expose()).unwrap().make_unruled(password.as_bytes(), &Counting::default());
            let made = made.unwrap();
            prop_assert_eq!(verify(made.expose(), password.as_bytes()), Ok(true));
            prop_assert_eq!(verify(made.expose(), other.as_bytes()), Ok(password == other));
        }
    }
}
