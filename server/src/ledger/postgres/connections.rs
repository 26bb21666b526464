//! Connections to the ledger's server: made when needed, kept while they live, never used for longer than allowed.
//!
//! Nothing is kept in a session of the server, so that a pooler may stand between: no prepared statements, no settings but
//! those of a transaction, no locks but those that end with one.

use crate::ledger::LedgerFault;
use crate::postgres::{Target, Tls, Unusable, cause, is_overdue};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::error::SqlState;
use tokio_postgres::{CancelToken, Client, Error};

/// Where the ledger is.
pub(super) struct Place {
    target: Target,
    tls: Tls,
    /// For messages.
    name: String,
    /// Where the operator wrote the address.
    setting: &'static str,
}

/// A bounded number of connections of one kind. Work that finds none free waits for one.
#[derive(Clone)]
pub(super) struct Lane {
    pool: Pool,
    place: Arc<Place>,
}

/// What went wrong on the way.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server said so, or the connection to it broke.
    Engine(Error),
    /// There is no server to write to.
    Unreachable(String),
    /// It took too long.
    Overdue,
    /// A value that another release may have written.
    Unreadable(String),
}

impl Place {
    /// Reads the URL. Nothing is connected.
    ///
    /// # Errors
    /// [`LedgerFault`], if it cannot be one.
    pub(super) fn of(url: &SecretString) -> Result<Self, LedgerFault> {
        Self::given_by(LEDGER_URL, url)
    }

    /// [`Place::of`], for a URL that `setting` names.
    pub(super) fn given_by(setting: &'static str, url: &SecretString) -> Result<Self, LedgerFault> {
        let unusable = |Unusable { what, cause }| LedgerFault::Engine { what, cause };
        let target = Target::parse(url, setting).map_err(unusable)?;
        let tls = Tls::new(&target.encryption).map_err(unusable)?;
        Ok(Self { name: target.place(), target, tls, setting })
    }

    /// A connection of the caller's own. It ends when the client is dropped.
    pub(super) async fn connect(&self) -> Result<Client, Trouble> {
        let connecting = self.target.config.connect(self.tls.connector.clone());
        let connected = timeout(STATEMENT_MAX, connecting).await.map_err(|_| Trouble::Overdue)?;
        let (client, connection) = connected.map_err(|error| self.unreachable(&error))?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Ends what a connection is doing, which nobody waits for any more.
    pub(super) async fn cancel(&self, token: CancelToken) {
        let _unheard = timeout(RECYCLE_MAX, token.cancel_query(self.tls.connector.clone())).await;
    }

    fn unreachable(&self, error: &Error) -> Trouble {
        Trouble::Unreachable(format!("{}; {} leads to {}", cause(error), self.setting, self.name))
    }
}

impl Lane {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`LedgerFault`], never in practice: there is an async runtime to measure time.
    pub(super) fn new(place: &Arc<Place>, connections_max: usize) -> Result<Self, LedgerFault> {
        let (config, connector) = (place.target.config.clone(), place.tls.connector.clone());
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        // One that was idle may have died unheard; one that was used just now has not.
        let lives = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, metrics| {
            Box::pin(async move {
                if metrics.last_used() < IDLE_TRUSTED {
                    return Ok(());
                }
                timeout(RECYCLE_MAX, client.check_connection())
                    .await
                    .map_err(|_| HookError::message("silent"))?
                    .map_err(HookError::Backend)
            })
        });
        let pool = Pool::builder(Manager::from_config(config, connector, recycling))
            .max_size(connections_max)
            .pre_recycle(lives)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| LedgerFault::Engine { what: "cannot be opened", cause: error.to_string() })?;
        Ok(Self { pool, place: Arc::clone(place) })
    }

    /// Runs statements that each stand for themselves, and ends them after [`STATEMENT_MAX`], waiting included.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c Client) -> BoxFuture<'c, Result<T, Trouble>> + Send + 'static,
    {
        // A task of its own: a caller who goes away, as clients do, must not leave half of the work behind.
        let watched = tokio::spawn(self.clone().watch(work));
        watched.await.unwrap_or_else(|broken| Err(Trouble::Unreachable(broken.to_string())))
    }

    /// Runs `work` in a transaction, and once more if it got into another's way: what fails so has written nothing.
    pub(super) async fn transaction<T, W>(&self, work: W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: for<'c> Fn(&'c Client) -> BoxFuture<'c, Result<T, Trouble>> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        let attempt = || {
            let work = Arc::clone(&work);
            self.run(move |client| Box::pin(async move { in_transaction(client, &*work).await }))
        };
        match attempt().await {
            Err(trouble) if trouble.is_conflict() => attempt().await,
            done => done,
        }
    }

    async fn watch<T, W>(self, work: W) -> Result<T, Trouble>
    where
        W: for<'c> FnOnce(&'c Client) -> BoxFuture<'c, Result<T, Trouble>>,
    {
        let deadline = Instant::now() + STATEMENT_MAX;
        let connected = timeout_at(deadline, self.pool.get()).await.map_err(|_| Trouble::Overdue)?;
        let connection = connected.map_err(|error| self.unconnected(&error))?;
        let done = timeout_at(deadline, work(&connection)).await.unwrap_or(Err(Trouble::Overdue));
        match &done {
            Err(Trouble::Overdue) => {
                let cancelling = connection.cancel_token();
                drop(Object::take(connection));
                self.place.cancel(cancelling).await;
            }
            Err(trouble) if trouble.breaks_connection() => {
                drop(Object::take(connection));
                // What befell this one befell the others: whoever comes next gets one that is new.
                self.pool.retain(|_, _| false);
            }
            Ok(_) | Err(_) => {}
        }
        done
    }

    fn unconnected(&self, error: &PoolError) -> Trouble {
        match error {
            PoolError::Backend(error) => self.place.unreachable(error),
            other => Trouble::Unreachable(other.to_string()),
        }
    }
}

/// The server itself ends what is left open, should nobody be there to do so.
async fn in_transaction<T, W>(client: &Client, work: &W) -> Result<T, Trouble>
where
    W: for<'c> Fn(&'c Client) -> BoxFuture<'c, Result<T, Trouble>>,
{
    client.batch_execute(&BEGIN).await?;
    match work(client).await {
        Ok(done) => {
            client.batch_execute("COMMIT").await?;
            Ok(done)
        }
        Err(trouble) => {
            if !trouble.breaks_connection() {
                client.batch_execute("ROLLBACK").await?;
            }
            Err(trouble)
        }
    }
}

impl Trouble {
    /// In words for the operator.
    pub(super) fn fault(self, what: &'static str) -> LedgerFault {
        match self {
            Self::Engine(error) if is_overdue(&error) => Self::Overdue.fault(what),
            Self::Engine(error) => LedgerFault::Engine { what, cause: cause(&error) },
            Self::Unreachable(cause) => LedgerFault::Engine { what: "cannot be reached", cause },
            Self::Overdue => LedgerFault::Engine {
                what: "did not answer in time",
                cause: "its server is slow or not reachable, or somebody holds a lock; the statement was cancelled"
                    .into(),
            },
            Self::Unreadable(value) => {
                LedgerFault::Engine { what, cause: format!("it holds an unknown value: {value}") }
            }
        }
    }

    /// Whether the connection is of no more use: it broke, its server stops, or may not write any more.
    pub(super) fn breaks_connection(&self) -> bool {
        let Self::Engine(error) = self else { return matches!(self, Self::Overdue | Self::Unreachable(_)) };
        let Some(code) = error.code() else { return true };
        let of_a_server_that_leaves = ["08", "57P", "58"].iter().any(|class| code.code().starts_with(class));
        of_a_server_that_leaves || *code == SqlState::READ_ONLY_SQL_TRANSACTION
    }

    /// Whether two transactions were in each other's way, and the server ended this one.
    fn is_conflict(&self) -> bool {
        let Self::Engine(error) = self else { return false };
        [&SqlState::T_R_DEADLOCK_DETECTED, &SqlState::T_R_SERIALIZATION_FAILURE]
            .iter()
            .any(|conflict| error.code() == Some(conflict))
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// Where the operator wrote the address.
const LEDGER_URL: &str = "ledger.url";
static BEGIN: LazyLock<String> = LazyLock::new(|| {
    let most = STATEMENT_MAX.as_millis();
    format!(
        "START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL statement_timeout = {most}; \
         SET LOCAL lock_timeout = {most}; SET LOCAL idle_in_transaction_session_timeout = {most}"
    )
});
/// For everything that is done here, waiting for a connection and for locks included. A courier's lease lives much longer.
/// Tests may take more: the machines that they run on stand still at times.
pub(super) const STATEMENT_MAX: Duration = Duration::from_secs(if cfg!(test) { 60 } else { 10 });
/// How long an idle connection may take to show that it lives, before it is replaced.
const RECYCLE_MAX: Duration = Duration::from_secs(2);
/// Idle for less, a connection is taken to live.
const IDLE_TRUSTED: Duration = Duration::from_secs(1);
