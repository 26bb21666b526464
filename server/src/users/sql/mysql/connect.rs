//! Connections to somebody else's server: made when needed, bounded in number, and never used for longer than allowed.

use super::catalogue::Catalogue;
use super::fault::{fault, overdue, words};
use super::url::{Address, Encryption};
use crate::users::StoreFault;
use crate::users::sql::mapping::Mapping;
use futures_util::future::BoxFuture;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, OptsBuilder};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

/// A bounded number of connections for one kind of work. Work that finds none free waits for one.
///
/// Not the driver's own pool: that one learns of a caller who went away only when the server has answered him, and
/// hands out connections to a server that is gone.
pub(super) struct Lane {
    address: Address,
    mapping: Arc<Mapping>,
    limit: Duration,
    free: Semaphore,
    idle: Mutex<Vec<Session>>,
}

/// A connection, and what was read about the tables when it was made.
pub(super) struct Session {
    pub(super) connection: Conn,
    pub(super) catalogue: Arc<Catalogue>,
    made: Instant,
}

impl Lane {
    pub(super) fn new(address: Address, mapping: Arc<Mapping>, limit: Duration, connections_max: usize) -> Arc<Self> {
        let opts = OptsBuilder::from_opts(address.opts)
            .setup(vec![settings(limit)])
            // `affected_rows` then counts the rows that matched.
            .client_found_rows(true)
            .into();
        let address = Address { opts, ..address };
        Arc::new(Self { address, mapping, limit, free: Semaphore::new(connections_max), idle: Mutex::default() })
    }

    /// Does `work` on a connection and ends it after the lane's limit, waiting included. A connection on which
    /// anything failed is thrown away.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreFault`] if there is no server, no such table, or no time left.
    pub(super) async fn run<T, W>(self: &Arc<Self>, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T, StoreFault>> + Send + 'static,
    {
        self.run_within(self.limit, work).await
    }

    /// The same, for work that has a limit of its own.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(super) async fn run_within<T, W>(self: &Arc<Self>, limit: Duration, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T, StoreFault>> + Send + 'static,
    {
        let deadline = Instant::now() + limit.min(self.limit);
        // A task of its own: a caller who goes away, as clients do, must not take the watch on the deadline along.
        let watched = tokio::spawn(Arc::clone(self).watch(deadline, work));
        watched.await.unwrap_or_else(|broken| Err(StoreFault { what: "failed", cause: broken.to_string() }))
    }

    async fn watch<T, W>(self: Arc<Self>, deadline: Instant, work: W) -> Result<T, StoreFault>
    where
        W: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T, StoreFault>>,
    {
        let permit = timeout_at(deadline, self.free.acquire()).await;
        let _held_until_the_end = permit.map_err(|_| overdue())?;
        let mut session = timeout_at(deadline, self.take()).await.map_err(|_| overdue())??;
        let number = session.connection.id();
        let done = {
            let mut working = work(&mut session);
            match timeout_at(deadline, &mut working).await {
                Ok(done) => done,
                Err(_) => self.stop(number, working).await,
            }
        };
        if done.is_ok() {
            self.idle().push(session);
        } else {
            // However it ends: what is dropped is closed.
            let _ended = timeout(GRACE, session.connection.disconnect()).await;
        }
        done
    }

    /// Ends work that is overdue: the server would not notice by itself that nobody waits any more, and go on to hold
    /// locks. A write that succeeded after all is reported as such.
    async fn stop<T>(&self, connection: u32, working: BoxFuture<'_, Result<T, StoreFault>>) -> Result<T, StoreFault> {
        let kill = async {
            let mut other = dial(&self.address).await?;
            other.query_drop(format!("KILL {connection}")).await?;
            other.disconnect().await
        };
        let (_killed, ended) = tokio::join!(timeout(GRACE, kill), timeout(GRACE, working));
        ended.ok().and_then(Result::ok).ok_or_else(overdue)
    }

    /// An idle connection that the server still knows, freed of whatever the last work left in it; otherwise a new one.
    async fn take(&self) -> Result<Session, StoreFault> {
        while let Some(mut session) = self.pop() {
            if let Ok(Ok(true)) = timeout(GRACE, session.connection.reset()).await {
                return Ok(session);
            }
            // They were all made by the same server, which is gone.
            self.idle().clear();
        }
        let connected = dial(&self.address).await;
        let mut connection = connected.map_err(|error| unreachable(&self.address, &error))?;
        let catalogue = Arc::new(Catalogue::read(&mut connection, &self.mapping).await?);
        Ok(Session { connection, catalogue, made: Instant::now() })
    }

    /// The columns of a table change seldom; a connection's age bounds how long that goes unnoticed.
    fn pop(&self) -> Option<Session> {
        let mut idle = self.idle();
        idle.retain(|session| session.made.elapsed() < AGE_MAX);
        idle.pop()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreachable(address: &Address, error: &Error) -> StoreFault {
    let said = words(error);
    let hint = if said.contains("certificate") { "; ssl-ca in users.url names the authority's file" } else { "" };
    StoreFault { what: "cannot be reached", cause: format!("{}: {said}{hint}", address.shown) }
}

/// One connection outside of any lane, for a look at the schema. What takes longer than `limit` is ended by the server.
///
/// # Errors
/// [`StoreFault`], if the URL cannot be one, or the server is not there or does not let us in.
pub(in crate::users::sql) async fn connect(url: &SecretString, limit: Duration) -> Result<Conn, StoreFault> {
    let address = Address::parse(url)?;
    let opts = OptsBuilder::from_opts(address.opts).setup(vec![settings(limit)]).into();
    let address = Address { opts, ..address };
    dial(&address).await.map_err(|error| unreachable(&address, &error))
}

/// Connects, with TLS as the address asks for it.
async fn dial(address: &Address) -> Result<Conn, Error> {
    let encrypted = |tls| OptsBuilder::from_opts(address.opts.clone()).ssl_opts(Some(tls));
    match address.encryption.clone() {
        Encryption::No => Conn::new(address.opts.clone()).await,
        Encryption::Yes(tls) => Conn::new(encrypted(tls)).await,
        Encryption::IfOffered(tls) => match Conn::new(encrypted(tls)).await {
            Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) => Conn::new(address.opts.clone()).await,
            connected => connected,
        },
    }
}

/// Whether what goes over a connection can be read on its way.
///
/// # Errors
/// [`StoreFault`], if the server does not answer.
pub(super) async fn is_encrypted(connection: &mut Conn) -> Result<bool, StoreFault> {
    let status: Option<(String, String)> = connection
        .query_first("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        .await
        .map_err(|error| fault("cannot be read", &error))?;
    Ok(status.is_some_and(|(_, cipher)| !cipher.is_empty()))
}

/// What every session begins with, whatever the server's own settings are.
///
/// - `:now` and the server's own `NOW()` are UTC.
/// - Nothing is cut silently to fit a column, and texts are read as [`super::super::after_reset`] reads them: a backslash
///   escapes, and double quotes are those of a text.
/// - The server, too, ends what takes too long: two comments, of which MariaDB reads the first and MySQL the second.
fn settings(limit: Duration) -> String {
    let seconds = limit.as_secs().max(1);
    let milliseconds = limit.as_millis().max(1);
    format!(
        "SET NAMES utf8mb4, time_zone = '+00:00', \
         sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
         innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds} \
         /*M!100101 , max_statement_time = {seconds} */ /*!50708 , max_execution_time = {milliseconds} */"
    )
}

/// For what is done after the deadline, and for a sign of life.
const GRACE: Duration = Duration::from_secs(1);
const AGE_MAX: Duration = Duration::from_secs(300);
