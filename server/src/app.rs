//! Where adapters are chosen and joined.

use crate::config::Config;
use crate::http::pages::Pages;
use crate::i18n::Words;
use crate::users::UserStore;
use regain_core::entropy::Entropy;
use regain_core::keys::Keys;
use regain_core::time::Clock;
use std::sync::Arc;

/// Everything a step needs, joined once at start.
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
    pub ledger: crate::ledger::Ledger,
    /// Where the accounts are.
    pub users: Arc<dyn UserStore>,
    /// The words, in every language there is.
    pub words: Arc<Words>,
    /// The hosted pages.
    pub pages: Pages,
}
