//! The same where the server speaks TLS itself: idle connections, each with its handshake behind it, bodies by drops, and
//! answers that nobody reads. The quick client shakes hands for each request, too.

use super::{PSS, PSS_MAX, Quick, begin, end};
use crate::attack::{self, Attack};
use crate::benches::Stage;
use crate::benches::measures::P50;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use crate::tls::Tls;
use anyhow::Result;
use std::path::PathBuf;

/// Those that make a server keep something for each connection.
const ATTACKS: [Attack; 3] = [Attack::Idle, Attack::SlowBodies, Attack::SlowReaders];
const QUIET: &str = "quiet with TLS";

pub(in crate::benches) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    for round in 1..=stage.plan.rounds {
        println!("round {round}");
        measure(stage, report)?;
    }
    for name in ATTACKS.map(name) {
        report.goal_of_ratio(Bound::AtMost(3.0), P50, [name.as_str(), QUIET]);
    }
    for name in ATTACKS.map(name) {
        report.goal(format!("{PSS}: {name}"), Bound::AtMost(PSS_MAX), report.rounds(&name, PSS).to_vec());
    }
    report.note(
        "The quick client shakes hands in full for each of its 100 requests a second. The same process answered all through. \
         Whoever is thrown out connects anew after 50 ms, and shakes hands again.",
    );
    let about = |attack: &Attack| format!("{} {}", attack.connections(), attack.name());
    let connections: Vec<_> = ATTACKS.iter().map(about).collect();
    report.note(format!("Connections of attackers, from eight /24 of the loopback: {}.", connections.join(", ")));
    Ok(())
}

/// One round, with a server of its own.
fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let (folder, sink, accounts) = (stage.fresh("target")?, Sink::start()?, stage.accounts(ACCOUNTS)?);
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let [certificate, key]: [PathBuf; 2] = ["certificate.pem", "key.pem"].map(|file| folder.join(file));
    std::fs::write(&certificate, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let (program, relay) = (&stage.regain, sink.address);
    let settings = Settings { program, folder: folder.clone(), ledger: None, accounts: &accounts, relay };
    let tls = [
        ("REGAIN_SERVER__TLS_CERTIFICATE_FILE", certificate.display().to_string()),
        ("REGAIN_SERVER__TLS_KEY_FILE", key.display().to_string()),
    ];
    let mut regain = Regain::start_with(&settings, &tls)?;
    let tls = Some(Tls::trusting(&certificate)?);
    let mut quick = Quick { regain: &mut regain, tls, turn: stage.turn(), asked: 0 };
    quick.measure(report, QUIET)?;
    for attack in ATTACKS {
        let attackers = begin(attack::command(attack, quick.regain.public, Some(&certificate))?, &folder)?;
        quick.measure(report, &name(attack))?;
        end(attackers);
    }
    Ok(())
}

fn name(attack: Attack) -> String {
    format!("{} with TLS", attack.name())
}

/// Nobody of them is asked for.
const ACCOUNTS: u64 = 1000;
