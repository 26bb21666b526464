//! Many clients come with one link, each to another node: one of them sets the password.

use crate::accounts::{address, is_made_from};
use crate::amount;
use crate::client::{Answer, Ask, Client};
use crate::fleet::{Fleet, NODES, Plan};
use crate::support::process::eventually;
use futures_util::{StreamExt, stream};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_clients_with_one_link_one_sets_the_password() {
    let tokens = amount("REGAIN_TEST_NODES_TOKENS", 200);
    let fleet = Fleet::start(Plan::default()).await;
    fleet.accounts.add(0, tokens).await;
    stream::iter(0..tokens).for_each_concurrent(64, async |n| request(&fleet, n).await).await;
    let all_mailed = async || (fleet.sink.reset_mails().0 as u64 == tokens).then_some(());
    eventually("link for every account", MAILED_WITHIN, all_mailed).await;

    let started = Instant::now();
    let mut winners: Vec<(u64, String)> = vec![];
    for first in (0..tokens).step_by(LINKS_PER_CLIENT) {
        // The nodes close a connection after five minutes; whoever comes at that very moment hears nothing.
        let client = Client::new(PATIENCE);
        let links = first..tokens.min(first + LINKS_PER_CLIENT as u64);
        let races = stream::iter(links).map(|n| race(&fleet, &client, n)).buffer_unordered(LINKS_AT_ONCE);
        winners.extend(races.collect::<Vec<_>>().await);
    }
    let seconds = started.elapsed().as_secs_f64();

    let (writes, stored) = (fleet.accounts.writes(0).await, fleet.accounts.stored(0).await);
    for (n, password) in &winners {
        let address = address(0, *n);
        assert_eq!(writes[&address].len(), 1, "{address} was written more than once");
        assert!(is_made_from(&stored[&address], password), "{address} has not the password of the one who won");
    }
    assert_eq!(fleet.accounts.sessions_of_changed(0).await, 0);
    println!(
        "{tokens} links, {CLIENTS} clients each over {NODES} nodes: {} won and {} lost in {seconds:.1} s",
        winners.len(),
        winners.len() * (CLIENTS - 1),
    );
}

async fn request(fleet: &Fleet, n: u64) {
    let ask = Ask::Request { address: address(0, n) };
    let door = &fleet.nodes[usize::try_from(n).unwrap() % fleet.nodes.len()].public;
    let answer = fleet.client.ask(door, &ask).await.unwrap();
    assert!(answer.is_ok(), "{answer:?}");
}

/// The password that was accepted; exactly one must be, and every other client hears that the link is dead.
async fn race(fleet: &Fleet, clients: &Client, n: u64) -> (u64, String) {
    let letters = fleet.sink.inbox(&address(0, n));
    let token = &letters.iter().find_map(|letter| letter.reset.as_ref()).expect("a link").token;
    let confirm = async |client: usize| -> (String, Answer) {
        let password = format!("nine lanterns {n} for otter {client}");
        let ask = Ask::Confirm { token: token.clone(), password: password.clone() };
        let door = &fleet.nodes[client % fleet.nodes.len()].public;
        // A node without a moment to spare says so before it does anything.
        let answered = async || {
            let answer = clients.ask(door, &ask).await.unwrap();
            (!answer.is_busy()).then_some(answer)
        };
        (password, eventually("answer that decides", PATIENCE, answered).await)
    };
    let answers = futures_util::future::join_all((0..CLIENTS).map(confirm)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| answer.is_ok());
    for (_, answer) in &lost {
        assert!(answer.is_dead_token(), "{answer:?}");
    }
    assert_eq!(won.len(), 1, "link {n}");
    (n, won.into_iter().next().unwrap().0)
}

const CLIENTS: usize = 16;
/// Enough to keep the nodes busy, few enough that the clients of each come at the same time.
const LINKS_AT_ONCE: usize = 4;
/// Some seconds' work.
const LINKS_PER_CLIENT: usize = 500;
/// On a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const MAILED_WITHIN: Duration = Duration::from_secs(180);
