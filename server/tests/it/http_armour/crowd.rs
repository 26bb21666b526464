//! Many connections at once, from one network and from several.

use super::{REQUEST, connect, connect_from};
use crate::support::Server;
use crate::support::process::{DEADLINE, eventually};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

#[tokio::test]
async fn idle_sockets_do_not_stop_a_quick_client() {
    let server = Server::start().await;
    let mut idle = Vec::new();
    for _ in 0..500 {
        let mut stream = connect(&server).await;
        stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
        idle.push(stream);
    }
    let quick = server.post_json(REQUEST, json!({ "email": "ada@example.com" }));
    assert_eq!(timeout(Duration::from_secs(2), quick).await.expect("in time").status().as_u16(), 200);
}

#[tokio::test]
async fn a_network_that_has_its_share_makes_room_for_its_own_and_takes_nobody_elses() {
    let server = Server::start().await;
    let mut neighbour = connect_from([127, 0, 0, 9], &server).await;
    let mut crowd = Vec::new();
    for _ in 0..2_600 {
        crowd.push(connect_from([127, 0, 0, 8], &server).await);
    }
    let metrics = async || reqwest::get(format!("{}/metrics", server.admin_url)).await.unwrap().text().await.unwrap();
    let value = |page: &str, series: &str| -> u64 {
        page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok()).unwrap()
    };
    let made_room = r#"regain_connections_cut_total{port="public",cause="made_room"}"#;
    eventually("room was made", DEADLINE, async || (value(&metrics().await, made_room) >= 100).then_some(())).await;
    // Those who had waited longest.
    assert_eq!(timeout(DEADLINE, crowd[0].read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    let ask = b"GET /forgot-password/sent HTTP/1.1\r\nHost: a\r\n\r\n";
    for stream in [&mut neighbour, crowd.last_mut().unwrap()] {
        stream.write_all(ask).await.unwrap();
        let mut heard = [0; 15];
        timeout(DEADLINE, stream.read_exact(&mut heard)).await.expect("an answer").unwrap();
        assert_eq!(&heard, b"HTTP/1.1 200 OK");
    }
}
