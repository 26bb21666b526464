//! Connections to somebody else's PostgreSQL: made when needed, kept while they live, and never used for longer than
//! allowed.

use super::fault::{OVERDUE, fault};
use crate::postgres::{Target, Tls};
use crate::users::StoreFault;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinError;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::{CancelToken, Client};

/// A bounded number of connections of one kind. Work that finds none free waits for one.
#[derive(Clone)]
pub(super) struct Lane {
    pool: Pool,
    tls: Tls,
    /// Where the URL leads, for messages.
    place: Arc<str>,
}

/// The moment at which the work on a connection has to be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Lane {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`StoreFault`], never in practice: there is an async runtime to measure time.
    pub(super) fn new(target: &Target, tls: Tls, connections_max: usize) -> Result<Self, StoreFault> {
        // Asks whether an idle connection still lives: one round trip, and no caller meets a server that has restarted.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Verified };
        let manager = Manager::from_config(target.config.clone(), tls.connector.clone(), recycling);
        let pool = Pool::builder(manager)
            .max_size(connections_max)
            .recycle_timeout(Some(RECYCLE_MAX))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreFault { what: "cannot be opened", cause: error.to_string() })?;
        Ok(Self { pool, tls, place: target.place().into() })
    }

    /// Does `work` on a connection, and ends it after `limit`, waiting included. A connection on which anything failed
    /// is closed, and with it whatever transaction was open on it.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreFault`] if there is no database or no time left.
    pub(super) async fn run<T, W>(&self, limit: Duration, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c Client, Deadline) -> BoxFuture<'c, Result<T, StoreFault>> + Send + 'static,
    {
        let deadline = Deadline(Instant::now() + limit);
        // A task of its own: a caller who goes away, as clients do, must not leave half of the work behind.
        let watched = tokio::spawn(self.clone().watch(deadline, work));
        watched.await.unwrap_or_else(|broken| Err(failed(&broken)))
    }

    async fn watch<T, W>(self, deadline: Deadline, work: W) -> Result<T, StoreFault>
    where
        W: for<'c> FnOnce(&'c Client, Deadline) -> BoxFuture<'c, Result<T, StoreFault>>,
    {
        let connected = timeout_at(deadline.0, self.pool.get()).await.map_err(|_| overdue())?;
        let connection = connected.map_err(|error| self.unreachable(&error))?;
        let done = {
            let mut working = work(&connection, deadline);
            match timeout_at(deadline.0, &mut working).await {
                Ok(done) => done,
                Err(_) => self.stop(&connection.cancel_token(), working).await,
            }
        };
        if done.is_err() {
            drop(Object::take(connection));
        }
        done
    }

    fn unreachable(&self, error: &PoolError) -> StoreFault {
        let what = "cannot be reached";
        let StoreFault { what, cause } = match error {
            PoolError::Backend(error) => fault(what, error),
            _ => StoreFault { what, cause: error.to_string() },
        };
        StoreFault { what, cause: format!("{cause}; users.url leads to {}", self.place) }
    }

    /// Lets the server's own timeout end work that is overdue, or else cancels it. A write that succeeded after all is
    /// reported as such.
    async fn stop<T>(
        &self,
        cancel: &CancelToken,
        mut working: BoxFuture<'_, Result<T, StoreFault>>,
    ) -> Result<T, StoreFault> {
        if let Ok(done) = timeout(GRACE_OF_SERVER, &mut working).await {
            return done;
        }
        let cancelled = async {
            let _unheard = cancel.cancel_query(self.tls.connector.clone()).await;
            working.await
        };
        timeout(GRACE, cancelled).await.ok().and_then(Result::ok).ok_or_else(overdue)
    }
}

impl Deadline {
    /// What is left, in milliseconds, for the server's own timeouts; there zero would mean no limit.
    pub(super) fn milliseconds_left(self) -> u128 {
        self.0.saturating_duration_since(Instant::now()).as_millis().max(1)
    }

    /// What `work` comes to, if it ends in time.
    pub(super) async fn meets<T>(self, work: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.0, work).await.ok()
    }
}

/// A panic, or the end of the runtime.
fn failed(broken: &JoinError) -> StoreFault {
    StoreFault { what: "failed", cause: broken.to_string() }
}

fn overdue() -> StoreFault {
    let cause = "the server is slow or not reachable, or somebody else holds a lock; the statement was cancelled";
    StoreFault { what: OVERDUE, cause: cause.into() }
}

/// How long an idle connection may take to show that it lives, before it is replaced.
const RECYCLE_MAX: Duration = Duration::from_secs(2);
/// After the deadline, for a server that has timeouts of its own for what it does.
const GRACE_OF_SERVER: Duration = Duration::from_millis(200);
/// After that, for a statement to end that was cancelled.
const GRACE: Duration = Duration::from_millis(800);
