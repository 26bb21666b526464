//! Mail scanners follow links before their owner does. They spend nothing, and the timeline tells them from the owner.

use super::{ADA, passes};
use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use regain::ledger::Event;
use regain_core::event::Happening;
use reqwest::Method;
use std::time::Duration;

const BROWSER: &[(&str, &str)] = &[
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("accept-language", "en"),
    ("sec-fetch-mode", "navigate"),
];
const HEADLESS: &[(&str, &str)] =
    &[("user-agent", "Mozilla/5.0 (X11) HeadlessChrome/140.0.0.0"), ("sec-fetch-mode", "navigate")];
const CURL: &[(&str, &str)] = &[("user-agent", "curl/8.5.0")];
const PREFETCH: &[(&str, &str)] = &[
    ("user-agent", "Mozilla/5.0"),
    ("accept-language", "en"),
    ("sec-fetch-mode", "navigate"),
    ("sec-purpose", "prefetch"),
];

/// Opens the form with the cookie that a link leaves, as whoever sends these headers.
async fn looks(server: &Server, method: Method, token: &str, headers: &[(&str, &str)]) -> u16 {
    let cookie = format!("regain=t.{token}");
    get(server, method, "/reset-password", &[headers, &[("cookie", &*cookie)]].concat()).await
}

async fn get(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
    let call = server.client().request(method, format!("{}{path}", server.url));
    headers.iter().fold(call, |call, (name, value)| call.header(*name, *value)).send().await.unwrap().status().as_u16()
}

/// What was seen of Ada's one request, once it is written.
async fn seen(server: &Server) -> Vec<Event> {
    server.run_until_idle().await;
    server.history_of(ADA).await.remove(0).events
}

fn counts(events: &[Event]) -> Vec<(Happening, u64)> {
    events.iter().map(|event| (event.what, event.times)).collect()
}

#[tokio::test]
async fn a_scanner_is_counted_and_the_owner_told_from_it() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    for (method, headers) in
        [(Method::HEAD, BROWSER), (Method::GET, HEADLESS), (Method::GET, PREFETCH), (Method::GET, CURL)]
    {
        assert_eq!(looks(&server, method, &token, headers).await, 200);
    }
    for _ in 0..20 {
        looks(&server, Method::GET, &token, HEADLESS).await;
    }
    assert_eq!(counts(&seen(&server).await), [(Happening::Scanned, 24)], "one row, however often");
    assert_eq!(looks(&server, Method::GET, &token, BROWSER).await, 200);
    let events = seen(&server).await;
    assert_eq!(counts(&events), [(Happening::Scanned, 24), (Happening::Opened, 1)]);
    assert!(
        events.iter().all(|event| event.detail.as_deref() == Some("127.0.0.1")),
        "a network, and no more: {events:?}"
    );
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200, "and the link lives on");
}

#[tokio::test]
async fn a_scanner_that_follows_the_link_without_a_cookie_is_told_too() {
    let server = Server::with("[reset]\nlink = \"{public_url}/reset-password?token={token}\"").await;
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    let mail = server.inbox.mails_to(ADA).remove(0);
    for link in mail.links() {
        let path = link.strip_prefix(&server.url).unwrap();
        assert_ne!(get(&server, Method::GET, path, &[("user-agent", "Scanner/1.0")]).await, 404);
    }
    assert_eq!(
        get(&server, Method::GET, "/reset-password?token=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", &[]).await,
        303
    );
    assert_eq!(counts(&seen(&server).await), [(Happening::Scanned, 2)], "the link, and the one that says: not me");
}

#[tokio::test]
async fn the_page_that_says_not_me_and_checked_links_are_told() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let not_me = format!("/not-me?token={}", server.last_not_me_token_for(ADA));
    assert_eq!(get(&server, Method::GET, &not_me, BROWSER).await, 200);
    assert!(server.is_live(&token).await);
    let mut counts = counts(&seen(&server).await);
    counts.sort_by_key(|(what, _)| what.as_str());
    assert_eq!(counts, [(Happening::DisownPageShown, 1), (Happening::Checked, 1)]);
}

#[tokio::test]
async fn looking_at_a_link_writes_nothing_until_the_couriers_next_turn() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let before = server.ledger_says("SELECT count(*) FROM events");
    looks(&server, Method::GET, &token, BROWSER).await;
    assert_eq!(server.ledger_says("SELECT count(*) FROM events"), before);
    passes(&server, Duration::from_millis(100)).await;
    assert_eq!(server.ledger_says("SELECT count(*) FROM events"), before + 1);
}
