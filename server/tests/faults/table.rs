//! What a run came to: a line for each, which `cargo xtask faults` makes a table of.

use std::io::Write;

/// How often each is tried.
pub(crate) fn runs() -> usize {
    std::env::var("REGAIN_TEST_FAULT_RUNS").map_or(1, |runs| runs.parse().expect("REGAIN_TEST_FAULT_RUNS is a number"))
}

/// Notes a run of `what` on the ledger `ledger`; fails if there are violations.
pub(crate) fn note(what: &str, ledger: &str, violations: &[String], story: &str) {
    if let Some(table) = std::env::var_os("REGAIN_TEST_FAULT_TABLE") {
        let mut table = std::fs::OpenOptions::new().create(true).append(true).open(table).unwrap();
        writeln!(table, "{what}\t{ledger}\t{}", violations.len()).unwrap();
    }
    assert!(violations.is_empty(), "{what} on {ledger}:\n{}\n{story}", violations.join("\n"));
}
