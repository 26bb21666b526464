//! One attempt to post a webhook.

use super::destination::{Destination, Lookup};
use crate::config::WebhookTarget;
use crate::config::url::is_loopback_host;
use crate::standard_webhooks::SigningKey;
use crate::weakness::{self, Weakness};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error as ThisError;

/// Posts to one receiver.
pub struct Poster {
    client: Client,
    url: Url,
    key: SigningKey,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 2xx: the receiver has it.
    Taken,
    /// Anything else; why.
    NotTaken(String),
    /// 410: the receiver wants no more of it.
    Gone(String),
}

/// Nothing can be posted as configured.
#[derive(Debug, ThisError)]
#[error("[notify] webhook_url cannot be posted to: {0}")]
pub struct PosterFault(String);

impl Poster {
    /// Connects to nothing yet. `roots` vouch for the receiver's certificate; `lookup` finds its addresses.
    ///
    /// # Errors
    /// [`PosterFault`].
    pub fn new(target: &WebhookTarget, roots: RootCertStore, lookup: Arc<dyn Lookup>) -> Result<Self, PosterFault> {
        let failed = |error: &dyn std::fmt::Display| PosterFault(error.to_string());
        let url = Url::parse(target.url.expose_secret()).map_err(|error| failed(&error))?;
        let is_this_machine = url.host_str().is_some_and(is_loopback_host);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let redirects =
            if weakness::is(Weakness::WebhookRedirectFollowed) { Policy::default() } else { Policy::none() };
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            // A kept connection would go where the name led before.
            .pool_max_idle_per_host(0)
            .dns_resolver(Destination { lookup, is_this_machine })
            .redirect(redirects)
            .no_proxy()
            .connect_timeout(CONNECT_MAX)
            .timeout(ATTEMPT_MAX)
            .user_agent(concat!("regain/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { client, url, key: target.key.clone() })
    }

    /// Whether anybody answers where webhooks are posted to, whatever the answer; asks by HEAD, and posts nothing.
    ///
    /// # Errors
    /// Why nobody does, in words without the URL.
    pub async fn probe(&self) -> Result<StatusCode, String> {
        let answer = self.client.head(self.url.clone()).send().await;
        answer.map(|answer| answer.status()).map_err(in_words)
    }

    /// Posts `body`, signed at this moment. Of the answer nothing but its status is read.
    pub async fn post(&self, id: Id, now: Timestamp, body: Vec<u8>) -> Answer {
        let (id, timestamp) = (id.to_string(), now.as_millis().div_euclid(1000));
        let signature = self.key.sign(&id, timestamp, &body);
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .body(body);
        if !weakness::is(Weakness::WebhookUnsigned) {
            request = request.header("webhook-signature", signature);
        }
        match request.send().await.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Answer::Taken,
            Ok(StatusCode::GONE) => Answer::Gone("the receiver answers 410: it wants no more of these".into()),
            Ok(status) if status.is_redirection() => {
                Answer::NotTaken(format!("the receiver answers {status}, and redirects are not followed"))
            }
            Ok(status) => Answer::NotTaken(format!("the receiver answers {status}")),
            Err(error) => Answer::NotTaken(in_words(error)),
        }
    }
}

/// An error with what is behind it, without the URL, which may hold a secret.
fn in_words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Standard Webhooks advises 15 to 30 seconds.
const ATTEMPT_MAX: Duration = Duration::from_secs(15);
