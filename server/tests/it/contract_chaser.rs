//! contract.md §1, row by row: the Chaser dialect.

use crate::support::server::Server;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const REQUEST: &str = "/auth/password-reset/request";
const VERIFY: &str = "/auth/password-reset/verify";
const CONFIRM: &str = "/auth/password-reset/confirm";
const ADA: &str = "ada@example.com";
const NEW: &str = "a Fine new passw0rd!";

/// Status and `error.code`; the shape is checked on the way.
async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    let error = body["error"].as_object().unwrap();
    assert!(!error["message"].as_str().unwrap().is_empty());
    (status, error["code"].as_str().unwrap().to_owned())
}

fn code(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn post_raw(server: &Server, path: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = server.client().post(format!("{}{path}", server.url)).header("content-type", "application/json");
    request.body(body).send().await.unwrap()
}

/// Asks for a mail and takes the token out of it.
async fn token_for(server: &Server, address: &str) -> String {
    assert_eq!(server.post_json(REQUEST, json!({ "email": address })).await.status(), StatusCode::OK);
    server.run_until_idle().await;
    server.last_token_for(address)
}

/// Asks for a mail and takes the code out of it.
async fn code_for(server: &Server, address: &str) -> String {
    token_for(server, address).await;
    server.inbox.mails_to(address).last().unwrap().code().unwrap()
}

#[tokio::test]
async fn a_request_is_answered_with_a_message() {
    let server = Server::start().await;
    let response = server.post_json(REQUEST, json!({ "email": ADA })).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("content-length"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert!(!body["message"].as_str().unwrap().is_empty());
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn known_unknown_disabled_and_throttled_accounts_get_the_same_answer() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for address in [ADA, "nobody@example.com", "disabled@example.com", ADA, "ADA@EXAMPLE.COM"] {
        let response = server.post_json(REQUEST, json!({ "email": address })).await;
        let (status, version) = (response.status(), response.version());
        let differs = ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"];
        let headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.clone(), (!differs.contains(&name.as_str())).then(|| value.clone())))
            .collect();
        answers.push((status, version, headers, response.bytes().await.unwrap()));
        server.run_until_idle().await;
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[tokio::test]
async fn with_token_access_the_caller_is_authenticated_and_still_told_nothing() {
    let server = Server::with("[api.chaser]\naccess = \"token\"").await;
    let ask = |address: &'static str, authorization: Option<String>| {
        let request = server.client().post(format!("{}{REQUEST}", server.url)).json(&json!({ "email": address }));
        let request = match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        async { request.send().await.unwrap() }
    };
    assert_eq!(refusal(ask(ADA, None).await).await, code(401, "unauthorized"));
    assert_eq!(refusal(ask(ADA, Some(String::new())).await).await, code(401, "unauthorized"));
    assert_eq!(refusal(ask(ADA, Some("Bearer wrong".into())).await).await, code(401, "unauthorized"));
    for address in [ADA, ADA, "nobody@example.com", "disabled@example.com"] {
        let authorization = format!("Bearer {}", server.api_token);
        assert_eq!(ask(address, Some(authorization)).await.status(), StatusCode::OK, "{address}");
    }
    // The other two never need one.
    let verify = server.post_json(VERIFY, json!({ "token": "dead" })).await;
    assert_eq!(refusal(verify).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn extra_properties_are_ignored_and_change_nothing() {
    let server = Server::start().await;
    let body = json!({ "email": ADA, "to": "eve@example.com", "user_id": 2, "redirect_url": "https://evil.example" });
    assert_eq!(server.post_json(REQUEST, body).await.status(), StatusCode::OK);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.inbox.mails_to("eve@example.com").is_empty());
    assert!(server.inbox.mails_to(ADA)[0].links().iter().all(|link| !link.contains("evil")));
}

#[tokio::test]
async fn what_is_no_address_is_an_invalid_request() {
    let server = Server::start().await;
    let long = format!("{}@example.com", "a".repeat(250));
    for email in [json!(""), json!("ada"), json!("ada@"), json!(null), json!(1), json!([ADA]), json!({}), json!(long)] {
        let response = server.post_json(REQUEST, json!({ "email": email })).await;
        assert_eq!(refusal(response).await, code(400, "invalid_request"), "{email}");
    }
    let absent = server.post_json(REQUEST, json!({})).await;
    assert_eq!(refusal(absent).await, code(400, "invalid_request"));
}

#[tokio::test]
async fn what_is_no_json_object_is_an_invalid_request() {
    let server = Server::start().await;
    let deep = "[".repeat(10_000);
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"email\":\"ada@example.com\"",
        "{\"email\":\"ada@example.com\",\"email\":\"ada@example.com\"}",
        "\u{feff}{\"email\":\"ada@example.com\"}",
        r#"{"email":"ada@example.com","x":"\ud800"}"#,
        &deep,
    ] {
        let response = post_raw(&server, REQUEST, body.to_owned()).await;
        let start: String = body.chars().take(30).collect();
        assert_eq!(refusal(response).await, code(400, "invalid_request"), "{start}");
    }
    let broken = post_raw(&server, REQUEST, b"{\"email\":\"ada@example.com\xff\"}".to_vec()).await;
    assert_eq!(refusal(broken).await, code(400, "invalid_request"));
}

#[tokio::test]
async fn verify_says_how_long_a_token_lives_and_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for _ in 0..3 {
        let response = server.post_json(VERIFY, json!({ "token": token })).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["valid"], true);
        assert!((3590..=3600).contains(&body["expires_in_seconds"].as_u64().unwrap()), "{body}");
        assert_eq!(body.as_object().unwrap().len(), 2);
    }
    server.clock.advance(Duration::from_secs(3600));
    let late = server.post_json(VERIFY, json!({ "token": token })).await;
    assert_eq!(refusal(late).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn verify_takes_a_code_as_people_type_it() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    for typed in [printed.clone(), printed.to_lowercase(), printed.replace('-', " ")] {
        let response = server.post_json(VERIFY, json!({ "email": "ADA@example.com", "code": typed })).await;
        assert_eq!(response.status(), StatusCode::OK, "{typed}");
        let body: Value = response.json().await.unwrap();
        assert!((590..=600).contains(&body["expires_in_seconds"].as_u64().unwrap()), "{body}");
    }
}

#[tokio::test]
async fn a_missing_credential_is_an_invalid_request_and_a_dead_one_an_invalid_token() {
    let server = Server::start().await;
    for path in [VERIFY, CONFIRM] {
        for body in [
            json!({}),
            json!({ "token": "" }),
            json!({ "token": null }),
            json!({ "token": 0 }),
            json!({ "token": true }),
            json!({ "token": [] }),
            json!({ "token": { "$ne": null } }),
            json!({ "email": ADA }),
            json!({ "code": "0000-0000" }),
            json!({ "email": ADA, "code": "" }),
            json!({ "email": ADA, "code": 12_345_678 }),
            json!({ "email": "ada", "code": "0000-0000" }),
            json!({ "token": "x", "email": ADA, "code": "0000-0000" }),
        ] {
            let mut body = body;
            body["new_password"] = NEW.into();
            let response = server.post_json(path, body.clone()).await;
            assert_eq!(refusal(response).await, code(400, "invalid_request"), "{path} {body}");
        }
        for body in [
            json!({ "token": "x" }),
            json!({ "token": "A".repeat(43) }),
            json!({ "email": ADA, "code": "0000-0000" }),
            json!({ "email": ADA, "code": "no code at all" }),
            json!({ "email": "nobody@example.com", "code": "0000-0000" }),
        ] {
            let mut body = body;
            body["new_password"] = NEW.into();
            let response = server.post_json(path, body.clone()).await;
            assert_eq!(refusal(response).await, code(400, "invalid_token"), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn confirm_sets_the_password_once() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let body = json!({ "token": token, "new_password": NEW });
    let response = server.post_json(CONFIRM, body.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
    assert!(server.verifies(ADA, NEW).await);
    assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn confirm_takes_a_code() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    let body = json!({ "email": ADA, "code": printed, "new_password": NEW });
    assert_eq!(server.post_json(CONFIRM, body).await.status(), StatusCode::OK);
    assert!(server.verifies(ADA, NEW).await);
}

#[tokio::test]
async fn the_aliases_of_new_password_work_and_must_agree() {
    for alias in ["password", "newPassword"] {
        let server = Server::start().await;
        let token = token_for(&server, ADA).await;
        let differing = json!({ "token": token, "new_password": NEW, alias: "another Fine passw0rd!" });
        assert_eq!(refusal(server.post_json(CONFIRM, differing).await).await, code(400, "invalid_request"));
        let wrong_type = json!({ "token": token, "new_password": NEW, alias: 1 });
        assert_eq!(refusal(server.post_json(CONFIRM, wrong_type).await).await, code(400, "invalid_request"));
        let equal = json!({ "token": token, "new_password": NEW, alias: NEW });
        assert_eq!(server.post_json(CONFIRM, equal).await.status(), StatusCode::OK);
        let again = json!({ "token": token, alias: NEW });
        assert_eq!(refusal(server.post_json(CONFIRM, again).await).await, code(400, "invalid_token"));
    }
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let alone = json!({ "token": token, "newPassword": NEW });
    assert_eq!(server.post_json(CONFIRM, alone).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_missing_password_is_an_invalid_request() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for body in [json!({ "token": token }), json!({ "token": token, "new_password": null })] {
        assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_request"));
    }
}

#[tokio::test]
async fn fields_are_looked_at_before_a_token_that_opens_nothing() {
    let server = Server::start().await;
    for dead in ["no token at all", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        for body in [
            json!({ "token": dead }),
            json!({ "token": dead, "new_password": 1 }),
            json!({ "token": dead, "new_password": NEW, "password": "another Fine passw0rd!" }),
        ] {
            assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_request"));
        }
    }
}

#[tokio::test]
async fn a_weak_password_lists_all_violations_and_the_token_survives() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    let token = token_for(&server, ADA).await;
    for weak in ["", "aaa"] {
        let response = server.post_json(CONFIRM, json!({ "token": token, "new_password": weak })).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "weak_password");
        let violations = body["error"]["violations"].as_array().unwrap();
        assert!(violations.len() > 1, "{body}");
        assert!(violations.iter().all(|one| one["code"].is_string() && one["message"].is_string()));
    }
    let strong = server.post_json(CONFIRM, json!({ "token": token, "new_password": "Str0ng-enough!" })).await;
    assert_eq!(strong.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_dead_token_looks_the_same_with_any_password() {
    let server = Server::start().await;
    let mut bodies = Vec::new();
    for password in ["x", NEW] {
        let response = server.post_json(CONFIRM, json!({ "token": "A".repeat(43), "new_password": password })).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        bodies.push(response.bytes().await.unwrap());
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn wrong_codes_count_alike_at_verify_and_confirm_and_right_ones_do_not() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    let wrong = if printed == "0000-0000" { "1111-1111" } else { "0000-0000" };
    for _ in 0..6 {
        let right = server.post_json(VERIFY, json!({ "email": ADA, "code": printed })).await;
        assert_eq!(right.status(), StatusCode::OK);
    }
    for path in [VERIFY, CONFIRM, VERIFY, CONFIRM, VERIFY] {
        let response = server.post_json(path, json!({ "email": ADA, "code": wrong, "new_password": NEW })).await;
        assert_eq!(refusal(response).await, code(400, "invalid_token"));
    }
    let spent = server.post_json(VERIFY, json!({ "email": ADA, "code": printed })).await;
    assert_eq!(refusal(spent).await, code(400, "invalid_token"));
    // The link is not touched by it.
    let token = server.last_token_for(ADA);
    assert_eq!(server.post_json(VERIFY, json!({ "token": token })).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_body_must_be_announced_as_json() {
    let server = Server::start().await;
    for content_type in [None, Some("text/plain"), Some("application/json; charset=utf-16")] {
        let request = server.client().post(format!("{}{REQUEST}", server.url)).body("{}");
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        assert_eq!(refusal(request.send().await.unwrap()).await, code(415, "unsupported_media_type"));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = Server::start().await;
    let body = json!({ "email": ADA, "x": "x".repeat(20_000) }).to_string();
    assert_eq!(refusal(post_raw(&server, REQUEST, body).await).await, code(413, "payload_too_large"));
    let at_the_limit = format!("{:16384}", json!({ "email": ADA }).to_string());
    assert_eq!(post_raw(&server, REQUEST, at_the_limit).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let server = Server::start().await;
    for path in [REQUEST, VERIFY, CONFIRM] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let response = server.client().request(method, format!("{}{path}", server.url)).send().await.unwrap();
            assert!(response.headers()["allow"].to_str().unwrap().contains("POST"));
            assert_eq!(refusal(response).await, code(405, "method_not_allowed"));
        }
        let head = server.client().head(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn too_many_from_one_network_wait() {
    let server = Server::with("[limits]\nrequests_per_network_per_minute = 3").await;
    for left in ["2", "1", "0"] {
        let response = server.post_json(REQUEST, json!({ "email": "nobody@example.com" })).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["ratelimit-remaining"], left);
        assert_eq!(response.headers()["ratelimit-limit"], "3");
        assert_eq!(response.headers()["ratelimit-policy"], "3;w=60");
    }
    let response = server.post_json(REQUEST, json!({ "email": ADA })).await;
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(refusal(response).await, code(429, "rate_limited"));
    server.clock.advance(Duration::from_secs(wait));
    assert_eq!(server.post_json(REQUEST, json!({ "email": ADA })).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_store_that_is_down_does_not_stop_requests_and_keeps_tokens_alive() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.store_goes_down();
    let asked = server.post_json(REQUEST, json!({ "email": "grace@example.com" })).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let body = json!({ "token": token, "new_password": NEW });
    let response = server.post_json(CONFIRM, body.clone()).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(refusal(response).await, code(503, "unavailable"));
    server.store_comes_back();
    assert_eq!(server.post_json(CONFIRM, body).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn unknown_paths_answer_in_this_shape() {
    let server = Server::start().await;
    for path in ["/", "/auth", "/auth/password-reset", "/auth/password-reset/request/more", "/metrics", "/healthz"] {
        let response = server.client().get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(refusal(response).await, code(404, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn a_disabled_dialect_is_not_there() {
    let server = Server::with("[api.chaser]\nenabled = false").await;
    for path in [REQUEST, VERIFY, CONFIRM] {
        assert_eq!(refusal(server.post_json(path, json!({ "email": ADA })).await).await, code(404, "not_found"));
    }
}
