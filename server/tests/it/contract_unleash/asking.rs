//! `password-email`.

use super::{ADA, PASSWORD_EMAIL, PUBLIC, ask, assert_empty_object, assert_refused, paths, post, refusal, token_for};
use crate::support::server::Server;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_known_address_in_any_ascii_case_gets_an_empty_object_and_one_mail_to_the_address_on_file() {
    for typed in [ADA, "ADA@Example.COM"] {
        let server = Server::start().await;
        assert_empty_object(ask(&server, typed).await).await;
        server.run_until_idle().await;
        assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    }
}

#[tokio::test]
async fn a_missing_or_unknown_api_token_is_401() {
    let server = Server::start().await;
    let body = json!({ "email": ADA });
    let missing = post(&server, PASSWORD_EMAIL).json(&body).send().await.unwrap();
    assert_refused(&refusal(missing).await, 401, "AuthenticationRequired");
    for (value, name) in
        [("", "AuthenticationRequired"), ("wrong", "UnauthorizedError"), ("Bearer wrong", "UnauthorizedError")]
    {
        let response = post(&server, PASSWORD_EMAIL).header("authorization", value).json(&body).send().await.unwrap();
        assert_refused(&refusal(response).await, 401, name);
    }
    server.run_until_idle().await;
    assert!(server.inbox.mails_to(ADA).is_empty());
}

#[tokio::test]
async fn a_bearer_prefix_is_stripped() {
    let server = Server::start().await;
    let request = post(&server, PASSWORD_EMAIL).header("authorization", format!("Bearer {}", server.api_token));
    assert_empty_object(request.json(&json!({ "email": ADA })).send().await.unwrap()).await;
}

#[tokio::test]
async fn a_trusted_caller_hears_404_of_whom_there_is_no_account() {
    let server = Server::start().await;
    let long = format!("{}@example.com", "a".repeat(250));
    for email in
        ["nobody@example.com", "disabled@example.com", "not an address", "ada@", "\u{212A}im@example.com", &long]
    {
        assert_refused(&refusal(ask(&server, email).await).await, 404, "NotFoundError");
    }
    server.run_until_idle().await;
    assert!(server.inbox.mails_to("disabled@example.com").is_empty());
}

#[tokio::test]
async fn an_empty_address_is_bad_data_for_everybody() {
    let server = Server::start().await;
    for email in [json!(""), Value::Null] {
        let refused = refusal(ask(&server, email).await).await;
        assert_refused(&refused, 400, "BadDataError");
        assert_eq!(paths(&refused.2), ["/body/email"]);
    }
}

#[tokio::test]
async fn the_public_hear_the_same_of_every_possible_address() {
    let server = Server::with(PUBLIC).await;
    for address in [ADA, ADA, ADA, "nobody@example.com", "disabled@example.com"] {
        for authorization in [None, Some(""), Some("wrong")] {
            let request = post(&server, PASSWORD_EMAIL).json(&json!({ "email": address }));
            let request =
                authorization.into_iter().fold(request, |request, value| request.header("authorization", value));
            assert_empty_object(request.send().await.unwrap()).await;
        }
    }
    for email in ["", "not an address", "ada@"] {
        let refused = refusal(server.post_json(PASSWORD_EMAIL, json!({ "email": email })).await).await;
        assert_refused(&refused, 400, "BadDataError");
        assert_eq!(paths(&refused.2), ["/body/email"]);
    }
}

#[tokio::test]
async fn the_same_account_again_is_429_for_a_trusted_caller_until_the_cooldown_ends() {
    let server = Server::start().await;
    token_for(&server, ADA).await;
    let response = ask(&server, "Ada@example.com").await;
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((55..=60).contains(&wait), "{wait}");
    assert_refused(&refusal(response).await, 429, "RateLimitError");
    assert_empty_object(ask(&server, "grace@example.com").await).await;
    server.clock.advance(Duration::from_secs(wait));
    assert_empty_object(ask(&server, ADA).await).await;
}

#[tokio::test]
async fn an_account_that_had_its_mails_of_the_hour_is_429_for_a_trusted_caller() {
    let server = Server::with("[reset]\ncooldown_seconds = 0\nmails_per_hour_max = 2").await;
    for _ in 0..2 {
        token_for(&server, ADA).await;
    }
    let response = ask(&server, ADA).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_refused(&refusal(response).await, 429, "RateLimitError");
}
