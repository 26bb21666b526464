//! Accounts in PostgreSQL, directly or through PgBouncer.

mod catalogue;
mod examine;
mod fault;
mod lane;
mod rights;
mod statements;
mod values;
mod write;

use crate::config;
use crate::finding::Finding;
use crate::postgres::{Target, Tls};
use crate::users::sql::examine::STORE;
use crate::users::sql::limits::{BATCH_MAX, Seen, TimeLimits};
use crate::users::sql::mapping::Mapping;
use crate::users::sql::the_one;
use crate::users::{PasswordChange, Role, StoreFault, UserStore, Written};
use async_trait::async_trait;
pub(super) use fault::fault;
use fault::is_no_such_value;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use lane::Lane;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use secrecy::SecretString;
use statements::{Marked, Statements};
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Row};
use values::{is_true, lines, rows, stream, text};

/// The application's own PostgreSQL database. It is connected to when it is needed: if it is absent or slow, callers
/// get a [`StoreFault`] and may come again.
///
/// Keys may be of any type that has a text: integers, UUIDs, texts. Nothing is kept in a session of the server, so a
/// pooler between may give each transaction to another.
pub struct PostgresStore {
    shared: Arc<Shared>,
    readers: Lane,
    writers: Lane,
    limits: TimeLimits,
}

/// What outlives a caller who goes away.
struct Shared {
    users: config::Users,
    mapping: Mapping,
    target: Target,
    tls: Tls,
    /// Known once the catalogue was read.
    statements: OnceCell<Statements>,
}

/// One connection outside of any store, for a look at the schema.
///
/// # Errors
/// [`StoreFault`], if the URL cannot be one, or the server is not there or does not let us in.
pub(super) async fn connect(url: &SecretString) -> Result<Client, StoreFault> {
    let target = Target::parse(url, USERS_URL)?;
    let connected = target.config.connect(Tls::new(&target.encryption)?.connector).await;
    let (client, connection) = connected.map_err(|error| fault("cannot be reached", &error))?;
    tokio::spawn(connection);
    Ok(client)
}

impl PostgresStore {
    /// Reads what is configured. The database is not touched.
    ///
    /// # Errors
    /// [`StoreFault`], if a name, a statement or the URL cannot be one.
    pub fn open(users: &config::Users, url: &SecretString) -> Result<Self, StoreFault> {
        Self::with_limits(users, url, TimeLimits::default())
    }

    pub(crate) fn with_limits(
        users: &config::Users,
        url: &SecretString,
        limits: TimeLimits,
    ) -> Result<Self, StoreFault> {
        let mapping = Mapping::of(users)?;
        let target = Target::parse(url, USERS_URL)?;
        let tls = Tls::new(&target.encryption)?;
        Ok(Self {
            readers: Lane::new(&target, tls.clone(), READERS_MAX)?,
            writers: Lane::new(&target, tls.clone(), WRITERS_MAX)?,
            shared: Arc::new(Shared { users: users.clone(), mapping, target, tls, statements: OnceCell::new() }),
            limits,
        })
    }

    /// Asks something of the readers.
    async fn look_up<T, W>(&self, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c Client, &'c Statements) -> BoxFuture<'c, Result<T, StoreFault>> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let run = self.readers.run(self.limits.look_up, move |client, _| {
            Box::pin(async move { work(client, shared.statements(client).await?).await })
        });
        run.await
    }
}

impl Shared {
    async fn statements(&self, client: &Client) -> Result<&Statements, StoreFault> {
        self.statements.get_or_try_init(|| Statements::read(client, &self.mapping)).await
    }
}

#[async_trait]
impl UserStore for PostgresStore {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let mut found = Vec::new();
        for batch in addresses.chunks(BATCH_MAX) {
            let batch = batch.to_vec();
            let read = self.look_up(move |client, statements| Box::pin(find(client, statements, batch)));
            found.extend(read.await?);
        }
        Ok(found)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let id = id.clone();
        self.look_up(move |client, statements| Box::pin(load(client, statements, id))).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let change = change.hashed()?;
        let shared = Arc::clone(&self.shared);
        let write = self.writers.run(self.limits.write, move |client, deadline| {
            Box::pin(
                async move { write::set_password(client, shared.statements(client).await?, deadline, &change).await },
            )
        });
        write.await
    }

    async fn used_passwords(&self, id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        let id = id.clone();
        let read = self.look_up(move |client, statements| {
            Box::pin(async move {
                let Some(used) = &statements.used_passwords else { return Ok(Vec::new()) };
                let rows = about(client, statements, used, id).await?;
                Ok(rows.iter().filter_map(|row| text(row, 0)).map(StoredPassword::new).collect())
            })
        });
        read.await
    }

    async fn role(&self, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        let id = id.clone();
        let read = self.look_up(move |client, statements| {
            Box::pin(async move {
                let Some(role) = &statements.role else { return Ok(None) };
                Ok(about(client, statements, role, id).await?.first().and_then(read_role))
            })
        });
        read.await
    }

    async fn sample_passwords(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        self.look_up(|client, statements| Box::pin(examine::sample(client, statements))).await
    }

    async fn examine(&self) -> Vec<Finding> {
        let shared = Arc::clone(&self.shared);
        let examined = self.readers.run(self.limits.look_up * EXAMINATION_LOOK_UPS, move |client, _| {
            Box::pin(async move { Ok(examine::examine(client, &shared).await) })
        });
        examined.await.unwrap_or_else(|fault| vec![Finding::fails(STORE, fault.to_string())])
    }
}

async fn find(
    client: &Client,
    statements: &Statements,
    addresses: Vec<FoldedAddress>,
) -> Result<Vec<Account>, StoreFault> {
    let unread = |error| fault("cannot be read", &error);
    let asked = lines(addresses.iter().map(FoldedAddress::as_str));
    let rows = stream(client, &statements.find, &[Some(&asked)]).await.map_err(unread)?;
    let (mut rows, mut accounts, mut seen) = (pin!(rows), Vec::new(), Seen::none_of(&addresses));
    while let Some(row) = rows.try_next().await.map_err(unread)? {
        let account = account(&row);
        if seen.admits(&account.address) {
            accounts.push(account);
        }
    }
    Ok(accounts)
}

async fn load(client: &Client, statements: &Statements, id: AccountId) -> Result<Option<Account>, StoreFault> {
    let key = Some(id.as_str());
    let rows = match rows(client, &statements.load, &[key, key]).await {
        Ok(rows) => rows,
        Err(error) if is_no_such_value(&error, "$1") => return Ok(None),
        Err(error) => return Err(fault("cannot be read", &error)),
    };
    the_one(rows.iter().map(account).collect(), &id)
}

/// Runs a statement that names nothing but `:id`; none of what is no key exactly as it is printed.
async fn about(
    client: &Client,
    statements: &Statements,
    statement: &Marked,
    id: AccountId,
) -> Result<Vec<Row>, StoreFault> {
    let Some(account) = load(client, statements, id).await? else { return Ok(Vec::new()) };
    let values: Vec<_> = statement.binds.iter().map(|_| Some(account.id.as_str())).collect();
    rows(client, &statement.sql, &values).await.map_err(|error| fault("cannot be read", &error))
}

fn account(row: &Row) -> Account {
    let id = text(row, 0);
    Account {
        eligible: id.is_some() && is_true(row, 5),
        id: AccountId::new(id.unwrap_or_default()),
        address: text(row, 1).unwrap_or_default(),
        password: text(row, 2).map(StoredPassword::new),
        name: text(row, 3),
        locale: text(row, 4),
    }
}

fn read_role(row: &Row) -> Option<Role> {
    Some(Role {
        id: text(row, 0)?.parse().ok()?,
        name: text(row, 1).unwrap_or_default(),
        description: text(row, 2).unwrap_or_default(),
        kind: text(row, 3).unwrap_or_default(),
    })
}

/// Where the operator wrote the address.
const USERS_URL: &str = "users.url";
/// Look-ups come from one courier and from opened links; more connections would only be taken from the application,
/// whose server has a hundred by default.
const READERS_MAX: usize = 4;
/// Apart from the readers, so that writers who wait for a lock keep nobody from being looked up. Passwords are hashed
/// by as many threads as there are cores, so more would seldom have anything to write.
const WRITERS_MAX: usize = 4;
/// How much longer than a look-up an examination may take: it asks a dozen things.
const EXAMINATION_LOOK_UPS: u32 = 3;
#[cfg(test)]
mod tests;
