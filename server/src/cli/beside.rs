//! What commands share that work beside a running server.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::config::Config;
use crate::ledger::{self, Ledger};
pub(super) use crate::plain::{moment, one_line};
use regain_core::time::{Clock, Timestamp};
use std::io::{IsTerminal, Write};
use std::sync::Arc;

/// The ledger, without the lock that only a server takes.
pub(super) async fn ledger(config: &Config) -> anyhow::Result<Arc<dyn Ledger>> {
    Ok(ledger::open_beside(&config.ledger.url).await?)
}

/// The server's keys.
pub(super) fn keys(config: &Config) -> anyhow::Result<regain_core::keys::Keys> {
    Ok(crate::app::keys(config, &SystemEntropy)?)
}

/// The present moment.
pub(super) fn now() -> Timestamp {
    SystemClock.now()
}

/// A line on the terminal that is written again and again; none, where standard error goes elsewhere.
pub(super) struct ProgressLine {
    is_shown: bool,
}

impl ProgressLine {
    pub(super) fn on_stderr() -> Self {
        Self { is_shown: std::io::stderr().is_terminal() }
    }

    /// Whether somebody sees it makes no difference to the work.
    pub(super) fn show(&mut self, text: &str) {
        if self.is_shown {
            let mut terminal = std::io::stderr();
            let _ = write!(terminal, "\r\x1b[K{text}").and_then(|()| terminal.flush());
        }
    }

    pub(super) fn clear(&mut self) {
        self.show("");
    }
}
