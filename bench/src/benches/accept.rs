//! Requests accepted in a second: a bare handler, the same with a durable row, and Regain with all that it does.
//!
//! Each target has its turn in each round, starts with an empty ledger and is ended before the next one begins, so that
//! none pays for another's unfinished work.

use super::{Stage, Yardstick};
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load, Outcome};
use crate::process::free_address;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::disk;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

const ACCOUNTS: u64 = 100_000;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let accounts = stage.accounts(ACCOUNTS)?;
    for round in 1..=stage.plan.rounds {
        for &connections in &stage.plan.connections {
            println!("round {round}, {connections} connections");
            let sync = disk::fdatasync(&stage.fresh("disk")?)?;
            report.add("the disk", FDATASYNC, sync.as_secs_f64() * 1e6);
            for target in [L1, L2, REGAIN] {
                let outcome = turn(stage, target, &accounts, connections).context(target)?;
                note(report, &format!("{target}, {connections} connections"), &outcome);
            }
        }
    }
    for &connections in &stage.plan.connections {
        let [l1, l2, regain] = [L1, L2, REGAIN].map(|target| format!("{target}, {connections} connections"));
        report.goal_of_ratio(Bound::AtLeast(0.9), RATE, [&regain, &l2]);
        report.goal_of_ratio(Bound::AtLeast(0.6), RATE, [&regain, &l1]);
        let bound = if connections == 64 { Bound::AtMost(2.0) } else { Bound::None };
        report.goal_of_ratio(bound, P99, [&regain, &l2]);
    }
    let known = stage.plan.known;
    report.note(format!("L1 keeps nothing, L2 one durable row a request. {known} of the requests were for accounts."));
    Ok(())
}

fn turn(stage: &Stage, target: &str, accounts: &Path, connections: usize) -> Result<Outcome> {
    let folder = stage.fresh("target")?;
    let measured = |public: SocketAddr| {
        let addresses: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, stage.plan.known));
        load::run(&Load::full(public, connections, stage.turn()), &addresses)
    };
    match target {
        L1 => measured(Yardstick::start(&folder, &["bare"])?.public),
        L2 => measured(Yardstick::start(&folder, &["sqlite", "l2.db"])?.public),
        _ => {
            let relay = free_address()?;
            let settings = Settings { program: &stage.regain, folder, ledger: None, accounts, relay };
            measured(Regain::start(&settings)?.public)
        }
    }
}

/// Adds what a load came to.
pub(super) fn note(report: &mut Report, target: &str, outcome: &Outcome) {
    let all = outcome.all();
    report.add(target, RATE, outcome.rate());
    report.add(target, P50, all.percentile(0.5).as_secs_f64() * 1e3);
    report.add(target, P99, all.percentile(0.99).as_secs_f64() * 1e3);
    if !outcome.refused.is_empty() {
        report.note(format!("{target}: other answers, by status: {:?}", outcome.refused));
    }
}

const L1: &str = "L1";
const L2: &str = "L2 on SQLite";
const REGAIN: &str = "Regain on SQLite";

pub(super) const RATE: &str = "requests/s";
pub(super) const P50: &str = "p50, ms";
pub(super) const P99: &str = "p99, ms";
pub(super) const FDATASYNC: &str = "fdatasync p50, µs";
