//! What people and programs ask of a node, and what they hear.

use crate::support::canary;
use crate::support::process::API_TOKEN;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

/// One way to ask, for any node.
#[derive(Clone)]
pub(crate) struct Client(reqwest::Client);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `error.code` of a refusal in JSON.
    pub(crate) code: Option<String>,
    /// Whether it says when to come again.
    pub(crate) retry_after: bool,
}

/// One thing to ask of whichever node.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    /// A link, please.
    Request { address: String },
    /// The same from a trusted caller.
    Trusted { address: String },
    /// Is this link good?
    Verify { token: String },
    /// This shall be the password.
    Confirm { token: String, password: String },
    /// The same with a code.
    ConfirmCode { address: String, code: String, password: String },
    /// What a scanner does with whatever it finds in a mail.
    Look { method: Method, path: String },
    /// This was not me.
    NotMe { token: String },
}

impl Client {
    /// One who waits so long for an answer.
    pub(crate) fn new(patience: Duration) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // The nodes close what was idle for ten seconds; who comes at that very moment hears nothing.
        let builder = builder.pool_idle_timeout(Duration::from_secs(5));
        Self(builder.timeout(patience).build().unwrap())
    }

    /// Asks the node at `door`, from a network that nobody else is in.
    ///
    /// # Errors
    /// No answer: it may have been heard all the same.
    pub(crate) async fn ask(&self, door: &str, ask: &Ask) -> reqwest::Result<Answer> {
        self.ask_from(door, ask, None).await
    }

    /// [`Client::ask`], from this network if one is named.
    pub(crate) async fn ask_from(&self, door: &str, ask: &Ask, network: Option<&str>) -> reqwest::Result<Answer> {
        let mut request = self.put(door, ask);
        if let Some(network) = network {
            request = request.header("X-Forwarded-For", network);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().contains_key("retry-after");
        let body = answer.bytes().await?;
        let code = serde_json::from_slice::<Value>(&body).ok();
        let code = code.and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
        Ok(Answer { status, code, retry_after })
    }

    /// Whether the node whose admin port this is says that it takes requests.
    pub(crate) async fn is_ready(&self, admin: &str) -> bool {
        let ask = self.0.get(format!("http://{admin}/readyz")).timeout(Duration::from_secs(1));
        ask.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    fn put(&self, door: &str, ask: &Ask) -> RequestBuilder {
        let post = |path: &str, body: Value| {
            canary::note_body(&body);
            self.0.post(format!("http://{door}{path}")).json(&body)
        };
        match ask {
            Ask::Request { address } => post("/auth/password-reset/request", json!({ "email": address })),
            Ask::Trusted { address } => {
                post("/auth/reset/password-email", json!({ "email": address })).header("Authorization", API_TOKEN)
            }
            Ask::Verify { token } => post("/auth/password-reset/verify", json!({ "token": token })),
            Ask::Confirm { token, password } => {
                post("/auth/password-reset/confirm", json!({ "token": token, "new_password": password }))
            }
            Ask::ConfirmCode { address, code, password } => {
                let body = json!({ "email": address, "code": code, "new_password": password });
                post("/auth/password-reset/confirm", body)
            }
            Ask::Look { method, path } => self.0.request(method.clone(), format!("http://{door}{path}")),
            Ask::NotMe { token } => {
                let form = self.0.post(format!("http://{door}/not-me")).form(&[("token", token)]);
                form.header("Sec-Fetch-Site", "same-origin")
            }
        }
    }
}

impl Answer {
    pub(crate) fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// Nothing was done; ask again.
    pub(crate) fn is_busy(&self) -> bool {
        self.status == 503
    }

    /// The one answer for every link that opens nothing.
    pub(crate) fn is_dead_token(&self) -> bool {
        self.status == 400 && self.code.as_deref() == Some("invalid_token")
    }
}
