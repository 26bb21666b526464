//! Where and with what a measurement was made: a figure without it says nothing.

use crate::process::output;
use crate::processor::ProcessorTime;
use crate::regain;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;
use std::process::Command;

#[derive(Default, Serialize)]
pub(crate) struct Machine {
    date: String,
    command: String,
    cores: usize,
    processor: String,
    memory_gib: f64,
    kernel: String,
    load_average: String,
    /// When the measuring began.
    #[serde(skip)]
    pub(crate) processors: Option<ProcessorTime>,
    regain: String,
    commit: String,
    rustc: String,
    sqlite: &'static str,
    /// What else took part, each with its version.
    pub(crate) others: Vec<String>,
}

impl Machine {
    pub(crate) fn here(program: &Path) -> Result<Self> {
        let said = |program: &str, words: &[&str]| {
            let said = output(Command::new(program).args(words)).unwrap_or_default();
            said.lines().next().unwrap_or_default().to_owned()
        };
        Ok(Self {
            date: said("date", &["--utc", "+%FT%TZ"]),
            command: std::env::args().skip(1).fold("cargo xtask bench".to_owned(), |line, word| line + " " + &word),
            cores: std::thread::available_parallelism()?.get(),
            processor: field("/proc/cpuinfo", "model name"),
            memory_gib: gibibytes(&field("/proc/meminfo", "MemTotal")),
            kernel: said("uname", &["--kernel-release"]),
            load_average: load_average(),
            processors: ProcessorTime::now(),
            regain: regain::version(program)?,
            commit: said("git", &["describe", "--always", "--dirty"]),
            rustc: said("rustc", &["--version"]),
            sqlite: rusqlite::version(),
            others: Vec::new(),
        })
    }

    /// A line for people.
    pub(crate) fn summary(&self) -> String {
        let Self { date, cores, processor, memory_gib, load_average, regain, commit, .. } = self;
        let processor = if processor.is_empty() { "an unnamed processor" } else { processor };
        format!(
            "{date}: {cores} cores ({processor}), {memory_gib:.0} GiB, load average {load_average}; {regain} at {commit}"
        )
    }
}

/// Of the last one, five and fifteen minutes.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// What the first line that begins with `name` has after its colon.
fn field(path: &str, name: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

fn gibibytes(kilobytes: &str) -> f64 {
    kilobytes.trim_end_matches(" kB").parse().unwrap_or(0.0) / 1024.0 / 1024.0
}
