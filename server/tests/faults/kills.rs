//! A server is killed at each of the named points in turn, in the midst of requests and redeemings, and started again.

use crate::clients::Clients;
use crate::scene::Scene;
use crate::table;
use std::ops::Range;
use std::time::Duration;

/// A point, and which times it is passed at the least between the start and the last of [`ACCOUNTS`] new passwords.
struct Point(&'static str, Range<usize>);

async fn survives(point: Point) {
    let Point(name, passes) = point;
    for run in 0..table::runs() {
        // A different time each time.
        let nth = passes.start + run * 7 % passes.len();
        let scene = Scene::with(ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let mut dying = scene.serve(&[("REGAIN_FAILPOINT", &format!("{name}:{nth}"))]);
        clients.reset(&[&dying]).await;
        assert!(dying.is_gone(), "{name} was not passed {nth} times");
        assert!(!dying.ended().success());

        let heir = scene.serve(&[]);
        clients.reset(&[&heir]).await;
        table::close(name, &clients, 1, vec![heir]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_any_moment() {
    for run in 0..table::runs() {
        let scene = Scene::with(ACCOUNTS).await;
        let clients = Clients::of(&scene);
        for kill in 0..KILLS {
            let dying = scene.serve(&[]);
            let life = Duration::from_millis(40 + (kill * 7 + run * 3) as u64 % 10 * 60);
            let death = async {
                tokio::time::sleep(life).await;
                dying.die();
            };
            clients.reset_during(&[&dying], death).await;
        }
        let heir = scene.serve(&[]);
        clients.reset(&[&heir]).await;
        table::close("killed at any moment", &clients, KILLS, vec![heir]).await;
    }
}

const KILLS: usize = 8;

/// So many that requests and redeemings are under way at the same time.
const ACCOUNTS: usize = 20;

macro_rules! points {
    ($($point:ident: $passes:expr;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $point() {
            survives(Point(stringify!($point), $passes)).await;
        }
    )*};
}

points! {
    accepted: 1..21;
    // The first ones are those of the start.
    batch_committed: 8..41;
    leased: 1..4;
    looked_up: 1..3;
    digest_committed: 1..3;
    mail_handed_over: 1..21;
    outcome_recorded: 1..4;
    claimed: 1..21;
    hash_computed: 1..21;
    store_written: 1..21;
    revoked: 1..21;
    notice_queued: 1..21;
    completed: 1..21;
    answered: 1..41;
}
