//! What every application can be asked to do, whatever it is written in.

use async_trait::async_trait;
use reqwest::Client;
use reqwest::redirect::Policy;
use std::path::PathBuf;

/// An application that runs, on a database of its own. Dropping it ends both.
#[async_trait]
pub(crate) trait Application: Send + Sync {
    /// Its database, as Regain is told of it.
    fn database_url(&self) -> String;

    /// What `[users]` says of that database, such as `("preset", "unleash")`: `regain init` has to find just this.
    fn mapping(&self) -> &'static [(&'static str, &'static str)];

    /// Makes an account, the way the application makes its own.
    async fn create(&self, address: &str, password: &str);

    /// Signs in as a person would; nothing if the application does not let them in. Any other answer is a panic.
    async fn sign_in(&self, address: &str, password: &str) -> Option<Session>;

    /// Whose session it is, as the application's own page or endpoint says; nothing if it is over.
    async fn signed_in_as(&self, session: &Session) -> Option<String>;
}

/// One person's cookies.
#[derive(Debug)]
pub(crate) struct Session {
    /// Keeps cookies, and follows no redirect.
    pub(crate) client: Client,
}

impl Session {
    /// Nobody's yet.
    pub(crate) fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy();
        Self { client: client.timeout(crate::support::process::DEADLINE).build().unwrap() }
    }
}

/// The folder in which `cargo xtask interop NAME` put what an application needs.
pub(crate) fn prepared(name: &str) -> PathBuf {
    let hint = format!("{name} is not prepared: run `cargo xtask interop {name}`");
    let folder = PathBuf::from(std::env::var_os("REGAIN_INTEROP").expect(&hint)).join(name);
    assert!(folder.join(".prepared").is_file(), "{hint}");
    folder
}
