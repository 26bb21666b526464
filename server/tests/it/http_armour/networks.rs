//! What a client network may do, and who counts as one.

use super::{PASSWORD_EMAIL, REQUEST};
use crate::support::Server;
use regain_core::time::Clock;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;

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

/// Whoever has an IPv6 /48 has 65,536 networks for nothing.
#[tokio::test]
async fn a_site_has_the_calls_of_256_networks() {
    let overrides = "[limits]\nrequests_per_network_per_minute = 1\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let server = Server::with(overrides).await;
    let ask = async |network: String| {
        let request = server.post(REQUEST).header("x-forwarded-for", network);
        request.json(&json!({ "email": "nobody@example.com" })).send().await.unwrap().status().as_u16()
    };
    for n in 0..256 {
        assert_eq!(ask(format!("2001:db8:1:{n:x}::1")).await, 200, "{n}");
    }
    assert_eq!(ask("2001:db8:1:100::1".into()).await, 429);
    assert_eq!(ask("2001:db8:2:100::1".into()).await, 200);
}

/// Nextcloud CVE-2023-35172.
#[tokio::test]
async fn guessing_ends_at_the_networks_limit_and_the_link_works_for_its_owner_elsewhere() {
    let overrides = "[limits]\nrequests_per_network_per_minute = 5\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let server = Server::with(overrides).await;
    let token = server.token_for("ada@example.com").await;
    let verify = async |network: &str, token: &str| {
        let request = server.post("/auth/password-reset/verify").header("x-forwarded-for", network);
        request.json(&json!({ "token": token })).send().await.unwrap().status().as_u16()
    };
    let guess = |n: usize| format!("{n:A>42}A");
    for n in 0..5 {
        assert_eq!(verify("203.0.113.1", &guess(n)).await, 400);
    }
    assert_eq!(verify("203.0.113.1", &guess(5)).await, 429);
    assert_eq!(verify("203.0.113.1", &token).await, 429, "a hit looks like a miss");
    assert_eq!(verify("203.0.113.2", &token).await, 200);
}

/// Opening a page is not counted, and looks a token up all the same.
#[tokio::test]
async fn guessing_by_opening_pages_ends_too() {
    let server = Server::with("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    let token = server.token_for("ada@example.com").await;
    let open = async |network: &str, token: &str| {
        let request = server.client().get(format!("{}/reset-password", server.url));
        let request = request.header("x-forwarded-for", network).header("cookie", format!("regain=t.{token}"));
        request.send().await.unwrap()
    };
    let guess = |n: usize| format!("{n:A>42}A");
    for n in 0..60 {
        assert_eq!(open("203.0.113.1", &guess(n)).await.status(), 400);
    }
    let refused = open("203.0.113.1", &token).await;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (429, true));
    let not_me = server.client().get(format!("{}/not-me?token={}", server.url, guess(0)));
    assert_eq!(not_me.header("x-forwarded-for", "203.0.113.1").send().await.unwrap().status(), 429);
    assert_eq!(open("203.0.113.2", &token).await.status(), 200);
    server.clock.advance(Duration::from_secs(2));
    assert_eq!(open("203.0.113.1", &token).await.status(), 200);
}

#[tokio::test]
async fn guessing_api_tokens_soon_costs_the_ledger_nothing_and_locks_nobody_out() {
    let server = Server::with("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    let create = async |name: &str| {
        let digest = Sha256::digest(name).into();
        assert!(server.app().ledger.create_api_token(name.into(), digest, server.clock.now()).await.unwrap());
    };
    let ask = async |network: &str, token: &str| {
        let request = server.post(PASSWORD_EMAIL).header("x-forwarded-for", network).header("authorization", token);
        request.json(&json!({ "email": "nobody@example.com" })).send().await.unwrap().status().as_u16()
    };
    create("regular").await;
    create("newcomer").await;
    assert_eq!(ask("203.0.113.1", "regular").await, 404);
    for n in 0..60 {
        assert_eq!(ask("203.0.113.1", &format!("guess {n}")).await, 401);
    }
    assert_eq!(ask("203.0.113.1", "newcomer").await, 401, "nobody was asked");
    assert_eq!(ask("203.0.113.1", "regular").await, 404);
    assert_eq!(ask("203.0.113.1", server.api_token).await, 404, "of the configuration");
    assert_eq!(ask("203.0.113.2", "newcomer").await, 404);
    assert_eq!(ask("203.0.113.1", "newcomer").await, 404, "known by now");
    assert!(server.app().ledger.revoke_api_token("regular".into(), server.clock.now()).await.unwrap().is_some());
    assert_eq!(ask("203.0.113.1", "regular").await, 401);
    server.clock.advance(Duration::from_secs(2));
    create("late").await;
    assert_eq!(ask("203.0.113.1", "late").await, 404);
}
