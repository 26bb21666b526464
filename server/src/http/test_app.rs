//! An application for this module's tests: no store, no mail, and a clock that stands still until it is turned.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::{Adapters, App};
use crate::config::{
    Access, Admin, Api, Config, Dialect, Ledger, LedgerUrl, Limits, Mail, MailEvents, Mailbox, Notify, Password,
    PasswordPreset, PublicUrl, Reset, Server, StoreUrl, Transport, Users,
};
use crate::finding::Finding;
use crate::metrics::Metrics;
use crate::users::{PasswordChange, StoreFault, UserStore, Written};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::{EmailAddress, FoldedAddress};
use regain_core::keys::{KEY_BYTES, Keys};
use regain_core::limit::AccountLimit;
use regain_core::link::LinkTemplate;
use regain_core::request::Id;
use regain_core::time::{Clock, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Valid in [`config`].
pub(super) const API_TOKEN: &str = "*:*.test-token";

/// Turned by hand.
#[derive(Default)]
pub(super) struct HandClock(AtomicI64);

impl HandClock {
    pub(super) fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(super) fn set_back(&self, span: Duration) {
        self.0.fetch_sub(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// The application for `config`, with a ledger that goes with it.
pub(super) fn app(config: Config) -> Arc<App> {
    let ledger = std::env::temp_dir().join(format!("regain-{}.db", Id::new(SystemClock.now(), &SystemEntropy)));
    let clock = Arc::new(HandClock::default());
    let adapters = Adapters {
        metrics: Arc::new(Metrics::new(clock.now())),
        keys: Keys::new([7; KEY_BYTES]),
        ledger: Arc::new(crate::ledger::SqliteLedger::open_beside(&ledger).unwrap()),
        users: Arc::new(NoAccounts),
        clock,
        entropy: Arc::new(SystemEntropy),
    };
    Arc::new(App::around(config, adapters).unwrap())
}

/// Chaser public, Unleash for trusted callers.
pub(super) fn config() -> Config {
    let public_url = "https://accounts.example.com";
    Config {
        public_url: PublicUrl {
            origin: public_url.into(),
            host: "accounts.example.com".into(),
            https: true,
            loopback: false,
        },
        product_name: "Example".into(),
        locales_dir: None,
        brand: crate::brand::Brand::default(),
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
            trusted_proxies: Vec::new(),
            tls: None,
            secret_file: "regain.secret".into(),
            secret_file_configured: false,
        },
        ledger: Ledger { url: LedgerUrl::Sqlite("regain.db".into()), retention: Duration::from_secs(86_400) },
        users: users(),
        reset: Reset {
            token_ttl: Duration::from_secs(3600),
            code_ttl: Duration::from_secs(600),
            code_attempts_max: 5,
            account_limit: AccountLimit { cooldown: Duration::from_secs(60), mails_per_hour_max: 5 },
            give_up: Duration::from_secs(86_400),
            link: LinkTemplate::parse("{public_url}/reset-password#{token}", public_url).unwrap(),
            done_url: None,
        },
        password: Password {
            preset: PasswordPreset::Nist,
            length_min: 8,
            length_max: 256,
            blocklist_file: None,
            breached_file: None,
        },
        limits: Limits { requests_per_network_per_minute: 10, queue_max: 1000, body_bytes_max: 16_384 },
        mail: Mail {
            from: Mailbox { name: None, address: EmailAddress::parse("no-reply@example.com").unwrap() },
            reply_to: None,
            transports: vec![Transport::File("mail".into())],
            templates_dir: None,
        },
        api: Api {
            tokens: vec![Sha256::digest(API_TOKEN).into()],
            chaser: Dialect { enabled: true, access: Access::Public },
            unleash: Dialect { enabled: true, access: Access::Token },
        },
        mail_events: MailEvents::default(),
        notify: Notify { webhook: None, unknown_address: false },
        admin: Admin { listen: ([127, 0, 0, 1], 0).into(), hosts: Vec::new() },
    }
}

fn users() -> Users {
    Users {
        url: StoreUrl::Sqlite("accounts.db".into()),
        preset: None,
        table: "accounts".into(),
        id: "id".into(),
        email: "email".into(),
        password: "password".into(),
        name: None,
        locale: None,
        eligible: None,
        email_verified: None,
        hash: "keep".into(),
        pepper: None,
        after_reset: Vec::new(),
        credentials: None,
        history: None,
    }
}

struct NoAccounts;

#[async_trait]
impl UserStore for NoAccounts {
    async fn find(&self, _: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        Ok(Vec::new())
    }

    async fn load(&self, _: &AccountId) -> Result<Option<Account>, StoreFault> {
        Ok(None)
    }

    async fn set_password(&self, _: PasswordChange) -> Result<Written, StoreFault> {
        Ok(Written::NoLongerMatches)
    }

    async fn examine(&self) -> Vec<Finding> {
        Vec::new()
    }
}
