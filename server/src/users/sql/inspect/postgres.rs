//! A PostgreSQL server, asked in read-only transactions and without prepared statements, so that PgBouncer may stand
//! between.

use super::{Catalogue, Database, QUERY_MAX, Row, overdue};
use crate::users::StoreFault;
use crate::users::sql::postgres;
use async_trait::async_trait;
use secrecy::SecretString;
use tokio_postgres::{Client, SimpleQueryMessage};

pub(super) struct Server {
    client: Client,
}

impl Server {
    pub(super) async fn open(url: &SecretString) -> Result<Self, StoreFault> {
        let opened = tokio::time::timeout(QUERY_MAX, postgres::connect(url)).await;
        Ok(Self { client: opened.map_err(|_| overdue())?? })
    }

    async fn ask(&self, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.client.batch_execute(BEGIN).await?;
        let answered = self.client.simple_query(sql).await;
        self.client.batch_execute("ROLLBACK").await?;
        let rows = answered?.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.try_get(at).ok().flatten().map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }
}

#[async_trait]
impl Database for Server {
    async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, StoreFault> {
        let answered = tokio::time::timeout(QUERY_MAX * 2, self.ask(sql)).await.map_err(|_| overdue())?;
        answered.map_err(|error| postgres::fault("cannot be read", &error))
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue { columns: COLUMNS, keys: KEYS, references: REFERENCES }
    }
}

/// The server ends a question that takes too long, and refuses one that writes.
const BEGIN: &str = "BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '5s'";

const COLUMNS: &str = r"
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END, c.relname, a.attname,
           format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 0 ELSE 1 END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname, c.relname, a.attnum LIMIT 50000";

const KEYS: &str = r"
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END, c.relname, i.indexrelid,
           CASE WHEN i.indisprimary THEN 1 ELSE 0 END, a.attname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attribute, position)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attribute
    WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname, c.relname, i.indexrelid, k.position LIMIT 50000";

const REFERENCES: &str = r"
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END, c.relname, a.attname,
           CASE WHEN pg_table_is_visible(t.oid) THEN NULL ELSE tn.nspname END, t.relname, ta.attname
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
    JOIN pg_class t ON t.oid = f.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute ta ON ta.attrelid = t.oid AND ta.attnum = f.confkey[1]
    WHERE f.contype = 'f' AND array_length(f.conkey, 1) = 1
    ORDER BY n.nspname, c.relname, a.attnum LIMIT 50000";
