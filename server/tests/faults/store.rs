//! The user store fails while twenty people ask and reset: locked by somebody else, gone, and closed to writing.

use crate::clients::Clients;
use crate::scene::Scene;
use crate::table;
use rusqlite::Connection;
use std::time::Duration;

/// Does `breaks` to the store and `mends` it again, several times, while everybody gets a new password.
async fn survives(what: &str, breaks: &str, mends: &str) {
    for _ in 0..table::runs() {
        let scene = Scene::with(ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let server = scene.serve(&[]);
        let trouble = async {
            // One connection, since a lock is its connection's.
            let store = Connection::open(scene.site.path().join("accounts.db")).unwrap();
            store.busy_timeout(Duration::from_secs(10)).unwrap();
            for _ in 0..TIMES {
                store.execute_batch(breaks).unwrap();
                tokio::time::sleep(BROKEN).await;
                store.execute_batch(mends).unwrap();
                tokio::time::sleep(WHOLE).await;
            }
        };
        clients.reset_during(&[&server], trouble).await;
        table::close(what, &clients, 0, vec![server]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_locked() {
    survives("user store locked", "BEGIN EXCLUSIVE", "COMMIT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_gone() {
    let (away, back) = ("ALTER TABLE accounts RENAME TO away", "ALTER TABLE away RENAME TO accounts");
    survives("user store gone", away, back).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_closed_to_writing() {
    let close = "CREATE TRIGGER closed BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'closed to writing'); END";
    survives("user store closed to writing", close, "DROP TRIGGER closed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loses_its_answers() {
    for point in ["looked_up", "store_written"] {
        let scene = Scene::with(ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let server = scene.serve(&[("REGAIN_FAILPOINT", &format!("{point}:2=error"))]);
        clients.reset(&[&server]).await;
        table::close(&format!("{point} not answered"), &clients, 0, vec![server]).await;
    }
}

const ACCOUNTS: usize = 20;
const TIMES: usize = 3;
const BROKEN: Duration = Duration::from_millis(700);
const WHOLE: Duration = Duration::from_millis(150);
