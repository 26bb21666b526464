//! `cargo xtask weaknesses`: brings each weakness of `docs/mistakes.md` back, and demands that a test notices.

use crate::mistakes::{self, Test};
use crate::step::cargo;
use crate::tree::root;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

/// Each of them, or those named.
pub(crate) fn run_all(names: &[&str]) -> Result<bool> {
    let trials = trials(names)?;
    let binary = build()?;
    pass_without(&binary, &trials)?;
    let verdicts = try_each(&binary, &trials);
    println!("\n| Brought back | Noticed by | At |\n|---|---|---|");
    let mut unnoticed = 0;
    for (trial, verdict) in trials.iter().zip(&verdicts) {
        let Trial { name, test, .. } = trial;
        match verdict {
            Ok(place) => println!("| `{name}` | {test} | {place} |"),
            Err(fault) => {
                unnoticed += 1;
                println!("| `{name}` | **not by {test}** | {fault:#} |");
            }
        }
    }
    println!("\n{} weaknesses brought back, {unnoticed} of them not noticed", trials.len());
    Ok(unnoticed == 0)
}

/// A weakness, and the test that has to fail.
struct Trial {
    name: String,
    test: String,
}

fn trials(names: &[&str]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for mistake in mistakes::read()? {
        let test = mistake.tests.first().and_then(Test::path);
        for name in mistake.names.into_iter().filter(|name| names.is_empty() || names.contains(&name.as_str())) {
            let test = test.clone().with_context(|| format!("{name}: the first test is no integration test"))?;
            trials.push(Trial { name, test });
        }
    }
    let unknown: Vec<_> = names.iter().filter(|name| trials.iter().all(|trial| trial.name != **name)).collect();
    ensure!(unknown.is_empty(), "docs/mistakes.md knows no {unknown:?}");
    Ok(trials)
}

/// The integration tests' binary.
fn build() -> Result<PathBuf> {
    let mut command =
        cargo("test -p regain --features failpoints --test it --no-run --message-format json-render-diagnostics");
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the integration tests cannot be built");
    let lines = String::from_utf8(output.stdout)?;
    let is_ours = |line: &&str| line.contains("\"kind\":[\"test\"]") && line.contains("\"name\":\"it\"");
    let executable = |line: &str| Some(line.split_once("\"executable\":\"")?.1.split_once('"')?.0.to_owned());
    lines
        .lines()
        .find(is_ours)
        .and_then(executable)
        .map(PathBuf::from)
        .context("cargo names no binary for the integration tests")
}

/// A test that fails anyhow notices nothing.
fn pass_without(binary: &Path, trials: &[Trial]) -> Result<()> {
    let mut tests: Vec<&str> = trials.iter().map(|trial| trial.test.as_str()).collect();
    tests.sort_unstable();
    tests.dedup();
    let output = run(binary, &tests, None)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let all_passed = said.contains(&format!("test result: ok. {} passed; 0 failed", tests.len()));
    ensure!(output.status.success() && all_passed, "without a weakness, not all of the tests pass:\n{said}");
    println!("{} tests pass while nothing is brought back", tests.len());
    Ok(())
}

/// As many at a time as there are cores; where each was noticed.
fn try_each(binary: &Path, trials: &[Trial]) -> Vec<Result<String>> {
    let left = Mutex::new(trials.iter().enumerate());
    let verdicts = Mutex::new(Vec::new());
    let take = || left.lock().ok()?.next();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((n, trial)) = take() {
                    let verdict = is_noticed(binary, trial);
                    if let Ok(mut verdicts) = verdicts.lock() {
                        verdicts.push((n, verdict));
                    }
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().unwrap_or_default();
    verdicts.sort_by_key(|(n, _)| *n);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

/// Where the test failed: in what it asserts, not in a program that broke.
fn is_noticed(binary: &Path, trial: &Trial) -> Result<String> {
    let output = run(binary, &[&trial.test], Some(&trial.name))?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(!said.contains("test result: ok"), "it passes");
    ensure!(said.contains("test result: FAILED. 0 passed; 1 failed"), "it did not run: {said}");
    let places = said.split("panicked at ").skip(1).filter_map(|rest| rest.lines().next());
    let mut places = places.map(|place| place.trim_end_matches(':').to_owned());
    let place = places.clone().find(|place| place.starts_with("server/tests/"));
    ensure!(!places.any(|place| OURS.iter().any(|ours| place.starts_with(ours))), "the program broke: {said}");
    place.with_context(|| format!("it failed elsewhere: {said}"))
}

/// What a weakness must not make panic.
const OURS: [&str; 2] = ["server/src/", "core/src/"];

fn run(binary: &Path, tests: &[&str], weakness: Option<&str>) -> Result<Output> {
    let mut command = Command::new(binary);
    // Where cargo runs them.
    command.arg("--exact").args(tests).current_dir(root().join("server")).env("RUST_BACKTRACE", "0");
    command.env_remove("REGAIN_WEAKNESS").envs(weakness.map(|name| ("REGAIN_WEAKNESS", name)));
    command.output().with_context(|| format!("{} cannot be started", binary.display()))
}
