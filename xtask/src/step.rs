//! One step of a suite after the other: each is named, timed and counted, and none stops the next.

use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What has run so far, and how it went.
#[derive(Default)]
pub(crate) struct Report {
    steps: usize,
    tests: Tests,
    failures: Vec<String>,
    not_run: Vec<String>,
}

/// Tests counted from what libtest prints.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tests {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Report {
    /// Runs `work` under `name`, prints how long it took, and remembers a failure.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce(&mut Tests) -> Result<()>) {
        println!("── {name}");
        let started = Instant::now();
        let outcome = work(&mut self.tests);
        let seconds = started.elapsed().as_secs_f64();
        self.steps += 1;
        match outcome {
            Ok(()) => println!("── {name}: done in {seconds:.1} s\n"),
            Err(fault) => {
                println!("── {name}: FAILED after {seconds:.1} s: {fault:#}\n");
                self.failures.push(name.to_owned());
            }
        }
    }

    /// Names something that does not run here, and what would make it run.
    pub(crate) fn not_run(&mut self, what: &str) {
        self.not_run.push(what.to_owned());
    }

    /// Prints the summary, its last line the count; says whether all went well.
    pub(crate) fn close(self) -> bool {
        let Tests { passed, failed, ignored } = self.tests;
        if !self.failures.is_empty() {
            println!("failed: {}", self.failures.join(", "));
        }
        let not_run = if self.not_run.is_empty() { "nothing".to_owned() } else { self.not_run.join("; ") };
        println!(
            "ran {} steps ({} failed) and {} tests ({failed} failed, {ignored} ignored); not run: {not_run}",
            self.steps,
            self.failures.len(),
            passed + failed,
        );
        self.failures.is_empty() && failed == 0
    }
}

impl Tests {
    /// Counts a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`; other lines count nothing.
    fn count(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let numbers = result.split_once(". ").map_or(result, |(_, numbers)| numbers);
        for part in numbers.split(';') {
            match part.trim().split_once(' ') {
                Some((n, "passed")) => self.passed += n.parse().unwrap_or(0),
                Some((n, "failed")) => self.failed += n.parse().unwrap_or(0),
                Some((n, "ignored")) => self.ignored += n.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

/// Cargo, in this workspace, with the tool chain that runs us.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments.split_whitespace()).current_dir(crate::tree::root());
    command
}

/// Runs `command` to its end, its output going where ours goes.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} cannot be started"))?;
    ensure!(status.success(), "{} ended with {status}", program(&command));
    Ok(())
}

/// Runs `command`, which prints as libtest does, passes its lines on and counts the tests; hands back the names of those
/// that passed. A run in which no test ran is a failure: it would hide that a suite has vanished.
pub(crate) fn run_tests(command: &mut Command, tests: &mut Tests) -> Result<Vec<String>> {
    let before = *tests;
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("{command:?} cannot be started"))?;
    let output = child.stdout.take().context("no pipe to read from")?;
    let mut passed = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        tests.count(&line);
        passed.extend(line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... ok")).map(str::to_owned));
        println!("{line}");
    }
    let status = child.wait()?;
    ensure!(status.success(), "{} ended with {status}", program(command));
    ensure!(tests.passed > before.passed, "no test ran");
    Ok(passed)
}

/// Runs `command` and hands back what it printed.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} cannot be started"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}: {}", program(&command), output.status, words.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn program(command: &Command) -> String {
    let name = std::path::Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    format!("`{name} {}`", arguments.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_libtest_are_counted_and_no_others() {
        let mut tests = Tests::default();
        tests.count("running 3 tests");
        tests.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.10s");
        tests.count("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(tests, Tests { passed: 14, failed: 1, ignored: 1 });
    }
}
