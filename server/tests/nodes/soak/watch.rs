//! What everybody in a soak tells and is told: which accounts are in use, what was counted, what went wrong.

use super::cohort::Cohort;
use crate::client::Answer;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Shared by all tasks.
pub(crate) struct Watch {
    started: Instant,
    is_over: watch::Sender<bool>,
    cohort: Mutex<Arc<Cohort>>,
    counts: Mutex<BTreeMap<String, u64>>,
    events: Mutex<Vec<Event>>,
    violations: Mutex<Vec<Event>>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    /// Since the soak began.
    pub(crate) seconds: u64,
    pub(crate) what: String,
}

impl Watch {
    pub(crate) fn new(first: Arc<Cohort>) -> Self {
        Self {
            started: Instant::now(),
            is_over: watch::Sender::new(false),
            cohort: Mutex::new(first),
            counts: Mutex::default(),
            events: Mutex::default(),
            violations: Mutex::default(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The accounts in use; none when it is over.
    pub(crate) fn cohort(&self) -> Option<Arc<Cohort>> {
        (!*self.is_over.borrow()).then(|| Arc::clone(&self.cohort.lock().unwrap()))
    }

    /// From now on these; hands back the last ones.
    pub(crate) fn change(&self, next: Arc<Cohort>) -> Arc<Cohort> {
        std::mem::replace(&mut *self.cohort.lock().unwrap(), next)
    }

    pub(crate) fn end(&self) {
        self.is_over.send_replace(true);
    }

    /// Waits so long, or until it is over: false then.
    pub(crate) async fn pause(&self, pause: Duration) -> bool {
        let mut is_over = self.is_over.subscribe();
        tokio::time::timeout(pause, is_over.wait_for(|is_over| *is_over)).await.is_err()
    }

    /// Counts an answer, and finds fault with one that nobody should get.
    pub(crate) fn heard(&self, what: &str, answer: Option<&Answer>, allowed: &[u16]) {
        let Some(answer) = answer else { return self.count(&format!("{what}: no answer")) };
        self.count(&format!("{what}: {}", answer.status));
        if !allowed.contains(&answer.status) {
            self.violated(format!("{what} was answered {answer:?}"));
        }
        if [429, 503].contains(&answer.status) && !answer.retry_after {
            self.violated(format!("{what} was answered {answer:?} without Retry-After"));
        }
    }

    pub(crate) fn count(&self, what: &str) {
        *self.counts.lock().unwrap().entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn happened(&self, what: String) {
        self.count("faults");
        self.events.lock().unwrap().push(Event { seconds: self.elapsed().as_secs(), what });
    }

    pub(crate) fn violated(&self, what: String) {
        let event = Event { seconds: self.elapsed().as_secs(), what };
        println!("VIOLATED after {} s: {}", event.seconds, event.what);
        self.violations.lock().unwrap().push(event);
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap().clone()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn violations(&self) -> Vec<Event> {
        self.violations.lock().unwrap().clone()
    }
}
