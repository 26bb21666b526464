//! A deterministic simulation of the courier and of redeeming: the real code of one to three servers runs on one thread
//! in virtual time, and everything around it is simulated: clocks, randomness, the ledger's engine (SQLite in memory),
//! the user store, the relay, the people, and what goes wrong. One seed chooses all of it, so a history that breaks a
//! promise can be had again by its number.
//!
//! `cargo xtask simulate` runs thousands of seeds. Those that ever failed stand in `seeds.txt` and run first, always.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test")]

mod accounts;
mod gate;
mod history;
mod judge;
mod ledger_rows;
mod node;
mod people;
mod relay;
mod rules;
mod run;
mod sabotage;
mod trouble;
mod world;

use run::{History, Workshop};
use sabotage::Sabotage;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds that once failed.
const KEPT: &str = include_str!("seeds.txt");
/// How many new ones the suite runs; `cargo xtask simulate` says otherwise.
const SEEDS: u64 = 300;

#[test]
fn whatever_happens_no_promise_is_broken() {
    let kept: Vec<u64> = KEPT.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    let from = number("SIMULATE_FROM").unwrap_or(1);
    let seeds: Vec<u64> = kept.into_iter().chain(from..from + number("SIMULATE_SEEDS").unwrap_or(SEEDS)).collect();
    let (next, sums, failed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    each_core(|workshop| {
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed))
            && failed.lock().unwrap().is_empty()
        {
            let history = run::run(*seed, workshop, None);
            for (what, count) in &history.counts {
                *sums.lock().unwrap().entry(*what).or_insert(0) += count;
            }
            if history.fault.is_some() {
                failed.lock().unwrap().push((*seed, history));
            }
        }
    });
    println!("{} seeds came to {:?}", next.into_inner().min(seeds.len()), sums.into_inner().unwrap());
    if let Some((seed, history)) = failed.into_inner().unwrap().into_iter().min_by_key(|(seed, _)| *seed) {
        keep(seed, &history);
        panic!("{}", tell(seed, &history));
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let workshop = Workshop::default();
    // In the last one, many wait for a server that dies.
    for seed in [3, 4, 5, 9086] {
        let (first, second) = (run::run(seed, &workshop, None), run::run(seed, &workshop, None));
        let differ = first.steps.iter().zip(&second.steps).find(|(one, other)| one != other);
        assert_eq!(differ, None, "seed {seed}");
        assert!(first.digest == second.digest && first.steps.len() == second.steps.len(), "seed {seed}");
    }
    assert_ne!(run::run(6, &workshop, None).digest, run::run(7, &workshop, None).digest);
}

#[test]
fn a_bug_made_on_purpose_is_found() {
    let (next, missed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    each_core(|workshop| {
        while let Some(sabotage) = Sabotage::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found =
                (1..=SEEDS_UNTIL_FOUND).find_map(|seed| Some((seed, run::run(seed, workshop, Some(*sabotage)).fault?)));
            match found {
                Some((seed, fault)) => println!("{sabotage:?}: seed {seed}: {fault}"),
                None => missed.lock().unwrap().push(*sabotage),
            }
        }
    });
    assert_eq!(missed.into_inner().unwrap(), []);
}

fn each_core(work: impl Fn(&Workshop) + Sync) {
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| work(&Workshop::default()));
        }
    });
}

/// The last steps before the fault; all of them with `SIMULATE_STEPS`.
fn tell(seed: u64, history: &History) -> String {
    let shown = number("SIMULATE_STEPS").map_or(STEPS_SHOWN, |steps| usize::try_from(steps).unwrap());
    let skipped = history.steps.len().saturating_sub(shown);
    let steps = history.steps[skipped..].join("\n");
    let fault = history.fault.as_deref().unwrap_or_default();
    format!("{skipped} steps, and then\n{steps}\nseed {seed} ({}): {fault}", history.weather)
}

/// Notes the seed among those that run first from now on, if `cargo xtask simulate` said where.
fn keep(seed: u64, history: &History) {
    let Some(file) = std::env::var_os("SIMULATE_KEEP_IN") else { return };
    let fault = history.fault.as_deref().unwrap_or_default();
    if KEPT.lines().all(|line| line.split_whitespace().next() != Some(&seed.to_string())) {
        let kept = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{kept}{seed} {fault}\n")).unwrap();
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The rarest take some hundreds.
const SEEDS_UNTIL_FOUND: u64 = 3000;
const STEPS_SHOWN: usize = 80;
