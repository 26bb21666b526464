//! SMTP: a relay, and the connections to it that are kept.

mod bounded;
mod connection;
mod relay;
mod verdict;

pub use relay::{Patience, SmtpFault};

use super::turns::Turn;
use super::{Attempt, Parcel, SENDERS, Transport};
use crate::config::Smtp;
use async_trait::async_trait;
use connection::{Connection, Failure};
use regain_core::delivery::Outcome;
use regain_core::request::Id;
use relay::{DialFault, Relay};
use rustls::RootCertStore;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Hands mail to one relay, over connections that are kept for the next mail.
pub struct SmtpTransport {
    relay: Relay,
    kept: Arc<Kept>,
    /// How many mails in a row were announced ahead and had to be announced again.
    misheard: AtomicUsize,
}

/// More than if the relay closed each connection at the same moment. Whoever mishears so often does not know RFC 2920, and
/// is told of each mail when it is that mail's turn.
const MISHEARD_MAX: usize = 2 * SENDERS;

impl SmtpTransport {
    /// Connects to nothing yet. `own_name` is what this server calls itself in EHLO: the host of its public address.
    /// `roots` vouch for the relay's certificate; see [`crate::roots::native`].
    ///
    /// # Errors
    /// [`SmtpFault`], if the settings cannot work.
    pub fn new(settings: &Smtp, own_name: &str, roots: RootCertStore, patience: Patience) -> Result<Self, SmtpFault> {
        let relay = Relay::new(settings, own_name, roots, patience)?;
        let kept = Arc::new(Kept { idle_max: patience.idle, idle: Mutex::default() });
        Ok(Self { relay, kept, misheard: AtomicUsize::new(0) })
    }

    /// One attempt on a connection that was kept, and if that broke or there is none, on a fresh one.
    async fn carry(&self, parcel: &Parcel, mut turn: Option<&mut Turn>, deadline: Instant) -> Attempt {
        let deadline = deadline.min(self.relay.deadline());
        if let Some(connection) = self.kept.take(parcel.envelope.id) {
            let announced = connection.announced().is_some();
            let result = self.hand_over(connection, parcel, turn.as_deref_mut(), deadline).await;
            let broken = matches!(result, Err(Failure::Broken(_)));
            if announced {
                let again = if broken { self.misheard.load(Ordering::Relaxed) + 1 } else { 0 };
                self.misheard.store(again, Ordering::Relaxed);
            }
            // Relays close idle connections. Nothing was handed over, so a fresh one may be tried.
            if !broken {
                return attempt(result);
            }
        }
        match self.connect(parcel, turn.as_deref_mut(), deadline).await {
            Ok(connection) => attempt(self.hand_over(connection, parcel, turn, deadline).await),
            Err(fault) => Attempt::down(Outcome::RetryAfter(fault.into_words())),
        }
    }

    /// A fresh connection; or, where the relay takes no more than there are, one of those once another mail is done.
    async fn connect(
        &self,
        parcel: &Parcel,
        mut turn: Option<&mut Turn>,
        deadline: Instant,
    ) -> Result<Connection, DialFault> {
        loop {
            let (fault, turn) = match (self.relay.dial(deadline).await, turn.as_deref_mut()) {
                (Err(fault @ DialFault::NotNow(_)), Some(turn)) => (fault, turn),
                (dialled, _) => return dialled,
            };
            let standing_back = turn.stand_back(parcel.envelope.clone());
            if !timeout_at(deadline, standing_back).await.unwrap_or(false) {
                return Err(fault);
            }
            if let Some(connection) = self.kept.take(parcel.envelope.id) {
                return Ok(connection);
            }
        }
    }

    /// One attempt on one connection, which is kept if it is good for another mail.
    async fn hand_over(
        &self,
        mut connection: Connection,
        parcel: &Parcel,
        turn: Option<&mut Turn>,
        deadline: Instant,
    ) -> Result<String, Failure> {
        let turn = turn.filter(|_| self.misheard.load(Ordering::Relaxed) < MISHEARD_MAX);
        let result = connection.hand_over(parcel, turn, deadline).await;
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
        self.carry(parcel, None, deadline).await
    }

    /// Announces the next mail along with the content of this one, if the relay takes several commands at once.
    async fn send_in_turn(&self, parcel: &Parcel, turn: &mut Turn, deadline: Instant) -> Attempt {
        self.carry(parcel, Some(turn), deadline).await
    }

    /// Connects, logs in and says goodbye.
    async fn probe(&self) -> Result<String, String> {
        self.relay.dial(self.relay.deadline()).await.map_err(DialFault::into_words)?.quit().await;
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
    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection on which this delivery was announced, or one on which none was.
    fn take(&self, delivery: Id) -> Option<Connection> {
        let mut idle = self.idle();
        let last = |announced| idle.connections.iter().rposition(|(kept, _)| kept.announced() == announced);
        let at = last(Some(delivery)).or_else(|| last(None))?;
        Some(idle.connections.remove(at).0)
    }

    /// Keeps it. Of more than there are senders the oldest goes: what was announced on that one does not come.
    fn put(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle();
        if idle.connections.len() == SENDERS {
            tokio::spawn(idle.connections.remove(0).0.quit());
        }
        idle.connections.push((connection, Instant::now()));
        if !idle.swept {
            idle.swept = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// Takes out what has been idle for too long; says whether any are left.
    fn expire(&self) -> (Vec<Connection>, bool) {
        let mut idle = self.idle();
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
