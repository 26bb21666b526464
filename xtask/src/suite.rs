//! The suites: what runs, and in which order. Quick steps come first, so that a slip shows early.

use crate::canaries::{self, Canaries};
use crate::databases::Databases;
use crate::step::{Report, cargo, run, run_tests};
use crate::{conformance, faults, glossary, libraries, links, needs, references, supply_chain, tree, weaknesses};
use anyhow::{Result, ensure};

/// Everything.
pub(crate) fn test() -> Result<bool> {
    let mut report = Report::default();
    quick(&mut report);
    supply_chain::check(&mut report);

    let mut environment = Vec::new();
    report.step("what the tests need", |_| {
        let (found, complete) = needs::gather();
        environment = found;
        complete
    });
    let mut databases = None;
    report.step("the databases that the tests need", |_| {
        let (started, complete) = Databases::start();
        databases = Some(started);
        complete
    });
    let mut canaries = None;
    report.step("a place for what the servers leave behind", |_| {
        canaries = Some(Canaries::empty()?);
        Ok(())
    });
    let servers = || databases.iter().flat_map(Databases::variables);
    let kept = || canaries.iter().map(Canaries::variable);
    report.step("server tests", |tests| {
        let mut command = cargo("test -p regain --features failpoints --lib");
        let passed = run_tests(command.envs(environment.iter().cloned()).envs(servers()), tests)?;
        println!("{}", conformance::count(&passed)?);
        Ok(())
    });
    report.step("simulated histories (more of them: cargo xtask simulate)", |tests| {
        run_tests(&mut cargo("test -p regain --features failpoints --test sim"), tests).map(drop)
    });
    report.step("bench tests", |tests| run_tests(&mut cargo("test -p regain-bench"), tests).map(drop));
    report.step("the password libraries that formats are held to", |_| {
        let (found, complete) = libraries::gather();
        environment.extend(found);
        complete
    });
    report.step("integration tests", |tests| {
        let mut command = cargo("test -p regain --features failpoints --test it");
        command.env("INSTA_UPDATE", "no").envs(environment.iter().cloned()).envs(servers()).envs(kept());
        if !needs::is_root() {
            command.args(["--", "--skip", "real_smtp::postfix"]);
        }
        run_tests(&mut command, tests).map(drop)
    });
    report.step("weaknesses brought back, each noticed by its test", |_| {
        ensure!(weaknesses::run_all(&[])?, "a weakness is not noticed");
        Ok(())
    });
    report.step("faults", |tests| {
        run_tests(faults::test().envs(environment).envs(servers()).envs(kept()), tests).map(drop)
    });
    report.step("several nodes on one ledger", |tests| {
        let mut command = cargo("test -p regain --features failpoints --test nodes");
        run_tests(command.envs(servers()).envs(kept()), tests).map(drop)
    });
    report.step("secrets in logs and ledgers, planted ones first", |_| {
        canaries::telltales_are_found_out()?;
        canaries.as_ref().map_or(Ok(()), Canaries::look)
    });
    report.step("examples in the documentation", |_| {
        run(cargo("test -p regain-core -p regain --doc --features regain/failpoints"))
    });
    report.step("generated references", |_| references::check_fresh());
    name_what_does_not_run(&mut report);
    Ok(report.close())
}

fn name_what_does_not_run(report: &mut Report) {
    report.not_run("nodes in earnest, and the soak (cargo xtask nodes, cargo xtask soak --minutes N)");
    report.not_run("fuzzing (cargo xtask fuzz); what it kept was replayed");
    report.not_run("mutants (cargo xtask mutants)");
    report.not_run("interop with real applications (cargo xtask interop)");
    if !needs::is_root() {
        report.not_run("mail through Postfix, whose master starts for root only");
        report.not_run("a full disk, which only root may mount");
    }
}

/// What needs no server and no network: a minute at most.
pub(crate) fn check() -> Result<bool> {
    let mut report = Report::default();
    quick(&mut report);
    report.not_run("the rest of `cargo xtask test`");
    Ok(report.close())
}

fn quick(report: &mut Report) {
    report.step("format", |_| run(cargo("fmt --all --check")));
    report.step("words", |_| glossary::check(&tree::files()?));
    report.step("links in the documentation", |_| links::check(&tree::files()?));
    report.step("no unsafe code", |_| supply_chain::forbids_unsafe_code());
    report
        .step("clippy", |_| run(cargo("clippy --workspace --all-targets --features regain/failpoints -- -D warnings")));
    report.step("core tests", |tests| run_tests(&mut cargo("test -p regain-core --lib"), tests).map(drop));
    report.step("xtask tests", |tests| run_tests(&mut cargo("test -p xtask"), tests).map(drop));
}
