//! Mails delivered in a second: Regain's, from accepted requests for accounts to `smtp-sink`, and those of Postfix's own
//! `smtp-source -d`, which sends as many of the same size over as many kept connections.

use super::Stage;
use super::measures::{FDATASYNC, microseconds};
use crate::disk;
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load};
use crate::postfix::{self, SmtpSink};
use crate::processor::ProcessorTime;
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
        arriving(stage, report, &accounts)?;
        let sessions = waiting(stage, report, &accounts)?;
        let sink = SmtpSink::start()?;
        let began = ProcessorTime::now();
        postfix::send(sink.address, mails, sessions, octets)?;
        report.add(SOURCE, RATE, sink.rate_of(mails, PATIENCE)?);
        report.add(SOURCE, SESSIONS, sessions as f64);
        note_stolen(report, SOURCE, began);
    }
    report.goal_of_ratio(Bound::AtLeast(0.8), RATE, [DRAINING, SOURCE]);
    report.note(format!(
        "{mails} mails a turn, {octets} octets each, no TLS (smtp-sink has none). Between the first mail and the last, as \
         the sink counts them. {DRAINING}: the sink hangs until all requests are accepted, durably; {ARRIVING}: they are \
         accepted in the same time."
    ));
    Ok(())
}

/// Mails of requests that were accepted before: the sink hung meanwhile. Hands back how many connections there were.
fn waiting(stage: &Stage, report: &mut Report, accounts: &Path) -> Result<usize> {
    let mails = stage.plan.mails;
    let sink = SmtpSink::start()?;
    let regain = start(stage, accounts, &sink)?;
    sink.hang()?;
    request(&regain, mails)?;
    std::thread::sleep(SETTLING);
    let began = ProcessorTime::now();
    sink.go_on()?;
    let rate = sink.rate_of(mails, PATIENCE).context("mails that Regain accepted")?;
    report.add(DRAINING, RATE, rate);
    note_stolen(report, DRAINING, began);
    let sessions = sink.sessions();
    report.add(DRAINING, SESSIONS, sessions as f64);
    Ok(sessions.max(1))
}

/// Mails of requests that are accepted in the same time.
fn arriving(stage: &Stage, report: &mut Report, accounts: &Path) -> Result<()> {
    let mails = stage.plan.mails;
    let sink = SmtpSink::start()?;
    let regain = start(stage, accounts, &sink)?;
    let (began, before) = (Instant::now(), ProcessorTime::now());
    request(&regain, mails)?;
    report.add(ARRIVING, ACCEPTED, mails as f64 / began.elapsed().as_secs_f64());
    let rate = sink.rate_of(mails, PATIENCE).context("mails that Regain accepted")?;
    report.add(ARRIVING, RATE, rate);
    report.add(ARRIVING, END_TO_END, mails as f64 / began.elapsed().as_secs_f64());
    note_stolen(report, ARRIVING, before);
    Ok(())
}

fn note_stolen(report: &mut Report, target: &str, began: Option<ProcessorTime>) {
    if let Some(stolen) = began.and_then(ProcessorTime::stolen_since_then) {
        report.add(target, STOLEN, stolen);
    }
}

fn start(stage: &Stage, accounts: &Path, sink: &SmtpSink) -> Result<Regain> {
    let folder = stage.fresh("target")?;
    Regain::start(&Settings { program: &stage.regain, folder, ledger: None, accounts, relay: sink.address })
}

fn request(regain: &Regain, mails: u64) -> Result<()> {
    let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(mails.max(1000), 1.0).limited_to(mails));
    load::run(&Load::at_once(regain.public, 64), &requests)?.ensure_clean()
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

const DRAINING: &str = "Regain, draining";
const ARRIVING: &str = "Regain, while requests arrive";
const SOURCE: &str = "smtp-source -d";
const RATE: &str = "mails/s";
const ACCEPTED: &str = "accepted/s meanwhile";
const END_TO_END: &str = "mails/s from the first request on";
const SESSIONS: &str = "connections";
const STOLEN: &str = "processors' time to others, %";

/// Until the courier has noticed that requests press no longer.
const SETTLING: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(120);
