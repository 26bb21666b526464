//! What commands share that work beside a running server.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::config::Config;
use crate::ledger::{self, Ledger};
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

/// A moment as people and programs read it: RFC 3339, UTC, to the second.
pub(super) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(|_| at.to_string(), |at| format!("{:.0}", at))
}

/// Text from outside, safe on a terminal: control and bidirectional characters escaped.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hidden = c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if hidden { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }
        })
        .collect()
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
