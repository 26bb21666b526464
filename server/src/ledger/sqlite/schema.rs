//! Migrations: numbered, applied once each, never edited afterwards.

use super::LedgerFault;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

struct Migration {
    version: u32,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, sql: include_str!("../../../../migrations/sqlite/0001_ledger.sql") },
    Migration { version: 2, sql: include_str!("../../../../migrations/sqlite/0002_append_only_acceptance.sql") },
    Migration { version: 3, sql: include_str!("../../../../migrations/sqlite/0003_count_by_index.sql") },
    Migration { version: 4, sql: include_str!("../../../../migrations/sqlite/0004_timeline.sql") },
    Migration { version: 5, sql: include_str!("../../../../migrations/sqlite/0005_what_came_back.sql") },
    Migration { version: 6, sql: include_str!("../../../../migrations/sqlite/0006_device.sql") },
    Migration { version: 7, sql: include_str!("../../../../migrations/sqlite/0007_refusals.sql") },
    Migration { version: 8, sql: include_str!("../../../../migrations/sqlite/0008_plain_comparisons.sql") },
];

/// The last of them.
const NEWEST: u32 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Marks a file as a ledger, in the place that SQLite keeps for it: "RGN1".
const APPLICATION_ID: u32 = 0x5247_4E31;

/// Refuses a database that is somebody else's, before anything in it is changed.
pub(super) fn refuse_foreign(connection: &Connection) -> Result<(), LedgerFault> {
    let look = |connection: &Connection| -> rusqlite::Result<(u32, bool)> {
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, u32>(0))?;
        Ok((connection.pragma_query_value(None, "application_id", |row| row.get(0))?, tables == 0))
    };
    let (mark, is_empty) = look(connection).map_err(LedgerFault::engine("cannot be read"))?;
    if is_empty || mark == APPLICATION_ID {
        return Ok(());
    }
    Err(LedgerFault::Foreign("is another application's database; give Regain a file of its own ([ledger] url)".into()))
}

/// Brings the ledger to this version of Regain, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), LedgerFault> {
    let failed = || LedgerFault::engine("cannot be migrated");
    if current_version(connection).map_err(failed())? == Some(NEWEST) {
        return verify(connection);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed())?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed())?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS migrations \
             (version INTEGER PRIMARY KEY NOT NULL, checksum TEXT NOT NULL) STRICT",
        )
        .map_err(failed())?;
    let applied = current_version(&transaction).map_err(failed())?.unwrap_or(0);
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > applied) {
        transaction.execute_batch(migration.sql).map_err(failed())?;
        transaction
            .execute(
                "INSERT INTO migrations (version, checksum) VALUES (?1, ?2)",
                (migration.version, checksum(migration.sql)),
            )
            .map_err(failed())?;
    }
    transaction.commit().map_err(failed())?;
    verify(connection)
}

fn current_version(connection: &Connection) -> rusqlite::Result<Option<u32>> {
    let exists =
        connection.query_row("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'", [], |_| Ok(())).optional()?;
    match exists {
        None => Ok(None),
        Some(()) => connection.query_row("SELECT max(version) FROM migrations", [], |row| row.get(0)),
    }
}

/// Refuses a ledger of a newer Regain, and one whose migrations were other ones.
pub(super) fn verify(connection: &Connection) -> Result<(), LedgerFault> {
    let failed = || LedgerFault::engine("cannot be read");
    let mut statement =
        connection.prepare("SELECT version, checksum FROM migrations ORDER BY version").map_err(failed())?;
    let applied = statement
        .query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(failed())?;
    for (version, stored) in applied {
        match MIGRATIONS.iter().find(|migration| migration.version == version) {
            None => {
                return Err(LedgerFault::Foreign(format!(
                    "is of a newer version of Regain (its schema is {version}, this program knows {}); run that one",
                    NEWEST
                )));
            }
            Some(migration) if checksum(migration.sql) != stored => {
                return Err(LedgerFault::Foreign(format!(
                    "was made by another schema {version} than this program's; restore it from a backup"
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn checksum(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(current_version(&connection).unwrap(), Some(NEWEST));
    }

    #[test]
    fn a_changed_migration_is_noticed() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE migrations SET checksum = 'x'", []).unwrap();
        assert!(matches!(migrate(&mut connection), Err(LedgerFault::Foreign(_))));
    }

    #[test]
    fn a_newer_ledger_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("INSERT INTO migrations VALUES (9999, 'x')", []).unwrap();
        let refusal = migrate(&mut connection).unwrap_err().to_string();
        assert!(refusal.contains("newer version"), "{refusal}");
    }

    #[test]
    fn another_applications_database_is_left_as_it_is() {
        let connection = Connection::open_in_memory().unwrap();
        refuse_foreign(&connection).unwrap();
        connection.execute_batch("CREATE TABLE migrations (id INTEGER)").unwrap();
        assert!(matches!(refuse_foreign(&connection), Err(LedgerFault::Foreign(_))));

        let mut ours = Connection::open_in_memory().unwrap();
        migrate(&mut ours).unwrap();
        refuse_foreign(&ours).unwrap();
    }
}
