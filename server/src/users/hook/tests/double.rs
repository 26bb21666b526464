//! A back end that answers as it is told, and keeps what it was asked.

use crate::ambient::SystemClock;
use crate::config;
use crate::hashing::NewPassword;
use crate::standard_webhooks::SigningKey;
use crate::users::hook::HookStore;
use crate::users::sql::limits::TimeLimits;
use crate::users::sql::test_database::free_port;
use crate::users::{PasswordChange, some_writing};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use regain_core::account::AccountId;
use regain_core::hash::StoredPassword;
use regain_core::time::{Clock, Timestamp};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(super) const FINGERPRINT: &str = "f1e2d3";
pub(super) const PASSWORD: &str = "Nine-Lanterns-4-Otters";

/// Gone when dropped.
pub(super) struct BackEnd {
    pub(super) url: String,
    kept: Arc<Kept>,
    serving: JoinHandle<()>,
}

struct Kept {
    calls: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<(u16, String)>>,
    answers_anybody: bool,
}

/// One call, as it came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) id: String,
    pub(super) timestamp: String,
    pub(super) octets: Vec<u8>,
    pub(super) body: Value,
    pub(super) is_signed: bool,
}

impl BackEnd {
    /// Answers these, one call each; 401 if it is not signed, or long ago.
    pub(super) async fn answering(answers: impl IntoIterator<Item = Value>) -> Self {
        Self::telling(answers.into_iter().map(|answer| (200, answer.to_string()))).await
    }

    /// With statuses, and whatever may stand in a body.
    pub(super) async fn telling(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        Self::start(answers.into_iter().collect(), false).await
    }

    /// Without looking at signatures.
    pub(super) async fn answering_anybody(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        Self::start(answers.into_iter().collect(), true).await
    }

    async fn start(answers: VecDeque<(u16, String)>, answers_anybody: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/regain", listener.local_addr().unwrap());
        let kept = Arc::new(Kept { calls: Mutex::default(), answers: Mutex::new(answers), answers_anybody });
        let endpoints = Router::new().route("/regain", axum::routing::post(answer)).with_state(Arc::clone(&kept));
        let serving = tokio::spawn(async move { axum::serve(listener, endpoints).await.unwrap() });
        Self { url, kept, serving }
    }

    pub(super) fn store(&self) -> HookStore {
        store_at(&self.url)
    }

    /// What came, refused calls too.
    pub(super) fn calls(&self) -> Vec<Received> {
        self.kept.calls.lock().unwrap().clone()
    }
}

impl Drop for BackEnd {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(kept): State<Arc<Kept>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let key = SigningKey::parse(SECRET).unwrap();
    let age = SystemClock.now().as_millis() / 1000 - timestamp.parse::<i64>().unwrap();
    let is_signed = key.verifies(&id, &timestamp, &header("webhook-signature"), &body) && age.abs() <= 300;
    let received =
        Received { id, timestamp, octets: body.to_vec(), body: serde_json::from_slice(&body).unwrap(), is_signed };
    kept.calls.lock().unwrap().push(received);
    if !is_signed && !kept.answers_anybody {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let (status, text) = kept.answers.lock().unwrap().pop_front().unwrap_or((418, String::new()));
    (StatusCode::from_u16(status).unwrap(), text)
}

pub(super) fn hook_at(url: &str) -> config::Hook {
    config::Hook {
        url: url.parse().unwrap(),
        key: SigningKey::parse(SECRET).unwrap(),
        timeout: Duration::from_secs(120),
        ca_file: None,
    }
}

/// One that waits as long as a busy machine may take to hash a password.
pub(super) fn store_at(url: &str) -> HookStore {
    let patience = Duration::from_secs(120);
    HookStore::with_limits(&hook_at(url), TimeLimits { look_up: patience, write: patience }).unwrap()
}

/// A URL where nobody listens.
pub(super) fn nowhere() -> String {
    format!("http://127.0.0.1:{}/regain", free_port())
}

/// Ada's new password.
pub(super) fn change() -> PasswordChange {
    PasswordChange {
        id: AccountId::new("7"),
        expected_address: "Ada@example.com".into(),
        expected: StoredPassword::new(FINGERPRINT),
        new: NewPassword::in_clear(PASSWORD),
        writing: some_writing(),
        now: Timestamp::from_millis(0),
    }
}
