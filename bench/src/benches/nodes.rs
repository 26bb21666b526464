//! Three nodes on one PostgreSQL, and pgbench with the same insert: as many connections as there are nodes, and in each
//! statement as many rows as a node can have under way.

use super::Stage;
use super::measures::{P99, RATE, note};
use crate::load::requests::{Addresses, Requests};
use crate::load::{self, Load, Outcome};
use crate::postgres::{self, Database};
use crate::process;
use crate::regain::{Regain, Settings};
use crate::report::{Bound, Report};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    report.took_part(postgres::version(&stage.postgres()?)?);
    report.took_part(process::output(Command::new("pgbench").arg("--version"))?.trim());
    let (accounts, sink) = (stage.accounts(ACCOUNTS)?, Sink::start()?);
    let connections = stage.plan.connections.first().copied().unwrap_or(64);
    for round in 1..=stage.plan.rounds {
        println!("round {round}");
        for nodes in [1, NODES] {
            let database = Database::create(&stage.postgres()?, "nodes")?;
            let cluster = Cluster { database: &database, accounts: &accounts, relay: sink.address, nodes, connections };
            note(report, &name(nodes), &cluster.turn(stage)?);
            if nodes == NODES {
                database.run("TRUNCATE regain.outbox, regain.deliveries; CHECKPOINT")?;
                report.add(PGBENCH, RATE, rate_of_pgbench(stage, &database, connections)?);
            }
        }
    }
    report.goal_of_ratio(Bound::AtLeast(0.8), RATE, [&name(NODES), PGBENCH]);
    report.goal_of_ratio(Bound::None, RATE, [&name(NODES), &name(1)]);
    report.goal_of_ratio(Bound::None, P99, [&name(NODES), &name(1)]);
    report.note(format!(
        "{connections} connections to each node; pgbench has {NODES}, and inserts {connections} rows with each statement. \
         It inserts only; the nodes look up and end what they accepted meanwhile."
    ));
    Ok(())
}

/// Nodes on one ledger.
struct Cluster<'a> {
    database: &'a Database,
    accounts: &'a Path,
    relay: SocketAddr,
    nodes: usize,
    /// To each of them.
    connections: usize,
}

impl Cluster<'_> {
    fn turn(&self, stage: &Stage) -> Result<Outcome> {
        let start = |node: usize| {
            let folder = stage.fresh(&format!("node-{node}"))?;
            let ledger = Some(self.database.url());
            let Self { accounts, relay, .. } = *self;
            Regain::start(&Settings { program: &stage.regain, folder, ledger, accounts, relay })
        };
        let running = (0..self.nodes).map(start).collect::<Result<Vec<_>>>().context("a node")?;
        let to = running.iter().map(|node| node.public).collect();
        let load = Load::full(running[0].public, self.connections * self.nodes, stage.turn());
        let addresses: Arc<dyn Requests> = Arc::new(Addresses::of_regain(ACCOUNTS, stage.plan.known));
        load::run(&Load { to, ..load }, &addresses)
    }
}

fn rate_of_pgbench(stage: &Stage, database: &Database, rows: usize) -> Result<f64> {
    let script = stage.fresh("pgbench")?.join("admit.sql");
    std::fs::write(&script, ADMIT.replace("ROWS", &rows.to_string()))?;
    let seconds = stage.turn().max(Duration::from_secs(1)).as_secs().to_string();
    let mut command = Command::new("pgbench");
    command.args(["--no-vacuum", "--protocol=prepared", "--client", &NODES.to_string(), "--time", &seconds, "--file"]);
    let said = process::output(command.arg(script).arg(database.url()))?;
    let statements = statements_a_second(&said).with_context(|| format!("pgbench said no tps:\n{said}"))?;
    Ok(statements * rows as f64)
}

fn statements_a_second(said: &str) -> Option<f64> {
    let (_, rest) = said.split_once("\ntps = ")?;
    rest.split_whitespace().next()?.parse().ok()
}

fn name(nodes: usize) -> String {
    if nodes == 1 { "Regain, one node".to_owned() } else { format!("Regain, {nodes} nodes") }
}

const NODES: usize = 3;
const PGBENCH: &str = "pgbench";
const ACCOUNTS: u64 = 100_000;

/// What a node commits for the requests that it has under way: keys that grow with time, digests that do not.
const ADMIT: &str = "INSERT INTO regain.outbox
    (id, message, origin, network, locales, identifier, address_digest, accepted_at, due_at)
SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
           || substr(md5(random()::text), 1, 20))::uuid,
       'reset', 'chaser', '127.0.0.1', '', 'p' || n || '@example.com', sha256(random()::text::bytea),
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
FROM generate_series(1, ROWS) n;
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pgbench_reached_is_read_from_what_it_says() {
        let said =
            "latency average = 1.2 ms\ninitial connection time = 4 ms\ntps = 812.5 (without initial connection time)\n";
        assert_eq!(statements_a_second(said), Some(812.5));
        assert_eq!(statements_a_second("pgbench: error"), None);
    }
}
