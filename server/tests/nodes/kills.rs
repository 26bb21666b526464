//! Nodes are killed while requests come in: what was acknowledged is mailed.

use crate::accounts::address;
use crate::amount;
use crate::client::Ask;
use crate::fleet::{Fleet, NODES, Plan, SHORT_LEASE};
use crate::random::Random;
use crate::support::process::eventually;
use futures_util::{StreamExt, stream};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_request_is_mailed_whichever_node_dies() {
    let requests = amount("REGAIN_TEST_NODES_REQUESTS", 400);
    let mut random = Random::new(amount("REGAIN_TEST_SEED", 1));
    let mut fleet = Fleet::start(Plan { settings: &[SHORT_LEASE], ..Plan::default() }).await;
    fleet.accounts.add(0, requests).await;
    let (doors, client) = (fleet.doors(), fleet.client.clone());
    let unanswered = AtomicUsize::new(0);
    let mut kills: Vec<Instant> = vec![];

    let started = Instant::now();
    let mut asking = Box::pin(async {
        let ask = async |n: u64| {
            // At an even pace, so that every kill meets some.
            tokio::time::sleep_until((started + PACE * u32::try_from(n).unwrap()).into()).await;
            let ask = Ask::Request { address: address(0, n) };
            let mut door = usize::try_from(n).unwrap();
            while !client.ask(&doors[door % doors.len()], &ask).await.is_ok_and(|answer| answer.is_ok()) {
                unanswered.fetch_add(1, Ordering::Relaxed);
                door += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        stream::iter(0..requests).for_each_concurrent(64, ask).await;
    });
    loop {
        tokio::select! {
            () = &mut asking => break,
            () = tokio::time::sleep(random.millis(200, 1_500)) => {}
        }
        let victim = random.below(fleet.nodes.len());
        fleet.nodes[victim].kill();
        kills.push(Instant::now());
        tokio::select! {
            () = &mut asking => break,
            () = tokio::time::sleep(random.millis(0, 500)) => fleet.nodes[victim].start(),
        }
    }
    drop(asking);
    for n in 0..fleet.nodes.len() {
        if !fleet.nodes[n].is_running() {
            fleet.nodes[n].start();
        }
        fleet.wait_until_ready(n).await;
    }

    let all_mailed = async || Some(fleet.sink.reset_mails()).filter(|(owners, _)| *owners as u64 == requests);
    let (_, mails) = eventually("mail for every account", MAILED_WITHIN, all_mailed).await;
    let duplicates = mails - usize::try_from(requests).unwrap();
    println!(
        "{requests} requests acknowledged by {NODES} nodes, {} kills, {} calls unanswered; {mails} mails: \
         {duplicates} twice, {} were in flight at a kill; {:.1} s",
        kills.len(),
        unanswered.load(Ordering::Relaxed),
        in_flight(&fleet, &kills, requests),
        started.elapsed().as_secs_f64(),
    );
    assert!(!kills.is_empty(), "nothing was killed");
    assert!(duplicates <= kills.len() * IN_FLIGHT_MAX, "more came twice than can have been in flight");
}

/// How many addresses got their first mail so shortly before a kill that its outcome may not have been recorded.
fn in_flight(fleet: &Fleet, kills: &[Instant], requests: u64) -> usize {
    let firsts: HashMap<u64, Instant> =
        (0..requests).filter_map(|n| Some((n, fleet.sink.inbox(&address(0, n)).first()?.at))).collect();
    let is_near =
        |first: &&Instant| kills.iter().any(|kill| **first <= *kill && *kill - **first < Duration::from_secs(1));
    firsts.values().filter(is_near).count()
}

/// Between two requests.
const PACE: Duration = Duration::from_millis(10);
/// A lease lapses after two minutes.
const MAILED_WITHIN: Duration = Duration::from_secs(180);
/// Mails that one node's courier has leased and not recorded yet.
const IN_FLIGHT_MAX: usize = 768;
