//! security.md, "Parsers and load" and the headers of every answer: what is on the wire, byte by byte.

use crate::support::server::Server;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const REQUEST: &str = "/auth/password-reset/request";

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap()
}

/// What comes back, up to the end of the connection.
async fn say(server: &Server, octets: &[u8]) -> String {
    let mut stream = connect(server).await;
    // The server may close before it has read everything.
    let _ = stream.write_all(octets).await;
    read_to_end(&mut stream).await
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    // A reset is an end, too.
    let _ = timeout(Duration::from_secs(30), stream.read_to_end(&mut octets)).await.expect("the server closes");
    String::from_utf8_lossy(&octets).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn every_answer_wears_the_same_armour_and_says_nothing_of_the_server() {
    let server = Server::start().await;
    for path in ["/", "/openapi.json", REQUEST, "/auth/reset/validate?token=x"] {
        let request = server.client().get(format!("{}{path}", server.url)).header("x-request-id", "mine");
        let response = request.header("origin", "https://evil.example").send().await.unwrap();
        let headers = response.headers();
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(headers["x-request-id"].len(), 36);
        assert!(!headers.contains_key("server") && !headers.contains_key("x-powered-by"));
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
}

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
    let began = Instant::now();
    let header = "POST / HTTP/1.1\r\nHost: a\r\nX-A: ";
    let body = post(REQUEST, "Content-Length: 100\r\n", "{");
    let (header, body, silence) =
        tokio::join!(say(&server, header.as_bytes()), say(&server, body.as_bytes()), say(&server, b""));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(!header.starts_with("HTTP/1.1 200"));
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    assert_eq!(silence, "");
}

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
async fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
    let send = async |server: &Server, forwarded: &str| {
        let request = server.client().post(format!("{}{REQUEST}", server.url)).header("x-forwarded-for", forwarded);
        request.json(&json!({ "email": "nobody@example.com" })).send().await.unwrap().status().as_u16()
    };
    let limit = "[limits]\nrequests_per_network_per_minute = 1\n";
    let server = Server::with(limit).await;
    assert_eq!(send(&server, "203.0.113.1").await, 200);
    assert_eq!(send(&server, "203.0.113.2").await, 429, "nobody is trusted by default");

    let server = Server::with(&format!("{limit}[server]\ntrusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]")).await;
    assert_eq!(send(&server, "203.0.113.1").await, 200);
    assert_eq!(send(&server, "203.0.113.2").await, 200);
    assert_eq!(send(&server, "198.51.100.9, 203.0.113.1").await, 429, "the rightmost untrusted hop counts");
    assert_eq!(send(&server, "203.0.113.2, 10.1.2.3").await, 429, "trusted hops are passed over");
    assert_eq!(send(&server, "2001:db8:0:1::1").await, 200);
    assert_eq!(send(&server, "2001:db8:0:1:ffff::2").await, 429, "a /64 is one network");
    assert_eq!(send(&server, "2001:db8:0:2::1").await, 200);
    assert_eq!(send(&server, "::ffff:203.0.113.1").await, 429, "a mapped address is the IPv4 address");
    assert_eq!(send(&server, "junk").await, 200, "the peer itself");
    assert_eq!(send(&server, "other junk").await, 429);
}

#[tokio::test]
async fn the_document_is_served_and_describes_what_runs() {
    let server = Server::start().await;
    let document: serde_json::Value =
        server.client().get(format!("{}/openapi.json", server.url)).send().await.unwrap().json().await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["paths"]["/auth/reset/password-email"]["post"]["operationId"], "send-reset-password-email");
    assert_eq!(document["paths"][REQUEST]["post"]["operationId"], "request-password-reset");
    assert!(document["paths"]["/auth/reset/password-email"]["post"]["security"].is_array());
}
