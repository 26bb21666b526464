//! What a proposal says whether or not a framework was recognised.

use super::candidates::Candidate;
use super::passwords::Passwords;
use super::proposal::{Entry, Proposal};
use super::samples::Samples;
use super::sessions::Endings;
use crate::users::sql::inspect::Table;
use crate::users::sql::presets::Preset;
use secrecy::{ExposeSecret, SecretString};

/// The format to write, from the sample. `usual` is what is in force without the key.
pub(super) fn passwords(proposal: &mut Proposal, samples: &Samples, table: &Table, column: &str, usual: &str) {
    if let Some(refusal) = samples.refusal(table, column) {
        let what =
            format!("{}.{column} could not be sampled: {refusal}; `regain check` tries each right", table.full_name());
        proposal.facts.push(("passwords", "not sampled".to_owned()));
        proposal.entries.push(Entry::text("hash", usual).check(what));
        return;
    }
    let found = Passwords::of(samples.of(table, column));
    let summary = found.summary();
    proposal.facts.push(("passwords", summary.clone()));
    let mut entry = Entry::text("hash", usual).because(format!("{}.", capitalised(&summary)));
    if usual == "keep" && !found.not_kept.is_empty() {
        let reasons: Vec<_> = found.not_kept.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
        let written = found.kept.or_else(|| found.not_kept.keys().find_map(|name| successor(name, proposal.preset)));
        entry = Entry::text("hash", written.unwrap_or(usual)).because(format!("{}.", capitalised(&summary)));
        entry = entry.check(format!(
            "not every account can keep its format ({}); name one that the application reads",
            reasons.join("; ")
        ));
    } else if found.known() > 0 && usual == "keep" {
        entry = entry.because("Each account keeps its own format and cost.");
    } else if is_older_wordpress(&found, usual) {
        entry = Entry::text("hash", "wordpress_phpass").because(format!("{}.", capitalised(&summary)));
        entry =
            entry.check("none is of WordPress 6.8 or later; if that is what runs, delete this line for better hashes");
    } else if usual != "keep" {
        entry = entry.because("What the application itself makes of new ones.");
    } else if found.unknown > 0 && usual == "keep" {
        entry = entry.check("no sampled password is in a format that Regain knows, so none could be replaced");
    }
    if found.unknown > 0 && found.known() > 0 {
        entry = entry.check(format!(
            "accounts whose password is in a format that Regain does not know cannot be reset ({} of {} sampled)",
            found.unknown, found.rows
        ));
    }
    if let Some((count, example)) = &found.damaged {
        entry = entry.check(format!(
            "{count} of {} sampled passwords could not be replaced, for instance: {example}",
            found.rows
        ));
    }
    proposal.entries.push(entry);
}

/// What to write in place of a format that is only read, or written only where somebody names it: what the applications
/// that read it read as well.
fn successor(format: &str, preset: Option<&Preset>) -> Option<&'static str> {
    match (format, preset.map(|preset| preset.name)) {
        ("aspnet_identity_v2", _) => Some("aspnet_identity_v3"),
        ("phpass", _) => Some("phpass"),
        ("firebase_scrypt", Some("gotrue")) => Some("bcrypt"),
        _ => None,
    }
}

/// Whether WordPress has not written anything since it has had bcrypt. All its releases read the older format.
fn is_older_wordpress(found: &Passwords, usual: &str) -> bool {
    usual == "wordpress_bcrypt" && found.kept != Some(usual) && found.not_kept.contains_key("phpass")
}

/// `email_verified`, if the application uses that column. `is_preset` is whether the preset names it anyway.
pub(super) fn verified(proposal: &mut Proposal, sample: &[Option<SecretString>], column: &str, is_preset: bool) {
    let verified = sample.iter().flatten().filter(|value| !is_no(value.expose_secret())).count();
    let rows = sample.len();
    if rows == 0 && !is_preset {
        let what = format!(
            "{column} may say whether an address was verified; no account shows it yet. If so, name it in `email_verified`"
        );
        proposal.entries.push(Entry::remark().check(what));
        return;
    }
    if rows > 0 && verified == 0 {
        let what = format!(
            "none of {rows} sampled addresses is verified ({column}), so all addresses count here; otherwise nobody could reset"
        );
        proposal.entries.push(Entry::text("email_verified", "").check(what));
        return;
    }
    let mut entry = Entry::text("email_verified", column);
    if verified < rows {
        entry = entry.check(format!(
            "{verified} of {rows} sampled addresses are verified ({column}) and the others get no mail; empty, all addresses count"
        ));
    } else if is_preset {
        return;
    }
    proposal.entries.push(entry);
}

/// What an application writes for "not verified".
fn is_no(value: &str) -> bool {
    ["", "0", "0.0", "f", "false", "n", "no"].contains(&value.to_ascii_lowercase().as_str())
}

/// `after_reset` by what was found. `known` is what is known of the framework's sessions.
pub(super) fn sessions(proposal: &mut Proposal, found: Endings, known: Option<&str>) {
    let mut entry = Entry::texts("after_reset", found.statements.clone()).checks(found.checks);
    match (known, found.statements.is_empty()) {
        (Some(known), true) => {
            proposal.facts.push(("sessions", known.to_owned()));
            if entry.checks.is_empty() {
                return;
            }
            entry.setting = None;
        }
        (_, false) => {
            let count = found.statements.len();
            proposal.facts.push((
                "sessions",
                match count {
                    1 => "1 statement in after_reset, by the names of tables".to_owned(),
                    _ => format!("{count} statements in after_reset, by the names of tables"),
                },
            ));
            entry = entry.because(
                "What ends an account's sessions and its other reset tokens, by the names of tables and columns.",
            );
        }
        (None, true) => {
            proposal.facts.push(("sessions", "no table of sessions found".to_owned()));
            entry = entry.because("No table of sessions was found.");
            entry = entry.check("sessions kept elsewhere (files, Redis, signed cookies) would outlive a reset");
        }
    }
    proposal.entries.push(entry);
}

/// Names the other tables with passwords: a second Regain may serve them, this one does not.
pub(super) fn other_accounts(proposal: &mut Proposal, candidates: &[Candidate<'_>], samples: &Samples) {
    let mut others: Vec<String> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| candidate.accounts.full_name() != proposal.accounts) {
        let (table, secrets) = (candidate.accounts.full_name(), samples.of(candidate.secrets(), candidate.password));
        if Passwords::of(secrets).known() > 0 && !others.contains(&table) {
            others.push(table);
        }
    }
    if !others.is_empty() {
        let what =
            format!("passwords are in {} too; one configuration serves one table of accounts", others.join(", "));
        proposal.check_at("table", what);
    }
}

/// Whether any of these is like an address.
pub(super) fn holds_addresses(sample: &[Option<SecretString>]) -> bool {
    sample.iter().flatten().any(|text| text.expose_secret().contains('@'))
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
