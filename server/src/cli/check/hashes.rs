//! Whether this very program, on this machine, makes hashes that the application's own library accepts.
//!
//! Known answers were made by that library; a round trip at the accounts' own cost is made with a password of
//! nobody's. No account is read for it but for the format and cost of its hash, and none is written.

use crate::ambient::SystemEntropy;
use crate::config;
use crate::finding::Finding;
use crate::hashing;
use crate::users::UserStore;
use regain_core::hash::{HashError, Recipe, StoredPassword, known_answers};
use secrecy::SecretString;
use std::time::Instant;

const SUBJECT: &str = "hashes";

/// A line for each format that is going to be written.
pub(super) async fn findings(store: &dyn UserStore, users: &config::Users) -> Vec<Finding> {
    let sample = match store.sample_passwords().await {
        Ok(sample) => sample,
        // What is wrong with the store has its own lines.
        Err(_) => return vec![Finding::advice(SUBJECT, "not tried: no stored password could be read")],
    };
    let (recipes, pepper) = (recipes(users, &sample), users.pepper.clone());
    let try_all = move || recipes.iter().map(|recipe| try_out(recipe, pepper.as_ref())).collect();
    let tried = tokio::task::spawn_blocking(try_all).await;
    tried.unwrap_or_else(|died| vec![Finding::fails(SUBJECT, died.to_string())])
}

/// One recipe for each format that passwords like these are replaced in.
fn recipes(users: &config::Users, sample: &[StoredPassword]) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for recipe in sample.iter().filter_map(|stored| hashing::recipe(users, stored.expose()).ok()) {
        if !recipes.iter().any(|known| known.format() == recipe.format()) {
            recipes.push(recipe);
        }
    }
    recipes
}

fn try_out(recipe: &Recipe, pepper: Option<&SecretString>) -> Finding {
    let name = recipe.format().name();
    let answers: Vec<_> = known_answers(recipe.format()).take(KNOWN_ANSWERS_MAX).collect();
    for answer in &answers {
        if answer.holds() != Ok(true) {
            return Finding::fails(SUBJECT, format!("{name}: a known answer does not verify; report this as a bug"));
        }
    }
    match round_trip(recipe, pepper) {
        Ok(milliseconds) => {
            let text = format!("{name}: {} known answers verify; one hash takes {milliseconds} ms here", answers.len());
            Finding::holds(SUBJECT, text)
        }
        Err(error) => Finding::fails(SUBJECT, format!("{name}: no round trip at the accounts' own cost: {error}")),
    }
}

fn round_trip(recipe: &Recipe, pepper: Option<&SecretString>) -> Result<u128, HashError> {
    let started = Instant::now();
    let stored = recipe.make_unruled(NOBODYS_PASSWORD, &SystemEntropy)?;
    let milliseconds = started.elapsed().as_millis();
    let verifies = |password| recipe.format().verify_with(stored.expose(), password, pepper);
    if verifies(NOBODYS_PASSWORD)? && !verifies(b"the password of another")? {
        return Ok(milliseconds);
    }
    Err(HashError::Malformed { format: recipe.format().name(), what: "what was made does not verify" })
}

const NOBODYS_PASSWORD: &[u8] = b"the password of nobody";
/// Some are made at a production cost, a second of work each on a slow machine.
const KNOWN_ANSWERS_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use regain_core::hash::Format;

    #[test]
    fn the_round_trip_is_made_at_the_cost_of_what_is_stored() {
        let cheap = [
            "$2b$04$abcdefghijklmnopqrstuuJkPpGUUZLkOBWYYP2wPBGMkRDQxPnqy",
            "pbkdf2_sha256$1000$regainDemoSalt0000000a$d0wD2DDnVW+fWF6uUCbr0+ZqydpmRuD+Fe/EJrf+H+8=",
        ];
        for stored in cheap {
            let tried = try_out(&Recipe::keep(stored).unwrap(), None);
            assert_eq!(tried.verdict, Verdict::Holds, "{}", tried.text);
        }
    }

    #[test]
    fn what_is_written_has_known_answers() {
        for format in Format::all().filter(|format| format.is_writable()) {
            assert!(known_answers(format).next().is_some(), "{format:?}");
        }
    }
}
