//! contract.md §2, row by row: the Unleash dialect.

mod asking;
mod every_path;
mod redeeming;

use crate::support::server::Server;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

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
