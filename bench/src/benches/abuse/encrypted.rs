//! The same bound on memory where the server speaks TLS itself: idle connections, each with its handshake behind it, and
//! answers that nobody reads. Here memory alone is measured.

use super::{CALM, PSS, PSS_MAX, most_pss, wait_until_on};
use crate::attack::{self, Attack};
use crate::benches::Stage;
use crate::process::Process;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Instant;

/// Those that make a server keep something for each connection.
const ATTACKS: [Attack; 3] = [Attack::Idle, Attack::SlowBodies, Attack::SlowReaders];

/// One round, with a server of its own.
pub(super) fn measure(stage: &Stage, report: &mut Report, accounts: &Path) -> Result<()> {
    let (folder, sink) = (stage.fresh("encrypted")?, Sink::start()?);
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let settings =
        Settings { program: &stage.regain, folder: folder.clone(), ledger: None, accounts, relay: sink.address };
    let tls = [
        ("REGAIN_SERVER__TLS_CERTIFICATE_FILE", certificate.display().to_string()),
        ("REGAIN_SERVER__TLS_KEY_FILE", key.display().to_string()),
    ];
    let mut regain = Regain::start_with(&settings, &tls)?;
    for attack in ATTACKS {
        let attackers = Process::start(attack::command(attack, regain.public, Some(&certificate))?, &folder)?;
        wait_until_on(&attackers)?;
        let began = Instant::now();
        let most = most_pss(&regain.process, || began.elapsed() >= stage.turn());
        ensure!(regain.process.is_running()?, "{}: it ended; it said:\n{}", name(attack), regain.process.said());
        report.add(&name(attack), PSS, most);
        drop(attackers);
        std::thread::sleep(CALM);
    }
    Ok(())
}

/// What was measured is held against the bound.
pub(super) fn hold(report: &mut Report) {
    for name in ATTACKS.map(name) {
        report.goal(format!("{PSS}: {name}"), Bound::AtMost(PSS_MAX), report.rounds(&name, PSS).to_vec());
    }
}

fn name(attack: Attack) -> String {
    format!("{} with TLS", attack.name())
}
