//! An operator's receiver of webhooks: keeps what it gets, and answers as told.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Listens on a free port of 127.0.0.1; gone when dropped.
pub(crate) struct Receiver {
    /// `http://127.0.0.1:port/hook`
    pub(crate) url: String,
    /// Its port.
    pub(crate) port: u16,
    kept: Arc<Kept>,
    serving: JoinHandle<()>,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Default)]
struct Kept {
    calls: Mutex<Vec<Call>>,
    answer: Mutex<Option<(StatusCode, Option<String>)>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::new(Kept::default());
        let endpoints = Router::new().fallback(keep).with_state(Arc::clone(&kept));
        let serving = tokio::spawn(async move { axum::serve(listener, endpoints).await.unwrap() });
        Self { url: format!("http://127.0.0.1:{port}/hook"), port, kept, serving }
    }

    /// From now on answers with this status; 200 at first.
    pub(crate) fn answer(&self, status: u16) {
        *self.kept.answer.lock().unwrap() = Some((StatusCode::from_u16(status).unwrap(), None));
    }

    /// From now on sends whoever calls elsewhere.
    pub(crate) fn redirect_to(&self, url: &str) {
        *self.kept.answer.lock().unwrap() = Some((StatusCode::TEMPORARY_REDIRECT, Some(url.to_owned())));
    }

    /// What came so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.kept.calls.lock().unwrap().clone()
    }
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn keep(State(kept): State<Arc<Kept>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let call = Call { path: parts.uri.path().to_owned(), headers: parts.headers, body };
    kept.calls.lock().unwrap().push(call);
    match kept.answer.lock().unwrap().clone() {
        Some((status, Some(url))) => (status, [(HeaderName::from_static("location"), url)]).into_response(),
        Some((status, None)) => status.into_response(),
        None => StatusCode::OK.into_response(),
    }
}
