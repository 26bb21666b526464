//! HTTP/2: what a client can make a server do with few octets of its own.

use super::REQUEST;
use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, Frame, HEADERS, Http2, PING, REFUSED_STREAM,
    RST_STREAM, SETTINGS, is_served, request, u32_at,
};
use crate::support::Server;
use crate::support::process::DEADLINE;

/// GET and POST in the static table.
const GET: u8 = 0x82;
const POST: u8 = 0x83;

#[tokio::test]
async fn what_is_offered_is_bounded() {
    let server = Server::start().await;
    let settings = Http2::open(&server).await.next_of(SETTINGS).await.unwrap().payload;
    let offered = |id: u8| settings.chunks(6).find(|one| one[..2] == [0, id]).map(|one| u32_at(one, 2));
    assert_eq!(offered(3), Some(100), "streams at once");
    assert_eq!(offered(4).unwrap_or(65_535), 65_535, "octets on a stream before we looked at any");
    assert_eq!(offered(6), Some(16_384), "octets of a header");
}

#[tokio::test]
async fn a_request_is_answered() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    assert!(client.get(1, "/openapi.json").await);
    assert_eq!(client.next_of(HEADERS).await.unwrap().payload[0], 0x88, "200");
    assert!(client.next_of(DATA).await.unwrap().payload.starts_with(b"{"));
}

/// CVE-2023-44487: opened and reset, opened and reset, each a piece of work for whoever answers.
#[tokio::test]
async fn rapid_reset_ends_the_connection() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    let reset = 8_u32.to_be_bytes();
    for stream in (1..100_000).step_by(2) {
        if !(client.get(stream, "/openapi.json").await && client.send(RST_STREAM, 0, stream, &reset).await) {
            break;
        }
    }
    assert!(matches!(client.farewell().await, Some(ENHANCE_YOUR_CALM) | None));
    assert!(is_served(&server).await);
}

/// CVE-2025-8671: the same, with the server led to do the resetting.
#[tokio::test]
async fn making_the_server_reset_ends_the_connection_too() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    let mut sent = 0;
    for stream in (1..100_000).step_by(2) {
        // A window must not be made larger by nothing.
        let nothing = 0_u32.to_be_bytes();
        if !(client.get(stream, "/openapi.json").await && client.send(8, 0, stream, &nothing).await) {
            break;
        }
        sent += 1;
    }
    assert!(sent < 49_999, "the server went on and on");
    assert!(is_served(&server).await);
}

/// CVE-2024-27316 and its kin: a header without an end.
#[tokio::test]
async fn a_flood_of_continuations_is_cut_off() {
    let server = Server::start().await;
    for (piece, pieces_max) in [(vec![0; 16_000], 200), (Vec::new(), 100_000), (b"\x00\x01a\x01b".to_vec(), 100_000)] {
        let mut client = Http2::open(&server).await;
        assert!(client.send(HEADERS, 0, 1, &request(GET, "/")).await);
        let mut sent = 0;
        while sent < pieces_max && client.send(CONTINUATION, 0, 1, &piece).await {
            sent += 1;
        }
        assert!(sent < pieces_max, "{} octets at a time: the server read on and on", piece.len());
    }
    assert!(is_served(&server).await);
}

/// CVE-2016-6581: a field of four thousand octets, and four thousand references to it of one octet each.
#[tokio::test]
async fn a_header_that_unpacks_to_megabytes_is_refused() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    let value = [&[0x7f, 0x81, 0x1e][..], &[b'x'; 4_000 - 32]].concat();
    // With incremental indexing: a new name, then its value of 127 + 1 + 30 * 128 octets.
    let bomb = [request(GET, "/openapi.json"), vec![0x40, 0x01, b'a'], value, vec![0xbe; 4_000]].concat();
    client.send(HEADERS, END_HEADERS | END_STREAM, 1, &bomb).await;
    loop {
        match client.next().await {
            Some(Frame { kind: HEADERS, payload, .. }) => {
                assert_ne!(payload[0], 0x88, "it was taken");
                break;
            }
            Some(Frame { kind: RST_STREAM, .. }) | None => break,
            Some(_) => {}
        }
    }
    assert!(is_served(&server).await);
}

#[tokio::test]
async fn more_streams_than_offered_are_refused() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    client.next_of(SETTINGS).await.unwrap();
    assert!(client.send(SETTINGS, ACK, 0, &[]).await);
    for n in 0..110 {
        assert!(client.send(HEADERS, END_HEADERS, 2 * n + 1, &request(POST, REQUEST)).await);
    }
    let refused = client.next_of(RST_STREAM).await.unwrap();
    assert_eq!((refused.stream, refused.code()), (201, REFUSED_STREAM));
    assert!(is_served(&server).await);
}

/// CVE-2019-9512: questions that want an answer each, from somebody who reads none.
#[tokio::test]
async fn a_flood_of_pings_comes_to_an_end() {
    let server = Server::start().await;
    let mut client = Http2::open(&server).await;
    let flood = async {
        let pings = super::frames::frame(PING, 0, 0, &[7; 8]).repeat(4_096);
        let mut sent = 0_u64;
        while client.send_raw(&pings).await {
            sent += pings.len() as u64;
        }
        sent
    };
    let sent = tokio::time::timeout(DEADLINE, flood).await.expect("the server closes");
    assert!(sent < 256 * 1024 * 1024, "{sent} octets");
    assert!(is_served(&server).await);
}
