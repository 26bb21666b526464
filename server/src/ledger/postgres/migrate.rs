//! Migrations: numbered, applied once each, never edited afterwards. Several servers may come to it at the same time, and
//! older ones go on beside a newer one for as long as its migrations let them.

use super::connections::{Place, Trouble};
use super::rows::one;
use crate::ledger::LedgerFault;
use crate::postgres::cause;
use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

struct Migration {
    version: i32,
    /// The oldest program, by the last migration that it knows, which still works once this one is applied. A migration
    /// that only adds leaves it as it was.
    compatible_from: i32,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, compatible_from: 1, sql: include_str!("../../../../migrations/postgres/0001_ledger.sql") },
    Migration {
        version: 2,
        compatible_from: 1,
        sql: include_str!("../../../../migrations/postgres/0002_timeline.sql"),
    },
    Migration {
        version: 3,
        compatible_from: 1,
        sql: include_str!("../../../../migrations/postgres/0003_what_came_back.sql"),
    },
    Migration { version: 4, compatible_from: 1, sql: include_str!("../../../../migrations/postgres/0004_device.sql") },
    Migration {
        version: 5,
        compatible_from: 1,
        sql: include_str!("../../../../migrations/postgres/0005_refusals.sql"),
    },
];

/// Brings the ledger to this version of Regain, in one transaction, unless it is there already.
///
/// # Errors
/// [`LedgerFault`]: the schema is somebody else's, needs a newer program, or may not be made by this role.
pub(super) async fn migrate(place: &Place) -> Result<(), LedgerFault> {
    migrate_by(place, MIGRATIONS).await
}

async fn migrate_by(place: &Place, migrations: &[Migration]) -> Result<(), LedgerFault> {
    let client = place.connect().await.map_err(|trouble| trouble.fault("cannot be reached"))?;
    let failed = |trouble: Trouble| refused(trouble);
    if let Some(applied) = applied(&client).await.map_err(failed)? {
        verify(&applied, migrations)?;
        if migrations.iter().all(|migration| applied.iter().any(|one| one.version == migration.version)) {
            return Ok(());
        }
    }
    client.batch_execute(BEGIN).await.map_err(|error| failed(error.into()))?;
    // Whoever waited here finds it done. A connection that is dropped on an error takes its transaction with it.
    create_schema(&client).await.map_err(failed)?;
    let applied = applied(&client).await.map_err(failed)?;
    if applied.is_none() {
        refuse_foreign(&client).await?;
        client.batch_execute(CREATE_MIGRATIONS).await.map_err(|error| failed(error.into()))?;
    }
    let applied = applied.unwrap_or_default();
    verify(&applied, migrations)?;
    for migration in migrations.iter().filter(|one| !applied.iter().any(|done| done.version == one.version)) {
        apply(&client, migration).await.map_err(failed)?;
    }
    client.batch_execute("COMMIT").await.map_err(|error| failed(error.into()))
}

/// A role that may not make a schema may still use one that was made for it.
async fn create_schema(client: &Client) -> Result<(), Trouble> {
    if !exists(client, "SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'regain'").await? {
        client.batch_execute("CREATE SCHEMA regain").await?;
    }
    Ok(())
}

async fn refuse_foreign(client: &Client) -> Result<(), LedgerFault> {
    let theirs =
        exists(client, "SELECT FROM pg_catalog.pg_class WHERE relnamespace = 'regain'::pg_catalog.regnamespace");
    if theirs.await.map_err(refused)? {
        return Err(LedgerFault::Foreign(
            "is not what the schema regain of that database holds; give Regain a database of its own ([ledger] url)"
                .into(),
        ));
    }
    Ok(())
}

async fn apply(client: &Client, migration: &Migration) -> Result<(), Trouble> {
    client.batch_execute(migration.sql).await?;
    let checksum = checksum(migration.sql);
    client
        .execute_typed(
            "INSERT INTO regain.migrations (version, checksum, compatible_from) VALUES ($1, $2, $3)",
            &[one(&migration.version), one(&checksum.as_str()), one(&migration.compatible_from)],
        )
        .await?;
    Ok(())
}

/// A migration that stands in the ledger.
struct Applied {
    version: i32,
    checksum: String,
    compatible_from: i32,
}

/// None, if there is no ledger.
async fn applied(client: &Client) -> Result<Option<Vec<Applied>>, Trouble> {
    // Somebody else's table of that name has other columns.
    let table = "SELECT FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid \
                 JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace \
                 WHERE nspname = 'regain' AND relname = 'migrations' AND attname = 'compatible_from'";
    if !exists(client, table).await? {
        return Ok(None);
    }
    let sql = "SELECT version, checksum, compatible_from FROM regain.migrations ORDER BY version";
    let rows = client.query_typed(sql, &[]).await?;
    let read = rows.iter().map(|row| {
        Ok(Applied {
            version: row.try_get("version")?,
            checksum: row.try_get("checksum")?,
            compatible_from: row.try_get("compatible_from")?,
        })
    });
    read.collect::<Result<_, Trouble>>().map(Some)
}

/// Refuses a ledger that this program would not understand, and one whose migrations were other ones.
fn verify(applied: &[Applied], migrations: &[Migration]) -> Result<(), LedgerFault> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    for one in applied {
        match migrations.iter().find(|migration| migration.version == one.version) {
            None if one.compatible_from > known => {
                return Err(LedgerFault::Foreign(format!(
                    "is of a newer version of Regain (its schema is {}, this program knows {known}); run that one",
                    one.version
                )));
            }
            Some(migration) if checksum(migration.sql) != one.checksum => {
                return Err(LedgerFault::Foreign(format!(
                    "was made by another schema {} than this program's; restore it from a backup",
                    one.version
                )));
            }
            None | Some(_) => {}
        }
    }
    Ok(())
}

async fn exists(client: &Client, select: &str) -> Result<bool, Trouble> {
    Ok(client.query_typed_one(&format!("SELECT EXISTS ({select}) AS it"), &[]).await?.try_get("it")?)
}

fn refused(trouble: Trouble) -> LedgerFault {
    match &trouble {
        Trouble::Engine(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => LedgerFault::Engine {
            what: "cannot be made or used by this role",
            cause: format!(
                "{}; let the owner of the database run CREATE SCHEMA regain AUTHORIZATION with the name of the role that \
                 ledger.url names",
                cause(error)
            ),
        },
        _ => trouble.fault("cannot be migrated"),
    }
}

fn checksum(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lock is let go with the transaction. Its number is nobody else's by chance: "regain", as bytes.
const BEGIN: &str = "START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL statement_timeout = 300000; \
                     SET LOCAL idle_in_transaction_session_timeout = 10000; \
                     SELECT pg_catalog.pg_advisory_xact_lock(x'72656761696e'::bigint)";
const CREATE_MIGRATIONS: &str = "CREATE TABLE regain.migrations \
    (version integer PRIMARY KEY, checksum text NOT NULL, compatible_from integer NOT NULL)";
