//! From the start of the process to its first 200, on a ledger that has been in use.

use super::Stage;
use super::measures::milliseconds;
use crate::load::answer;
use crate::load::requests::{Addresses, Class, Requests};
use crate::load::{self, Load};
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Result, ensure};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let accounts = stage.accounts(ACCOUNTS)?;
    let sink = Sink::start()?;
    let folder = stage.fresh("target")?;
    let settings = Settings { program: &stage.regain, folder, ledger: None, accounts: &accounts, relay: sink.address };
    let regain = Regain::start(&settings)?;
    let used: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, 1.0).limited_to(USED));
    load::run(&Load::at_once(regain.public, 64), &used)?.ensure_clean()?;
    sink.wait_for(USED, PATIENCE)?;
    regain.process.terminate()?;

    for start in 0..stage.plan.rounds * STARTS {
        let began = Instant::now();
        let (process, public) = Regain::spawn(&settings)?;
        let first = Addresses::of_regain(ACCOUNTS, 0.0).counted_from(start as u64);
        wait_for_the_first_200(public, &first)?;
        report.add("Regain", FIRST, milliseconds(began.elapsed()));
        process.terminate()?;
    }
    report.goal(FIRST, Bound::AtMost(50.0), report.rounds("Regain", FIRST).to_vec());
    report.note(format!(
        "A request accepted durably, on a ledger with {USED} requests that were mailed; files in cache."
    ));
    Ok(())
}

fn wait_for_the_first_200(public: SocketAddr, first: &Addresses) -> Result<()> {
    let mut request = Vec::new();
    let _: Option<Class> = first.next(&mut request);
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok(200) = ask(public, &request) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "no 200 within {PATIENCE:?}");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn ask(public: SocketAddr, request: &[u8]) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(public)?;
    stream.write_all(request)?;
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => answer.extend_from_slice(&part[..n]),
        }
        if let Some(answer) = answer::parse(&answer) {
            return Ok(answer.status);
        }
    }
}

const FIRST: &str = "start to first 200, ms";
const ACCOUNTS: u64 = 100_000;
/// Requests that the ledger has seen.
const USED: u64 = 2_000;
/// In each round.
const STARTS: usize = 5;

const PATIENCE: Duration = Duration::from_secs(60);
