//! A server is killed at each of the named points in turn, in the midst of requests and redeemings, and started again.

use crate::clients::Clients;
use crate::scene::Scene;
use crate::table;

/// A point, and how often it is passed at the least while [`ACCOUNTS`] people get new passwords.
struct Point(&'static str, usize);

async fn survives(point: Point) {
    let Point(name, passes) = point;
    for run in 0..table::runs() {
        // A different time each time: 1, then further in.
        let nth = 1 + run * 7 % passes;
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
    leased: 3;
    looked_up: 2;
    digest_committed: 2;
    mail_handed_over: 20;
    claimed: 20;
    hash_computed: 20;
    store_written: 20;
    completed: 20;
    answered: 40;
}
