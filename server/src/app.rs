//! Where adapters are chosen and joined.

use crate::breached::{Filter, FilterFault};
use crate::config::secret::{self, SecretError};
use crate::config::{self, Config};
use crate::demo::mailbox::Mailbox;
use crate::finding::Verdict;
use crate::hashing::HashingPool;
use crate::http::misses::Misses;
use crate::http::pages::{Pages, PagesFault};
use crate::i18n::{Words, WordsFault};
use crate::ledger::{self, Ledger, LedgerFault};
use crate::mail::events::{HttpsFetch, Receivers};
use crate::mail::{Mail, MailFault};
use crate::metrics::{Metrics, Timed};
use crate::recovery::settle;
use crate::sightings::Sightings;
use crate::telemetry::Complaints;
use crate::users::{self, StoreFault, UserStore};
use regain_core::entropy::Entropy;
use regain_core::keys::Keys;
use regain_core::link::LinkTemplate;
use regain_core::password::{Lengths, Policy, Preset};
use regain_core::time::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use thiserror::Error;

/// Everything a step needs, joined at start, and again by [`App::renewed`] when the configuration is read again.
pub struct App {
    /// The configuration.
    pub config: Config,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub entropy: Arc<dyn Entropy>,
    /// The server's secret.
    pub keys: Keys,
    /// Our own state.
    pub ledger: Arc<dyn Ledger>,
    /// Where the accounts are.
    pub users: Arc<dyn UserStore>,
    /// Puts mails into words, and hands them over.
    pub mail: Mail,
    /// Hears what providers of mail tell.
    pub mail_events: Receivers,
    /// The form of the link that says "this was not me".
    pub not_me_link: LinkTemplate,
    /// The rule for new passwords.
    pub policy: Policy,
    /// The passwords that became public, if there is a list of them.
    pub breached: Option<Arc<Filter>>,
    /// Where passwords are hashed.
    pub hashing: Arc<HashingPool>,
    /// The words, in every language there is.
    pub words: Arc<Words>,
    /// The hosted pages.
    pub pages: Pages,
    /// Set once the server was told to stop: new calls are asked to go elsewhere.
    pub leaving: Arc<AtomicBool>,
    /// Look-ups that found nothing, by network.
    pub misses: Arc<Misses>,
    /// What was seen of requests, until the courier writes it.
    pub sightings: Arc<Sightings>,
    /// What is not to be said too often.
    pub complaints: Arc<Complaints>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Of the demo: the mail it caught, shown in the browser.
    pub mailbox: Option<Arc<Mailbox>>,
}

/// Why the server cannot start.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each is the fault it wraps")]
pub enum StartFault {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    #[error(transparent)]
    Users(#[from] StoreFault),
    #[error(transparent)]
    Mail(#[from] MailFault),
    #[error(transparent)]
    Words(#[from] WordsFault),
    #[error(transparent)]
    Pages(#[from] PagesFault),
    #[error("the password blocklist {path} cannot be read: {cause}; see [password] blocklist_file")]
    Blocklist { path: String, cause: std::io::Error },
    #[error("{path}, which [password] breached_file names, {fault}")]
    Breached { path: String, fault: FilterFault },
}

impl App {
    /// Joins everything that `config` names, for the one server of its ledger. Neither the user store nor a relay has
    /// to be up: requests wait for them.
    ///
    /// # Errors
    /// [`StartFault`], each with what to do.
    pub async fn join(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, StartFault> {
        let ledger = ledger::open_for_server(&config.ledger.url).await?;
        let metrics = Arc::new(Metrics { commits: ledger.commits(), ..Metrics::new(clock.now()) });
        let users: Arc<dyn UserStore> = Arc::new(Timed::new(users::open(&config.users)?, Arc::clone(&metrics.store)));
        let adapters =
            Adapters { keys: keys(&config, entropy.as_ref())?, ledger, users: users.clone(), clock, entropy, metrics };
        let app = Self::around(config, adapters)?;
        app.settle_what_a_crash_left().await;
        tokio::spawn(async move { tell_what_the_store_lacks(&*users).await });
        Ok(app)
    }

    /// Finds out what became of the redeemings that a crash cut short, before anybody comes back with their links. What
    /// takes too long is left to the courier.
    async fn settle_what_a_crash_left(&self) {
        match tokio::time::timeout(CRASH_SETTLED_WITHIN, settle::recover_lapsed(self)).await {
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => tracing::error!(%fault, "redeemings that a crash cut short wait for the courier"),
            Err(_) => tracing::warn!("redeemings that a crash cut short wait for the user store"),
        }
    }

    /// Another around the same adapters, with what this one remembers, as `config` says; texts, templates and whatever
    /// else it names are read again. This one goes on as it is.
    ///
    /// # Errors
    /// [`StartFault`], with the first thing that is wrong.
    pub fn renewed(&self, config: Config) -> Result<Self, StartFault> {
        let adapters = Adapters {
            keys: self.keys.clone(),
            ledger: Arc::clone(&self.ledger),
            users: Arc::clone(&self.users),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            metrics: Arc::clone(&self.metrics),
        };
        let mut renewed = Self::around(config, adapters)?;
        if self.mailbox.is_some() {
            renewed.pages.show_demo_mailbox();
        }
        Ok(Self {
            mail_events: renewed.mail_events.remembering_as(&self.mail_events),
            hashing: Arc::clone(&self.hashing),
            misses: Arc::clone(&self.misses),
            sightings: Arc::clone(&self.sightings),
            complaints: Arc::clone(&self.complaints),
            leaving: Arc::clone(&self.leaving),
            mailbox: self.mailbox.clone(),
            ..renewed
        })
    }

    /// Whether the server was told to stop.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Joins what `config` says about the rest around these adapters.
    ///
    /// # Errors
    /// [`StartFault`].
    pub fn around(config: Config, adapters: Adapters) -> Result<Self, StartFault> {
        let Adapters { keys, ledger, users, clock, entropy, metrics } = adapters;
        if config.notify.webhook.is_some() {
            ledger.tell_operator();
        }
        let words = Arc::new(Words::with_own(config.locales_dir.as_deref())?);
        let not_me = format!("{}/not-me?token={{token}}", config.public_url.origin);
        Ok(Self {
            mail_events: Receivers::new(&config.mail_events, Arc::new(HttpsFetch::new(crate::roots::native))),
            mail: Mail::new(&config, Arc::clone(&words), Arc::clone(&clock))?,
            #[expect(clippy::expect_used, reason = "the text above holds {token} once")]
            not_me_link: LinkTemplate::parse(&not_me, "").expect("one token"),
            policy: policy(&config.password)?,
            breached: breached(&config.password)?.map(Arc::new),
            hashing: Arc::default(),
            pages: Pages::new(&config, Arc::clone(&words))?,
            mailbox: None,
            leaving: Arc::default(),
            misses: Arc::new(Misses::new(Arc::clone(&clock))),
            sightings: Arc::default(),
            complaints: Arc::default(),
            config,
            clock,
            entropy,
            keys,
            ledger,
            users,
            words,
            metrics,
        })
    }
}

/// Logs what would keep a reset from working, or slow it down, before the first person finds out.
async fn tell_what_the_store_lacks(users: &dyn UserStore) {
    for finding in users.examine().await {
        match finding.verdict {
            Verdict::Holds => {}
            Verdict::Advice => tracing::info!(advice = finding.text, "the user store works, and could be better"),
            Verdict::Fails => {
                tracing::error!(fault = finding.text, "no password can be reset until this is mended; requests wait");
            }
        }
    }
}

/// Longer than a user store takes that is up, and short for a start.
const CRASH_SETTLED_WITHIN: Duration = Duration::from_secs(5);

/// What touches the world.
#[expect(missing_docs, reason = "each is the field of that name in [`App`]")]
pub struct Adapters {
    pub keys: Keys,
    pub ledger: Arc<dyn Ledger>,
    pub users: Arc<dyn UserStore>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub metrics: Arc<Metrics>,
}

/// The server's secret, from its file.
///
/// # Errors
/// [`SecretError`].
pub fn keys(config: &Config, entropy: &dyn Entropy) -> Result<Keys, SecretError> {
    let may_create = !config.server.secret_file_configured;
    secret::load_or_create(&config.server.secret_file, may_create, entropy).map(Keys::new)
}

/// The filter of breached passwords, if one is configured; all of it is read once.
///
/// # Errors
/// [`StartFault::Breached`].
pub fn breached(rule: &config::Password) -> Result<Option<Filter>, StartFault> {
    let open = |path: &PathBuf| {
        Filter::open(path).map_err(|fault| StartFault::Breached { path: path.display().to_string(), fault })
    };
    rule.breached_file.as_ref().map(open).transpose()
}

fn policy(rule: &config::Password) -> Result<Policy, StartFault> {
    let words = match &rule.blocklist_file {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|cause| StartFault::Blocklist { path: path.display().to_string(), cause })?,
    };
    let preset = match rule.preset {
        config::PasswordPreset::Nist => Preset::Nist,
        config::PasswordPreset::Unleash => Preset::Unleash,
    };
    let lengths = Lengths { min: rule.length_min, max: rule.length_max };
    Ok(Policy::new(preset, lengths, words.lines().map(str::to_owned)))
}
