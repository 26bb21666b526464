//! What other servers' own resets do under the same load: how many they accept, and whether they give accounts away.

mod servers;

use super::Stage;
use super::measures::{P50, P99, RATE, microseconds, note};
use crate::load::requests::{Addresses, Requests, address, post_json};
use crate::load::{self, Load};
use crate::postgres;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use servers::Peer;
use std::net::SocketAddr;
use std::sync::Arc;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let server = stage.postgres()?;
    report.took_part(postgres::version(&server)?);
    let sink = Sink::start()?;
    let accounts = stage.accounts(ACCOUNTS)?;
    let mut peers = Vec::new();
    for start in servers::ALL {
        let peer = start(&server, &stage.fresh("peers")?, sink.address)?;
        println!("{} is ready", peer.name);
        peers.push(peer);
    }
    for round in 0..stage.plan.rounds {
        println!("round {}", round + 1);
        // No account twice within a minute: a peer may refuse that.
        let first = (round * ACCOUNTS as usize / stage.plan.rounds) as u64;
        let folder = stage.fresh("target")?;
        let settings =
            Settings { program: &stage.regain, folder, ledger: None, accounts: &accounts, relay: sink.address };
        let regain = Regain::start(&settings)?;
        let body = format!(r#"{{"email":"{}"}}"#, address(0));
        let request = post_json("/auth/password-reset/request", &body);
        turn(stage, report, &Subject { name: REGAIN, public: regain.public, request: &request, also: None }, first)?;
        drop(regain);
        for Peer { name, public, request, also, .. } in &peers {
            let subject = Subject { name, public: *public, request, also: *also };
            turn(stage, report, &subject, first).context(*name)?;
        }
    }
    for peer in &peers {
        report.goal_of_ratio(Bound::None, RATE, [peer.name, REGAIN]);
    }
    report.note(format!(
        "{ACCOUNTS} accounts each, half of the requests for one of them. Requests/s, {P50} and {P99} at c={CONNECTIONS}; \
         what tells accounts apart on one connection, one request at a time. Django: gunicorn with two workers of four \
         threads, kept database connections, an index on upper(email), mail to a relay on this machine. better-auth: it \
         prints its token instead of mailing it. Unleash: mail to the same relay; 404 for nobody's address is its answer."
    ));
    Ok(())
}

/// Whose turn it is.
struct Subject<'a> {
    name: &'a str,
    public: SocketAddr,
    request: &'a [u8],
    also: Option<u16>,
}

fn turn(stage: &Stage, report: &mut Report, subject: &Subject, first: u64) -> Result<()> {
    let send = |connections: usize, first: u64| {
        let addresses = Addresses::new(subject.request.to_vec(), ACCOUNTS, 0.5).counted_from(first);
        let addresses: Arc<dyn Requests> = Arc::new(addresses);
        load::run(&Load { also: subject.also, ..Load::full(subject.public, connections, stage.turn()) }, &addresses)
    };
    let alone = send(1, first)?;
    note(report, subject.name, &send(CONNECTIONS, first + APART)?);
    if alone.known.len() == 0 || alone.unknown.len() == 0 {
        report.note(format!("{}: too slow to be asked for both kinds of address in a turn.", subject.name));
        return Ok(());
    }
    let [known, unknown] = [&alone.known, &alone.unknown].map(|class| microseconds(class.percentile(0.5)));
    report.add(subject.name, DIFFERENCE, known - unknown);
    report.add(subject.name, AUC, alone.known.auc(&alone.unknown));
    Ok(())
}

const REGAIN: &str = "Regain";
const DIFFERENCE: &str = "known − unknown p50, µs";
const AUC: &str = "AUC";
const CONNECTIONS: usize = 64;
const ACCOUNTS: u64 = 100_000;
/// Between the accounts of two loads.
const APART: u64 = 10_000;
