//! A server is killed at each of the named points in turn, in the midst of requests and redeemings, and started again.

use crate::clients::Clients;
use crate::ledger::Engine;
use crate::scene::Scene;
use crate::support::process::Process;
use crate::table;
use std::ops::Range;
use std::time::Duration;

/// A point, and which times it is passed at the least between the start (which commits a few batches) and the last of
/// [`ACCOUNTS`] new passwords.
struct Point(&'static str, Range<usize>);

async fn survives(engine: Engine, Point(name, passes): Point) {
    for run in 0..table::runs() {
        // A different time each time.
        let nth = passes.start + run * 7 % passes.len();
        let scene = Scene::on(engine, ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let mut dying = [scene.serve(&[("REGAIN_FAILPOINT", &format!("{name}:{nth}"))])];
        clients.reset(&dying).await;
        assert!(dying[0].is_gone(), "{name} was not passed {nth} times");
        assert!(!dying[0].ended().success());

        let heirs = scene.serve_all();
        clients.reset(&heirs).await;
        table::close(&format!("killed at {name}"), &clients, 1, heirs).await;
    }
}

async fn survive_at_any_moment(engine: Engine) {
    for run in 0..table::runs() {
        let scene = Scene::on(engine, ACCOUNTS).await;
        let clients = Clients::of(&scene);
        for kill in 0..KILLS {
            let dying = scene.serve_all();
            let life = Duration::from_millis(40 + (kill * 7 + run * 3) as u64 % 10 * 60);
            let death = async {
                tokio::time::sleep(life).await;
                dying.iter().for_each(Process::die);
            };
            clients.reset_during(&dying, death).await;
        }
        let heirs = scene.serve_all();
        clients.reset(&heirs).await;
        table::close("killed at any moment", &clients, KILLS, heirs).await;
    }
}

const KILLS: usize = 8;

/// So many that requests and redeemings are under way at the same time.
const ACCOUNTS: usize = 20;

/// SQLite's writer passes by with every request, and commits whatever is written in batches. On PostgreSQL only requests are
/// accepted in batches, and on a slow machine two of them hold all.
fn times(engine: Engine, on_sqlite: Range<usize>) -> Range<usize> {
    match engine {
        Engine::Sqlite => on_sqlite,
        Engine::Postgres => 1..3,
    }
}

on_both_ledgers! {
    at_any_moment: |engine| survive_at_any_moment(engine);
    accepted: |engine| survives(engine, Point("accepted", times(engine, 1..9)));
    batch_committed: |engine| survives(engine, Point("batch_committed", times(engine, 8..13)));
    leased: |engine| survives(engine, Point("leased", 1..4));
    looked_up: |engine| survives(engine, Point("looked_up", 1..3));
    digest_committed: |engine| survives(engine, Point("digest_committed", 1..3));
    mail_handed_over: |engine| survives(engine, Point("mail_handed_over", 1..21));
    outcome_recorded: |engine| survives(engine, Point("outcome_recorded", 1..4));
    claimed: |engine| survives(engine, Point("claimed", 1..21));
    hash_computed: |engine| survives(engine, Point("hash_computed", 1..21));
    store_written: |engine| survives(engine, Point("store_written", 1..21));
    revoked: |engine| survives(engine, Point("revoked", 1..21));
    notice_queued: |engine| survives(engine, Point("notice_queued", 1..21));
    completed: |engine| survives(engine, Point("completed", 1..21));
    answered: |engine| survives(engine, Point("answered", 1..41));
}
