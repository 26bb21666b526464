//! Trying all that a reset would need, and changing nothing.

use super::catalogue::Indexed;
use super::connect::{Lane, Session, is_encrypted};
use super::fault::words;
use super::statements::Statements;
use super::transaction::{is_there, without_transactions};
use super::values::text;
use super::{cell, rights, unread};
use crate::config;
use crate::finding::Finding;
use crate::users::SAMPLE_MAX;
use crate::users::StoreFault;
use crate::users::sql::examine::{self, NO_PLAN, NOT_COUNTED, NOT_SAMPLED, STORE};
use crate::users::sql::limits::SURVEY_MAX;
use crate::users::sql::mapping::Mapping;
use futures_util::FutureExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Error, Params, Row, Value};
use regain_core::hash::StoredPassword;
use std::sync::Arc;

/// What an examination goes by.
pub(super) struct Examination {
    pub(super) users: config::Users,
    pub(super) mapping: Arc<Mapping>,
    pub(super) statements: Arc<Statements>,
    /// Whether what goes to the server never leaves this machine.
    pub(super) is_local: bool,
}

impl Examination {
    /// A line for each thing that was tried.
    pub(super) async fn run(self: Arc<Self>, lane: &Arc<Lane>) -> Vec<Finding> {
        let examination = Arc::clone(&self);
        let found = lane.run(move |session| examination.look_over(session).boxed()).await;
        let mut findings = match found {
            Ok(findings) => findings,
            Err(fault) => return vec![Finding::fails(STORE, fault.to_string())],
        };
        findings.push(self.formats(lane).await);
        findings.push(self.shared_addresses(lane).await);
        findings
    }

    async fn look_over(self: Arc<Self>, session: &mut Session) -> Result<Vec<Finding>, StoreFault> {
        let mut findings = vec![self.server(session).await?];
        let (steps, left_out) = self.steps(session).await?;
        let missing = self.try_statements(session, &steps, &mut findings).await?;
        let more = rights::more_than_needed(session, &self.mapping, &self.statements).await.map_err(unread)?;
        findings.push(examine::rights(&missing, &more));
        findings.push(self.engines(session).await?);
        if missing.is_empty() {
            findings.push(self.index(session).await?);
        }
        findings.push(examine::sessions(&self.users, &left_out));
        Ok(findings)
    }

    async fn server(&self, session: &mut Session) -> Result<Finding, StoreFault> {
        let name = name(session).await?;
        let encrypted = is_encrypted(&mut session.connection).await?;
        Ok(match (encrypted, self.is_local) {
            (true, _) => Finding::holds(STORE, format!("{name}, encrypted")),
            (false, true) => Finding::holds(STORE, format!("{name}, on this machine")),
            (false, false) => {
                let advice = "write ?ssl-mode=verify_identity&ssl-ca=FILE behind users.url once the server has TLS";
                Finding::advice(STORE, format!("{name}: all can be read on the way there; {advice}"))
            }
        })
    }

    /// The statements of `users.after_reset` that would be run, by number, and the tables without which the rest is
    /// left out.
    async fn steps(&self, session: &mut Session) -> Result<(Vec<usize>, Vec<String>), StoreFault> {
        let (mut steps, mut left_out) = (Vec::new(), Vec::new());
        for (index, step) in self.statements.after_reset.iter().enumerate() {
            match &step.if_table {
                Some(table) if !is_there(&mut session.connection, Some(table)).await.map_err(unread)? => {
                    left_out.push(table.1.clone());
                }
                _ => steps.push(index),
            }
        }
        Ok((steps, left_out))
    }

    /// Lets the server read each statement without running it. Returns the rights that it misses.
    async fn try_statements(
        &self,
        session: &mut Session,
        steps: &[usize],
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<String>, StoreFault> {
        let Self { statements, .. } = self;
        let catalogue = &session.catalogue;
        let mut trials = vec![
            ("a look-up; see users.eligible".into(), statements.look_up(&catalogue.folded, 1)),
            ("a look-up; see users.eligible".into(), statements.load(catalogue)),
            ("writing a password".into(), statements.swap(catalogue)),
        ];
        for &index in steps {
            let sql = statements.after_reset[index].marked.0.clone();
            trials.push((format!("number {} of users.after_reset", index + 1), sql));
        }
        let history = statements.used_passwords.iter().chain(&statements.history);
        trials.extend(history.map(|(sql, _)| ("a statement about users.history".into(), sql.clone())));
        trials.extend(statements.role.iter().map(|(sql, _)| ("reading the role".into(), sql.clone())));

        let (mut missing, mut failed) = (Vec::new(), false);
        for (name, sql) in trials {
            match session.connection.prep(sql).await {
                Ok(prepared) => session.connection.close(prepared).await.map_err(unread)?,
                Err(Error::Server(error)) => match rights::missing(&error) {
                    Some(grant) if missing.contains(&grant) => {}
                    Some(grant) => missing.push(grant),
                    None => {
                        failed = true;
                        let said = words(&Error::Server(error));
                        findings.push(Finding::fails(STORE, format!("the server refuses {name}: {said}")));
                    }
                },
                Err(error) => return Err(unread(error)),
            }
        }
        if !failed && missing.is_empty() {
            findings.push(examine::usable());
        }
        Ok(missing)
    }

    async fn engines(&self, session: &mut Session) -> Result<Finding, StoreFault> {
        let tables = without_transactions(&mut session.connection, &self.statements).await.map_err(unread)?;
        if tables.is_empty() {
            return Ok(Finding::holds(STORE, "all tables that a reset writes take part in transactions"));
        }
        let altered: Vec<_> = tables.iter().map(|(table, _)| format!("ALTER TABLE {table} ENGINE=InnoDB")).collect();
        let text = "a failed reset could not be taken back in tables without transactions, so none is begun; ";
        Ok(Finding::fails(STORE, format!("{text}{}", altered.join("; "))))
    }

    async fn index(&self, session: &mut Session) -> Result<Finding, StoreFault> {
        let sql = format!("EXPLAIN {}", self.statements.look_up(&session.catalogue.folded, 2));
        let values = Params::Positional(vec![Value::from("a@example.com"), Value::from("b@example.com")]);
        let plan: Vec<Row> = match session.connection.exec(sql, values).await {
            Ok(plan) => plan,
            Err(error @ Error::Server(_)) => return Ok(examine::left_open(NO_PLAN, &unread(error))),
            Err(error) => return Err(unread(error)),
        };
        let column = |row: &Row, name: &str| row.get::<Value, _>(name).as_ref().and_then(text);
        let scans = plan.iter().any(|row| {
            let whole = matches!(column(row, "type").as_deref(), Some("ALL" | "index"));
            let of_accounts = column(row, "table").is_some_and(|name| name == self.mapping.tables[0].table);
            whole && of_accounts && column(row, "possible_keys").is_none()
        });
        let version = version(session).await?;
        let create = self.index_to_create(&session.catalogue.folded.indexed, &version);
        Ok(examine::index(scans.then_some(&create)))
    }

    /// MySQL has indexes on expressions; MariaDB's are on a column that is generated.
    fn index_to_create(&self, indexed: &Indexed, version: &str) -> String {
        let Mapping { accounts, email_alone, .. } = &*self.mapping;
        match indexed {
            Indexed::Column(part) => format!("CREATE INDEX accounts_by_address ON {accounts} ({email_alone}{part})"),
            Indexed::Expression(expression, column_type) if version.contains("MariaDB") => format!(
                "ALTER TABLE {accounts} ADD COLUMN address_folded {column_type} CHARACTER SET utf8mb4 \
                 COLLATE utf8mb4_bin AS ({expression}) VIRTUAL, ADD INDEX accounts_by_address (address_folded), \
                 and let Regain SELECT that column too"
            ),
            Indexed::Expression(expression, _) => {
                format!("CREATE INDEX accounts_by_address ON {accounts} (({expression}))")
            }
        }
    }

    async fn formats(&self, lane: &Arc<Lane>) -> Finding {
        match self.sample(lane).await {
            Ok(sample) => examine::formats(&sample, &self.users),
            Err(fault) => examine::left_open(NOT_SAMPLED, &fault),
        }
    }

    pub(super) async fn sample(&self, lane: &Arc<Lane>) -> Result<Vec<StoredPassword>, StoreFault> {
        let rows = read(lane, self.mapping.sample(SAMPLE_MAX)).await?;
        Ok(rows.iter().filter_map(|row| text(cell(row, 0))).map(StoredPassword::new).collect())
    }

    async fn shared_addresses(&self, lane: &Arc<Lane>) -> Finding {
        let folded = format!("LOWER(CONVERT({} USING utf8mb4)) COLLATE utf8mb4_bin", self.mapping.email);
        let counted = read(lane, self.mapping.shared_addresses(&folded)).await;
        let count = counted.map(|rows| rows.first().and_then(|row| text(cell(row, 0))?.parse().ok()));
        match count {
            Ok(count) => examine::shared_addresses(count.unwrap_or_default()),
            Err(fault) => examine::left_open(NOT_COUNTED, &fault),
        }
    }
}

async fn read(lane: &Arc<Lane>, sql: String) -> Result<Vec<Row>, StoreFault> {
    lane.run_within(SURVEY_MAX, move |session| {
        async move { session.connection.exec(sql, ()).await.map_err(unread) }.boxed()
    })
    .await
}

async fn version(session: &mut Session) -> Result<String, StoreFault> {
    let version: Option<String> = session.connection.query_first("SELECT VERSION()").await.map_err(unread)?;
    Ok(version.unwrap_or_default())
}

/// Which server it is, which database, and who Regain is there.
async fn name(session: &mut Session) -> Result<String, StoreFault> {
    let version = version(session).await?;
    let product = if version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
    let here: Option<(Option<String>, String)> =
        session.connection.query_first("SELECT DATABASE(), CURRENT_USER()").await.map_err(unread)?;
    let (database, account) = here.unwrap_or_default();
    Ok(format!("{product} {version}, database {}, as {account}", database.unwrap_or_default()))
}
