//! What a run came to: a line for each, which `cargo xtask faults` makes a table of.

use crate::clients::Clients;
use crate::support::process::Process;
use std::io::Write;

/// How often each is tried.
pub(crate) fn runs() -> usize {
    std::env::var("REGAIN_TEST_FAULT_RUNS").map_or(1, |runs| runs.parse().expect("REGAIN_TEST_FAULT_RUNS is a number"))
}

/// Lets what is under way end, then ends the servers and notes what `clients` and `scene` have seen.
pub(crate) async fn close(what: &str, clients: &Clients<'_>, interruptions: usize, nodes: Vec<Process>) {
    clients.scene.becomes_quiet().await;
    let logs: Vec<_> = nodes.iter().map(Process::log).collect();
    nodes.into_iter().for_each(Process::kill9);
    let violations = clients.history(interruptions).await.violations();
    note(what, clients.scene.ledger.engine().name(), &violations, &logs.join("\n───\n"));
}

/// Notes a run of `what` on the ledger `ledger`; fails if there are violations.
fn note(what: &str, ledger: &str, violations: &[String], story: &str) {
    if let Some(table) = std::env::var_os("REGAIN_TEST_FAULT_TABLE") {
        let mut table = std::fs::OpenOptions::new().create(true).append(true).open(table).unwrap();
        writeln!(table, "{what}\t{ledger}\t{}", violations.len()).unwrap();
    }
    assert!(violations.is_empty(), "{what} on {ledger}:\n{}\n{story}", violations.join("\n"));
}
