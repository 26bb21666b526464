//! Whether this very program, on this machine, makes hashes that the application's own library accepts.
//!
//! Known answers were made by that library; a round trip at the accounts' own cost is made with a password of
//! nobody's. No account is read for it but for the format and cost of its hash, and none is written.

use crate::ambient::SystemEntropy;
use crate::config;
use crate::finding::Finding;
use crate::users::UserStore;
use regain_core::hash::{HashError, Identified, Recipe, StoredPassword, identify, known_answers};
use std::time::Instant;

const SUBJECT: &str = "hashes";

/// A line for each format that is going to be written.
pub(super) async fn findings(store: &dyn UserStore, users: &config::Users) -> Vec<Finding> {
    let sample = match store.sample_passwords().await {
        Ok(sample) => sample,
        Err(fault) => return vec![Finding::fails(SUBJECT, fault.to_string())],
    };
    let recipes = match Recipe::named(&users.hash) {
        Some(recipe) => vec![recipe],
        None => kept(&sample),
    };
    let tried = tokio::task::spawn_blocking(move || recipes.iter().map(try_out).collect()).await;
    tried.unwrap_or_else(|died| vec![Finding::fails(SUBJECT, died.to_string())])
}

/// One recipe for each format in the sample.
fn kept(sample: &[StoredPassword]) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for stored in sample {
        if let Identified::Known(format) = identify(stored.expose())
            && !recipes.iter().any(|recipe| recipe.format() == format)
            && let Ok(recipe) = Recipe::keep(stored.expose())
        {
            recipes.push(recipe);
        }
    }
    recipes
}

fn try_out(recipe: &Recipe) -> Finding {
    let name = recipe.format().name();
    let answers: Vec<_> = known_answers(recipe.format()).take(KNOWN_ANSWERS_MAX).collect();
    for answer in &answers {
        if answer.holds() != Ok(true) {
            return Finding::fails(SUBJECT, format!("{name}: a known answer does not verify; report this as a bug"));
        }
    }
    match round_trip(recipe) {
        Ok(milliseconds) => {
            let text = format!("{name}: {} known answers verify; one hash takes {milliseconds} ms here", answers.len());
            Finding::holds(SUBJECT, text)
        }
        Err(error) => Finding::fails(SUBJECT, format!("{name}: no round trip at the accounts' own cost: {error}")),
    }
}

fn round_trip(recipe: &Recipe) -> Result<u128, HashError> {
    let started = Instant::now();
    let stored = recipe.make_unruled(NOBODYS_PASSWORD, &SystemEntropy)?;
    let milliseconds = started.elapsed().as_millis();
    let verifies = recipe.format().verify(stored.expose(), NOBODYS_PASSWORD)?;
    let other_verifies = recipe.format().verify(stored.expose(), b"another one")?;
    if verifies && !other_verifies {
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
    fn every_format_that_is_written_makes_the_round_trip() {
        let cheap = ["$2b$04$abcdefghijklmnopqrstuuJkPpGUUZLkOBWYYP2wPBGMkRDQxPnqy"];
        let sample: Vec<_> = cheap.iter().map(|stored| StoredPassword::new(*stored)).collect();
        let recipes = kept(&sample);
        assert_eq!(recipes.len(), 1);
        assert_eq!(try_out(&recipes[0]).verdict, Verdict::Holds, "{}", try_out(&recipes[0]).text);
    }

    #[test]
    fn what_is_written_has_known_answers() {
        for format in Format::all().filter(|format| format.is_writable()) {
            assert!(known_answers(format).next().is_some(), "{format:?}");
        }
    }
}
