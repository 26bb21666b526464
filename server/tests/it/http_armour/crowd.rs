//! Many connections at once, from one network and from several.

use super::{REQUEST, connect, connect_from};
use crate::support::Server;
use crate::support::process::DEADLINE;
use serde_json::json;
use std::collections::VecDeque;
use std::io::ErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[tokio::test]
async fn idle_sockets_do_not_stop_a_quick_client() {
    let server = Server::start().await;
    for _ in 0..5 {
        let mut idle = Vec::new();
        for _ in 0..500 {
            let mut stream = connect(&server).await;
            stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
            idle.push(stream);
        }
        let quick = server.post_json(REQUEST, json!({ "email": "ada@example.com" }));
        assert_eq!(timeout(DEADLINE, quick).await.expect("in time").status().as_u16(), 200);
        // Otherwise the machine took so long that they were closed, and it was shown nothing.
        if is_open(idle.last().unwrap()) {
            return;
        }
    }
    panic!("whoever is quick has to wait for them");
}

fn is_open(stream: &TcpStream) -> bool {
    stream.try_read(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test]
async fn a_network_that_has_its_share_makes_room_for_its_own_and_takes_nobody_elses() {
    let server = Server::start().await;
    let mut crowd = VecDeque::new();
    makes_room(&server, &mut crowd, 1).await;
    // Connects late, since whoever is silent for too long is closed, too.
    let mut neighbour = connect_from([127, 0, 0, 9], &server).await;
    makes_room(&server, &mut crowd, 100).await;
    // Those who had waited longest.
    assert_eq!(timeout(DEADLINE, crowd[0].read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    let ask = b"GET /forgot-password/sent HTTP/1.1\r\nHost: a\r\n\r\n";
    for stream in [&mut neighbour, crowd.back_mut().unwrap()] {
        stream.write_all(ask).await.unwrap();
        let mut heard = [0; 15];
        timeout(DEADLINE, stream.read_exact(&mut heard)).await.expect("an answer").unwrap();
        assert_eq!(&heard, b"HTTP/1.1 200 OK");
    }
}

/// One network connects and connects, until so many more of its own had to make room. On a slow machine some are closed
/// before, for their silence, and do not count.
async fn makes_room(server: &Server, crowd: &mut VecDeque<TcpStream>, more: u64) {
    let made_room = async || -> u64 {
        let page = server.client().get(format!("{}/metrics", server.admin_url)).send().await.unwrap();
        let page = page.text().await.unwrap();
        let series = r#"regain_connections_cut_total{port="public",cause="made_room"} "#;
        page.lines().find_map(|line| line.strip_prefix(series)?.parse().ok()).unwrap()
    };
    let wanted = made_room().await + more;
    let connecting = async {
        while made_room().await < wanted {
            for _ in 0..100 {
                crowd.push_back(connect_from([127, 0, 0, 8], server).await);
            }
            crowd.drain(..crowd.len().saturating_sub(SHARE_AND_SOME));
        }
    };
    timeout(DEADLINE, connecting).await.expect("room is made");
}

/// More than the share of a network.
const SHARE_AND_SOME: usize = 2_800;
