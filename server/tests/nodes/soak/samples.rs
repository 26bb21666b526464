//! What the nodes hold: memory and file handles, every few seconds, and whether they grow.

use super::Watch;
use crate::node::{Node, Pid};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One look at one process.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sample {
    /// Since the soak began.
    pub(crate) seconds: u64,
    pub(crate) node: String,
    pub(crate) pid: u32,
    /// Its share of memory in KiB, from `/proc/PID/smaps_rollup`.
    pub(crate) pss_kib: u64,
    /// Open files and connections.
    pub(crate) files: u64,
}

/// Whom to look at.
pub(crate) struct Patients(Vec<(String, Pid)>);

impl Patients {
    pub(crate) fn of(nodes: &[Node]) -> Self {
        Self(nodes.iter().map(|node| (node.name.clone(), node.pid())).collect())
    }

    /// Looks until the soak ends.
    pub(crate) async fn watch(&self, watch: &Watch) -> Vec<Sample> {
        let mut samples = vec![];
        while watch.pause(EVERY).await {
            let seconds = watch.elapsed().as_secs();
            samples
                .extend(self.0.iter().filter_map(|(node, pid)| Sample::of(node, pid.load(Ordering::SeqCst), seconds)));
        }
        samples
    }
}

impl Sample {
    fn of(node: &str, pid: u32, seconds: u64) -> Option<Self> {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        let pss_kib = pss.trim().trim_end_matches(" kB").parse().ok()?;
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
        Some(Self { seconds, node: node.to_owned(), pid, pss_kib, files })
    }
}

/// How a process held out: medians of the window after it has warmed up, and of its last one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Course {
    pub(crate) node: String,
    pub(crate) pid: u32,
    pub(crate) minutes: u64,
    pub(crate) pss_kib: (u64, u64),
    pub(crate) files: (u64, u64),
}

impl Course {
    /// Of every process that lived long enough to tell.
    pub(crate) fn all(samples: &[Sample]) -> Vec<Self> {
        let mut lives: BTreeMap<(&str, u32), Vec<&Sample>> = BTreeMap::new();
        for sample in samples {
            lives.entry((&sample.node, sample.pid)).or_default().push(sample);
        }
        lives.into_iter().filter_map(|((node, pid), life)| Self::of(node, pid, &life)).collect()
    }

    fn of(node: &str, pid: u32, life: &[&Sample]) -> Option<Self> {
        let (first, last) = (life.first()?.seconds, life.last()?.seconds);
        if last - first < 3 * WINDOW_SECONDS {
            return None;
        }
        let within = |from: u64, to: u64| life.iter().filter(move |sample| (from..=to).contains(&sample.seconds));
        let early = || within(first + WINDOW_SECONDS, first + 2 * WINDOW_SECONDS);
        let late = || within(last - WINDOW_SECONDS, last);
        Some(Self {
            node: node.to_owned(),
            pid,
            minutes: (last - first) / 60,
            pss_kib: (median(early().map(|one| one.pss_kib)), median(late().map(|one| one.pss_kib))),
            files: (median(early().map(|one| one.files)), median(late().map(|one| one.files))),
        })
    }

    /// Whether it holds more and more. A handful of connections comes and goes.
    pub(crate) fn grows(&self) -> bool {
        let is_more = |(early, late): (u64, u64), slack: u64| late > early + early / 10 + slack;
        is_more(self.pss_kib, 0) || is_more(self.files, 5)
    }
}

fn median(of: impl Iterator<Item = u64>) -> u64 {
    let mut all: Vec<u64> = of.collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
}

const EVERY: Duration = Duration::from_secs(5);
/// A process has five minutes to warm up.
const WINDOW_SECONDS: u64 = 300;
