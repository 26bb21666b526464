//! Asking Amazon SNS for its certificates, and confirming subscriptions.

use async_trait::async_trait;
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Brings what checking Amazon's signatures takes.
#[async_trait]
pub trait FetchCertificates: Send + Sync {
    /// What `https://{host}{path}` answers with 200.
    ///
    /// # Errors
    /// A sentence for the operator.
    async fn get(&self, host: &str, path: &str) -> Result<Vec<u8>, String>;
}

/// Over HTTPS, from a host whose certificate this machine trusts; no redirects, no proxy, not for long, not much.
pub struct HttpsFetch {
    roots: fn() -> RootCertStore,
    client: OnceLock<reqwest::Client>,
}

impl HttpsFetch {
    /// `roots` are read when something is to be fetched first.
    #[must_use]
    pub fn new(roots: fn() -> RootCertStore) -> Self {
        Self { roots, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&reqwest::Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = self.build()?;
        Ok(self.client.get_or_init(|| client))
    }

    fn build(&self) -> Result<reqwest::Client, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates((self.roots)())
            .with_no_client_auth();
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).https_only(true).no_proxy();
        builder.redirect(Policy::none()).timeout(PATIENCE).build().map_err(|error| error.to_string())
    }
}

#[async_trait]
impl FetchCertificates for HttpsFetch {
    async fn get(&self, host: &str, path: &str) -> Result<Vec<u8>, String> {
        let failed = |error: reqwest::Error| format!("{host} cannot be asked: {}", error.without_url());
        let mut answer = self.client()?.get(format!("https://{host}{path}")).send().await.map_err(failed)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(format!("{host} answers {}", answer.status()));
        }
        let mut octets = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if octets.len() + chunk.len() > OCTETS_MAX {
                return Err(format!("{host} answers with more than {OCTETS_MAX} octets"));
            }
            octets.extend_from_slice(&chunk);
        }
        Ok(octets)
    }
}

/// SNS waits 15 seconds for our answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// A certificate takes 2,000.
const OCTETS_MAX: usize = 65_536;
