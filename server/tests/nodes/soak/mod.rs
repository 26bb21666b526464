//! A soak: people of all kinds, and everything goes wrong now and then, for as long as one likes. What must hold is
//! checked all along, a minute's accounts at a time.

mod check;
mod cohort;
mod faults;
mod samples;
mod traffic;
mod watch;

use crate::accounts::{Accounts, address};
use crate::amount;
use crate::client::Client;
use crate::fleet::{Fleet, NODES, Plan, SHORT_LEASE};
use crate::ledger::Ledger;
use crate::postgres_server::PostgresServer;
use crate::random::Random;
use crate::sink::Sink;
use cohort::{ACCOUNTS, Cohort};
use faults::Pace;
use samples::{Course, Patients, Sample};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use traffic::{STRANGER, Traffic};
pub(crate) use watch::Watch;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_nothing_is_lost() {
    let minutes = amount("REGAIN_TEST_SOAK_MINUTES", 0);
    let seed = amount("REGAIN_TEST_SEED", 1);
    let mut random = Random::new(seed);
    let (length, pace) =
        if minutes == 0 { (SHORT, SHORT_PACE) } else { (MINUTE * minutes.try_into().unwrap(), LONG_PACE) };
    let nodes = amount("REGAIN_TEST_SOAK_NODES", NODES as u64).try_into().unwrap();
    // One node alone keeps its ledger in a file.
    let mut server = if nodes > 1 { Some(PostgresServer::start().await) } else { None };
    let ledger = server.as_ref().map(PostgresServer::config);
    let mut fleet = Fleet::start(Plan { nodes, ledger, settings: SETTINGS, ..Plan::default() }).await;
    let Fleet { nodes, sink, accounts, ledger, .. } = &mut fleet;
    let (sink, accounts, ledger) = (&*sink, &*accounts, &*ledger);

    accounts.add(0, ACCOUNTS).await;
    let watch = Watch::new(Arc::new(Cohort::new(0)));
    let client = Client::new(PATIENCE);
    let doors = nodes.iter().map(|node| node.public.clone()).collect();
    let (traffic, patients) = (Traffic { client: client.clone(), doors, sink, watch: &watch }, Patients::of(nodes));
    let people: Vec<Random> = (0..PEOPLE).map(|_| random.fork()).collect();
    let (of_nodes, of_surroundings) = (random.fork(), random.fork());
    let keeper = Keeper { sink, accounts, ledger, watch: &watch, closed: vec![] };
    let (_, (), (), samples, keeper) = tokio::join!(
        futures_util::future::join_all(people.into_iter().map(|random| traffic.one_after_another(random))),
        faults::of_nodes(nodes, &client, pace, &watch, of_nodes),
        faults::of_surroundings(sink, accounts, server.as_mut(), pace, &watch, of_surroundings),
        patients.watch(&watch),
        keeper.keep(length),
    );
    keeper.settle().await;
    for stranger in sink.recipients(STRANGER) {
        watch.violated(format!("{stranger} has no account and got mail"));
    }
    sum_up(&watch, seed, &samples);
}

/// Who changes the accounts in use each minute, and looks after those that were.
struct Keeper<'a> {
    sink: &'a Sink,
    accounts: &'a Accounts,
    ledger: &'a Ledger,
    watch: &'a Watch,
    closed: Vec<(Instant, Arc<Cohort>)>,
}

impl Keeper<'_> {
    /// Until `length` has passed; then it is over for everybody.
    async fn keep(mut self, length: Duration) -> Self {
        let mut number = 0;
        while self.watch.elapsed() < length {
            self.watch.pause(MINUTE.min(length.saturating_sub(self.watch.elapsed()))).await;
            number += 1;
            self.accounts.add(number, ACCOUNTS).await;
            let last = self.watch.change(Arc::new(Cohort::new(number)));
            self.closed.push((Instant::now(), last));
            self.look_at_all().await;
            self.tell();
        }
        self.watch.end();
        self
    }

    /// Looks until everything has come to its end. Nothing goes wrong any more, so that no mail need wait for its turn.
    async fn settle(mut self) {
        self.ledger.hurry().await;
        while !self.closed.is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.look_at_all().await;
        }
        self.tell();
    }

    async fn look_at_all(&mut self) {
        for (closed_at, cohort) in std::mem::take(&mut self.closed) {
            // Until then, somebody may still wait for an answer.
            if closed_at.elapsed() < PATIENCE {
                self.closed.push((closed_at, cohort));
                continue;
            }
            if closed_at.elapsed() > SETTLED_WITHIN / 2 {
                // What was put off again and again waits up to five minutes for its next turn.
                self.ledger.hurry().await;
            }
            let mut found = check::look(&cohort, self.sink, self.accounts, self.ledger).await;
            let is_late = closed_at.elapsed() > SETTLED_WITHIN;
            if is_late {
                found.wrong.append(&mut found.pending);
            }
            let is_done = !found.wrong.is_empty() || found.pending.is_empty();
            for wrong in found.wrong {
                self.watch.violated(wrong);
            }
            if is_done {
                self.forget(&cohort).await;
            } else {
                self.closed.push((closed_at, cohort));
            }
        }
    }

    async fn forget(&self, cohort: &Cohort) {
        for n in 0..ACCOUNTS {
            self.sink.forget(&address(cohort.number, n));
        }
        self.accounts.forget(cohort.number).await;
    }

    fn tell(&self) {
        let counts = self.watch.counts();
        let of = |what: &str| counts.get(what).copied().unwrap_or(0);
        println!(
            "{:>5} s: {} requests acknowledged, {} passwords set, {} faults, {} cohorts not through yet, {} violations",
            self.watch.elapsed().as_secs(),
            of("request: 200") + of("trusted call: 200"),
            of("redeeming: 200"),
            of("faults"),
            self.closed.len(),
            self.watch.violations().len(),
        );
    }
}

/// Prints what came of it, writes it all down where the environment says, and fails if anything was violated.
fn sum_up(watch: &Watch, seed: u64, samples: &[Sample]) {
    let courses = Course::all(samples);
    for course in &courses {
        println!("{course:?}");
        if course.grows() {
            watch.violated(format!("{} grows: {course:?}", course.node));
        }
    }
    let (counts, violations) = (watch.counts(), watch.violations());
    for (what, n) in &counts {
        println!("{n:>9} {what}");
    }
    if let Some(folder) = std::env::var_os("REGAIN_TEST_SOAK_FOLDER") {
        let all = json!({
            "seed": seed, "seconds": watch.elapsed().as_secs(), "counts": counts, "faults": watch.events(),
            "violations": violations, "courses": courses, "samples": samples,
        });
        let file = std::path::Path::new(&folder).join(format!("seed-{seed}.json"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&file, serde_json::to_vec_pretty(&all).unwrap()).unwrap();
        println!("all of it is in {}", file.display());
    }
    assert!(violations.is_empty(), "{} violations with seed {seed}", violations.len());
}

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_secs(10);
const SHORT_PACE: Pace = Pace { pause: (500, 1_500), lasting: (200, 1_200) };
const LONG_PACE: Pace = Pace { pause: (1_000, 10_000), lasting: (1_000, 15_000) };
/// At the same time.
const PEOPLE: usize = 24;
/// Of whoever waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Leases and claims lapse, mails are tried again with growing pauses, and meanwhile something else goes wrong.
const SETTLED_WITHIN: Duration = Duration::from_secs(360);
/// Per account, so short that a minute holds many.
const COOLDOWN: Duration = Duration::from_secs(3);
/// In a minute.
const CALLS_PER_NETWORK: u32 = 12;
const SETTINGS: &[(&str, &str)] = &[
    SHORT_LEASE,
    ("REGAIN_RESET__COOLDOWN_SECONDS", "3"),
    ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "1000000"),
    ("REGAIN_LIMITS__REQUESTS_PER_NETWORK_PER_MINUTE", "10"),
    ("REGAIN_LOG", "warn"),
];
