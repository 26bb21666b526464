//! What goes wrong: two tasks, one for the nodes and one for what they stand on, so that troubles come together.

use super::Watch;
use crate::accounts::Accounts;
use crate::client::Client;
use crate::node::Node;
use crate::postgres_server::PostgresServer;
use crate::random::Random;
use crate::sink::Sink;
use crate::support::smtp::{Behaviour, Phase};
use std::time::{Duration, Instant};

/// How often something goes wrong, and for how long, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) pause: (u64, u64),
    pub(crate) lasting: (u64, u64),
}

/// Nodes die, freeze and are replaced, but for the first: it freezes at most, so that its memory can be watched.
pub(crate) async fn of_nodes(nodes: &mut [Node], client: &Client, pace: Pace, watch: &Watch, mut random: Random) {
    let first_mortal = usize::from(nodes.len() > 1);
    while watch.pause(random.millis(pace.pause.0, pace.pause.1)).await {
        let n = random.below(nodes.len());
        let node = &mut nodes[n];
        if let Some(status) = node.ended() {
            watch.violated(format!("{} ended by itself with {status}:\n{}", node.name, node.log()));
        } else {
            let lasting = random.millis(pace.lasting.0, pace.lasting.1);
            match random.below(4) {
                0 | 1 if n >= first_mortal => {
                    watch.happened(format!("{} killed", node.name));
                    node.kill();
                    tokio::time::sleep(lasting / 4).await;
                }
                2 if n >= first_mortal => {
                    watch.happened(format!("{} replaced", node.name));
                    let status = node.terminate().await;
                    if !status.success() {
                        watch.violated(format!(
                            "{} was told to stop and ended with {status}:\n{}",
                            node.name,
                            node.log()
                        ));
                    }
                }
                _ => {
                    watch.happened(format!("{} frozen for {lasting:?}", node.name));
                    node.signal("STOP");
                    tokio::time::sleep(lasting).await;
                    node.signal("CONT");
                }
            }
        }
        bring_up(node, client, watch).await;
    }
    for node in nodes {
        bring_up(node, client, watch).await;
    }
}

/// Starts a node that is down, and waits until it is ready. It may have to be started more than once: what it stands on
/// may be down as well.
async fn bring_up(node: &mut Node, client: &Client, watch: &Watch) {
    let started = Instant::now();
    while !client.is_ready(&node.admin).await {
        if node.ended().is_some() {
            watch.count("starts in vain");
        }
        if !node.is_running() {
            node.start();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        if started.elapsed() > READY_WITHIN {
            watch.violated(format!("{} is not ready after {READY_WITHIN:?}:\n{}", node.name, node.log()));
            return;
        }
    }
}

/// The relay, the user store and the ledger's server have their moods.
pub(crate) async fn of_surroundings(
    sink: &Sink,
    accounts: &Accounts,
    mut server: Option<&mut PostgresServer>,
    pace: Pace,
    watch: &Watch,
    mut random: Random,
) {
    while watch.pause(random.millis(pace.pause.0, pace.pause.1)).await {
        let lasting = random.millis(pace.lasting.0, pace.lasting.1);
        match (random.below(6), &mut server) {
            (0, Some(server)) => {
                watch.happened(format!("PostgreSQL crashed, for {:?}", lasting / 2));
                server.crash();
                tokio::time::sleep(lasting / 2).await;
                server.start_again().await;
            }
            (1, _) => {
                watch.happened(format!("accounts locked for {lasting:?}"));
                let held = accounts.database.hold("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE").await;
                tokio::time::sleep(lasting).await;
                drop(held);
            }
            (2, _) => {
                watch.happened(format!("accounts out of reach for {lasting:?}"));
                accounts.database.set_reachable(false).await;
                tokio::time::sleep(lasting).await;
                accounts.database.set_reachable(true).await;
            }
            _ => {
                let (phase, behaviour) = *random.pick(MOODS);
                watch.happened(format!("relay: {behaviour:?} at {phase:?} for {lasting:?}"));
                sink.relay.at(phase, behaviour);
                tokio::time::sleep(lasting).await;
                sink.relay.behave();
            }
        }
    }
}

/// None of them refuses a mail for good, and none says that it took a mail which it did not take: those would be lost by
/// rights.
const MOODS: &[(Phase, Behaviour)] = &[
    (Phase::Connect, Behaviour::Drop),
    (Phase::Ehlo, Behaviour::Hang),
    (Phase::Connect, Behaviour::Reply("421 4.3.2 come back later")),
    (Phase::Mail, Behaviour::Reply("451 4.3.0 not now")),
    (Phase::Rcpt, Behaviour::Reply("450 4.2.1 not now")),
    (Phase::Rcpt, Behaviour::Drop),
    (Phase::Data, Behaviour::Reply("451 4.3.0 not now")),
    (Phase::Data, Behaviour::Drop),
    (Phase::Dot, Behaviour::Reply("452 4.3.1 no room")),
    (Phase::Dot, Behaviour::KeepAndDrop),
];

const READY_WITHIN: Duration = Duration::from_secs(120);
