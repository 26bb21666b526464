//! Requests accepted in a second: a bare handler, the same with a durable row, and Regain with all that it does.
//!
//! Each target has its turn in each round, starts with an empty ledger and is ended before the next one begins, so that
//! none pays for another's unfinished work.

use super::measures::{FDATASYNC, P99, RATE, microseconds, note};
use super::{Stage, Yardstick};
use crate::disk;
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load, Outcome};
use crate::postgres::Database;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// Where the durable rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    L1,
    L2(Engine),
    Regain(Engine),
}

pub(super) fn on_sqlite(stage: &Stage, report: &mut Report) -> Result<()> {
    measure(stage, report, Engine::Sqlite)
}

pub(super) fn on_postgres(stage: &Stage, report: &mut Report) -> Result<()> {
    report.took_part(crate::postgres::version(&stage.postgres()?)?);
    measure(stage, report, Engine::Postgres)
}

fn measure(stage: &Stage, report: &mut Report, engine: Engine) -> Result<()> {
    let accounts = stage.accounts(ACCOUNTS)?;
    let sink = Sink::start()?;
    let targets = [Target::L1, Target::L2(engine), Target::Regain(engine)];
    for round in 1..=stage.plan.rounds {
        for &connections in &stage.plan.connections {
            println!("round {round}, {connections} connections");
            report.add("the disk", FDATASYNC, microseconds(disk::fdatasync(&stage.fresh("disk")?)?));
            for target in targets {
                let outcome = turn(stage, target, &accounts, sink.address, connections).context(target.name())?;
                note(report, &name(target, connections), &outcome);
            }
        }
    }
    for &connections in &stage.plan.connections {
        let [l1, l2, regain] = targets.map(|target| name(target, connections));
        report.goal_of_ratio(Bound::AtLeast(0.9), RATE, [&regain, &l2]);
        let bound = if engine == Engine::Sqlite { Bound::AtLeast(0.6) } else { Bound::None };
        report.goal_of_ratio(bound, RATE, [&regain, &l1]);
        let bound = if connections == 64 { Bound::AtMost(2.0) } else { Bound::None };
        report.goal_of_ratio(bound, P99, [&regain, &l2]);
    }
    let known = stage.plan.known;
    report.note(format!(
        "L1 keeps nothing, L2 one durable row a request. A share of {known} of the requests is for accounts."
    ));
    Ok(())
}

fn turn(stage: &Stage, target: Target, accounts: &Path, relay: SocketAddr, connections: usize) -> Result<Outcome> {
    let folder = stage.fresh("target")?;
    let measured = |public: SocketAddr| {
        let addresses: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, stage.plan.known));
        load::run(&Load::full(public, connections, stage.turn()), &addresses)
    };
    let database = match target {
        Target::L2(Engine::Postgres) | Target::Regain(Engine::Postgres) => {
            Some(Database::create(&stage.postgres()?, "ledger")?)
        }
        _ => None,
    };
    let url = database.as_ref().map(Database::url);
    match target {
        Target::L1 => measured(Yardstick::start(&folder, &["bare"])?.public),
        Target::L2(Engine::Sqlite) => measured(Yardstick::start(&folder, &["sqlite", "l2.db"])?.public),
        Target::L2(Engine::Postgres) => {
            measured(Yardstick::start(&folder, &["postgres", &url.unwrap_or_default()])?.public)
        }
        Target::Regain(_) => {
            let settings = Settings { program: &stage.regain, folder, ledger: url, accounts, relay };
            let regain = Regain::start(&settings)?;
            measured(regain.public)
        }
    }
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2(Engine::Sqlite) => "L2 on SQLite",
            Self::L2(Engine::Postgres) => "L2 on PostgreSQL",
            Self::Regain(Engine::Sqlite) => "Regain on SQLite",
            Self::Regain(Engine::Postgres) => "Regain on PostgreSQL",
        }
    }
}

fn name(target: Target, connections: usize) -> String {
    format!("{}, c={connections}", target.name())
}

const ACCOUNTS: u64 = 100_000;
