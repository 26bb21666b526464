//! Nodes are replaced one by one while people come and go; nobody is turned away.

use crate::accounts::{address, is_made_from};
use crate::amount;
use crate::balancer::Balancer;
use crate::client::Ask;
use crate::fleet::{Fleet, NODES, Plan, this_program};
use crate::sink::Sink;
use crate::support::process::eventually;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_replaced_one_by_one_and_nobody_is_turned_away() {
    let rounds = amount("REGAIN_TEST_NODES_ROUNDS", 1);
    let old = std::env::var_os("REGAIN_TEST_OLD_PROGRAM").map_or_else(this_program, PathBuf::from);
    let mut fleet = Fleet::start(Plan { program: old, ..Plan::default() }).await;
    fleet.accounts.add(0, ACCOUNTS * rounds).await;
    let balancer = Balancer::before(&fleet);
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let started = Instant::now();

    // The sink is asked while nodes are replaced: each has its half of the fleet.
    let Fleet { nodes, client, sink, accounts, ledger, .. } = &mut fleet;
    let visitors = async {
        let visits = (0..VISITORS).map(|_| async {
            while !is_over.load(Ordering::SeqCst) {
                let n = next.fetch_add(1, Ordering::SeqCst);
                assert!(n < ACCOUNTS * rounds, "more accounts are needed");
                visit(&balancer, sink, n).await;
            }
        });
        futures_util::future::join_all(visits).await;
    };
    let replacing = async {
        let is_visited = async || (sink.reset_mails().0 > 0).then_some(());
        eventually("first visitor", MAILED_WITHIN, is_visited).await;
        // The first of the new ones migrates; the old ones go on beside it.
        ledger.add_a_migration().await;
        for _ in 0..rounds {
            for node in nodes.iter_mut() {
                let status = node.terminate().await;
                assert!(status.success(), "{} ended with {status}:\n{}", node.name, node.log());
                node.becomes(&this_program());
                node.start();
                let is_ready = async || client.is_ready(&node.admin).await.then_some(());
                eventually("ready node", READY_WITHIN, is_ready).await;
            }
        }
        is_over.store(true, Ordering::SeqCst);
    };
    futures_util::future::join(visitors, replacing).await;

    let visits = next.load(Ordering::SeqCst);
    let (writes, stored) = (accounts.writes(0).await, accounts.stored(0).await);
    for n in 0..visits {
        let address = address(0, n);
        assert_eq!(writes[&address].len(), 1, "{address}");
        assert!(is_made_from(&stored[&address], &password(n)), "{address} has another password");
    }
    println!(
        "{NODES} nodes replaced {rounds} times under load in {:.1} s: {visits} passwords reset, {} calls answered 503 \
         with Retry-After, {} broken",
        started.elapsed().as_secs_f64(),
        balancer.turned_away.load(Ordering::Relaxed),
        balancer.faults().len(),
    );
    assert_eq!(balancer.faults(), [""; 0]);
}

/// Somebody who forgot their password, from the first click to the last.
async fn visit(balancer: &Balancer, sink: &Sink, n: u64) {
    let address = address(0, n);
    let answer = balancer.ask(&Ask::Request { address: address.clone() }).await;
    assert!(answer.is_ok(), "{answer:?}");
    let link = async || sink.inbox(&address).into_iter().find_map(|letter| letter.reset);
    let token = eventually("link", MAILED_WITHIN, link).await.token;
    let answer = balancer.ask(&Ask::Verify { token: token.clone() }).await;
    assert!(answer.is_ok(), "{answer:?}");
    let answer = balancer.ask(&Ask::Confirm { token, password: password(n) }).await;
    assert!(answer.is_ok(), "{answer:?}");
}

fn password(n: u64) -> String {
    format!("nine lanterns for otter {n}")
}

/// At the same time.
const VISITORS: usize = 8;
/// More than can be visited while every node is replaced once.
const ACCOUNTS: u64 = 5_000;
const READY_WITHIN: Duration = Duration::from_secs(60);
const MAILED_WITHIN: Duration = Duration::from_secs(60);
