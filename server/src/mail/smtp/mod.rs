//! SMTP: a relay, and the connections to it that are kept.

mod connection;
mod relay;
mod verdict;

pub use relay::{Patience, SmtpFault};

use super::{Attempt, Parcel, SENDERS, Transport};
use crate::config::Smtp;
use async_trait::async_trait;
use connection::{Connection, Failure};
use regain_core::delivery::Outcome;
use relay::Relay;
use rustls::RootCertStore;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Hands mail to one relay, over connections that are kept for the next mail.
pub struct SmtpTransport {
    relay: Relay,
    kept: Arc<Kept>,
}

impl SmtpTransport {
    /// Connects to nothing yet. `own_name` is what this server calls itself in EHLO: the host of its public address.
    /// `roots` vouch for the relay's certificate; see [`crate::roots::native`].
    ///
    /// # Errors
    /// [`SmtpFault`], if the settings cannot work.
    pub fn new(settings: &Smtp, own_name: &str, roots: RootCertStore, patience: Patience) -> Result<Self, SmtpFault> {
        let relay = Relay::new(settings, own_name, roots, patience)?;
        Ok(Self { relay, kept: Arc::new(Kept { idle_max: patience.idle, idle: Mutex::default() }) })
    }

    /// One attempt on one connection, which is kept if it is good for another mail.
    async fn hand_over(
        &self,
        mut connection: Connection,
        parcel: &Parcel,
        deadline: Instant,
    ) -> Result<String, Failure> {
        let result = connection.hand_over(parcel, deadline).await;
        if connection.is_ready() {
            self.kept.put(connection);
        }
        result
    }
}

#[async_trait]
impl Transport for SmtpTransport {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn send(&self, parcel: &Parcel, deadline: Instant) -> Attempt {
        let deadline = deadline.min(self.relay.deadline());
        if let Some(connection) = self.kept.take() {
            match self.hand_over(connection, parcel, deadline).await {
                // Relays close idle connections. Nothing was handed over, so a fresh one may be tried.
                Err(Failure::Broken(_)) => {}
                result => return attempt(result),
            }
        }
        match self.relay.dial(deadline).await {
            Ok(connection) => attempt(self.hand_over(connection, parcel, deadline).await),
            Err(reason) => Attempt::down(Outcome::RetryAfter(reason)),
        }
    }

    /// Connects, logs in and says goodbye.
    async fn probe(&self) -> Result<String, String> {
        self.relay.dial(self.relay.deadline()).await?.quit().await;
        Ok(self.relay.in_words())
    }
}

fn attempt(result: Result<String, Failure>) -> Attempt {
    match result {
        Ok(reply) => Outcome::Delivered(reply).into(),
        Err(Failure::Temporary(reason)) => Outcome::RetryAfter(reason).into(),
        Err(Failure::Permanent(reason)) => Outcome::Refused(reason).into(),
        Err(Failure::Broken(reason) | Failure::Ours(reason)) => Attempt::down(Outcome::RetryAfter(reason)),
        Err(Failure::Silent(reason)) => Attempt::down(Outcome::Unknown(reason)),
    }
}

/// Idle connections, the latest last.
struct Kept {
    idle_max: Duration,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    connections: Vec<(Connection, Instant)>,
    swept: bool,
}

impl Kept {
    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.connections.pop().map(|(connection, _)| connection)
    }

    fn put(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.connections.len() == SENDERS {
            tokio::spawn(connection.quit());
            return;
        }
        idle.connections.push((connection, Instant::now()));
        if !idle.swept {
            idle.swept = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// Takes out what has been idle for too long; says whether any are left.
    fn expire(&self) -> (Vec<Connection>, bool) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let expired = idle.connections.partition_point(|(_, since)| since.elapsed() >= self.idle_max);
        let expired = idle.connections.drain(..expired).map(|(connection, _)| connection).collect();
        idle.swept = !idle.connections.is_empty();
        (expired, idle.swept)
    }
}

/// Closes idle connections until none is left.
async fn sweep(kept: Weak<Kept>) {
    let Some(pause) = kept.upgrade().map(|kept| kept.idle_max / 4) else { return };
    loop {
        tokio::time::sleep(pause).await;
        let Some(kept) = kept.upgrade() else { return };
        let (expired, any_left) = kept.expire();
        for connection in expired {
            connection.quit().await;
        }
        if !any_left {
            return;
        }
    }
}
