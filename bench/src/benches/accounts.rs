//! What a request and its look-up cost when there are more and more accounts.
//!
//! All requests but the last are for nobody: each is accepted, looked up and ended, and nothing is mailed that would
//! cost the same everywhere. The last one is for an account; when its mail comes, the others have been worked off.

use super::Stage;
use super::measures::{FDATASYNC, P50, RATE, microseconds, milliseconds};
use crate::disk;
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let sizes: Vec<u64> = SIZES.iter().copied().filter(|size| *size <= stage.plan.accounts_max).collect();
    for size in &sizes {
        println!("{size} accounts are made, unless they are there");
        stage.accounts(*size)?;
    }
    for round in 1..=stage.plan.rounds {
        println!("round {round}");
        report.add("the disk", FDATASYNC, microseconds(disk::fdatasync(&stage.fresh("disk")?)?));
        for size in &sizes {
            turn(stage, report, *size).with_context(|| name(*size))?;
        }
    }
    let least = name(sizes.first().copied().unwrap_or_default());
    for size in sizes.iter().skip(1) {
        report.goal_of_ratio(Bound::AtMost(1.2), COST, [&name(*size), &least]);
        report.goal_of_ratio(Bound::AtMost(1.2), P50, [&name(*size), &least]);
    }
    report.note(format!(
        "{COST}: of Regain's process, from the first request until all were looked up and ended. {} requests a turn.",
        requests(stage)
    ));
    Ok(())
}

fn turn(stage: &Stage, report: &mut Report, size: u64) -> Result<()> {
    let accounts = stage.accounts(size)?;
    let sink = Sink::start()?;
    let folder = stage.fresh("target")?;
    let settings = Settings { program: &stage.regain, folder, ledger: None, accounts: &accounts, relay: sink.address };
    let regain = Regain::start(&settings)?;
    // What is done once, at the first request and the first look-up, is no request's cost.
    one_for_an_account(&regain, 0)?;
    sink.wait_for(1, PATIENCE)?;

    let (began, used) = (Instant::now(), regain.process.cpu()?);
    let all: Arc<dyn Requests> = Arc::new(Addresses::of_regain(size, 0.0).limited_to(requests(stage)));
    let outcome = load::run(&Load::at_once(regain.public, 64), &all)?;
    outcome.ensure_clean()?;
    one_for_an_account(&regain, 1)?;
    sink.wait_for(2, PATIENCE)?;
    let cost = microseconds(regain.process.cpu()?.saturating_sub(used)) / requests(stage) as f64;

    let target = name(size);
    report.add(&target, COST, cost);
    report.add(&target, RATE, outcome.rate());
    report.add(&target, P50, milliseconds(outcome.all().percentile(0.5)));
    report.add(&target, WORKED_OFF, requests(stage) as f64 / began.elapsed().as_secs_f64());
    Ok(())
}

fn one_for_an_account(regain: &Regain, number: u64) -> Result<()> {
    let one: Arc<dyn Requests> = Arc::new(Addresses::of_regain(number + 1, 1.0).limited_to(1).counted_from(number));
    load::run(&Load::at_once(regain.public, 1), &one)?.ensure_clean()
}

/// Enough for the kernel's clock, which counts processor time in hundredths of a second.
fn requests(stage: &Stage) -> u64 {
    stage.plan.seconds * 4_000
}

fn name(size: u64) -> String {
    format!("{} accounts", crate::report::number(size as f64))
}

const SIZES: [u64; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const COST: &str = "processor time a request, µs";
const WORKED_OFF: &str = "worked off/s";

const PATIENCE: Duration = Duration::from_secs(300);
