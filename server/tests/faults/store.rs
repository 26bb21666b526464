//! The user store fails while twenty people ask and reset: locked by somebody else, gone, and closed to writing.

use crate::clients::Clients;
use crate::ledger::Engine;
use crate::scene::{Scene, open_accounts};
use crate::table;
use std::time::Duration;

/// Does `breaks` to the store and `mends` it again, several times, while everybody gets a new password.
async fn survives(engine: Engine, what: &str, breaks: &str, mends: &str) {
    for _ in 0..table::runs() {
        let scene = Scene::on(engine, ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let nodes = scene.serve_all();
        let trouble = async {
            // One connection, since a lock is its connection's.
            let store = open_accounts(scene.site.path());
            for _ in 0..TIMES {
                store.execute_batch(breaks).unwrap();
                tokio::time::sleep(BROKEN).await;
                store.execute_batch(mends).unwrap();
                tokio::time::sleep(WHOLE).await;
            }
        };
        clients.reset_during(&nodes, trouble).await;
        table::close(what, &clients, 0, nodes).await;
    }
}

/// The store does what it is asked, and nobody hears of it.
async fn survives_silence(engine: Engine, point: &str) {
    for _ in 0..table::runs() {
        let scene = Scene::on(engine, ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let nodes = vec![scene.serve(&[("REGAIN_FAILPOINT", &format!("{point}:2=error"))])];
        clients.reset(&nodes).await;
        table::close(&format!("user store's answer lost, {point}"), &clients, 0, nodes).await;
    }
}

const ACCOUNTS: usize = 20;
const TIMES: usize = 3;
const BROKEN: Duration = Duration::from_millis(700);
const WHOLE: Duration = Duration::from_millis(150);
const CLOSE: &str =
    "CREATE TRIGGER closed BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'closed to writing'); END";
const OPEN: &str = "DROP TRIGGER closed";
const TAKE_AWAY: &str = "ALTER TABLE accounts RENAME TO away";
const BRING_BACK: &str = "ALTER TABLE away RENAME TO accounts";

on_both_ledgers! {
    is_locked: |engine| survives(engine, "user store locked", "BEGIN EXCLUSIVE", "COMMIT");
    is_gone: |engine| survives(engine, "user store gone", TAKE_AWAY, BRING_BACK);
    is_closed_to_writing: |engine| survives(engine, "user store closed to writing", CLOSE, OPEN);
    loses_what_it_found: |engine| survives_silence(engine, "looked_up");
    loses_that_it_wrote: |engine| survives_silence(engine, "store_written");
}
