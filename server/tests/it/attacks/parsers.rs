//! Bodies that are larger, deeper or stranger than they look. `http_armour.rs` has those that are about connections.

use super::{ADA, CONFIRM, PASSWORD_EMAIL, PUBLIC, REQUEST};
use crate::support::Server;

const DOORS: [&str; 3] = [REQUEST, PASSWORD_EMAIL, "/forgot-password"];

fn content_type(door: &str) -> &'static str {
    if door.starts_with("/auth") { "application/json" } else { "application/x-www-form-urlencoded" }
}

async fn status(server: &Server, door: &str, coding: Option<&str>, body: impl Into<Vec<u8>>) -> u16 {
    let post = server.post(door).header("sec-fetch-site", "same-origin").header("content-type", content_type(door));
    let post = coding.into_iter().fold(post, |post, coding| post.header("content-encoding", coding));
    post.body(body.into()).send().await.unwrap().status().as_u16()
}

/// A kilobyte that unpacks to gigabytes.
#[tokio::test]
async fn a_compressed_body_is_refused_unopened() {
    let server = Server::with(PUBLIC).await;
    let bomb = [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3].into_iter().chain([0xff; 1000]).collect::<Vec<u8>>();
    for door in DOORS {
        for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "identity, gzip", "unheard-of"] {
            assert_eq!(status(&server, door, Some(coding), bomb.clone()).await, 415, "{door} {coding}");
        }
    }
}

/// Two readers of one text: what the first lets pass, the second takes for something else.
#[tokio::test]
async fn what_is_no_clean_unicode_or_says_a_thing_twice_is_refused() {
    let server = Server::with(PUBLIC).await;
    let json = |text: &str| text.replace("ADA", ADA).into_bytes();
    for body in [
        json("\u{feff}{\"email\":\"ADA\"}"),
        json(r#"{"email":"ADA","x":"\ud800"}"#),
        json(r#"{"email":"ADA\udc00\ud800"}"#),
        json(r#"{"email":"ADA","email":"ADA"}"#),
        json(r#"{"email":"ADA","x":{"a":1,"a":2}}"#),
        json(r#"{"email":"ADA"}{"email":"ADA"}"#),
        json(r#"{"email":"ADA",}"#),
        json(r#"{"email":"ADA" /* x */}"#),
        json(r#"{'email':'ADA'}"#),
        json(r#"{"email":"ADA","x":NaN}"#),
        [b"{\"email\":\"ada@example.com\xff\"}".to_vec()].concat(),
        [b"{\"email\":\"\xc0\xafada@example.com\"}".to_vec()].concat(),
        json("{\"email\":\"ADA\"}").iter().flat_map(|byte| [*byte, 0]).collect(),
    ] {
        for door in [REQUEST, PASSWORD_EMAIL] {
            let shown = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(status(&server, door, None, body.clone()).await, 400, "{door} {shown}");
        }
    }
    for form in ["email=%ff", "email=%c0%af", "email=ada%40example.com&email=ada%40example.com"] {
        assert_eq!(status(&server, "/forgot-password", None, form).await, 400, "{form}");
    }
    server.run_until_idle().await;
    assert!(server.inbox.mails().is_empty());
}

/// Deep nesting that ends in a stack, and long bodies that end in memory.
#[tokio::test]
async fn a_body_that_is_too_deep_or_too_long_is_refused_at_every_door() {
    let server = Server::with(&format!("{PUBLIC}[limits]\nbody_bytes_max = 1048576")).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let deep = format!("{{\"email\":{}0{}}}", open.repeat(100_000), close.repeat(100_000));
        for door in [REQUEST, PASSWORD_EMAIL, CONFIRM] {
            assert_eq!(status(&server, door, None, deep.clone()).await, 400, "{door} {open}");
        }
    }
    for door in DOORS {
        assert_eq!(status(&server, door, None, "x".repeat(1_048_577)).await, 413, "{door}");
    }
}
