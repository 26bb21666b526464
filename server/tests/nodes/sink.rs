//! Where all mail ends: of each, what a person would take from it.

use crate::support::smtp::{Options, ReceivedMail, SmtpServer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::mpsc;

/// A relay that keeps of each mail a few words only.
pub(crate) struct Sink {
    pub(crate) relay: SmtpServer,
    inboxes: Arc<Mutex<HashMap<String, Vec<Letter>>>>,
}

/// What is kept of a mail.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) at: Instant,
    /// Names the delivery.
    pub(crate) message_id: String,
    /// None: it is a notice.
    pub(crate) reset: Option<Reset>,
    pub(crate) not_me: Option<String>,
}

/// What a reset mail opens with.
#[derive(Debug, Clone)]
pub(crate) struct Reset {
    pub(crate) token: String,
    pub(crate) code: Option<String>,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        let (taker, mut taken) = mpsc::unbounded_channel::<ReceivedMail>();
        let relay = SmtpServer::start_with(Options { taker: Some(taker), ..Options::default() }).await;
        let inboxes: Arc<Mutex<HashMap<String, Vec<Letter>>>> = Arc::default();
        let shared = Arc::clone(&inboxes);
        tokio::spawn(async move {
            while let Some(mail) = taken.recv().await {
                let letter = Letter::of(&mail);
                shared.lock().unwrap().entry(mail.to.concat()).or_default().push(letter);
            }
        });
        Self { relay, inboxes }
    }

    /// Everything that came for `address` and was not forgotten, oldest first.
    pub(crate) fn inbox(&self, address: &str) -> Vec<Letter> {
        self.inboxes.lock().unwrap().get(address).cloned().unwrap_or_default()
    }

    /// Keeps nothing of what came for `address`.
    pub(crate) fn forget(&self, address: &str) {
        self.inboxes.lock().unwrap().remove(address);
    }

    /// Every address with this beginning that got mail.
    pub(crate) fn recipients(&self, beginning: &str) -> Vec<String> {
        let inboxes = self.inboxes.lock().unwrap();
        inboxes.keys().filter(|address| address.starts_with(beginning)).cloned().collect()
    }

    /// How many addresses have got a link, and how many such mails came.
    pub(crate) fn reset_mails(&self) -> (usize, usize) {
        let inboxes = self.inboxes.lock().unwrap();
        let counts: Vec<usize> =
            inboxes.values().map(|inbox| inbox.iter().filter(|letter| letter.reset.is_some()).count()).collect();
        (counts.iter().filter(|count| **count > 0).count(), counts.iter().sum())
    }
}

impl Letter {
    fn of(mail: &ReceivedMail) -> Self {
        let text = mail.text();
        let after = |mark: &str| {
            let rest = text.split_once(mark)?.1;
            Some(rest.split(char::is_whitespace).next()?.to_owned())
        };
        let reset = after("/reset-password#").map(|token| Reset { token, code: mail.code() });
        let message_id = mail.header("Message-ID").expect("a Message-ID").trim_matches(['<', '>']).to_owned();
        Self { at: Instant::now(), message_id, reset, not_me: after("/not-me?token=") }
    }
}
