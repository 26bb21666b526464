//! contract.md §1, row by row: the Chaser dialect.

mod asking;
mod every_path;
mod redeeming;

use crate::support::server::Server;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

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
