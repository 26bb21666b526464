//! HTTP/1 octet by octet: framing that two readers could take for two things, bodies without end, clients without haste.

use super::{REQUEST, connect, post, say};
use crate::support::Server;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_length_beside_chunks_never_smuggles_a_request() {
    let server = Server::start().await;
    let smuggled = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    for headers in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let request = format!(
            "POST {REQUEST} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{headers}\r\n0\r\n\r\n{smuggled}"
        );
        let answer = say(&server, request.as_bytes()).await;
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{headers}: {answer}");
    }
}

#[tokio::test]
async fn endless_chunks_are_cut_off() {
    let server = Server::start().await;
    let mut stream = connect(&server).await;
    stream.write_all(post(REQUEST, "Transfer-Encoding: chunked\r\n", "").as_bytes()).await.unwrap();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let mut sent = 0_usize;
    while stream.write_all(chunk.as_bytes()).await.is_ok() && sent < 64 * 1024 * 1024 {
        sent += chunk.len();
    }
    assert!(sent < 64 * 1024 * 1024, "the server read on and on");
}

#[tokio::test]
async fn a_million_brackets_in_pieces_are_refused() {
    let server = Server::with("[limits]\nbody_bytes_max = 1048576").await;
    let answer = say(&server, post(REQUEST, "Content-Length: 1000000\r\n", &"[".repeat(1_000_000)).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_large_body_still_gets_its_answer() {
    let server = Server::start().await;
    let answer = say(&server, post(REQUEST, "Content-Length: 1000000\r\n", &"x".repeat(1_000_000)).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let waiting = post(REQUEST, "Content-Length: 1000000\r\nExpect: 100-continue\r\n", "");
    assert!(say(&server, waiting.as_bytes()).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn a_slow_header_and_a_slow_body_end() {
    let server = Server::start().await;
    let header = "POST / HTTP/1.1\r\nHost: a\r\nX-A: ";
    let body = post(REQUEST, "Content-Length: 100\r\n", "{");
    let (header, body, silence) =
        tokio::join!(say(&server, header.as_bytes()), say(&server, body.as_bytes()), say(&server, b""));
    assert!(!header.starts_with("HTTP/1.1 200"));
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    assert_eq!(silence, "");
}
