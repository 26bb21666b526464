//! Secrets that applications mix into passwords.

use super::*;

fn pepper(text: &str) -> SecretString {
    text.to_owned().into()
}

#[test]
fn a_pepper_is_part_of_the_password_wherever_there_is_a_place_for_one() {
    for recipe in cheap() {
        let format = recipe.format();
        let peppered = recipe.with_pepper(pepper("of the application"));
        if !format.takes_pepper() {
            assert_eq!(peppered.unwrap_err(), HashError::NoPepper { format: format.name() });
            continue;
        }
        let made = peppered.unwrap().make_unruled(b"secret", &Counting::default()).unwrap();
        let verify = |password: &[u8], with: Option<&SecretString>| format.verify_with(made.expose(), password, with);
        assert_eq!(verify(b"secret", Some(&pepper("of the application"))), Ok(true), "{format:?}");
        assert_eq!(verify(b"secret", Some(&pepper("of another"))), Ok(false), "{format:?}");
        assert_eq!(verify(b"secret", None), Ok(false), "{format:?}");
        assert_eq!(verify(b"other", Some(&pepper("of the application"))), Ok(false), "{format:?}");
    }
}

#[test]
fn a_pepper_without_a_place_is_an_error_when_verifying_too() {
    let refused = HashError::NoPepper { format: "django_pbkdf2_sha256" };
    let stored = "pbkdf2_sha256$7$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=";
    assert_eq!(verify_with(stored, b"x", Some(&pepper("y"))), Err(refused));
}

#[test]
fn an_appended_pepper_is_cut_where_bcrypt_cuts_and_the_password_is_not() {
    let stored = "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
    let long = pepper(&"p".repeat(128));
    let recipe = Recipe::keep(stored).unwrap().with_pepper(long.clone()).unwrap();
    let made = recipe.make_unruled(&[b'x'; 70], &Counting::default()).unwrap();
    assert_eq!(verify_with(made.expose(), &[b'x'; 70], Some(&long)), Ok(true));
    assert_eq!(verify(made.expose(), &[&[b'x'; 70][..], b"pp"].concat()), Ok(true));
    let refused = recipe.make_unruled(&[b'x'; 73], &Counting::default()).unwrap_err();
    assert_eq!(refused, HashError::PasswordTooLong { format: "bcrypt", bytes_max: 72 });
}

#[test]
fn a_recipe_with_a_pepper_prints_without_it() {
    for name in ["bcrypt", "argon2id"] {
        let recipe = Recipe::named(name).unwrap().with_pepper(pepper("canary")).unwrap();
        assert!(!format!("{recipe:?}").contains("canary"));
    }
}
