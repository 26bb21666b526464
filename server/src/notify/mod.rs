//! Tells the operator's own receiver what happened (`[notify] webhook_url`): never in a request, but from the ledger's
//! queue, where each stands until the receiver takes it or all attempts were made. Of several nodes one posts it.

mod body;
mod destination;
mod post;

pub use destination::{Lookup, SystemLookup};
pub use post::{Answer, Poster, PosterFault};

use crate::app::App;
use crate::ledger::webhooks::FAILURES_WAITING_MAX;
use crate::ledger::{Lease, LedgerFault, Webhook};
use futures_util::future::join_all;
use regain_core::entropy::random;
use regain_core::request::Id;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Posts what waits.
pub struct Notifier {
    app: Arc<App>,
    poster: Poster,
}

impl Notifier {
    /// For the receiver that is configured; none if there is none.
    ///
    /// # Errors
    /// [`PosterFault`].
    pub fn new(app: Arc<App>) -> Result<Option<Self>, PosterFault> {
        let Some(target) = &app.config.notify.webhook else { return Ok(None) };
        let poster = Poster::new(target, crate::roots::native(), Arc::new(SystemLookup))?;
        Ok(Some(Self { app, poster }))
    }

    /// With this poster in place of the one that is configured.
    #[must_use]
    pub fn with_poster(app: Arc<App>, poster: Poster) -> Self {
        Self { app, poster }
    }

    /// Posts until `shutdown` says so. What is under way then is posted again after its lease.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            let turn = tokio::select! {
                turn = self.turn() => turn,
                _ = shutdown.changed() => return,
            };
            match turn {
                Ok(posted) if posted == AT_ONCE_MAX as usize => continue,
                Ok(_) => {}
                Err(fault) => {
                    if let Some(unsaid) = self.app.complaints.ledger_away.turn(self.app.clock.now()) {
                        tracing::error!(%fault, unsaid, "webhooks wait for the ledger");
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
                _ = shutdown.changed() => {}
            }
        }
    }

    /// Posts what is due at this moment, at most [`AT_ONCE_MAX`]; how many that were.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn turn(&self) -> Result<usize, LedgerFault> {
        let app = &self.app;
        let now = app.clock.now();
        let lease = Lease { id: Id::new(now, app.entropy.as_ref()), until: now.plus(LEASE) };
        let due = app.ledger.lease_webhooks(lease, now, AT_ONCE_MAX).await?;
        for ended in join_all(due.iter().map(|webhook| self.post(webhook, lease.id))).await {
            ended?;
        }
        let waiting = app.ledger.count_webhooks().await?;
        app.metrics.webhooks_waiting.set(waiting);
        if waiting >= u64::from(FAILURES_WAITING_MAX)
            && let Some(unsaid) = app.complaints.webhooks_full.turn(now)
        {
            tracing::error!(
                waiting,
                unsaid,
                "too many webhooks wait for the receiver to take some; those of failed requests are dropped first"
            );
        }
        Ok(due.len())
    }

    async fn post(&self, webhook: &Webhook, lease: Id) -> Result<(), LedgerFault> {
        let app = &self.app;
        let body = body::of(webhook);
        let answer = self.poster.post(webhook.id, app.clock.now(), body).await;
        let now = app.clock.now();
        let (id, what, attempt) = (webhook.id, webhook.what.as_str(), webhook.attempts + 1);
        let pause = PAUSES.get(webhook.attempts as usize).copied();
        match (answer, pause) {
            (Answer::Taken, _) => {
                app.metrics.webhooks.of("taken").count();
                tracing::debug!(webhook = %id, what, attempt, "a webhook was taken");
                app.ledger.end_webhook(id, lease).await
            }
            (Answer::NotTaken(why), Some(pause)) => {
                app.metrics.webhooks.of("put_off").count();
                tracing::warn!(webhook = %id, what, attempt, why, "a webhook was not taken; it is posted again");
                app.ledger.put_webhook_off(id, lease, now, now.plus(self.jittered(pause))).await
            }
            (Answer::NotTaken(why), None) | (Answer::Gone(why), _) => {
                app.metrics.webhooks.of("given_up").count();
                tracing::error!(webhook = %id, what, attempt, why, "a webhook was given up");
                app.ledger.end_webhook(id, lease).await
            }
        }
    }

    /// Up to a tenth more, so that what failed at once does not come back at once.
    fn jittered(&self, pause: Duration) -> Duration {
        let share = f64::from(u16::from_le_bytes(random(self.app.entropy.as_ref()))) / f64::from(u16::MAX);
        pause.mul_f64(1.0 + share / 10.0)
    }
}

/// What Standard Webhooks advises between attempts: ten of them, in three days.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];
/// Posted at the same time.
const AT_ONCE_MAX: u32 = 8;
/// Longer than an attempt takes.
const LEASE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
