//! A server is stopped at each of the named points for longer than a lease and a claim last, as by a hypervisor or a
//! debugger, and then goes on as if nothing had been.

use crate::clients::Clients;
use crate::scene::Scene;
use crate::support::process::{DEADLINE, Process, eventually};
use crate::table;
use std::time::Duration;

async fn survives(point: &str) {
    for _ in 0..table::runs() {
        let scene = Scene::with(ACCOUNTS).await;
        let clients = Clients::of(&scene);
        let stopping = scene.serve(&[
            ("REGAIN_FAILPOINT", &format!("{point}:2=stop")),
            ("REGAIN_FAILPOINT_LEASE_SECONDS", &LEASE.as_secs().to_string()),
        ]);
        clients.reset_during(&[&stopping], resumed_after_a_lease(&stopping, point)).await;
        table::close(&format!("stopped at {point}"), &clients, 1, vec![stopping]).await;
    }
}

async fn resumed_after_a_lease(node: &Process, point: &str) {
    eventually(&format!("stop at {point}"), DEADLINE, async || node.is_stopped().then_some(())).await;
    tokio::time::sleep(LEASE + Duration::from_secs(1)).await;
    node.resume();
}

const ACCOUNTS: usize = 12;
/// A claim then holds half as long.
const LEASE: Duration = Duration::from_secs(6);

macro_rules! points {
    ($($point:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $point() {
            survives(stringify!($point)).await;
        }
    )*};
}

points! { leased looked_up digest_committed mail_handed_over claimed hash_computed store_written completed }
