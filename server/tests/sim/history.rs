//! What happened, as far as people and judges need to know it.

use regain_core::account::AccountId;
use regain_core::request::Id;
use std::collections::BTreeMap;

/// The history of one world.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) steps: Vec<String>,
    /// Of all steps (FNV-1a).
    pub(crate) digest: u64,
    /// The first broken promise.
    pub(crate) fault: Option<String>,
    /// Whether nothing could double a mail but a relay without an answer.
    pub(crate) was_kind: bool,
    /// Whether no server stalled and no clock was set.
    pub(crate) was_awake: bool,
    /// How often what happened.
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// Requests that were answered with success.
    pub(crate) acknowledged: Vec<Id>,
    /// Mails that arrived, in order.
    pub(crate) mails: Vec<Mail>,
    /// What the relay was handed, whether it arrived or not.
    pub(crate) handed_over: Vec<HandedOver>,
    pub(crate) attempts: Vec<Attempt>,
}

/// A mail in somebody's mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) delivery: Id,
    pub(crate) to: String,
    /// The link's token and the code; none in a notice.
    pub(crate) token: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) not_me: String,
}

/// A mail at the relay.
#[derive(Debug)]
pub(crate) struct HandedOver {
    pub(crate) delivery: Id,
    pub(crate) said: &'static str,
}

/// Somebody tried to set a password.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) account: AccountId,
    pub(crate) password: String,
    pub(crate) answer: Answer,
}

/// What somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Dead,
    Weak,
    Unavailable,
    /// The server died, or the person did not wait for it.
    Nothing,
}

impl Story {
    pub(crate) fn note(&mut self, at_ms: u64, step: &str) {
        let line = format!("{:>9.3} {step}", at_ms as f64 / 1000.0);
        for byte in line.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        self.steps.push(line);
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}
