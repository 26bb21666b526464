//! Known and unknown addresses cannot be told apart by anything on the wire, whatever the relay and the store do.

use crate::support::Server;
use crate::support::smtp::{Behaviour, Phase};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ADDRESSES: [&str; 7] = [
    "grace@example.com",
    "nobody@example.com",
    "disabled@example.com",
    "passwordless@example.com",
    "twin@example.com",
    // Asked for before, so that it is suppressed.
    "ada@example.com",
    "ADA@EXAMPLE.COM",
];

/// What may differ: the moment, the request's name, and the client network's own count.
const MAY_DIFFER: [&str; 4] = ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"];

/// One request octet by octet on a connection of its own, up to its end; what may differ taken out.
async fn exchange(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let head = answer.split("\r\n\r\n").next().unwrap();
    let differing = head.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| MAY_DIFFER.contains(name));
    let mut masked = answer.clone();
    for (name, value) in differing {
        masked = masked.replacen(&format!("{name}: {value}"), &format!("{name}: …"), 1);
        if name == "x-request-id" {
            masked = masked.replace(&format!("\"id\":\"{value}\""), "\"id\":…");
        }
    }
    masked
}

fn chaser(address: &str) -> String {
    json("/auth/password-reset/request", address)
}

fn unleash(address: &str) -> String {
    json("/auth/reset/password-email", address)
}

fn json(path: &str, address: &str) -> String {
    let body = format!(r#"{{"email":"{address}"}}"#);
    post(path, "application/json", "", &body)
}

fn page(address: &str) -> String {
    let body = format!("email={}", address.replace('@', "%40"));
    post("/forgot-password", "application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin\r\n", &body)
}

fn post(path: &str, content_type: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {content_type}\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A server that has all kinds of accounts, and is open to anybody in both dialects.
async fn crowded() -> Server {
    let server = Server::with("[api.unleash]\naccess = \"public\"").await;
    for address in ["twin@example.com", "twin@example.com", "passwordless@example.com"] {
        server.add_account(address);
    }
    server.application_runs("UPDATE accounts SET password = NULL WHERE email = 'passwordless@example.com'");
    server.token_for("ada@example.com").await;
    server
}

type Door = (&'static str, fn(&str) -> String);
const DOORS: [Door; 3] = [("chaser", chaser), ("unleash", unleash), ("page", page)];

async fn is_uniform(server: &Server, status: &str) {
    for (door, request) in DOORS {
        let mut answers = Vec::new();
        for address in ADDRESSES {
            answers.push((address, exchange(server, &request(address)).await));
            server.run_until_idle().await;
        }
        let expected = if door == "page" && status == "200" { "303" } else { status };
        for (address, answer) in &answers {
            assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{door}: {answer}");
            assert_eq!(*answer, answers[0].1, "{door}: {address} is not answered as {}", answers[0].0);
        }
    }
}

#[tokio::test]
async fn every_address_gets_the_same_octets_at_every_door() {
    is_uniform(&crowded().await, "200").await;
}

#[tokio::test]
async fn so_it_is_while_the_relay_refuses() {
    for behaviour in [Behaviour::Reply("550 5.1.1 never"), Behaviour::Reply("451 4.3.0 later"), Behaviour::Drop] {
        let server = crowded().await;
        server.inbox.at(Phase::Rcpt, behaviour);
        is_uniform(&server, "200").await;
    }
}

/// The courier begins with each request and is left with what the relay does; meanwhile somebody asks for another address.
#[tokio::test]
async fn so_it_is_while_the_relay_hangs_resets_or_is_gone_and_so_is_the_next_request() {
    let troubles: [fn(&Server); 5] = [
        |server| server.inbox.at(Phase::Connect, Behaviour::Hang),
        |server| server.inbox.at(Phase::Rcpt, Behaviour::Hang),
        |server| server.inbox.at(Phase::Dot, Behaviour::Hang),
        |server| server.inbox.at(Phase::Connect, Behaviour::Reset),
        |server| server.inbox.goes_away(),
    ];
    for (n, trouble) in troubles.into_iter().enumerate() {
        let server = crowded().await;
        trouble(&server);
        for (door, request) in DOORS {
            let mut answers = Vec::new();
            for address in ADDRESSES {
                let answer = exchange(&server, &request(address)).await;
                server.tick().await;
                answers.push((address, [answer, exchange(&server, &request("next@example.com")).await]));
            }
            for (address, pair) in &answers {
                assert_eq!(*pair, answers[0].1, "{n}, {door}: {address} is not answered as {}", answers[0].0);
            }
            let [answer, next] = &answers[0].1;
            assert!(answer == next && (answer.contains(" 200 ") || answer.contains(" 303 ")), "{answer}\n{next}");
        }
        // Besides the mail before it, one may have gone out on the connection that this one left open.
        let delivered = server.ledger_says("SELECT count(*) FROM deliveries WHERE outcome = 'delivered'");
        assert!(delivered <= 2, "trouble {n} was none: {delivered} mails went out");
    }
}

#[tokio::test]
async fn so_it_is_while_the_store_is_down() {
    let server = crowded().await;
    server.store_goes_down();
    is_uniform(&server, "200").await;
}

#[tokio::test]
async fn so_it_is_while_the_queue_is_full() {
    let server = Server::with("[limits]\nqueue_max = 1\n[api.unleash]\naccess = \"public\"").await;
    server.store_goes_down();
    server.ask_for("ada@example.com").await;
    is_uniform(&server, "503").await;
}

#[tokio::test]
async fn the_networks_limit_comes_for_all_at_the_same_request() {
    let mut turns = Vec::new();
    for address in ["ada@example.com", "nobody@example.com", "disabled@example.com"] {
        let server = Server::with("[limits]\nrequests_per_network_per_minute = 3").await;
        let mut answers = Vec::new();
        for _ in 0..5 {
            answers.push(exchange(&server, &chaser(address)).await);
            server.run_until_idle().await;
            server.clock.advance(Duration::from_secs(1));
        }
        turns.push(answers);
    }
    assert!(turns[0][2].starts_with("HTTP/1.1 200") && turns[0][3].starts_with("HTTP/1.1 429"));
    assert!(turns.windows(2).all(|pair| pair[0] == pair[1]), "{turns:#?}");
}
