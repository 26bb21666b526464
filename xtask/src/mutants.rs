//! `cargo xtask mutants`: changes the rules and the story of a recovery in one place after the other, and sees whether a
//! test notices.
//!
//! cargo-mutants makes the changes, in a copy of the tree. What survived, and why, stands in `docs/measurements/`.

use crate::needs;
use crate::step::run;
use crate::tree::root;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every part, or those that `words` name, or a share of each.
pub(crate) fn run_all(words: &[&str]) -> Result<bool> {
    let wanted = Wanted::read(words)?;
    let program = needs::cargo_mutants()?;
    let mut totals = Totals::default();
    for part in &wanted.parts {
        println!("── {}", part.name);
        let found = root().join("target/mutants").join(part.name);
        // It says by its status that something survived; which is in the lists.
        let outcome = run(mutants(&program, part, &wanted, &found)?);
        let these = Totals::read(&found.join("mutants.out")).or_else(|missing| outcome.and(Err(missing)))?;
        println!("{}: {}", part.name, these.sentence());
        totals.add(these);
    }
    for survivor in &totals.survivors {
        println!("survived: {survivor}");
    }
    println!("{}", totals.sentence());
    Ok(totals.caught_enough())
}

/// A part of the code, and the tests that are to notice its changes.
struct Part {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    without: &'static [&'static str],
    /// For cargo.
    test: &'static [&'static str],
    /// For what cargo builds.
    names: &'static [&'static str],
}

/// Those who hash are slow: only they are asked about hashes, and those among them who take seconds are not asked at all.
static PARTS: [Part; 3] = [
    Part {
        name: "rules",
        package: "regain-core",
        files: &["core/src/**"],
        without: &["core/src/hash/**"],
        test: &["--lib"],
        names: &["--skip", "hash::"],
    },
    Part {
        name: "hashes",
        package: "regain-core",
        files: &["core/src/hash/**"],
        without: &[],
        test: &["--lib", "hash::"],
        names: &["--skip", "defaults_are_those_with_a_source"],
    },
    Part {
        name: "recovery",
        package: "regain",
        files: &["server/src/recovery/**"],
        without: &[],
        test: &["--features", "failpoints", "--lib", "--test", "sim", "--test", "it"],
        names: &[
            // The unit tests of the story, and the simulation.
            "recovery::",
            "whatever_happens_no_promise_is_broken",
            // Of the integration tests, those in one process, which are quick.
            "account_limit::",
            "codes::",
            "courier::",
            "interrupted::",
            "link_life::",
            "mail_events::",
            "not_me::",
            "password_history::",
            "redeem::",
            "store_faults::",
            "uniform::",
            "where_links_point::",
            "who_gets_mail::",
        ],
    },
];

struct Wanted<'a> {
    parts: Vec<&'static Part>,
    /// Such as `0/8`.
    shard: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn read(words: &[&'a str]) -> Result<Self> {
        let mut wanted = Self { parts: Vec::new(), shard: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if *word == "--shard" {
                wanted.shard = Some(words.next().context("--shard wants a share, such as 0/8")?);
            } else {
                let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
                let part = PARTS.iter().find(|part| part.name == *word);
                wanted.parts.push(part.with_context(|| format!("no part {word}; there are {}", names.join(", ")))?);
            }
        }
        if wanted.parts.is_empty() {
            wanted.parts = PARTS.iter().collect();
        }
        Ok(wanted)
    }
}

/// One after the other. A change that makes a test go on forever is ended by the processor's time that it took, which,
/// unlike the time on the clock, says the same on a busy machine.
fn mutants(program: &Path, part: &Part, wanted: &Wanted<'_>, found: &Path) -> Result<Command> {
    std::fs::create_dir_all(found)?;
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -t {PROCESSOR_SECONDS_MAX}; exec \"$0\" \"$@\"")]).arg(program);
    command.current_dir(root()).args(["mutants", "--baseline", "skip", "-j", "1", "--package", part.package]);
    command.args(["--timeout", CLOCK_SECONDS_MAX, "--build-timeout", CLOCK_SECONDS_MAX, "--output"]).arg(found);
    command.args(part.files.iter().flat_map(|files| ["--file", files]));
    command.args(part.without.iter().flat_map(|files| ["--exclude", files]));
    if let Some(shard) = wanted.shard {
        command.args(["--sharding", "round-robin", "--shard", shard]);
    }
    command.arg("--").args(part.test).arg("--").args(part.names);
    Ok(command)
}

/// Several times what the slowest build or test binary takes.
const PROCESSOR_SECONDS_MAX: u32 = 300;
/// For those that wait forever and take no time over it.
const CLOCK_SECONDS_MAX: &str = "1800";

/// What came of the mutants that could be built.
#[derive(Default)]
struct Totals {
    caught: usize,
    survivors: Vec<String>,
}

impl Totals {
    fn read(lists: &Path) -> Result<Self> {
        let lines = |name: &str| -> Result<Vec<String>> {
            let file: PathBuf = lists.join(name);
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        Ok(Self { caught: lines("caught.txt")?.len() + lines("timeout.txt")?.len(), survivors: lines("missed.txt")? })
    }

    fn add(&mut self, other: Self) {
        self.caught += other.caught;
        self.survivors.extend(other.survivors);
    }

    fn all(&self) -> usize {
        self.caught + self.survivors.len()
    }

    /// Nine in ten.
    fn caught_enough(&self) -> bool {
        self.all() > 0 && self.caught * 10 >= self.all() * 9
    }

    fn sentence(&self) -> String {
        let share = 100.0 * self.caught as f64 / self.all().max(1) as f64;
        format!("{} of {} mutants caught ({share:.1} %)", self.caught, self.all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read() {
        let all = Wanted::read(&[]).unwrap();
        assert_eq!((all.parts.len(), all.shard), (3, None));
        let some = Wanted::read(&["hashes", "--shard", "1/8"]).unwrap();
        assert_eq!((some.parts[0].name, some.parts.len(), some.shard), ("hashes", 1, Some("1/8")));
        assert!(Wanted::read(&["--shard"]).is_err() && Wanted::read(&["everything"]).is_err());
    }

    #[test]
    fn nine_in_ten_are_enough() {
        let totals = |caught, survived| Totals { caught, survivors: vec!["a".to_owned(); survived] };
        assert!(totals(9, 1).caught_enough() && !totals(8, 1).caught_enough() && !totals(0, 0).caught_enough());
        assert_eq!(totals(9, 1).sentence(), "9 of 10 mutants caught (90.0 %)");
    }
}
