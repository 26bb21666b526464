//! Whether anything that the suite's servers left behind holds what opens an account.
//!
//! While `REGAIN_TEST_CANARIES` names a folder, the tests log at TRACE and keep there (`server/tests/it/support/canary.rs`)
//! what they know to be secret, and every log, page of metrics, ledger and backup. The one is looked for in the other, in
//! every [`spelling`]. So that nobody trusts a search that finds nothing because it cannot, servers that are made to tell
//! have to be found out first.

mod haystack;
mod spelling;

use crate::step::cargo;
use crate::tree::root;
use anyhow::{Context, Result, ensure};
use haystack::Needles;
use spelling::Secret;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A folder for what one run of the suite leaves behind.
pub(crate) struct Canaries(PathBuf);

impl Canaries {
    /// Nothing is in it yet.
    pub(crate) fn empty() -> Result<Self> {
        Self::at(root().join("target/canaries"))
    }

    fn at(folder: PathBuf) -> Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// The variable by which tests find it.
    pub(crate) fn variable(&self) -> (&'static str, PathBuf) {
        ("REGAIN_TEST_CANARIES", self.0.clone())
    }

    /// Fails if a secret is anywhere. What is in the folder goes, unless it tells.
    pub(crate) fn look(&self) -> Result<()> {
        let search = self.search()?;
        search.print();
        ensure!(search.secrets >= SECRETS_MIN && search.files >= FILES_MIN, "that is less than a suite leaves behind");
        ensure!(search.finds.is_empty(), "{} finds; what was left lies in {}", search.finds.len(), self.0.display());
        std::fs::remove_dir_all(&self.0).context("what was left behind cannot be removed")
    }

    fn search(&self) -> Result<Search> {
        let secrets = self.secrets()?;
        let needles = Needles::new(secrets.iter().flat_map(|secret| {
            secret.spellings().into_iter().map(|(octets, how)| (format!("{} {how}", secret.kind()), octets))
        }));
        let mut search = Search { secrets: secrets.len(), spellings: needles.len(), ..Search::default() };
        for file in files(&self.0.join("left"))? {
            let octets = std::fs::read(&file).with_context(|| file.display().to_string())?;
            search.files += 1;
            search.octets += octets.len();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            search.finds.extend(needles.find_in(&octets).iter().map(|find| format!("{name}: {find}")));
        }
        Ok(search)
    }

    /// Every secret once.
    fn secrets(&self) -> Result<BTreeSet<Secret>> {
        let mut secrets = BTreeSet::new();
        for file in files(&self.0.join("secrets"))? {
            let text = std::fs::read_to_string(&file)?;
            // The last line of a process that was killed may be half a line.
            secrets.extend(text.lines().filter_map(Secret::read));
        }
        Ok(secrets)
    }
}

/// Whether nothing is found in a folder that tests were run with.
pub(crate) fn look_in(folder: &str) -> Result<bool> {
    let search = Canaries(folder.into()).search()?;
    search.print();
    Ok(search.finds.is_empty())
}

/// Servers that are made to tell are found out: in a log, and in a ledger.
pub(crate) fn telltales_are_found_out() -> Result<()> {
    for (weakness, place) in [("token-logged", ".log"), ("token-kept-plain", ".db")] {
        let canaries = Canaries::at(root().join("target/telltales"))?;
        let mut command = cargo("test --quiet -p regain --features failpoints --test it -- --exact");
        command.arg(TELLS).env("REGAIN_WEAKNESS", weakness).envs([canaries.variable()]);
        // Whether it passes is of no interest here.
        command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let finds = canaries.search()?.finds;
        ensure!(finds.iter().any(|find| find.contains(place)), "{weakness} is not found in any {place}: {finds:?}");
        println!("{weakness}: found, as in {}", finds[0]);
        std::fs::remove_dir_all(canaries.0)?;
    }
    Ok(())
}

/// A test in which a link is mailed and used.
const TELLS: &str = "secrecy::nothing_in_a_stolen_ledger_is_a_token";

#[derive(Default)]
struct Search {
    secrets: usize,
    spellings: usize,
    files: usize,
    octets: usize,
    finds: Vec<String>,
}

impl Search {
    /// Some of what was found; the last line says how much was looked through.
    fn print(&self) {
        self.finds.iter().take(SHOWN).for_each(|find| println!("{find}"));
        let Self { secrets, spellings, files, octets, finds } = self;
        let (megabytes, finds) = (octets / 1_000_000, finds.len());
        println!(
            "{finds} finds of {secrets} secrets, spelled {spellings} ways in all, in {files} files with {megabytes} MB"
        );
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("nothing was kept in {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// Of what was found.
const SHOWN: usize = 40;
/// Far fewer than a suite comes to: with less, something keeps nothing any more.
const SECRETS_MIN: usize = 500;
const FILES_MIN: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_behind_is_searched_for_what_is_secret() {
        let folder = std::env::temp_dir().join(format!("regain-canaries-{}", std::process::id()));
        let canaries = Canaries::at(folder).unwrap();
        for (name, text) in [
            ("secrets/1", "[\"Password\",\"Nine-Lanterns-4-Otters\"]\n[\"Password\",\"short\"]\n[\"Pass"),
            ("left/1-0-stderr.log", "{\"message\":\"nothing\"}"),
            ("left/1-1-stderr.log", "{\"message\":\"Nine-Lanterns-4-Otters\"}"),
        ] {
            let file = canaries.0.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let search = canaries.search().unwrap();
        assert_eq!((search.secrets, search.files), (1, 2));
        assert_eq!(search.finds.len(), 1, "{:?}", search.finds);
        assert!(search.finds[0].starts_with("1-1-stderr.log: Password as it is"), "{:?}", search.finds);
        std::fs::remove_dir_all(canaries.0).unwrap();
    }
}
