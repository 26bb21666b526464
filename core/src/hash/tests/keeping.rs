//! New passwords are written as the account had them, or at a default that has a source.

use super::*;

/// Hashes that are read, but whose like is not written: another order of parameters, a salt too short.
fn is_odd(stored: &str) -> bool {
    [
        "p=1,t=2",
        "p=2,t=3",
        "{CRYPT}$y$",
        "seasalt",
        "m=128,",
        "$short",
        "....short",
        "$salt",
        "ab$",
        "U$S$",
        "$P$",
        "$H$",
    ]
    .iter()
    .any(|odd| stored.contains(odd))
}

#[test]
fn what_is_kept_is_format_cost_and_lengths() {
    let is_slow =
        |stored: &str| ["1000000", "$600000$", "$CU.", "m=65536", "n=14"].iter().any(|cost| stored.contains(cost));
    let of_one_password = vectors().filter(|vector| vector.password.len() == PASSWORD.len());
    for vector in of_one_password.filter(|vector| !is_odd(vector.stored) && !is_slow(vector.stored)) {
        let KnownAnswer { format, stored, .. } = vector;
        let Ok(recipe) = vector.keep() else {
            assert!(!format.is_writable(), "{stored}");
            continue;
        };
        let made = recipe.make_unruled(b"secret", &Counting::default()).unwrap();
        assert_ne!(made.expose(), stored);
        assert_eq!(format.verify_with(made.expose(), b"secret", vector.pepper.as_ref()), Ok(true), "{}", made.expose());
        assert_eq!(made.expose().len(), stored.len(), "{}", made.expose());
    }
}

#[test]
fn with_the_same_salt_the_same_text_is_written() {
    for vector in vectors().filter(|vector| !is_odd(vector.stored)) {
        let KnownAnswer { format, stored, .. } = vector;
        let Ok(recipe) = vector.keep() else { continue };
        match recipe.make_unruled(&vector.password, &salts::of(format, stored)) {
            Ok(made) => assert_eq!(made.expose(), stored),
            Err(error) => {
                assert!(vector.password.contains(&0), "{stored}");
                assert_eq!(error, HashError::PasswordHasNul { format: format.name() });
            }
        }
    }
}

#[test]
fn short_salts_are_written_at_full_length() {
    let has_short_salt = |stored: &str| ["seasalt", "m=128,", "$short"].iter().any(|odd| stored.contains(odd));
    for KnownAnswer { format, stored, .. } in vectors().filter(|vector| has_short_salt(vector.stored)) {
        if stored.starts_with("{ARGON2}") {
            continue;
        }
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
fn a_configured_format_without_a_mark_keeps_the_cost_of_the_account() {
    let stored = "$2y$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
    for (hash, opening) in
        [("keep", "$2y$04$"), ("drupal_bcrypt", "$2y$04$"), ("bcrypt", "$2b$12$"), ("wordpress_phpass", "$P$B")]
    {
        let made = Recipe::configured(hash, stored).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        assert!(made.expose().starts_with(opening), "{}", made.expose());
    }
    assert_eq!(Recipe::configured("keep", "hunter2").unwrap_err(), HashError::Unknown);
    assert!(Recipe::configured("drupal_bcrypt", "hunter2").is_ok());
}

#[test]
fn wordpress_replaces_older_hashes_and_keeps_the_cost_of_its_own() {
    let own = "$wp$2y$04$0gRRakr9T6otETyVROr7RegLuJipClAVkvVSZEqY/XegpyFlgVP7G";
    let phpass = "$P$BVwXyK5QZ0v1fZ1mZ0QmJxv1sSLt5B/";
    for (stored, opening) in [(own, "$wp$2y$04$"), (phpass, "$wp$2y$12$")] {
        let recipe = Recipe::configured("wordpress_bcrypt", stored).unwrap();
        let made = recipe.make_unruled(b"secret", &Counting::default()).unwrap();
        assert!(made.expose().starts_with(opening), "{}", made.expose());
    }
}

#[test]
fn defaults_are_those_with_a_source() {
    for (name, opening) in [
        ("argon2id", "$argon2id$v=19$m=19456,t=2,p=1$"),
        ("argon2i", "$argon2i$v=19$m=65536,t=4,p=1$"),
        ("bcrypt", "$2b$12$"),
        ("phc_pbkdf2_sha256", "$pbkdf2-sha256$i=600000,l=32$"),
        ("phc_pbkdf2_sha512", "$pbkdf2-sha512$i=220000,l=64$"),
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
        ("flask_bcrypt_long", "$2b$12$"),
        ("passlib_pbkdf2_sha256", "$pbkdf2-sha256$29000$"),
        ("passlib_pbkdf2_sha512", "$pbkdf2-sha512$25000$"),
        ("passlib_bcrypt_sha256", "$bcrypt-sha256$v=2,t=2b,r=12$"),
        ("phpass", "$P$B"),
        ("wordpress_phpass", "$P$B"),
        ("drupal_sha512", "$S$E"),
        ("yescrypt", "$y$j9T$"),
        ("gost_yescrypt", "$gy$j9T$"),
        ("scrypt_crypt", "$7$CU..../...."),
        ("ldap_ssha", "{SSHA}"),
        ("ldap_ssha256", "{SSHA256}"),
        ("ldap_ssha512", "{SSHA512}"),
        ("ldap_crypt", "{CRYPT}$6$rounds=656000$"),
        ("ldap_crypt_bcrypt", "{CRYPT}$2b$12$"),
        ("ldap_pbkdf2_sha1", "{PBKDF2}10000$"),
        ("ldap_pbkdf2_sha256", "{PBKDF2-SHA256}10000$"),
        ("ldap_pbkdf2_sha512", "{PBKDF2-SHA512}10000$"),
        ("ldap_argon2", "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$"),
    ] {
        let made = Recipe::named(name).unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        assert!(made.expose().starts_with(opening), "{}", made.expose());
    }
}
