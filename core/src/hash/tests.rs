mod salts;

use super::known_answers::all as vectors;
use super::*;
use crate::entropy::tests::Counting;
use proptest::prelude::*;

/// The vectors' first password.
const PASSWORD: &str = "correct horse battery staple";

/// The recipe of each format's cheapest vector, if it keeps any, or else its default.
fn cheap() -> impl Iterator<Item = Recipe> {
    Format::all().filter_map(|format| {
        let mut stored = vectors().filter(|(other, ..)| *other == format).map(|(_, _, stored)| stored);
        let kept = stored.find_map(|stored| Recipe::keep_as(format, stored).ok());
        kept.or_else(|| Recipe::named(format.name()))
    })
}

/// One cheap hash of each format, of the password `secret`.
fn cheap_hashes() -> Vec<(Format, StoredPassword)> {
    cheap().map(|recipe| (recipe.format(), recipe.make_unruled(b"secret", &Counting::default()).unwrap())).collect()
}

#[test]
fn hashes_of_the_applications_own_libraries_verify() {
    for (format, password, stored) in vectors() {
        assert_eq!(format.verify(stored, &password), Ok(true), "{stored}");
    }
}

#[test]
fn another_password_does_not_verify() {
    let mut seen = Vec::new();
    for (format, password, stored) in vectors() {
        let mut other = password;
        other.pop();
        other.push(b'?');
        if !seen.contains(&format) {
            assert_eq!(format.verify(stored, &other), Ok(false), "{stored}");
            seen.push(format);
        }
    }
}

#[test]
fn every_format_has_vectors_and_those_written_a_default() {
    for format in Format::all() {
        assert!(vectors().any(|(other, ..)| other == format), "{format:?}");
        let recipe = Recipe::named(format.name());
        assert_eq!(recipe.map(|recipe| recipe.format()), format.is_writable().then_some(format));
    }
    assert!(Recipe::named("md5").is_none());
}

#[test]
fn no_text_is_of_two_formats() {
    for (_, _, stored) in vectors() {
        assert!(TABLE.iter().filter(|row| (row.recognises)(stored)).count() == 1, "{stored}");
    }
}

/// Hashes that are read, but whose like is not written: another order of parameters, a salt too short.
fn is_odd(stored: &str) -> bool {
    ["p=1,t=2", "seasalt", "m=128,", "$short", "$salt", "ab$", "U$S$", "$P$", "$H$"]
        .iter()
        .any(|odd| stored.contains(odd))
}

#[test]
fn what_is_kept_is_format_cost_and_lengths() {
    let of_one_password = vectors().filter(|(_, password, _)| password.len() == PASSWORD.len());
    for (format, _, stored) in of_one_password.filter(|(_, _, stored)| !is_odd(stored) && !stored.contains("1000000")) {
        let Ok(recipe) = Recipe::keep_as(format, stored) else {
            assert!(!format.is_writable(), "{stored}");
            continue;
        };
        let made = recipe.make_unruled(b"secret", &Counting::default()).unwrap();
        assert_ne!(made.expose(), stored);
        assert_eq!(format.verify(made.expose(), b"secret"), Ok(true), "{}", made.expose());
        assert_eq!(made.expose().len(), stored.len(), "{}", made.expose());
    }
}

#[test]
fn with_the_same_salt_the_same_text_is_written() {
    for (format, password, stored) in vectors().filter(|(_, _, stored)| !is_odd(stored)) {
        let Ok(recipe) = Recipe::keep_as(format, stored) else { continue };
        match recipe.make_unruled(&password, &salts::of(format, stored)) {
            Ok(made) => assert_eq!(made.expose(), stored),
            Err(error) => {
                assert!(password.contains(&0), "{stored}");
                assert_eq!(error, HashError::PasswordHasNul { format: format.name() });
            }
        }
    }
}

#[test]
fn short_salts_are_written_at_full_length() {
    let has_short_salt = |stored: &str| ["seasalt", "m=128,", "$short"].iter().any(|odd| stored.contains(odd));
    for (format, _, stored) in vectors().filter(|(_, _, stored)| has_short_salt(stored)) {
        let made = Recipe::keep_as(format, stored).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        assert!(made.expose().len() > stored.len(), "{}", made.expose());
    }
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
        ("argon2i", "$argon2i$v=19$m=65536,t=4,p=1$"),
        ("bcrypt", "$2b$12$"),
        ("php_bcrypt", "$2y$12$"),
        ("drupal_bcrypt", "$2y$10$"),
        ("wordpress_bcrypt", "$wp$2y$12$"),
        ("django_argon2", "argon2$argon2id$v=19$m=102400,t=2,p=8$"),
        ("django_bcrypt", "bcrypt$$2b$12$"),
        ("django_bcrypt_sha256", "bcrypt_sha256$$2b$12$"),
        ("django_pbkdf2_sha256", "pbkdf2_sha256$1000000$"),
        ("django_scrypt", "scrypt$16384$"),
        ("aspnet_identity_v3", "AQAAAAIAAYagAAAAE"),
        ("spring_bcrypt", "{bcrypt}$2a$10$"),
        ("spring_argon2", "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=16384,t=2,p=1$"),
        ("spring_pbkdf2", "{pbkdf2@SpringSecurity_v5_8}"),
        ("spring_scrypt", "{scrypt@SpringSecurity_v5_8}$100801$"),
        ("werkzeug_scrypt", "scrypt:32768:8:1$"),
        ("werkzeug_pbkdf2", "pbkdf2:sha256:1000000$"),
        ("passlib_pbkdf2_sha256", "$pbkdf2-sha256$29000$"),
        ("passlib_pbkdf2_sha512", "$pbkdf2-sha512$25000$"),
        ("passlib_bcrypt_sha256", "$bcrypt-sha256$v=2,t=2b,r=12$"),
        ("phpass", "$P$B"),
        ("wordpress_phpass", "$P$B"),
        ("drupal_sha512", "$S$E"),
        ("yescrypt", "$y$j9T$"),
        ("ldap_ssha", "{SSHA}"),
        ("ldap_ssha256", "{SSHA256}"),
        ("ldap_ssha512", "{SSHA512}"),
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
    for stored in ["hunter2", "$2x$04$", "$argon2d$v=19$m=64,t=1,p=1$", "md5$a$b", "{noop}x", " $2b$", "*0", "\0"] {
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
    for (_, password, stored) in
        vectors().filter(|(format, password, _)| password.len() == 72 && format.name() == "bcrypt")
    {
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
    for (format, stored) in cheap_hashes() {
        let answer = format.verify(stored.expose(), &vec![b'x'; 1_000_000]);
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
        format!("$argon2i$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("{{argon2}}$argon2id$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("scrypt$4294967296$salt$8$1${}", "A".repeat(88)),
        format!("scrypt$1048576$salt$32$1${}", "A".repeat(88)),
        format!("scrypt$131072$salt$16$16${}", "A".repeat(88)),
        format!("scrypt:9223372036854775808:8:1$salt${}", "0".repeat(128)),
        format!("scrypt:32768:4294967295:4294967295$salt${}", "0".repeat(128)),
        format!("pbkdf2:sha256:4294967296$salt${}", "0".repeat(64)),
        format!("$pbkdf2-sha256$99999999$c2FsdA${}", "A".repeat(43)),
        "{scrypt}$ff0801$AAAAAAAAAAAAAAAAAAAAAA==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=".into(),
        "AQAAAAE/////AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".into(),
        "AQAAAAEAACcQ/////wABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".into(),
        "$bcrypt-sha256$v=2,t=2b,r=31$A3ry71AczAQZMgk.20Kuuu$E3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$wp$2y$31$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$S$S3783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLfA".into(),
        "$6$rounds=999999999$salt$digest".into(),
        "$y$jFT$LdJMENpBABJJ3hIHjB1Bi.$qYxezzz".replace("zzz", &"A".repeat(39)).replace("jFT", "jzT"),
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
fn nearly_right() -> impl Strategy<Value = (Format, String)> {
    let texts: Vec<_> = cheap_hashes().iter().map(|(format, stored)| (*format, stored.expose().to_owned())).collect();
    (proptest::sample::select(texts), any::<(prop::sample::Index, prop::sample::Index)>(), "[$=,./a-z0-9é]{0,3}")
        .prop_map(|((format, text), (from, to), piece)| {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            (format, format!("{}{piece}{}", &text[..from.min(to)], &text[from.max(to)..]))
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
    fn nearly_right_texts_are_read_without_panic((format, stored) in nearly_right()) {
        let _ = identify(&stored);
        let _ = Recipe::keep_as(format, &stored);
    }

    #[test]
    fn any_text_is_read_as_any_format_without_panic(stored: String) {
        for format in Format::all() {
            let _ = Recipe::keep_as(format, &stored);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn what_is_made_verifies(password in "[!-~äß🔑][^\0]{0,16}[!-~]", other in "[!-~]{1,18}") {
        for recipe in cheap() {
            let made = recipe.make_unruled(password.as_bytes(), &Counting::default()).unwrap();
            let format = recipe.format();
            prop_assert_eq!(format.verify(made.expose(), password.as_bytes()), Ok(true));
            prop_assert_eq!(format.verify(made.expose(), other.as_bytes()), Ok(password == other));
        }
    }
}
