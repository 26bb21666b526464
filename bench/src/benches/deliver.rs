//! Mails delivered in a second: Regain's, from accepted requests for accounts to `smtp-sink`, and those of Postfix's own
//! `smtp-source -d`, which sends as many of the same size over as many kept connections.

use super::Stage;
use super::measures::{FDATASYNC, microseconds};
use crate::disk;
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load};
use crate::postfix::{self, SmtpSink};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let mails = stage.plan.mails;
    let accounts = stage.accounts(mails.max(1000))?;
    let octets = octets_of_a_mail(stage, &accounts)?;
    report.took_part(postfix::version()?);
    for round in 1..=stage.plan.rounds {
        println!("round {round}, {mails} mails");
        report.add("the disk", FDATASYNC, microseconds(disk::fdatasync(&stage.fresh("disk")?)?));
        let sessions = turn_of_regain(stage, report, &accounts)?;
        let sink = SmtpSink::start()?;
        postfix::send(sink.address, mails, sessions, octets)?;
        report.add(SOURCE, RATE, sink.rate_of(mails, PATIENCE)?);
        report.add(SOURCE, SESSIONS, sessions as f64);
    }
    report.goal_of_ratio(Bound::AtLeast(0.8), RATE, [REGAIN, SOURCE]);
    report.note(format!(
        "{mails} mails a turn, {octets} octets each, no TLS (smtp-sink has none). Between the first mail and the last, as \
         the sink counts them; Regain accepts the requests, durably, in the same time."
    ));
    Ok(())
}

/// Hands back how many connections it had open.
fn turn_of_regain(stage: &Stage, report: &mut Report, accounts: &Path) -> Result<usize> {
    let mails = stage.plan.mails;
    let sink = SmtpSink::start()?;
    let folder = stage.fresh("target")?;
    let settings = Settings { program: &stage.regain, folder, ledger: None, accounts, relay: sink.address };
    let regain = Regain::start(&settings)?;
    let began = Instant::now();
    let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(mails.max(1000), 1.0).limited_to(mails));
    load::run(&Load::at_once(regain.public, 64), &requests)?.ensure_clean()?;
    report.add(REGAIN, ACCEPTED, mails as f64 / began.elapsed().as_secs_f64());
    let sessions = sink.sessions();
    let rate = sink.rate_of(mails, PATIENCE).context("mails that Regain accepted")?;
    report.add(REGAIN, RATE, rate);
    report.add(REGAIN, END_TO_END, mails as f64 / began.elapsed().as_secs_f64());
    let sessions = sessions.max(sink.sessions());
    report.add(REGAIN, SESSIONS, sessions as f64);
    Ok(sessions.max(1))
}

fn octets_of_a_mail(stage: &Stage, accounts: &Path) -> Result<usize> {
    let sink = Sink::start()?;
    let folder = stage.fresh("target")?;
    let settings = Settings { program: &stage.regain, folder, ledger: None, accounts, relay: sink.address };
    let regain = Regain::start(&settings)?;
    let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(1, 1.0).limited_to(1));
    load::run(&Load::at_once(regain.public, 1), &requests)?.ensure_clean()?;
    sink.wait_for(1, PATIENCE)?;
    Ok(sink.octets())
}

const REGAIN: &str = "Regain";
const SOURCE: &str = "smtp-source -d";
const RATE: &str = "mails/s";
const ACCEPTED: &str = "accepted/s meanwhile";
const END_TO_END: &str = "mails/s from the first request on";
const SESSIONS: &str = "connections";

const PATIENCE: Duration = Duration::from_secs(120);
