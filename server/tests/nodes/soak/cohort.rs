//! A cohort: the accounts that people are busy with for a minute, and what those people did and heard. Later it is
//! checked and forgotten, so that a soak of any length needs no more memory than a short one.

use std::sync::Mutex;
use std::time::Instant;

/// Accounts of one minute.
pub(crate) struct Cohort {
    pub(crate) number: u64,
    pub(crate) history: Mutex<History>,
}

/// What was done, each as soon as it could have an effect.
#[derive(Debug, Default, Clone)]
pub(crate) struct History {
    /// Requests that were answered 200.
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Passwords that somebody tried to set.
    pub(crate) attempts: Vec<Attempt>,
}

#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) account: u64,
    /// Before the request left.
    pub(crate) asked_at: Instant,
}

/// One password for one link, or for the code beside it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) account: u64,
    pub(crate) token: String,
    /// Nobody else's.
    pub(crate) password: String,
    /// None while it is not known.
    pub(crate) outcome: Option<Outcome>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The answer was 200.
    Set,
    /// The link opened nothing.
    Dead,
    /// 503, or no answer: it may have been set or may still be.
    Unclear,
}

impl Cohort {
    pub(crate) fn new(number: u64) -> Self {
        Self { number, history: Mutex::default() }
    }

    pub(crate) fn acknowledge(&self, account: u64, asked_at: Instant) {
        self.history.lock().unwrap().acknowledged.push(Acknowledged { account, asked_at });
    }

    /// Notes an attempt before it is made; its number is for [`Cohort::concluded`].
    pub(crate) fn attempt(&self, one: Attempt) -> usize {
        let attempts = &mut self.history.lock().unwrap().attempts;
        attempts.push(one);
        attempts.len() - 1
    }

    pub(crate) fn concluded(&self, attempt: usize, outcome: Outcome) {
        self.history.lock().unwrap().attempts[attempt].outcome = Some(outcome);
    }
}

/// Few enough that people meet at the same ones, enough that not all of them are used up by the first redeeming.
pub(crate) const ACCOUNTS: u64 = 100;
