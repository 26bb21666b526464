//! What must be true of a history once everything works again and time has passed.

use crate::history::{Answer, Attempt, Mail};
use crate::ledger_rows::{Delivery, Entry, everything};
use crate::people::look;
use crate::run::Servers;
use crate::world::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regain_core::hash::verify;
use regain_core::request::Id;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Waits until nothing is under way, which must not take longer than the longest pause and the longest lease.
pub(crate) async fn wait_until_quiet(servers: &Arc<Servers>) {
    for _ in 0..QUIET_WITHIN_MINUTES {
        if servers.world.is_broken() || is_quiet(&servers.world.state()) {
            return;
        }
        sleep(Duration::from_secs(60)).await;
    }
    let stuck = {
        let state = servers.world.state();
        let entries = state.rows.outbox.iter().filter(|(_, entry)| entry.ended_at.is_none());
        let claims = state.rows.deliveries.iter().filter(|(_, link)| link.state == "claimed");
        format!("{:?} {:?}", entries.collect::<Vec<_>>(), claims.collect::<Vec<_>>())
    };
    servers.world.broken(format!("after {QUIET_WITHIN_MINUTES} minutes of peace this is still under way: {stuck}"));
}

/// Five minutes between two tries, two of a lease, one of a claim; clocks may have been set by ten.
const QUIET_WITHIN_MINUTES: u64 = 25;

fn is_quiet(state: &State) -> bool {
    let all_ended = state.rows.outbox.values().all(|entry| entry.ended_at.is_some());
    all_ended && state.rows.deliveries.values().all(|link| link.state != "claimed")
}

/// Judges the whole history.
pub(crate) async fn judge(servers: &Arc<Servers>) {
    if servers.world.is_broken() {
        return;
    }
    let faults = {
        let state = servers.world.state();
        let mut faults = Vec::new();
        faults.extend(state.story.acknowledged.iter().filter_map(|id| acknowledged(&state, *id).err()));
        faults.extend(state.rows.outbox.iter().filter_map(|(id, entry)| ended(&state, *id, entry).err()));
        faults.extend(writes(&state));
        faults.extend(state.story.attempts.iter().filter_map(|attempt| answered(&state, attempt).err()));
        faults
    };
    faults.into_iter().chain(secrets_in_ledger(servers)).for_each(|fault| servers.world.broken(fault));
    let mails: Vec<Mail> = servers.world.state().story.mails.clone();
    for mail in mails.iter().filter(|mail| mail.token.is_some()) {
        look(servers, mail).await;
    }
}

/// Acknowledged is never lost.
fn acknowledged(state: &State, id: Id) -> Result<(), String> {
    match state.rows.outbox.get(&id) {
        Some(_) => Ok(()),
        None => Err(format!("the request {id} was acknowledged, and is nowhere")),
    }
}

/// How an entry ended, held against what the relay was handed.
fn ended(state: &State, id: Id, entry: &Entry) -> Result<(), String> {
    let links: Vec<_> = state.rows.deliveries.iter().filter(|(_, link)| link.entry == id).collect();
    let handed = state.story.handed_over.iter().filter(|one| links.iter().any(|(id, _)| **id == one.delivery));
    let (mut taken, mut unanswered) = (0, 0);
    for one in handed {
        if one.said == "delivered" { taken += 1 } else { unanswered += 1 }
    }
    let is_right = match (&*entry.state, entry.reason.as_deref()) {
        ("mailed", None) => taken > 0,
        ("mailed", Some("unknown")) => unanswered > 0,
        ("mailed", Some(_)) => !links.is_empty(),
        ("suppressed", Some("cooldown" | "hourly" | "redeemed" | "not_me")) => true,
        ("failed", Some("refused" | "gave_up" | "ineligible" | "unknown")) => true,
        _ => false,
    };
    if !is_right {
        return Err(format!("{id} ended as {entry:?}; the relay took it {taken} times"));
    }
    let is_mailed_twice = taken > 1 || taken + unanswered > 2;
    if is_mailed_twice && state.story.was_kind {
        return Err(format!("{id} was mailed {taken} times, and {unanswered} times without an answer"));
    }
    Ok(())
}

/// A password that a link has set is settled and told, unless the account was changed again before that could be. Two links
/// of one request may both have been on their way to a directory, which shows no hashes: both are taken for written and told.
fn writes(state: &State) -> Vec<String> {
    let mut faults = Vec::new();
    for (nth, write) in state.accounts.writes.iter().enumerate() {
        let Some(delivery) = write.delivery else { continue };
        let link = &state.rows.deliveries[&delivery];
        let notices = state.rows.outbox.values().filter(|it| it.about == Some(link.entry)).count();
        let is_redeemed = |it: &&Delivery| it.entry == link.entry && it.state == "redeemed";
        let redeemed = state.rows.deliveries.values().filter(is_redeemed).count();
        let is_settled =
            link.state == "redeemed" && notices == redeemed && (redeemed == 1 || state.accounts.is_directory);
        let changed_again = state.accounts.writes[nth + 1..].iter().any(|later| later.account == write.account);
        if !is_settled && !changed_again {
            faults.push(format!(
                "{delivery} set a password at {} ms, and {notices} notices tell of {link:?}",
                write.at_ms
            ));
        }
    }
    faults
}

/// Who was told that it is done, set the password; who was told anything for good, did not.
fn answered(state: &State, attempt: &Attempt) -> Result<(), String> {
    let is_it = |stored: &str| verify(stored, attempt.password.as_bytes()).unwrap_or(false);
    let is_written = state.accounts.writes.iter().any(|it| it.account == attempt.account && is_it(&it.stored));
    let others =
        || state.story.attempts.iter().any(|other| other.password == attempt.password && !std::ptr::eq(other, attempt));
    match attempt.answer {
        Answer::Done if !is_written => Err(format!("{attempt:?}, and it was not written")),
        Answer::Dead | Answer::Weak if is_written && !others() => Err(format!("{attempt:?}, and it was written")),
        _ => Ok(()),
    }
}

/// Every password of a person here begins so, which nothing random does.
const PASSWORD_BEGIN: &[u8] = b"zq vkw pxl";

/// Nothing in the ledger opens anything: no token or code, as text or as the bytes behind it, and no password.
fn secrets_in_ledger(servers: &Servers) -> Option<String> {
    let cells = everything(&servers.world.memory);
    let holds_password = cells.iter().any(|cell| cell.windows(PASSWORD_BEGIN.len()).any(|it| it == PASSWORD_BEGIN));
    let words: HashSet<Vec<u8>> = cells
        .into_iter()
        .flat_map(|cell| {
            let is_between = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"-_".contains(byte));
            let mut words: Vec<_> = cell.split(is_between).map(<[u8]>::to_vec).collect();
            words.push(cell);
            words
        })
        .collect();
    let state = servers.world.state();
    let of_mail = |mail: &Mail| [mail.token.clone(), mail.code.clone(), Some(mail.not_me.clone())];
    let is_there = |secret: &String| {
        let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap_or_default();
        let unhyphenated = secret.replace('-', "").into_bytes();
        [secret.clone().into_bytes(), unhyphenated, bytes].iter().any(|it| !it.is_empty() && words.contains(it))
    };
    let found = state.story.mails.iter().flat_map(of_mail).flatten().find(is_there);
    let found = found.or_else(|| holds_password.then(|| "a password".to_owned()));
    found.map(|secret| format!("the ledger holds {secret}"))
}
