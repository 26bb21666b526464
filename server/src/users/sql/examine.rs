//! What is said of a user store after it was looked over: the same words for every engine.

use crate::config;
use crate::finding::Finding;
use crate::hashing;
use crate::users::StoreFault;
use regain_core::hash::{Format, Identified, StoredPassword, identify};
use std::collections::BTreeMap;

/// The subject of these findings.
pub(super) const STORE: &str = "user store";

/// Which formats a sample of the stored passwords has, and whether Regain can write over what it found. Of an account
/// without a password there is nothing in the sample.
pub(super) fn formats(sample: &[StoredPassword], users: &config::Users) -> Finding {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut not_kept: BTreeMap<&'static str, String> = BTreeMap::new();
    for stored in sample.iter().map(StoredPassword::expose) {
        let found = identify(stored);
        let name = found.name();
        *counts.entry(name).or_default() += 1;
        if found != Identified::Unusable
            && let Err(error) = hashing::recipe(users, stored)
        {
            not_kept.entry(name).or_insert_with(|| error.to_string());
        }
    }
    let counted: Vec<_> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    if let Some((name, error)) = not_kept.first_key_value() {
        let text = format!(
            "of {} stored passwords ({}) some cannot be replaced, {name}: {error}",
            sample.len(),
            counted.join(", "),
        );
        return Finding::fails(STORE, text);
    }
    match counted[..] {
        [] => Finding::advice(STORE, "no account has a password yet, so nothing shows which format to write"),
        _ if is_new_here(&users.hash, &counts) => {
            let text = format!(
                "stored passwords, of a sample of {}: {}; none is {} as new ones will be (users.hash): make sure that the \
                 application reads that",
                sample.len(),
                counted.join(", "),
                users.hash,
            );
            Finding::advice(STORE, text)
        }
        _ => {
            Finding::holds(STORE, format!("stored passwords, of a sample of {}: {}", sample.len(), counted.join(", ")))
        }
    }
}

/// Whether `hash` names a format that no stored password has. One without a mark would not show.
fn is_new_here(hash: &str, counts: &BTreeMap<&'static str, usize>) -> bool {
    Format::named(hash).is_some_and(|format| format.has_mark() && !counts.contains_key(format.name()))
}

/// Reachable, and every statement understood.
pub(super) fn usable() -> Finding {
    Finding::holds(STORE, "it can be reached, searched and written, and has all that is configured")
}

/// Something that was not found out, as where the whole of a big table would have to be read for it. `what` is one of
/// the sentences below.
pub(super) fn left_open(what: &str, why: &StoreFault) -> Finding {
    Finding::advice(STORE, format!("{what}; {why}"))
}

/// How many addresses more than one account has. Where they differ in case, each is found by its exact spelling.
pub(super) fn shared_addresses(count: u64) -> Finding {
    let belong = match count {
        0 => return Finding::holds(STORE, "no two accounts share an address"),
        1 => "1 address belongs to several accounts; it gets".to_owned(),
        n => format!("{n} addresses belong to several accounts each; they get"),
    };
    Finding::advice(STORE, format!("{belong} no mail, unless they differ in case and one is typed exactly as on file"))
}

/// What Regain may do in the database, against what it needs: `missing` and `more` as GRANTs would say it.
pub(super) fn rights(missing: &[String], more: &[String]) -> Finding {
    if !missing.is_empty() {
        let text = format!("Regain may not do all that a reset needs; as the owner: {}", missing.join("; "));
        return Finding::fails(STORE, text);
    }
    if !more.is_empty() {
        let text = format!(
            "Regain may do more than a reset needs: {}; docs/operate/databases.md in the source has the least",
            more.join("; ")
        );
        return Finding::advice(STORE, text);
    }
    Finding::holds(STORE, "the rights are sufficient, and no more than that")
}

/// Whether a look-up uses an index; `create` is the statement that makes one.
pub(super) fn index(create: Option<&str>) -> Finding {
    match create {
        None => Finding::holds(STORE, "look-ups use an index"),
        Some(create) => {
            Finding::advice(STORE, format!("each look-up reads the whole table; an index would help: {create}"))
        }
    }
}

/// What ends the sessions. `left_out` names the tables whose statements are left out, since they are not there.
pub(super) fn sessions(users: &config::Users, left_out: &[String]) -> Finding {
    let run = users.after_reset.len() - left_out.len();
    let left_out = match left_out {
        [] => String::new(),
        tables => format!("; without {}, which this database has not got", tables.join(", ")),
    };
    // The preset's sentence is about the preset's statements.
    let preset = users.preset.zip(users.url.engine());
    let preset = preset.filter(|(preset, engine)| users.after_reset == preset.after_reset(*engine));
    let preset = preset.map(|(preset, _)| preset);
    if let Some(step) = users.after_reset.iter().find(|step| preset.is_none() && is_about_everybody(&step.sql)) {
        let text = format!(
            "users.after_reset: `{}` has neither :id nor :email, so every reset runs it on the accounts of all",
            step.sql
        );
        return Finding::advice(STORE, text);
    }
    match (preset, run) {
        (Some(preset), _) if preset.ends_sessions => Finding::holds(STORE, format!("{}{left_out}", preset.sessions)),
        (Some(preset), _) => Finding::advice(STORE, format!("{}{left_out}", preset.sessions)),
        (_, 0) => Finding::advice(
            STORE,
            "nothing ends the sessions of an account whose password was reset; see users.after_reset",
        ),
        (_, 1) => {
            Finding::holds(STORE, format!("users.after_reset has a statement that runs with every reset{left_out}"))
        }
        (_, n) => {
            Finding::holds(STORE, format!("users.after_reset has {n} statements that run with every reset{left_out}"))
        }
    }
}

/// Whether nothing in the statement says whose reset it was.
fn is_about_everybody(sql: &str) -> bool {
    ![":id", ":email"].iter().any(|bind| sql.contains(bind))
}

pub(super) const NO_PLAN: &str = "whether look-ups use an index was not found out";
pub(super) const NOT_COUNTED: &str = "accounts that share an address were not counted";
pub(super) const NOT_SAMPLED: &str = "the formats of the stored passwords were not looked at";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreUrl;
    use crate::finding::Verdict;
    use crate::users::conformance::users_config;

    fn of(stored: &str, hash: &str) -> Finding {
        let users = config::Users { hash: hash.into(), ..users_config(StoreUrl::Sqlite("app.db".into())) };
        formats(&[StoredPassword::new(stored)], &users)
    }

    #[test]
    fn a_statement_about_everybody_is_pointed_out() {
        let told = |sql: &str| {
            let users = users_config(StoreUrl::Sqlite("app.db".into()));
            sessions(&config::Users { after_reset: vec![sql.into()], ..users }, &[])
        };
        assert_eq!(told("DELETE FROM sessions WHERE account_id = :id").verdict, Verdict::Holds);
        let found = told("DELETE FROM sessions");
        assert!(found.verdict == Verdict::Advice && found.text.contains("neither :id nor :email"), "{found:?}");
    }

    #[test]
    fn a_format_that_no_account_has_is_a_question_for_the_application() {
        let (phpass, wordpress) = ("$P$BVwXyK5QZ0v1fZ1mZ0QmJxv1sSLt5B/", "wordpress_bcrypt");
        let own = "$wp$2y$04$0gRRakr9T6otETyVROr7RegLuJipClAVkvVSZEqY/XegpyFlgVP7G";
        let found = of(phpass, wordpress);
        assert!(found.verdict == Verdict::Advice && found.text.contains("none is wordpress_bcrypt"), "{found:?}");
        assert_eq!(of(own, wordpress).verdict, Verdict::Holds);
        assert_eq!(of(phpass, "wordpress_phpass").verdict, Verdict::Holds);
        assert_eq!(of(phpass, "keep").verdict, Verdict::Fails);
    }
}
