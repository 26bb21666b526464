//! The yardstick for `docs/measurements`: a bare axum handler that parses the same JSON and answers the same bytes as
//! Chaser's request does, and does nothing else.
//!
//! `cargo run --release --example bare_handler -- 127.0.0.1:8081`

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use serde::Deserialize;

#[derive(Deserialize)]
struct Ask {
    email: String,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".into());
    let app = Router::new().route("/auth/password-reset/request", post(answer));
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await
}

async fn answer(body: Bytes) -> impl IntoResponse {
    let Ok(ask) = serde_json::from_slice::<Ask>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    std::hint::black_box(ask.email);
    ([(header::CONTENT_TYPE, "application/json")], ANSWER).into_response()
}

const ANSWER: &str =
    r#"{"message":"If that address belongs to an account, a mail with a link and a code is on its way to it."}"#;
