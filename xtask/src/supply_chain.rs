//! Whose code we build: what cargo-deny says of it, and that none of ours is unsafe.

use crate::needs;
use crate::step::{Report, output, run};
use crate::tree::root;
use anyhow::{Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// The steps of the suite. Known vulnerabilities are asked for where the database of them can be fetched; where it cannot,
/// the last line says that nobody asked.
pub(crate) fn check(report: &mut Report) {
    report.step("licences, bans and sources of what we build", |_| {
        run(cargo_deny(&["check", "bans", "licenses", "sources"])?)
    });
    match fetch_advisories() {
        Ok(()) => report.step("advisories on what we build", |_| run(cargo_deny(&["check", "advisories"])?)),
        Err(fault) => {
            println!("{fault:#}\n");
            report.not_run("advisories on what we build: their database cannot be fetched from here");
        }
    }
}

fn fetch_advisories() -> Result<()> {
    output(cargo_deny(&["fetch", "db"])?).map(drop)
}

fn cargo_deny(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(needs::cargo_deny()?);
    command.args(arguments).current_dir(root());
    Ok(command)
}

/// # Errors
/// Names the roots of crates that do not forbid unsafe code in so many words.
pub(crate) fn forbids_unsafe_code() -> Result<()> {
    let lacking: Vec<_> = crate_roots()
        .into_iter()
        .filter(|root| !std::fs::read_to_string(root).is_ok_and(|text| text.contains("\n#![forbid(unsafe_code)]\n")))
        .map(|root| root.display().to_string())
        .collect();
    ensure!(lacking.is_empty(), "without #![forbid(unsafe_code)]: {}", lacking.join(", "));
    Ok(())
}

/// What rustc is told to compile of each crate of the workspace.
fn crate_roots() -> Vec<PathBuf> {
    let files =
        ["core/src/lib.rs", "server/src/lib.rs", "server/src/main.rs", "bench/src/main.rs", "xtask/src/main.rs"];
    files.map(|file| root().join(file)).to_vec()
}
