//! A server is stopped at each of the named points for longer than a lease and a claim last, as by a hypervisor or a
//! debugger, and then goes on as if nothing had been.

use crate::clients::Clients;
use crate::ledger::Engine;
use crate::scene::{LEASE, Scene};
use crate::support::process::{DEADLINE, Process, eventually};
use crate::table;
use std::time::Duration;

async fn survives(engine: Engine, point: &str) {
    for _ in 0..table::runs() {
        let scene = Scene::on(engine, ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let mut nodes = vec![scene.serve(&[("REGAIN_FAILPOINT", &format!("{point}=stop"))])];
        if engine == Engine::Postgres {
            // Somebody who takes over what the stopped one holds.
            nodes.push(scene.serve(&[]));
        }
        clients.reset_during(&nodes, resumed_after_a_lease(&nodes[0], point)).await;
        table::close(&format!("stopped at {point}"), &clients, 1, nodes).await;
    }
}

async fn resumed_after_a_lease(node: &Process, point: &str) {
    eventually(&format!("stop at {point}"), DEADLINE, async || node.is_stopped().then_some(())).await;
    tokio::time::sleep(LEASE + Duration::from_secs(1)).await;
    node.resume();
}

const ACCOUNTS: usize = 12;

on_both_ledgers! {
    leased: |engine| survives(engine, "leased");
    looked_up: |engine| survives(engine, "looked_up");
    digest_committed: |engine| survives(engine, "digest_committed");
    mail_handed_over: |engine| survives(engine, "mail_handed_over");
    claimed: |engine| survives(engine, "claimed");
    hash_computed: |engine| survives(engine, "hash_computed");
    store_written: |engine| survives(engine, "store_written");
    completed: |engine| survives(engine, "completed");
}
