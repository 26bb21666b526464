//! `cargo xtask fuzz`: lets libFuzzer look for octets that break a promise of the parsers.
//!
//! The targets are functions of the product (`server/src/fuzzing/`); the crate `fuzz/`, outside the workspace, feeds them. What is
//! found grows under `fuzz/target/corpus/`; what is worth keeping is moved to `fuzz/corpus/` by hand, and every test run
//! replays that.

use crate::needs;
use crate::step::run;
use crate::tree::root;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// Runs all targets one after the other, or those that `words` name; says whether none of them broke.
pub(crate) fn run_all(words: &[&str]) -> Result<bool> {
    let wanted = Wanted::read(words, &targets()?)?;
    let program = needs::cargo_fuzz()?;
    let mut broken = Vec::new();
    for target in &wanted.targets {
        println!("── {target}, {} s", wanted.seconds);
        if let Err(fault) = run(fuzz(&program, target, wanted.seconds)?) {
            println!("{fault:#}");
            broken.push(target.as_str());
        }
    }
    let names = if broken.is_empty() { "none".to_owned() } else { broken.join(", ") };
    println!("fuzzed {} targets for {} s each; broken: {names}", wanted.targets.len(), wanted.seconds);
    Ok(broken.is_empty())
}

struct Wanted {
    seconds: u32,
    targets: Vec<String>,
}

impl Wanted {
    fn read(words: &[&str], known: &[String]) -> Result<Self> {
        let mut wanted = Self { seconds: SECONDS_USUAL, targets: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if *word == "--seconds" {
                wanted.seconds =
                    words.next().and_then(|number| number.parse().ok()).context("--seconds wants a number")?;
            } else {
                ensure!(known.iter().any(|target| target == word), "no target {word}; there are {}", known.join(", "));
                wanted.targets.push((*word).to_owned());
            }
        }
        if wanted.targets.is_empty() {
            wanted.targets = known.to_vec();
        }
        Ok(wanted)
    }
}

const SECONDS_USUAL: u32 = 60;

/// Every target has a program of its name.
fn targets() -> Result<Vec<String>> {
    let files = std::fs::read_dir(root().join("fuzz/fuzz_targets"))?;
    let names = files.map(|file| Ok(file?.path().file_stem().context("a name")?.to_string_lossy().into_owned()));
    let mut names: Vec<_> = names.collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// Without a sanitizer, since there is no unsafe code of ours to sanitize; so the tool chain of the repository does.
fn fuzz(program: &PathBuf, target: &str, seconds: u32) -> Result<Command> {
    let folder = root().join("fuzz");
    let grown = folder.join("target/corpus").join(target);
    std::fs::create_dir_all(&grown)?;
    let mut command = Command::new(program);
    command.current_dir(&folder).args(["run", "--sanitizer", "none", target]);
    command.arg(grown).arg(folder.join("corpus").join(target)).arg("--");
    // Longer than any target takes for anything it may be fed, and more memory than the dearest of them.
    command.arg(format!("-max_total_time={seconds}")).args(["-timeout=20", "-rss_limit_mb=1024", "-max_len=4096"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read() {
        let known = ["addresses".to_owned(), "bodies".to_owned()];
        let all = Wanted::read(&[], &known).unwrap();
        assert_eq!((all.seconds, all.targets), (SECONDS_USUAL, known.to_vec()));
        let one = Wanted::read(&["--seconds", "5", "bodies"], &known).unwrap();
        assert_eq!((one.seconds, one.targets), (5, vec!["bodies".to_owned()]));
        for wrong in [&["--seconds"] as &[_], &["--seconds", "x"], &["nothing"]] {
            assert!(Wanted::read(wrong, &known).is_err());
        }
    }

    #[test]
    fn there_are_targets() {
        assert!(targets().unwrap().contains(&"addresses".to_owned()));
    }
}
