//! What stands before Unleash where its own pages are to reset passwords through Regain: a reverse proxy.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use reqwest::Client;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The proxy, until it is dropped.
pub(super) struct Front {
    url: String,
    ways: Arc<Ways>,
    listening: JoinHandle<()>,
}

/// One request for Regain, and how it was answered.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) status: StatusCode,
}

struct Ways {
    client: Client,
    to: Mutex<To>,
    seen: Mutex<Vec<Seen>>,
}

/// Where the two are; empty until they are there.
#[derive(Default, Clone)]
struct To {
    unleash: String,
    regain: String,
}

impl Front {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = crate::support::process::client();
        let ways = Arc::new(Ways { client, to: Mutex::default(), seen: Mutex::default() });
        let router = Router::new().fallback(pass_on).with_state(Arc::clone(&ways));
        let listening = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, ways, listening }
    }

    /// From now on requests go to these two.
    pub(super) fn lead_to(&self, unleash: String, regain: String) {
        *self.ways.to.lock().unwrap() = To { unleash, regain };
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What Regain was asked so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.ways.seen.lock().unwrap().clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn pass_on(State(ways): State<Arc<Ways>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let is_for_regain = path.starts_with("/auth/reset/");
    let To { unleash, regain } = ways.to.lock().unwrap().clone();
    let url = format!("{}{}", if is_for_regain { regain } else { unleash }, head.uri);
    let mut headers = head.headers;
    headers.remove(header::HOST);
    headers.insert("x-forwarded-for", CLIENT);
    let body = to_bytes(body, BODY_MAX).await.unwrap();
    let sent = ways.client.request(head.method, url).headers(headers).body(body).send().await.unwrap();
    let status = sent.status();
    if is_for_regain {
        ways.seen.lock().unwrap().push(Seen { path, status });
    }
    let mut answer = Response::builder().status(status);
    for (name, value) in sent.headers().iter().filter(|(name, _)| **name != header::TRANSFER_ENCODING) {
        answer = answer.header(name, value);
    }
    answer.body(Body::from(sent.bytes().await.unwrap())).unwrap()
}

/// Whoever asks is at one address, as proxies say it.
const CLIENT: HeaderValue = HeaderValue::from_static("192.0.2.7");

/// Octets; nothing here is longer.
const BODY_MAX: usize = 1 << 20;
