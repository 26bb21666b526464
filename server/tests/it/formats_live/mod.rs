//! Every format against the libraries that applications use it with, live: each accepts what the other makes, and both
//! refuse another password.
//!
//! What is made on our side keeps the format and cost of what the library made, as it does when an account is reset.

mod library;
mod passwords;

use library::Libraries;
use regain::ambient::SystemEntropy;
use regain_core::hash::{Format, HashError, Identified, Recipe, identify};
use secrecy::SecretString;

#[test]
fn python_and_regain_accept_each_others_hashes() {
    let mut python = Libraries::of_python();
    for (scheme, format) in PYTHON {
        agree(&mut python, scheme, format, None);
    }
}

#[test]
fn node_and_regain_accept_each_others_hashes() {
    let mut node = Libraries::of_node();
    for (scheme, format) in NODE {
        agree(&mut node, scheme, format, None);
    }
}

#[test]
fn php_and_regain_accept_each_others_hashes() {
    let mut php = Libraries::of_php();
    for (scheme, format) in PHP {
        agree(&mut php, scheme, format, None);
    }
}

#[test]
fn crypt_3_and_regain_accept_each_others_hashes() {
    let mut perl = Libraries::of_perl();
    for (scheme, format) in CRYPT_3 {
        agree(&mut perl, scheme, format, None);
    }
}

#[test]
fn a_pepper_goes_where_the_application_puts_it() {
    agree(&mut Libraries::of_node(), "argon2", "argon2id", Some("a secret of Node's"));
    let mut python = Libraries::of_python();
    agree(&mut python, "bcrypt", "bcrypt", Some("of Devise's"));
    agree(&mut python, "bcrypt", "bcrypt", Some(&"5c".repeat(64)));
}

/// Tries a library's scheme and our format with each of the passwords.
fn agree(libraries: &mut Libraries, scheme: &str, format: &str, pepper: Option<&str>) {
    let format = Format::named(format).unwrap();
    let agreed =
        passwords::tried().iter().filter(|password| agree_on(libraries, scheme, format, password, pepper)).count();
    assert!(agreed >= AGREED_MIN, "{scheme}: only {agreed} passwords were taken by both");
}

/// Whether the library takes such a password; if so, both sides must let it in, and not another.
fn agree_on(libraries: &mut Libraries, scheme: &str, format: Format, password: &str, pepper: Option<&str>) -> bool {
    let tried = format!("{scheme}, {password:?}");
    let secret = pepper.map(SecretString::from);
    let verify = |stored: &str, password: &str| format.verify_with(stored, password.as_bytes(), secret.as_ref());
    if password.contains('\0') && !format.nul_allowed() {
        let recipe = Recipe::named(format.name());
        assert!(
            recipe.is_none_or(|recipe| recipe.make_unruled(password.as_bytes(), &SystemEntropy).is_err()),
            "{tried}"
        );
        return false;
    }
    let Ok(theirs) = libraries.make(scheme, password, pepper) else { return false };
    match verify(&theirs, password) {
        Err(HashError::PasswordTooLong { bytes_max, .. }) if password.len() > bytes_max => return false,
        verified => assert_eq!(verified, Ok(true), "{tried}: {theirs}"),
    }
    assert_eq!(verify(&theirs, &passwords::another(password)), Ok(false), "{tried}: {theirs}");

    let Some(recipe) = recipe(format, &theirs, secret.as_ref()) else { return true };
    let ours = recipe.make_unruled(password.as_bytes(), &SystemEntropy).unwrap();
    let mut lets_in = |password: &str| libraries.verify(scheme, password, ours.expose(), pepper);
    assert_eq!(lets_in(password), Ok(true), "{tried}: {}", ours.expose());
    assert_eq!(lets_in(&passwords::another(password)), Ok(false), "{tried}: {}", ours.expose());
    true
}

/// How an account with this hash is given a new one; none where the format is only read.
fn recipe(format: Format, theirs: &str, pepper: Option<&SecretString>) -> Option<Recipe> {
    let hash = if identify(theirs) == Identified::Known(format) { "keep" } else { format.name() };
    let recipe = match Recipe::configured(hash, theirs) {
        Err(HashError::NotKept { .. }) => Recipe::named(format.name())?,
        recipe => recipe.unwrap(),
    };
    Some(match pepper {
        Some(pepper) => recipe.with_pepper(pepper.clone()).unwrap(),
        None => recipe,
    })
}

#[test]
fn the_reference_says_which_formats_are_run_live() {
    let reference = include_str!("../../../../docs/reference/formats.md");
    for format in Format::all().map(Format::name) {
        let row = reference.lines().find(|line| line.starts_with(&format!("| `{format}` |"))).unwrap();
        let said = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let tried = [("Python", PYTHON), ("Node", NODE), ("PHP", PHP), ("crypt(3)", CRYPT_3)];
        let with: Vec<_> = tried.iter().filter(|(_, pairs)| pairs.iter().any(|(_, tried)| *tried == format)).collect();
        let with = with.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        assert_eq!(said, if with.is_empty() { "no" } else { &with }, "{format}");
    }
}

/// So few take none of the long passwords, nor the empty one, nor NUL.
const AGREED_MIN: usize = 5;

// Each library's name for its scheme, and ours for the format.

const PYTHON: &[(&str, &str)] = &[
    ("django pbkdf2", "django_pbkdf2_sha256"),
    ("django argon2", "django_argon2"),
    ("django bcrypt", "django_bcrypt"),
    ("django bcrypt_sha256", "django_bcrypt_sha256"),
    ("django scrypt", "django_scrypt"),
    ("werkzeug scrypt", "werkzeug_scrypt"),
    ("werkzeug pbkdf2 sha1", "werkzeug_pbkdf2"),
    ("werkzeug pbkdf2 sha256", "werkzeug_pbkdf2"),
    ("werkzeug pbkdf2 sha512", "werkzeug_pbkdf2"),
    ("flask-bcrypt", "bcrypt"),
    ("flask-bcrypt long", "flask_bcrypt_long"),
    ("bcrypt", "bcrypt"),
    ("argon2-cffi id", "argon2id"),
    ("argon2-cffi i", "argon2i"),
    ("argon2-cffi i after {ARGON2}", "ldap_argon2"),
    ("passlib pbkdf2_sha256", "passlib_pbkdf2_sha256"),
    ("passlib pbkdf2_sha512", "passlib_pbkdf2_sha512"),
    ("passlib bcrypt_sha256", "passlib_bcrypt_sha256"),
    ("passlib sha512_crypt", "sha512_crypt"),
    ("passlib sha256_crypt", "sha256_crypt"),
    ("passlib phpass", "phpass"),
    ("passlib ldap_salted_sha1", "ldap_ssha"),
    ("passlib ldap_salted_sha256", "ldap_ssha256"),
    ("passlib ldap_salted_sha512", "ldap_ssha512"),
    ("passlib ldap_pbkdf2_sha1", "ldap_pbkdf2_sha1"),
    ("passlib ldap_pbkdf2_sha256", "ldap_pbkdf2_sha256"),
    ("passlib ldap_pbkdf2_sha512", "ldap_pbkdf2_sha512"),
    ("passlib ldap_sha512_crypt", "ldap_crypt"),
    ("passlib ldap_bcrypt", "ldap_crypt_bcrypt"),
];

const NODE: &[(&str, &str)] = &[
    ("better-auth", "better_auth_scrypt"),
    ("bcryptjs", "bcrypt"),
    ("bcrypt", "bcrypt"),
    ("argon2", "argon2id"),
    ("firebase", "firebase_scrypt"),
];

const PHP: &[(&str, &str)] = &[
    ("bcrypt", "bcrypt"),
    ("bcrypt", "php_bcrypt"),
    ("argon2id", "argon2id"),
    ("argon2i", "argon2i"),
    ("symfony", "symfony_bcrypt"),
    ("drupal", "drupal_bcrypt"),
    ("wordpress", "wordpress_bcrypt"),
    ("crypt $5$", "sha256_crypt"),
    ("crypt $6$", "sha512_crypt"),
];

const CRYPT_3: &[(&str, &str)] = &[
    ("yescrypt", "yescrypt"),
    ("gost-yescrypt", "gost_yescrypt"),
    ("scrypt", "scrypt_crypt"),
    ("sha512crypt", "sha512_crypt"),
    ("sha512crypt, rounds unwritten", "sha512_crypt"),
    ("sha256crypt", "sha256_crypt"),
];
