//! `cargo xtask nodes` and `cargo xtask soak`: several nodes on one ledger, in earnest. `cargo xtask test` runs the same
//! tests with small numbers.

use crate::databases::Databases;
use crate::step::{Report, cargo, run_tests};
use crate::tree::root;
use anyhow::{Context, Result, bail, ensure};
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::process::Command;

/// Ten thousand requests while nodes are killed, ten thousand links raced for, and ten rolling upgrades; the nodes start
/// out as the program that `--from` names, or as this one.
pub(crate) fn nodes(words: &[&str]) -> Result<bool> {
    let options = Options::read(words, &["--seed", "--from"])?;
    let mut command = tests("kills:: races:: rolling::");
    command.envs([
        ("REGAIN_TEST_NODES_REQUESTS", "10000"),
        ("REGAIN_TEST_NODES_TOKENS", "10000"),
        ("REGAIN_TEST_NODES_ROUNDS", "10"),
    ]);
    if let Some(program) = options.value("--from") {
        let program = PathBuf::from(program).canonicalize().with_context(|| format!("--from {program}"))?;
        command.env("REGAIN_TEST_OLD_PROGRAM", program);
    }
    run(command.env("REGAIN_TEST_SEED", options.seed()?), "nodes")
}

/// People of all kinds and faults of all kinds, for so many minutes: on three nodes, or on one with its ledger in a file.
pub(crate) fn soak(words: &[&str]) -> Result<bool> {
    let options = Options::read(words, &["--minutes", "--nodes", "--seed"])?;
    let minutes = options.value("--minutes").context("how long? cargo xtask soak --minutes N")?;
    ensure!(minutes.parse::<u32>().is_ok_and(|minutes| minutes > 0), "--minutes {minutes} is no number of minutes");
    let nodes = options.value("--nodes").unwrap_or("3");
    ensure!(nodes.parse::<u8>().is_ok_and(|nodes| nodes > 0), "--nodes {nodes} is no number of nodes");
    let seed = options.seed()?;
    println!("with --seed {seed}");
    let mut command = tests("soak::");
    command.env("REGAIN_TEST_SOAK_MINUTES", minutes).env("REGAIN_TEST_SEED", seed);
    command.env("REGAIN_TEST_SOAK_NODES", nodes);
    run(command.env("REGAIN_TEST_SOAK_FOLDER", root().join("target/soak")), "soak")
}

/// One after the other: each is measured, and they would be in each other's way.
fn tests(names: &str) -> Command {
    cargo(&format!("test -p regain --features failpoints --test nodes -- --nocapture --test-threads 1 {names}"))
}

fn run(command: &mut Command, name: &str) -> Result<bool> {
    let mut report = Report::default();
    let mut databases = None;
    report.step("the databases that it needs", |_| {
        let (started, complete) = Databases::start();
        databases = Some(started);
        complete
    });
    report.step(name, |tests| {
        command.envs(databases.iter().flat_map(Databases::variables));
        run_tests(command, tests).map(drop)
    });
    Ok(report.close())
}

/// What follows the command, in pairs.
struct Options<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Options<'a> {
    fn read(words: &[&'a str], known: &[&str]) -> Result<Self> {
        let (pairs, rest) = words.as_chunks::<2>();
        let unknown =
            pairs.iter().map(|[name, _]| name).chain(rest).find(|name| !known.contains(name) || rest == [**name]);
        match unknown {
            Some(name) => bail!("{name} stands alone or is not known here; there are {}", known.join(", ")),
            None => Ok(Self(pairs.iter().map(|[name, value]| (*name, *value)).collect())),
        }
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The one that is named, or a new one.
    fn seed(&self) -> Result<String> {
        let Some(seed) = self.value("--seed") else {
            return Ok(RandomState::new().hash_one("soak").to_string());
        };
        ensure!(seed.parse::<u64>().is_ok(), "--seed {seed} is no number");
        Ok(seed.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_pairs_and_are_known() {
        let options = Options::read(&["--minutes", "3", "--seed", "7"], &["--minutes", "--seed"]).unwrap();
        assert_eq!((options.value("--minutes"), options.seed().unwrap().as_str()), (Some("3"), "7"));
        assert!(Options::read(&["--minutes"], &["--minutes"]).is_err());
        assert!(Options::read(&["--hours", "3"], &["--minutes"]).is_err());
        assert!(Options::read(&["--seed", "x"], &["--seed"]).unwrap().seed().is_err());
    }
}
