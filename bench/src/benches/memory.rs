//! How much memory Regain takes: when nothing happens, and at most under load.

use super::Stage;
use super::measures::note;
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let (accounts, sink) = (stage.accounts(ACCOUNTS)?, Sink::start()?);
    for round in 1..=stage.plan.rounds {
        println!("round {round}");
        let (folder, relay) = (stage.fresh("target")?, sink.address);
        let settings = Settings { program: &stage.regain, folder, ledger: None, accounts: &accounts, relay };
        let regain = Regain::start(&settings)?;
        // A dozen of the courier's ticks: by then it has looked at everything once.
        std::thread::sleep(Duration::from_millis(1500));
        report.add(IDLE, PSS, megabytes(regain.process.pss_bytes()?));

        let addresses: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, stage.plan.known));
        let load = Load::full(regain.public, CONNECTIONS, stage.turn());
        let (outcome, most) = std::thread::scope(|scope| {
            let sending = scope.spawn(|| load::run(&load, &addresses));
            let mut most = 0;
            while !sending.is_finished() {
                most = most.max(regain.process.pss_bytes().unwrap_or(0));
                std::thread::sleep(Duration::from_millis(50));
            }
            (sending.join(), most)
        });
        if let Ok(outcome) = outcome {
            note(report, LOADED, &outcome?);
        }
        report.add(LOADED, PSS, megabytes(most));
    }
    report.goal(format!("{PSS}: {IDLE}"), Bound::AtMost(15.0), report.rounds(IDLE, PSS).to_vec());
    report.goal(format!("{PSS}: {LOADED}"), Bound::AtMost(40.0), report.rounds(LOADED, PSS).to_vec());
    report.note(format!("Loaded: the most that was seen in a turn of {CONNECTIONS} connections, as fast as they go."));
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

const IDLE: &str = "idle";
const LOADED: &str = "loaded";
const PSS: &str = "PSS, MB";
const ACCOUNTS: u64 = 100_000;
const CONNECTIONS: usize = 64;
