//! `cargo xtask faults`: everything that can fail is made to fail, over and over, and what it came to is a table.

use crate::databases::Databases;
use crate::needs;
use crate::step::{Report, cargo, run_tests};
use crate::tree::root;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Each fault `words` times: `["--runs", n]`, or ten.
pub(crate) fn run_all(words: &[&str]) -> Result<bool> {
    let runs: usize = match words {
        [] => RUNS,
        ["--runs", n] => n.parse().with_context(|| format!("--runs takes a number, not {n}"))?,
        _ => bail!("cargo xtask faults [--runs N]"),
    };
    let mut report = Report::default();
    let mut environment = Vec::new();
    report.step("what the faults need", |_| {
        environment.push(needs::faketime()?);
        Ok(())
    });
    let mut databases = None;
    report.step("the databases", |_| {
        let (started, complete) = Databases::start();
        databases = Some(started);
        complete
    });
    let table = root().join("target/faults.tsv");
    report.step(&format!("{runs} runs of each fault"), |tests| {
        let mut command = test();
        command.env("REGAIN_TEST_FAULT_RUNS", runs.to_string()).env("REGAIN_TEST_FAULT_TABLE", &table);
        command.envs(environment.iter().cloned()).envs(databases.iter().flat_map(Databases::variables));
        if table.exists() {
            std::fs::remove_file(&table)?;
        }
        let passed = run_tests(&mut command, tests).map(drop);
        print_table(&table)?;
        passed
    });
    Ok(report.close())
}

/// The tests themselves. They wait more than they work.
pub(crate) fn test() -> Command {
    let mut command = cargo("test -p regain --features failpoints --test faults -- --test-threads 12");
    if !needs::is_root() {
        command.args(["--skip", NEEDS_ROOT]);
    }
    command
}

/// What only root may do: mount a small disk.
pub(crate) const NEEDS_ROOT: &str = "disk::is_full";

/// One row for each fault, one column for each ledger: runs, and violations of the history.
fn print_table(lines: &Path) -> Result<()> {
    let lines = std::fs::read_to_string(lines).context("no fault was noted")?;
    let mut rows: BTreeMap<&str, BTreeMap<&str, (usize, usize)>> = BTreeMap::new();
    for line in lines.lines() {
        let [fault, ledger, violations] = line.split('\t').collect::<Vec<_>>()[..] else { bail!("{line:?}") };
        let cell = rows.entry(fault).or_default().entry(ledger).or_default();
        cell.0 += 1;
        cell.1 += violations.parse::<usize>()?;
    }
    println!("\n| Fault | SQLite: runs | violations | PostgreSQL: runs | violations |\n|---|---:|---:|---:|---:|");
    for (fault, cells) in &rows {
        let cell =
            |ledger| cells.get(ledger).map_or_else(|| "– | –".to_owned(), |(runs, bad)| format!("{runs} | {bad}"));
        println!("| {fault} | {} | {} |", cell("sqlite"), cell("postgres"));
    }
    let all = |of: fn(&(usize, usize)) -> usize| rows.values().flat_map(BTreeMap::values).map(of).sum::<usize>();
    println!("\n{} runs, {} violations\n", all(|cell| cell.0), all(|cell| cell.1));
    Ok(())
}

const RUNS: usize = 10;
