//! The server in this process, with a clock turned by hand and a courier that works when told to.

use super::canary::{self, Kind};
use super::smtp::{Behaviour, Phase, ReceivedMail, SmtpServer};
use regain::ambient::SystemEntropy;
use regain::app::App;
use regain::config::Config;
use regain::courier::Courier;
use regain::http::server::{Role, Stage, serve};
use regain::ledger::Request;
use regain::live::Live;
use regain::users::UserStore;
use regain_core::email::FoldedAddress;
use regain_core::time::{Clock, Timestamp};
use reqwest::{Client, RequestBuilder, Response, redirect};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};

/// A running server with its accounts, its relay and its own time.
pub(crate) struct Server {
    /// `http://127.0.0.1:port`
    pub(crate) url: String,
    /// `http://127.0.0.1:port` of the admin port.
    pub(crate) admin_url: String,
    /// The relay that its mail goes to.
    pub(crate) inbox: SmtpServer,
    /// Its time.
    pub(crate) clock: Arc<HandClock>,
    /// Of a trusted caller.
    pub(crate) api_token: &'static str,
    app: Arc<App>,
    courier: Mutex<Courier>,
    client: Client,
    dir: TempDir,
    _stage: watch::Sender<Stage>,
}

/// Turned by hand.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    /// At the moment at which every test begins.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START_MILLIS)))
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Every account's password until it is reset.
pub(crate) const OLD_PASSWORD: &str = "old horse battery staple";
/// Passes every rule.
pub(crate) const NEW_PASSWORD: &str = "Nine-Lanterns-4-Otters";

const API_TOKEN: &str = "wobbling-lantern-7f1c-accordion-93ab";
/// 2027-01-15T08:00:00Z
const START_MILLIS: i64 = 1_800_000_000_000;

impl Server {
    /// With the configuration most tests want.
    pub(crate) async fn start() -> Self {
        Self::with("").await
    }

    /// With `overrides` (TOML) laid over that configuration.
    pub(crate) async fn with(overrides: &str) -> Self {
        Self::with_store(overrides, |store| store).await
    }

    /// As [`Server::with`], whose user store is what `wrap` makes of it.
    pub(crate) async fn with_store(
        overrides: &str,
        wrap: impl FnOnce(Arc<dyn UserStore>) -> Arc<dyn UserStore>,
    ) -> Self {
        canary::listen();
        [OLD_PASSWORD, NEW_PASSWORD].iter().for_each(|password| canary::note(Kind::Password, password));
        canary::note(Kind::ApiToken, API_TOKEN);
        let dir = tempfile::tempdir().unwrap();
        create_accounts(&dir);
        let inbox = SmtpServer::start().await;
        let (public, admin) = (bind().await, bind().await);
        let url = format!("http://{}", public.local_addr().unwrap());
        let admin_url = format!("http://{}", admin.local_addr().unwrap());
        let config = config(&url, &inbox.url(), overrides, &dir);
        let clock = HandClock::new();
        let app = App::join(config, Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(SystemEntropy)).await;
        let mut app = app.unwrap_or_else(|fault| panic!("{fault}"));
        app.users = wrap(app.users);
        let app = Arc::new(app);
        let (stage, told) = watch::channel(Stage::Open);
        let live = Live::new(Arc::clone(&app));
        tokio::spawn(serve(Arc::clone(&live), public, Role::Public, told.clone()));
        tokio::spawn(serve(live, admin, Role::Admin, told));
        let courier = Mutex::new(Courier::new(Arc::clone(&app)));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { url, admin_url, inbox, clock, api_token: API_TOKEN, app, courier, client, dir, _stage: stage }
    }

    /// A client that follows no redirects and keeps no cookies.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    pub(crate) async fn post_json(&self, path: &str, body: serde_json::Value) -> Response {
        canary::note_body(&body);
        self.post(path).json(&body).send().await.unwrap()
    }

    /// Asks for a reset as anybody may.
    pub(crate) async fn ask_for(&self, address: &str) {
        let answer = self.post_json("/auth/password-reset/request", serde_json::json!({ "email": address })).await;
        assert_eq!(answer.status(), 200);
    }

    /// Asks for a reset, has it mailed, and takes the token out of the mail.
    pub(crate) async fn token_for(&self, address: &str) -> String {
        self.ask_for(address).await;
        self.run_until_idle().await;
        self.last_token_for(address)
    }

    /// Two mails of one request: after the first the relay broke off, so nobody knows whether it arrived.
    pub(crate) async fn two_mails_for(&self, address: &str) -> [ReceivedMail; 2] {
        self.inbox.once(Phase::Dot, Behaviour::KeepAndDrop);
        self.ask_for(address).await;
        self.run_until_idle().await;
        self.clock.advance(Duration::from_secs(5));
        self.run_until_idle().await;
        self.inbox.mails_to(address).try_into().expect("two mails")
    }

    /// Tries to set a password with a token.
    pub(crate) async fn confirm(&self, token: &str, password: &str) -> Response {
        let body = serde_json::json!({ "token": token, "new_password": password });
        self.post_json("/auth/password-reset/confirm", body).await
    }

    /// Whether a link is live, as the server itself says. Spends nothing.
    pub(crate) async fn is_live(&self, token: &str) -> bool {
        let answer = self.post_json("/auth/password-reset/verify", serde_json::json!({ "token": token })).await;
        match answer.status().as_u16() {
            200 => true,
            400 => false,
            status => panic!("{status}: {}", answer.text().await.unwrap()),
        }
    }

    /// The courier works until nothing is due at this moment.
    pub(crate) async fn run_until_idle(&self) {
        self.courier.lock().await.run_until_idle().await.unwrap();
    }

    /// One turn of the courier, who does not wait for what becomes of the mails.
    pub(crate) async fn tick(&self) {
        self.courier.lock().await.tick().await.unwrap();
    }

    /// The token in the newest mail to `address` that has one.
    pub(crate) fn last_token_for(&self, address: &str) -> String {
        let mails = self.inbox.mails_to(address);
        mails
            .iter()
            .rev()
            .flat_map(|mail| mail.links())
            .find_map(|link| Some(link.split_once("/reset-password#")?.1.to_owned()))
            .unwrap_or_else(|| panic!("no link among {} mails to {address}", mails.len()))
    }

    /// Asks for a reset, has it mailed, and takes the code out of the mail.
    pub(crate) async fn code_for(&self, address: &str) -> String {
        self.token_for(address).await;
        self.inbox.mails_to(address).last().and_then(ReceivedMail::code).expect("a code")
    }

    /// The token in the newest mail to `address` with which its owner says "this was not me".
    pub(crate) fn last_not_me_token_for(&self, address: &str) -> String {
        let links = self.inbox.mails_to(address).last().map(ReceivedMail::links).unwrap_or_default();
        let token = links.iter().find_map(|link| Some(link.split_once("/not-me?token=")?.1.to_owned()));
        token.expect("a link that says: this was not me")
    }

    /// What `regain explain` would tell of an address, oldest first.
    pub(crate) async fn history_of(&self, address: &str) -> Vec<Request> {
        let digest = self.app.keys.address_digest(&FoldedAddress::of(address));
        self.app.ledger.explain_address(digest).await.unwrap()
    }

    /// What time it is there.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether `password` is the account's.
    pub(crate) async fn verifies(&self, address: &str, password: &str) -> bool {
        let (stored, password) = (self.stored_password(address), password.to_owned());
        tokio::task::spawn_blocking(move || regain_core::hash::verify(&stored, password.as_bytes()).unwrap())
            .await
            .unwrap()
    }

    pub(crate) fn stored_password(&self, address: &str) -> String {
        let query = "SELECT password FROM accounts WHERE email = ?1";
        self.accounts().query_row(query, [address], |row| row.get(0)).unwrap()
    }

    /// Changes accounts, as their application does.
    pub(crate) fn application_runs(&self, sql: &str) {
        assert!(self.accounts().execute(sql, []).unwrap() > 0, "{sql}");
    }

    /// An account more, with Grace's password.
    pub(crate) fn add_account(&self, address: &str) {
        let add = "INSERT INTO accounts (email, password) VALUES (?1, ?2)";
        self.accounts().execute(add, (address, GRACE_STORED)).unwrap();
    }

    /// One number from the ledger.
    pub(crate) fn ledger_says(&self, query: &str) -> i64 {
        self.ledger().query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// How many sessions of the account are open.
    pub(crate) fn sessions_of(&self, address: &str) -> i64 {
        let query = "SELECT count(*) FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
        self.accounts().query_row(query, [address], |row| row.get(0)).unwrap()
    }

    /// The user store, as its application sees it.
    pub(crate) fn accounts(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("accounts.db")).unwrap()
    }

    /// The ledger, as a thief of the disk sees it.
    pub(crate) fn ledger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("regain.db")).unwrap()
    }

    /// From now on every look-up and write fails.
    pub(crate) fn store_goes_down(&self) {
        self.accounts().execute_batch("ALTER TABLE accounts RENAME TO accounts_away").unwrap();
    }

    pub(crate) fn store_comes_back(&self) {
        self.accounts().execute_batch("ALTER TABLE accounts_away RENAME TO accounts").unwrap();
    }

    /// What the steps of a recovery are called with.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        canary::keep_metrics(&regain::metrics::page(&self.app));
        canary::keep_databases(self.dir.path());
    }
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn config(url: &str, smtp_url: &str, overrides: &str, dir: &TempDir) -> Config {
    let base = CONFIG.replace("PUBLIC_URL", url).replace("SMTP_URL", smtp_url).replace("API_TOKEN", API_TOKEN);
    let mut table: toml::Table = base.parse().unwrap();
    lay_over(&mut table, overrides.parse().unwrap());
    let text = toml::to_string(&table).unwrap();
    Config::from_toml(&text, dir.path(), std::iter::empty::<(String, String)>())
        .unwrap_or_else(|errors| panic!("{errors}"))
}

fn lay_over(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => lay_over(old, new),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

fn create_accounts(dir: &TempDir) {
    let accounts = rusqlite::Connection::open(dir.path().join("accounts.db")).unwrap();
    accounts.execute_batch(ACCOUNTS).unwrap();
    let add = "INSERT INTO accounts (email, name, password, is_active) VALUES (?1, ?2, ?3, ?4)";
    for (address, name, active) in [
        ("ada@example.com", "Ada", true),
        ("grace@example.com", "Grace", true),
        ("disabled@example.com", "Dana", false),
        ("django@example.com", "Jo", true),
    ] {
        let stored = match name {
            "Ada" => ADA_STORED,
            "Jo" => JO_STORED,
            _ => GRACE_STORED,
        };
        accounts.execute(add, (address, name, stored, active)).unwrap();
    }
    accounts.execute("INSERT INTO sessions (account_id) SELECT id FROM accounts", []).unwrap();
}

/// [`OLD_PASSWORD`] at the lowest costs there are, so that tests are quick.
const ADA_STORED: &str =
    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$r/w/3heMA6fDlxmr4+/Th6MS3abY/MmuZ9XcjP6KDPE";
const GRACE_STORED: &str = "$2b$04$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.";
const JO_STORED: &str = "pbkdf2_sha256$10$saltsaltsaltsaltsaltsa$vUStbGvcxE/GXMkrQzvRASFTJY4LiVuB05g2YBfdLyE=";

const ACCOUNTS: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        email TEXT NOT NULL,
        name TEXT,
        password TEXT,
        is_active INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL);
";

const CONFIG: &str = r#"
public_url = "PUBLIC_URL"
product_name = "Example"

[ledger]
url = "sqlite:regain.db"

[users]
url = "sqlite:accounts.db"
table = "accounts"
name = "name"
eligible = "is_active"
after_reset = ["DELETE FROM sessions WHERE account_id = :id"]

[limits]
requests_per_network_per_minute = 1000

[mail]
from = "Example <no-reply@example.com>"

[mail.smtp]
url = "SMTP_URL"

[api]
tokens = ["API_TOKEN"]

[admin]
listen = "127.0.0.1:0"
"#;
