//! Passwords set in a second: through Regain, each with a token out of a mail, and the bare hash function on as many
//! threads. And what a storm of them does to those who only ask for a mail.

use super::Stage;
use super::measures::{P50, P99, milliseconds};
use crate::hash;
use crate::load::requests::{Addresses, Prepared, Requests, post_json};
use crate::load::{self, Load, Outcome};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let threads = std::thread::available_parallelism()?.get();
    // A core makes some 35 a second; twice as many are enough for two turns and their warm-ups.
    let tokens = (stage.plan.seconds + 2) * 2 * 70 * threads as u64;
    let untouched = stage.accounts(tokens)?;
    for round in 1..=stage.plan.rounds {
        println!("round {round}, {tokens} tokens");
        report.add(BARE, RATE, hash::rate(threads, stage.turn()));
        // Passwords are written, so each round has accounts of its own.
        let folder = stage.fresh("target")?;
        let accounts = copy(&untouched, &folder)?;
        let sink = Sink::start()?;
        let settings =
            Settings { program: &stage.regain, folder, ledger: None, accounts: &accounts, relay: sink.address };
        let regain = Regain::start(&settings)?;
        let mut tokens = gather(&regain, &sink, tokens)?;
        let storm = tokens.split_off(tokens.len() / 2);

        let alone = load::run(&Load::full(regain.public, 2 * threads, stage.turn()), &redeemings(&tokens))?;
        alone.ensure_clean()?;
        report.add(REGAIN, RATE, alone.rate());
        report.add(REGAIN, P50, milliseconds(alone.all().percentile(0.5)));
        report.add(REGAIN, P99, milliseconds(alone.all().percentile(0.99)));

        note_calm_and_storm(stage, report, &regain, &storm)?;
    }
    report.goal_of_ratio(Bound::AtLeast(0.95), RATE, [REGAIN, BARE]);
    report.goal_of_ratio(Bound::AtMost(2.0), P99, [STORM, CALM]);
    report.note(format!(
        "argon2id with 19 MiB, two passes and one lane on {threads} threads; Regain has {} redeemings under way at a time. \
         The other requests come at {PACED} a second.",
        2 * threads
    ));
    Ok(())
}

/// Asks for mails to so many accounts, and takes the tokens out of them.
pub(super) fn gather(regain: &Regain, sink: &Sink, wanted: u64) -> Result<Vec<String>> {
    let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(wanted, 1.0).limited_to(wanted));
    load::run(&Load::at_once(regain.public, 64), &requests)?.ensure_clean()?;
    sink.wait_for(wanted, PATIENCE)?;
    let tokens = sink.take_tokens();
    ensure!(tokens.len() as u64 == wanted, "{} tokens in {wanted} mails", tokens.len());
    Ok(tokens)
}

pub(super) fn redeemings(tokens: &[String]) -> Arc<dyn Requests> {
    let body = |token: &String| format!(r#"{{"token":"{token}","new_password":"New-Violin-Harbour-82"}}"#);
    let request = |token| post_json("/auth/password-reset/confirm", &body(token));
    Arc::new(Prepared::new(tokens.iter().map(request).collect()))
}

/// The same requests, without and then with redeemings that keep every thread busy.
fn note_calm_and_storm(stage: &Stage, report: &mut Report, regain: &Regain, tokens: &[String]) -> Result<()> {
    let paced = Load {
        pace: Duration::from_secs(1) * PACED_CONNECTIONS / PACED,
        ..Load::full(regain.public, PACED_CONNECTIONS as usize, stage.turn())
    };
    let requests = |from: u64| -> Arc<dyn Requests> { Arc::new(Addresses::of_regain(1, 0.0).counted_from(from)) };
    let mut note = |target: &str, outcome: &Outcome| -> Result<()> {
        outcome.ensure_clean()?;
        report.add(target, P50, milliseconds(outcome.all().percentile(0.5)));
        report.add(target, P99, milliseconds(outcome.all().percentile(0.99)));
        Ok(())
    };
    note(CALM, &load::run(&paced, &requests(0))?)?;
    let storm = Load::full(regain.public, 2 * std::thread::available_parallelism()?.get(), stage.turn());
    let redeemings = redeemings(tokens);
    let (under_storm, storm) = std::thread::scope(|scope| {
        let storm = scope.spawn(|| load::run(&storm, &redeemings));
        (load::run(&paced, &requests(1_000_000)), storm.join())
    });
    if let Ok(storm) = storm {
        storm?.ensure_clean()?;
    }
    note(STORM, &under_storm?)
}

pub(super) fn copy(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join("accounts.db");
    std::fs::copy(file, &to)?;
    Ok(to)
}

const REGAIN: &str = "Regain";
const BARE: &str = "the bare hash function";
const CALM: &str = "requests, before";
const STORM: &str = "requests, in a storm of redeemings";
const RATE: &str = "hashes/s";

/// Requests a second beside the storm, and on how many connections.
const PACED: u32 = 200;
const PACED_CONNECTIONS: u32 = 20;

const PATIENCE: Duration = Duration::from_secs(120);
