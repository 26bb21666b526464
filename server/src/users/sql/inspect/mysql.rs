//! A MySQL or MariaDB server, asked in read-only transactions.

use super::{Catalogue, Database, QUERY_MAX, Row, overdue};
use crate::users::StoreFault;
use crate::users::sql::mysql;
use async_trait::async_trait;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};
use secrecy::SecretString;

pub(super) struct Server {
    connection: Conn,
}

impl Server {
    pub(super) async fn open(url: &SecretString) -> Result<Self, StoreFault> {
        let opened = tokio::time::timeout(QUERY_MAX, mysql::connect(url, QUERY_MAX)).await;
        Ok(Self { connection: opened.map_err(|_| overdue())?? })
    }

    async fn ask(&mut self, sql: &str) -> mysql_async::Result<Vec<Row>> {
        self.connection.query_drop("START TRANSACTION READ ONLY").await?;
        let answered: mysql_async::Result<Vec<mysql_async::Row>> = self.connection.query(sql).await;
        self.connection.query_drop("ROLLBACK").await?;
        Ok(answered?.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }
}

#[async_trait]
impl Database for Server {
    async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, StoreFault> {
        let answered = tokio::time::timeout(QUERY_MAX * 2, self.ask(sql)).await.map_err(|_| overdue())?;
        answered.map_err(|error| mysql::fault("cannot be read", &error))
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue { columns: COLUMNS, keys: KEYS, references: REFERENCES }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}

const COLUMNS: &str = "
    SELECT NULL, c.table_name, c.column_name, c.column_type, CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END
    FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
    WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
    ORDER BY c.table_name, c.ordinal_position LIMIT 50000";

const KEYS: &str = "
    SELECT NULL, table_name, index_name, CASE index_name WHEN 'PRIMARY' THEN 1 ELSE 0 END, column_name
    FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND non_unique = 0 AND sub_part IS NULL
    ORDER BY table_name, index_name, seq_in_index LIMIT 50000";

const REFERENCES: &str = "
    SELECT NULL, k.table_name, k.column_name, NULL, k.referenced_table_name, k.referenced_column_name
    FROM information_schema.key_column_usage k
    WHERE k.table_schema = DATABASE() AND k.referenced_table_schema = DATABASE()
    ORDER BY k.table_name, k.constraint_name, k.ordinal_position LIMIT 50000";
