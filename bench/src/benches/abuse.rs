//! What somebody quick notices while others wish the server ill, and what memory that takes.

mod encrypted;

pub(super) use encrypted::run as run_encrypted;

use super::Stage;
use super::measures::{P50, P99, milliseconds};
use super::redeem::{copy, gather, redeemings};
use crate::attack::{self, Attack};
use crate::load::requests::{Addresses, Requests, address, post};
use crate::load::{self, Load, Outcome};
use crate::process::Process;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use crate::tls::Tls;
use anyhow::{Result, ensure};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let threads = std::thread::available_parallelism()?.get();
    let tokens = (stage.plan.seconds + 2) * 70 * threads as u64;
    let untouched = stage.accounts(tokens)?;
    for round in 1..=stage.plan.rounds {
        println!("round {round}");
        let folder = stage.fresh("target")?;
        // Passwords are written, so each round has accounts of its own.
        let (accounts, sink) = (copy(&untouched, &folder)?, Sink::start()?);
        let settings = Settings {
            program: &stage.regain,
            folder: folder.clone(),
            ledger: None,
            accounts: &accounts,
            relay: sink.address,
        };
        let mut regain = Regain::start(&settings)?;
        let tokens = gather(&regain, &sink, tokens)?;
        let mut quick = Quick { regain: &mut regain, tls: None, turn: stage.turn(), asked: 0 };
        quick.measure(report, QUIET)?;
        for attack in Attack::ALL {
            let attackers = begin(attack::command(attack, quick.regain.public, None)?, &folder)?;
            quick.measure(report, &attack.name())?;
            end(attackers);
        }
        let storm = Load::full(quick.regain.public, STORM_CONNECTIONS, 2 * stage.turn());
        let redeemings = redeemings(&tokens);
        std::thread::scope(|scope| {
            let storm = scope.spawn(|| load::run(&storm, &redeemings));
            quick.measure(report, STORM)?;
            storm.join().map_err(|_| anyhow::anyhow!("the storm died"))?.map(drop)
        })?;
    }
    let names: Vec<String> = Attack::ALL.iter().map(|attack| attack.name()).chain([STORM.to_owned()]).collect();
    for name in &names {
        // That one ends in connections being closed and made anew as fast as can be, which takes what there is.
        let bound = if *name == Attack::HeavyBodies.name() { Bound::None } else { Bound::AtMost(3.0) };
        report.goal_of_ratio(bound, P50, [name.as_str(), QUIET]);
    }
    for name in &names {
        report.goal(format!("{PSS}: {name}"), Bound::AtMost(PSS_MAX), report.rounds(name, PSS).to_vec());
    }
    report.note(
        "The quick client makes a new connection for each of its 100 requests a second, from an address of its own. Networks \
         have no limit of calls here, so that nothing but the server's build protects it. The same process answered all through.",
    );
    let about = |attack: &Attack| format!("{} {}", attack.connections(), attack.name());
    let connections: Vec<_> = Attack::ALL.iter().map(about).collect();
    report.note(format!(
        "Attackers have {} connections, made anew 50 ms after the server closes one, from eight /24 of the loopback, since one \
         network may not have so many; they run at the lowest priority, because attackers bring machines of their own. {STORM}: \
         live links on {STORM_CONNECTIONS} connections, as fast as they are taken, argon2id with 19 MiB.",
        connections.join(", ")
    ));
    Ok(())
}

/// Somebody who only wants a mail, and measures how long that takes.
struct Quick<'a> {
    regain: &'a mut Regain,
    tls: Option<Tls>,
    turn: Duration,
    /// So that no address is asked for twice.
    asked: u64,
}

impl Quick<'_> {
    fn measure(&mut self, report: &mut Report, target: &str) -> Result<()> {
        let body = format!(r#"{{"email":"{}"}}"#, address(0));
        let request =
            post("/auth/password-reset/request", "Content-Type: application/json\r\nConnection: close\r\n", &body);
        let addresses: Arc<dyn Requests> = Arc::new(Addresses::new(request, 1, 0.0).counted_from(self.asked));
        self.asked += 1_000_000;
        let connections = 4;
        let load = Load {
            pace: Duration::from_secs(1) * connections / RATE,
            tls: self.tls.clone(),
            ..Load::full(self.regain.public, connections as usize, self.turn)
        };
        let (outcome, most) = std::thread::scope(|scope| {
            let sending = scope.spawn(|| load::run(&load, &addresses));
            let most = most_pss(&self.regain.process, || sending.is_finished());
            (sending.join(), most)
        });
        let outcome: Outcome = outcome.map_err(|_| anyhow::anyhow!("the load generator died"))??;
        ensure!(self.regain.process.is_running()?, "{target}: it ended; it said:\n{}", self.regain.process.said());
        ensure!(outcome.all().len() > 0, "{target}: the quick client got no answer at all: {:?}", outcome.refused);
        report.add(target, P50, milliseconds(outcome.all().percentile(0.5)));
        report.add(target, P99, milliseconds(outcome.all().percentile(0.99)));
        report.add(target, FAILED, outcome.refused.values().sum::<u64>() as f64);
        report.add(target, PSS, most);
        Ok(())
    }
}

/// The most memory that a process takes until it `is_over`, in MiB.
fn most_pss(process: &Process, is_over: impl Fn() -> bool) -> f64 {
    let mut most = 0;
    while !is_over() {
        most = most.max(process.pss_bytes().unwrap_or(0));
        std::thread::sleep(Duration::from_millis(50));
    }
    most as f64 / f64::from(1 << 20)
}

/// Starts attackers, and waits until all of them are at it.
fn begin(attackers: Command, folder: &Path) -> Result<Process> {
    let attackers = Process::start(attackers, folder)?;
    let deadline = Instant::now() + PATIENCE;
    while !attackers.said().contains("on") {
        ensure!(Instant::now() < deadline, "after {PATIENCE:?} the attack is not on; it said:\n{}", attackers.said());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(attackers)
}

/// Ends them, and lets the server get over it.
fn end(attackers: Process) {
    drop(attackers);
    std::thread::sleep(CALM);
}

const QUIET: &str = "quiet";
const STORM: &str = "hashing-storm";
const FAILED: &str = "other answers";
const PSS: &str = "PSS, MiB";
const PSS_MAX: f64 = 256.0;

/// Of the quick client, in a second.
const RATE: u32 = 100;
const STORM_CONNECTIONS: usize = 64;
/// Between two attacks.
const CALM: Duration = Duration::from_secs(1);
/// Ten thousand handshakes take their time where others are at work.
const PATIENCE: Duration = Duration::from_secs(180);
