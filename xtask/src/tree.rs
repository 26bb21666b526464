//! The files of the repository, and what is untidy about them.

use crate::step::output;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the repository.
pub(crate) struct File {
    /// Its path from the root, with slashes.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// Every text file that git knows, or would know if it were added.
pub(crate) fn files() -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let list = output(git).context("the list of files comes from git")?;
    let read =
        |path: &str| Some(File { path: path.to_owned(), text: std::fs::read_to_string(root().join(path)).ok()? });
    Ok(list.lines().filter_map(read).collect())
}

/// Prints files that are too long and left-overs of unfinished work; says whether there were none.
pub(crate) fn tidy() -> Result<bool> {
    let mut tidy = true;
    for file in files()?.iter().filter(|file| file.path.ends_with(".rs")) {
        for finding in findings(file) {
            println!("{}: {finding}", file.path);
            tidy = false;
        }
    }
    Ok(tidy)
}

fn findings(file: &File) -> Vec<String> {
    let length = file.text.lines().count();
    let long = (length > LINES_MAX).then(|| format!("{length} lines, {LINES_MAX} are enough"));
    let left_over = |(n, line): (usize, &str)| {
        let word = LEFT_OVERS.iter().map(|parts| parts.concat()).find(|word| line.contains(word))?;
        Some(format!("line {}: {word}", n + 1))
    };
    long.into_iter().chain(file.text.lines().enumerate().filter_map(left_over)).collect()
}

const LINES_MAX: usize = 500;

/// Each in two parts, so that this list is none.
const LEFT_OVERS: &[[&str; 2]] =
    &[["to", "do!("], ["unimple", "mented!("], ["db", "g!("], ["#[ig", "nore"], ["TO", "DO"], ["FIX", "ME"]];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_left_overs_are_found() {
        let text = format!("fn a() {{\n    {}!()\n}}\n{}", "todo", "//\n".repeat(LINES_MAX));
        let found = findings(&File { path: "a.rs".into(), text });
        assert_eq!(found, ["503 lines, 500 are enough", concat!("line 2: to", "do!(")]);
    }
}
