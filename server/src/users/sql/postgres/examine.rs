//! Tries all that a reset would need, and changes nothing: every statement is planned, none is run.

use super::Shared;
use super::catalogue;
use super::fault::fault;
use super::rights::{self, Denied};
use super::statements::Statements;
use super::values::{Values, is_true, lines, rows, run, text};
use super::write::is_there;
use crate::config;
use crate::finding::Finding;
use crate::postgres::cause;
use crate::users::StoreFault;
use crate::users::sql::examine::{self as say, NO_PLAN, NOT_COUNTED, NOT_SAMPLED, STORE};
use crate::users::sql::limits::SURVEY_MAX;
use regain_core::hash::StoredPassword;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Row};

/// What is found, a line each. What fails at first hides what follows from it.
pub(super) async fn examine(client: &Client, shared: &Shared) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(fault) = examine_all(client, shared, &mut findings).await {
        findings.push(Finding::fails(STORE, fault.to_string()));
    }
    findings
}

async fn examine_all(client: &Client, shared: &Shared, findings: &mut Vec<Finding>) -> Result<(), StoreFault> {
    findings.extend(server(client, shared).await?);
    let tables = catalogue::tables(client, &shared.mapping).await?;
    let statements = Statements::on(client, &shared.mapping, &tables).await?;
    let left_out = left_out(client, shared, &statements).await?;
    let Planned { unsound, denied } = plan_all(client, &statements, &left_out).await;
    let rights = rights::examine(client, shared, &tables, &denied).await?;
    if unsound.is_empty() && denied.is_empty() {
        findings.push(say::usable());
    }
    findings.extend(unsound);
    findings.dedup();
    findings.push(rights);
    findings.extend(rights::open_schemas(client).await?);
    findings.extend(rights::row_security(client, &tables).await?);
    if !denied.is_empty() {
        return Ok(());
    }
    findings.push(index(client, &statements).await);
    findings.push(shared_addresses(client, &statements).await);
    findings.push(formats(client, &statements, &shared.users).await);
    findings.push(say::sessions(&shared.users, &left_out));
    Ok(())
}

/// Which server it is, whether it can be written to, and who may be listening.
async fn server(client: &Client, shared: &Shared) -> Result<Vec<Finding>, StoreFault> {
    let answer = rows(client, SERVER, &[]).await.map_err(|error| fault("cannot be read", &error))?;
    let says = |column| answer.first().and_then(|row| text(row, column)).unwrap_or_default();
    let name = format!("PostgreSQL {}, database {}, as {}", says(0), says(1), says(2));
    if answer.first().is_some_and(|row| is_true(row, 3)) {
        let text = format!("{name}: it takes no writes, as a standby does; users.url has to name the primary");
        return Ok(vec![Finding::fails(STORE, text)]);
    }
    let encryption = &shared.target.encryption;
    Ok(vec![match (shared.target.is_local(), shared.tls.encrypts(encryption), encryption.is_verified()) {
        (true, _, _) => Finding::holds(STORE, format!("{name}, on this machine")),
        (false, true, true) => Finding::holds(STORE, format!("{name}, encrypted")),
        (false, true, false) => Finding::advice(
            STORE,
            format!(
                "{name}, encrypted, but whoever answers is believed: add sslmode=verify-full to users.url, and \
                 sslrootcert=PATH unless this system knows who signed the server's certificate"
            ),
        ),
        (false, false, _) => Finding::advice(
            STORE,
            format!(
                "{name}, not encrypted: stored passwords can be read on the way; add sslmode=verify-full to users.url"
            ),
        ),
    }])
}

/// The tables whose statements are left out, since they are not there.
async fn left_out(client: &Client, shared: &Shared, statements: &Statements) -> Result<Vec<String>, StoreFault> {
    let mut left_out = Vec::new();
    for (marked, step) in statements.after_reset.iter().zip(&shared.mapping.after_reset) {
        if let (Some(quoted), Some((_, name))) = (&marked.if_table, &step.if_table)
            && !is_there(client, quoted).await.map_err(|error| fault("cannot be read", &error))?
        {
            left_out.push(name.clone());
        }
    }
    Ok(left_out)
}

struct Planned {
    unsound: Vec<Finding>,
    denied: Vec<Denied>,
}

/// Lets the server plan each statement, which checks names, types and rights.
async fn plan_all(client: &Client, statements: &Statements, left_out: &[String]) -> Planned {
    let Statements { find, load, swap, after_reset, remember, used_passwords, role, .. } = statements;
    let mut planned = Planned { unsound: Vec::new(), denied: Vec::new() };
    let own = [(find, 1), (load, 2), (swap, 5)];
    let unsound = "cannot be used as configured; see users.eligible and the columns' types";
    for (sql, values) in own {
        planned.add(Origin::Own, unsound, sql, plan(client, sql, values).await);
    }
    for (index, step) in after_reset.iter().enumerate() {
        let is_left_out = |table: &String| left_out.iter().any(|name| table.ends_with(&format!("\"{name}\"")));
        if !step.if_table.as_ref().is_some_and(is_left_out) {
            let result = plan(client, &step.sql, step.binds.len()).await;
            planned.add(
                Origin::AfterReset(index + 1),
                "cannot run a statement of users.after_reset",
                &step.sql,
                result,
            );
        }
    }
    for step in remember.iter().chain(used_passwords) {
        let result = plan(client, &step.sql, step.binds.len()).await;
        planned.add(Origin::Own, "cannot keep users.history", &step.sql, result);
    }
    if let Some(role) = role {
        let result = plan(client, &role.sql, role.binds.len()).await;
        planned.add(Origin::Preset, "cannot read roles as the preset does", &role.sql, result);
    }
    planned
}

/// Who wrote a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Own,
    AfterReset(usize),
    Preset,
}

impl Planned {
    fn add(&mut self, origin: Origin, what: &'static str, sql: &str, result: Result<(), Error>) {
        let Err(error) = result else { return };
        if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
            let is_foreign = origin != Origin::Own;
            self.denied.push(Denied { sql: sql.to_owned(), is_foreign, message: cause(&error) });
            return;
        }
        let cause = match origin {
            Origin::AfterReset(number) => format!("number {number}: {}", cause(&error)),
            Origin::Own | Origin::Preset => cause(&error),
        };
        self.unsound.push(Finding::fails(STORE, StoreFault { what, cause }.to_string()));
    }
}

async fn plan(client: &Client, sql: &str, values: usize) -> Result<(), Error> {
    run(client, &format!("EXPLAIN {sql}"), &vec![None; values]).await.map(drop)
}

/// Whether an index serves a look-up; of a small table the planner would say no, whatever indexes it has.
async fn index(client: &Client, statements: &Statements) -> Finding {
    let addresses = lines(["ada@example.com", "grace@example.com"].into_iter());
    let explain = format!("EXPLAIN {}", statements.find);
    let plan = match bounded(client, "SET LOCAL enable_seqscan = off", &explain, &[Some(&addresses)]).await {
        Ok(plan) => plan,
        Err(error) => return say::left_open(NO_PLAN, &fault("cannot be read", &error)),
    };
    let steps = plan.iter().filter_map(|row| text(row, 0));
    let is_used = steps.filter(|step| step.contains("Index Cond:")).any(|step| step.contains(&statements.email));
    say::index((!is_used).then_some(statements.index.as_str()))
}

async fn shared_addresses(client: &Client, statements: &Statements) -> Finding {
    match bounded(client, "", &statements.shared, &[]).await {
        Ok(counted) => {
            let count = counted.first().and_then(|row| text(row, 0)?.parse().ok());
            say::shared_addresses(count.unwrap_or_default())
        }
        Err(error) => say::left_open(NOT_COUNTED, &fault("cannot be read", &error)),
    }
}

async fn formats(client: &Client, statements: &Statements, users: &config::Users) -> Finding {
    match sample(client, statements).await {
        Ok(sample) => say::formats(&sample, users),
        Err(fault) => say::left_open(NOT_SAMPLED, &fault),
    }
}

pub(super) async fn sample(client: &Client, statements: &Statements) -> Result<Vec<StoredPassword>, StoreFault> {
    let sample = bounded(client, "", &statements.sample, &[]).await.map_err(|error| fault("cannot be read", &error))?;
    Ok(sample.iter().filter_map(|row| text(row, 0)).map(StoredPassword::new).collect())
}

/// Asks in a transaction that cannot write, for a short time, with other settings.
async fn bounded(client: &Client, settings: &str, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Error> {
    let begin =
        format!("START TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}; {settings}", SURVEY_MAX.as_millis());
    client.batch_execute(&begin).await?;
    let answer = rows(client, sql, values).await;
    client.batch_execute("ROLLBACK").await?;
    answer
}

const SERVER: &str = "\
SELECT current_setting('server_version'), current_database(), current_user,
       (pg_catalog.pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')::text";
