//! The database that several servers share fails: it is killed and started again, and the line of one server to it goes
//! silent for longer than a lease.

use crate::clients::Clients;
use crate::ledger::{Engine, Ledger};
use crate::line::Line;
use crate::postgres_server::PostgresServer;
use crate::scene::{LEASE, Scene};
use crate::support::process::Site;
use crate::table;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_killed_and_started_again() {
    let mut server = PostgresServer::start().await;
    for _ in 0..table::runs() {
        let ledger = Ledger::on(server.config()).await;
        let scene = Scene::with(Site::with_accounts(&[]).await, ledger, ACCOUNTS);
        let clients = Clients::of(&scene);
        let nodes = scene.serve_all();
        let trouble = async {
            for _ in 0..CRASHES {
                tokio::time::sleep(Duration::from_millis(300)).await;
                server.crash();
                tokio::time::sleep(Duration::from_millis(500)).await;
                server.start_again().await;
            }
        };
        clients.reset_during(&nodes, trouble).await;
        table::close("PostgreSQL killed", &clients, CRASHES, nodes).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_out_of_one_servers_reach() {
    for _ in 0..table::runs() {
        let scene = Scene::on(Engine::Postgres, ACCOUNTS).await;
        let line = Line::to(scene.ledger.port()).await;
        let clients = Clients::of(&scene);
        let nodes =
            vec![scene.serve(&[("REGAIN_LEDGER__URL", &scene.ledger.url(Some(line.port())))]), scene.serve(&[])];
        let trouble = async {
            tokio::time::sleep(Duration::from_millis(250)).await;
            line.set_silent(true);
            tokio::time::sleep(LEASE * 2).await;
            line.set_silent(false);
        };
        clients.reset_during(&nodes, trouble).await;
        table::close("a node cut off from PostgreSQL", &clients, 1, nodes).await;
    }
}

const ACCOUNTS: usize = 20;
const CRASHES: usize = 2;
