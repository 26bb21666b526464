//! Whether the time of an answer tells if there is an account: one connection, one request at a time, in an order that
//! nothing could learn. The finer test has the ledger in memory, where no disk blurs it; a durable run stands beside.

use super::Stage;
use super::measures::{microseconds, note};
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    for round in 1..=stage.plan.rounds {
        for target in [IN_MEMORY, DURABLE] {
            println!("round {round}, {target}");
            turn(stage, report, target)?;
        }
    }
    for target in [IN_MEMORY, DURABLE] {
        let distances = report.rounds(target, AUC).iter().map(|auc| (auc - 0.5).abs()).collect();
        report.goal(format!("{target}: AUC, distance from 0.5"), Bound::AtMost(0.01), distances);
        let differences = report.rounds(target, DIFFERENCE).iter().zip(report.rounds(target, HALF_WIDTH));
        let shares = differences.map(|(difference, half_width)| difference.abs() / half_width.max(1.0)).collect();
        report.goal(format!("{target}: difference / max(1 µs, half-width)"), Bound::AtMost(1.0), shares);
    }
    report.note("Half of the requests are for accounts, each for another one; the half-width is that of 99 %.");
    Ok(())
}

fn turn(stage: &Stage, report: &mut Report, target: &str) -> Result<()> {
    let accounts = stage.accounts(ACCOUNTS)?;
    let sink = Sink::start()?;
    let folder = if target == IN_MEMORY { Memory::new()? } else { Memory(stage.fresh("target")?) };
    let settings = Settings {
        program: &stage.regain,
        folder: folder.0.clone(),
        ledger: None,
        accounts: &accounts,
        relay: sink.address,
    };
    let regain = Regain::start(&settings)?;
    let addresses: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, 0.5));
    let outcome = load::run(&Load::full(regain.public, 1, stage.turn()), &addresses)?;
    outcome.ensure_clean()?;
    note(report, target, &outcome);
    let median = |class: &load::histogram::Histogram| microseconds(class.percentile(0.5));
    let half_width = |class: &load::histogram::Histogram| microseconds(class.half_width_of_median());
    let (known, unknown) = (&outcome.known, &outcome.unknown);
    report.add(target, AUC, known.auc(unknown));
    report.add(target, DIFFERENCE, median(known) - median(unknown));
    report.add(target, HALF_WIDTH, half_width(known).hypot(half_width(unknown)));
    Ok(())
}

/// A folder that goes when this does.
struct Memory(PathBuf);

impl Memory {
    fn new() -> Result<Self> {
        let folder = PathBuf::from(format!("/dev/shm/regain-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const IN_MEMORY: &str = "Regain, ledger in memory";
const DURABLE: &str = "Regain, ledger on disk";
const AUC: &str = "AUC";
const DIFFERENCE: &str = "known − unknown p50, µs";
const HALF_WIDTH: &str = "its half-width, µs";
const ACCOUNTS: u64 = 1_000_000;
