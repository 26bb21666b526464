//! Stored passwords: whatever a column holds, it is told what it is, and nothing costs more than it may.

use regain_core::entropy::Entropy;
use regain_core::hash::{self, Format, HashError, Identified, PASSWORD_BYTES_MAX, Recipe};

/// Takes a stored password in the first line, and a password in the rest.
pub fn hashes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (stored, password) = text.split_once('\n').unwrap_or((text, "password"));
    let password = password.as_bytes();
    let identified = hash::identify(stored);
    let recipe = Recipe::keep(stored);
    match identified {
        Identified::Known(format) if is_cheap(format, stored) => {
            let verified = hash::verify(stored, password);
            assert!(verified.is_err() || password.len() <= PASSWORD_BYTES_MAX);
            // No policy lets an empty one through, and Spring takes none.
            if password.is_empty() {
                return;
            }
            if let (Ok(recipe), Ok(_)) = (recipe, verified) {
                makes_what_verifies(&recipe, password);
            }
        }
        Identified::Known(_) => {}
        Identified::Unusable | Identified::Unknown => {
            assert!(recipe.is_err(), "nothing is made like {identified:?}");
            assert!(hash::verify(stored, password).is_err());
        }
    }
}

/// A fresh hash of the same cost is of the same format, and verifies.
fn makes_what_verifies(recipe: &Recipe, password: &[u8]) {
    let made = match recipe.make_unruled(password, &Always) {
        Ok(made) => made,
        Err(HashError::PasswordTooLong { .. } | HashError::PasswordHasNul { .. }) => return,
        Err(fault) => panic!("{fault}"),
    };
    assert_eq!(hash::verify(made.expose(), password), Ok(true), "{}", made.expose());
    assert_eq!(hash::identify(made.expose()).name(), recipe.format().name(), "{}", made.expose());
}

/// The bounds of the product let a hash take seconds; here it must take milliseconds. So costs that stand in plain sight
/// have to be low, and formats that hide theirs are only recognised.
fn is_cheap(format: Format, stored: &str) -> bool {
    let numbers = stored.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let are_low = numbers.map(|digits| digits.parse::<u64>()).all(|number| number.is_ok_and(|number| number <= 1024));
    let name = format.name();
    if name.contains("bcrypt") {
        return ["$04$", ",r=4$"].iter().any(|cost| stored.contains(cost));
    }
    let in_sight = ["argon2", "pbkdf2", "ssha", "django_scrypt", "werkzeug_scrypt"];
    are_low && name != "spring_pbkdf2" && in_sight.iter().any(|part| name.contains(part))
}

/// No randomness: the same octets have to give the same run.
struct Always;

impl Entropy for Always {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0x5A);
    }
}
