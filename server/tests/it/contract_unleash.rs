//! contract.md §2, row by row: the Unleash dialect.

use crate::support::server::Server;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD_EMAIL: &str = "/auth/reset/password-email";
const VALIDATE: &str = "/auth/reset/validate";
const PASSWORD: &str = "/auth/reset/password";
const VALIDATE_PASSWORD: &str = "/auth/reset/validate-password";
const ADA: &str = "ada@example.com";
const NEW: &str = "Fine-passw0rd!";
const PUBLIC: &str = "[api.unleash]\naccess = \"public\"";

/// Status and name; the shape is checked on the way.
async fn refusal(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["id"].as_str().unwrap().len(), 36);
    assert!(!body["message"].as_str().unwrap().is_empty());
    assert!(!body["details"][0]["message"].as_str().unwrap().is_empty());
    (status, body["name"].as_str().unwrap().to_owned(), body)
}

#[track_caller]
fn assert_refused(refusal: &(u16, String, Value), status: u16, name: &str) {
    assert_eq!((refusal.0, refusal.1.as_str()), (status, name), "{}", refusal.2);
}

fn paths(body: &Value) -> Vec<&str> {
    body["details"].as_array().unwrap().iter().filter_map(|detail| detail["path"].as_str()).collect()
}

fn post(server: &Server, path: &str) -> RequestBuilder {
    server.client().post(format!("{}{path}", server.url))
}

/// As a trusted caller.
async fn ask(server: &Server, email: impl Into<Value>) -> Response {
    let request = post(server, PASSWORD_EMAIL).header("authorization", server.api_token);
    request.json(&json!({ "email": email.into() })).send().await.unwrap()
}

async fn validate(server: &Server, query: &str) -> Response {
    server.client().get(format!("{}{VALIDATE}{query}", server.url)).send().await.unwrap()
}

async fn token_for(server: &Server, address: &str) -> String {
    assert_eq!(ask(server, address).await.status(), StatusCode::OK);
    server.run_until_idle().await;
    server.last_token_for(address)
}

async fn assert_empty_object(response: Response) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["content-length"], "2");
    assert_eq!(response.text().await.unwrap(), "{}");
}

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
async fn the_body_must_have_exactly_the_members_described() {
    let server = Server::with(PUBLIC).await;
    for (path, body, expected) in [
        (PASSWORD_EMAIL, json!({}), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": [ADA] }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": { "$ne": "" } }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": 1 }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": ADA, "to": ADA }), vec!["/body/to"]),
        (PASSWORD_EMAIL, json!({ "to/x~": ADA }), vec!["/body/email", "/body/to~1x~0"]),
        (PASSWORD_EMAIL, json!([]), vec!["/body"]),
        (PASSWORD_EMAIL, json!(ADA), vec!["/body"]),
        (PASSWORD, json!({}), vec!["/body/token", "/body/password"]),
        (PASSWORD, json!({ "token": null, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": 0, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": {}, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": "x" }), vec!["/body/password"]),
        (PASSWORD, json!({ "token": "x", "password": NEW, "id": 2 }), vec!["/body/id"]),
        (VALIDATE_PASSWORD, json!({}), vec!["/body/password"]),
        (VALIDATE_PASSWORD, json!({ "password": true }), vec!["/body/password"]),
    ] {
        let refused = refusal(server.post_json(path, body.clone()).await).await;
        assert_refused(&refused, 400, "BadDataError");
        assert_eq!(paths(&refused.2), expected, "{path} {body}");
    }
    server.run_until_idle().await;
    assert!(server.inbox.mails_to(ADA).is_empty());
}

#[tokio::test]
async fn an_absent_or_broken_body_is_400() {
    let server = Server::with(PUBLIC).await;
    for body in ["", "{", "{\"email\"", "{\"email\":\"ada@example.com\"}}", "{\"email\":1,\"email\":2}"] {
        for path in [PASSWORD_EMAIL, PASSWORD, VALIDATE_PASSWORD] {
            let request = post(&server, path).header("content-type", "application/json").body(body);
            assert_refused(&refusal(request.send().await.unwrap()).await, 400, "BadDataError");
        }
    }
}

#[tokio::test]
async fn another_content_type_is_415_and_both_are_named() {
    let server = Server::with(PUBLIC).await;
    for (sent, named) in [
        (Some("text/plain"), "text/plain"),
        (Some("application/x-www-form-urlencoded"), "application/x-www-form-urlencoded"),
        (Some("application/json; charset=latin1"), "latin1"),
        (None, "Content-Type"),
    ] {
        let request = post(&server, PASSWORD_EMAIL).body("{\"email\":\"ada@example.com\"}");
        let request = sent.into_iter().fold(request, |request, value| request.header("content-type", value));
        let refused = refusal(request.send().await.unwrap()).await;
        assert_refused(&refused, 415, "ContentTypeError");
        let message = refused.2["details"][0]["message"].as_str().unwrap();
        assert!(message.contains(named) && message.contains("application/json"), "{message}");
    }
    for fine in ["application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "APPLICATION/JSON"] {
        let request =
            post(&server, PASSWORD_EMAIL).header("content-type", fine).body("{\"email\":\"ada@example.com\"}");
        assert_empty_object(request.send().await.unwrap()).await;
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let server = Server::with(PUBLIC).await;
    let body = json!({ "token": "x", "password": "x".repeat(1_000_000) });
    assert_eq!(refusal(server.post_json(PASSWORD, body).await).await.0, 413);
}

#[tokio::test]
async fn too_many_from_one_network_are_429_as_json() {
    let server = Server::with("[limits]\nrequests_per_network_per_minute = 2").await;
    for _ in 0..2 {
        assert_eq!(validate(&server, "?token=x").await.status(), StatusCode::UNAUTHORIZED);
    }
    for response in [validate(&server, "?token=x").await, server.post_json(PASSWORD, json!({})).await] {
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(response.headers()["ratelimit-remaining"], "0");
        assert_refused(&refusal(response).await, 429, "RateLimitError");
    }
    // Trusted callers are not counted.
    for _ in 0..5 {
        assert_refused(&refusal(ask(&server, "nobody@example.com").await).await, 404, "NotFoundError");
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

#[tokio::test]
async fn validate_names_the_owner_of_a_live_token_and_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for _ in 0..20 {
        let head = server.client().head(format!("{}{VALIDATE}?token={token}", server.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
    }
    let response = validate(&server, &format!("?token={token}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body: Value = response.json().await.unwrap();
    assert!(body["createdBy"].is_string());
    assert_eq!(body["token"], token.as_str());
    assert_eq!((&body["email"], &body["name"], &body["id"]), (&json!(ADA), &json!("Ada"), &json!(1)));
    assert_eq!(body["role"]["name"], "Viewer");
    let mut keys: Vec<_> = body["role"].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["description", "id", "name", "type"]);
    assert_eq!(body.as_object().unwrap().len(), 6);
}

#[tokio::test]
async fn a_dead_token_is_401_and_nothing_tells_why() {
    let server = Server::with("[reset]\ncooldown_seconds = 0").await;
    let superseded = token_for(&server, ADA).await;
    let used = token_for(&server, ADA).await;
    let set = server.post_json(PASSWORD, json!({ "token": used, "password": NEW })).await;
    assert_empty_object(set).await;
    let expired = token_for(&server, "grace@example.com").await;
    server.clock.advance(Duration::from_secs(3600));
    let mut answers = Vec::new();
    for token in [&superseded, &used, &expired, "bogus", "", &"A".repeat(43)] {
        let mut refused = refusal(validate(&server, &format!("?token={token}")).await).await;
        refused.2["id"].take();
        answers.push(refused);
        let response = server.post_json(PASSWORD, json!({ "token": token, "password": NEW })).await;
        let mut refused = refusal(response).await;
        refused.2["id"].take();
        answers.push(refused);
    }
    answers.push(refusal(validate(&server, "").await).await);
    answers.last_mut().unwrap().2["id"].take();
    assert_refused(&answers[0], 401, "InvalidTokenError");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    assert!(!answers[0].2.to_string().contains("example.com"));
}

#[tokio::test]
async fn a_token_lives_to_its_last_second() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.clock.advance(Duration::from_secs(3599) - Duration::from_millis(1));
    assert_eq!(validate(&server, &format!("?token={token}")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_password_is_set_once() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let body = json!({ "token": token, "password": NEW });
    assert_empty_object(server.post_json(PASSWORD, body.clone()).await).await;
    assert!(server.verifies(ADA, NEW).await);
    assert_refused(&refusal(server.post_json(PASSWORD, body).await).await, 401, "InvalidTokenError");
}

#[tokio::test]
async fn a_weak_password_is_400_with_all_violations_and_the_token_survives() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    let token = token_for(&server, ADA).await;
    for (path, body) in [
        (PASSWORD, json!({ "token": token, "password": "aaa" })),
        (PASSWORD, json!({ "token": token, "password": "" })),
        (VALIDATE_PASSWORD, json!({ "password": "aaa" })),
        (VALIDATE_PASSWORD, json!({ "password": "" })),
    ] {
        let refused = refusal(server.post_json(path, body).await).await;
        assert_refused(&refused, 400, "OwaspValidationError");
        let detail = &refused.2["details"][0];
        let errors = detail["validationErrors"].as_array().unwrap();
        assert!(errors.len() > 1, "{detail}");
        assert_eq!(detail["message"], errors[0]);
    }
    assert_empty_object(server.post_json(PASSWORD, json!({ "token": token, "password": NEW })).await).await;
}

#[tokio::test]
async fn validate_password_accepts_what_password_would() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    assert_empty_object(server.post_json(VALIDATE_PASSWORD, json!({ "password": NEW })).await).await;
}

#[tokio::test]
async fn a_dead_token_is_401_whatever_the_password() {
    let server = Server::start().await;
    for password in ["x", "", NEW] {
        let response = server.post_json(PASSWORD, json!({ "token": "A".repeat(43), "password": password })).await;
        assert_refused(&refusal(response).await, 401, "InvalidTokenError");
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_503_where_the_answer_needs_it() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.store_goes_down();
    let set = json!({ "token": token, "password": NEW });
    for response in [
        ask(&server, "grace@example.com").await,
        validate(&server, &format!("?token={token}")).await,
        server.post_json(PASSWORD, set.clone()).await,
    ] {
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(refusal(response).await.0, 503);
    }
    assert_empty_object(server.post_json(VALIDATE_PASSWORD, json!({ "password": NEW })).await).await;
    server.store_comes_back();
    assert_empty_object(server.post_json(PASSWORD, set).await).await;
}

#[tokio::test]
async fn the_public_do_not_need_the_store() {
    let server = Server::with(PUBLIC).await;
    server.store_goes_down();
    assert_empty_object(server.post_json(PASSWORD_EMAIL, json!({ "email": ADA })).await).await;
    server.store_comes_back();
    server.run_until_idle().await;
    server.clock.advance(Duration::from_secs(300));
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn other_methods_are_405_and_options_204() {
    let server = Server::start().await;
    for (path, wrong, allowed) in [
        (PASSWORD_EMAIL, Method::GET, "POST"),
        (PASSWORD, Method::HEAD, "POST"),
        (VALIDATE_PASSWORD, Method::PUT, "POST"),
        (VALIDATE, Method::POST, "GET"),
        (VALIDATE, Method::DELETE, "GET"),
    ] {
        let url = format!("{}{path}", server.url);
        let response = server.client().request(wrong.clone(), &url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{wrong} {path}");
        assert!(response.headers()["allow"].to_str().unwrap().contains(allowed));
        if wrong != Method::HEAD {
            assert_eq!(refusal(response).await.0, 405);
        }
        let options = server.client().request(Method::OPTIONS, &url).send().await.unwrap();
        assert_eq!(options.status(), StatusCode::NO_CONTENT);
        assert!(options.headers()["allow"].to_str().unwrap().contains(allowed));
    }
}

#[tokio::test]
async fn a_trailing_slash_is_accepted() {
    let server = Server::with(PUBLIC).await;
    assert_empty_object(server.post_json(&format!("{PASSWORD_EMAIL}/"), json!({ "email": ADA })).await).await;
    assert_refused(&refusal(validate(&server, "/?token=x").await).await, 401, "InvalidTokenError");
}

#[tokio::test]
async fn a_disabled_dialect_is_404_in_the_shape_of_unknown_paths() {
    let server = Server::with("[api.unleash]\nenabled = false").await;
    for response in [
        ask(&server, ADA).await,
        validate(&server, "?token=x").await,
        server.post_json(PASSWORD, json!({})).await,
        server.post_json(VALIDATE_PASSWORD, json!({})).await,
    ] {
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "not_found");
    }
}
