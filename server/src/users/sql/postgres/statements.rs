//! The SQL, put together once the types of the columns are known.

use super::catalogue::{self, Column, Comparison, Table};
use crate::users::SAMPLE_MAX;
use crate::users::StoreFault;
use crate::users::sql::after_reset::{Bind, Statement};
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX, PASSWORD_MAX};
use crate::users::sql::mapping::{Mapping, Step};
use tokio_postgres::Client;

pub(super) struct Statements {
    /// Accounts by folded addresses, `$1`, a line each.
    pub(super) find: String,
    /// Accounts by key, `$1` as the column has it and `$2` as text.
    pub(super) load: String,
    /// Compare and swap. `$1` new, `$2` and `$3` the key, `$4` expected password, `$5` expected address.
    pub(super) swap: String,
    pub(super) after_reset: Vec<Marked>,
    /// Adds to the history, and trims it.
    pub(super) remember: Vec<Marked>,
    /// Earlier passwords, newest first.
    pub(super) used_passwords: Option<Marked>,
    /// An account's role: key, name, description, kind.
    pub(super) role: Option<Marked>,
    /// A sample of the stored passwords.
    pub(super) sample: String,
    /// How many addresses more than one account has.
    pub(super) shared: String,
    /// What to create if look-ups are slow.
    pub(super) index: String,
    /// How PostgreSQL prints the column of addresses in a plan.
    pub(super) email: String,
}

/// A statement of the operator's, with the engine's marks.
#[derive(Clone)]
pub(super) struct Marked {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
    /// The table without which it is left out, quoted.
    pub(super) if_table: Option<String>,
}

impl Statements {
    /// Reads the catalogue.
    ///
    /// # Errors
    /// [`StoreFault`], if the tables or columns are not there.
    pub(super) async fn read(client: &Client, mapping: &Mapping) -> Result<Self, StoreFault> {
        Self::on(client, mapping, &catalogue::tables(client, mapping).await?).await
    }

    /// Builds on tables that were found.
    ///
    /// # Errors
    /// [`StoreFault`], if the server cannot be asked how addresses compare.
    pub(super) async fn on(client: &Client, mapping: &Mapping, tables: &[Table]) -> Result<Self, StoreFault> {
        // The password stands in the second table, where there are credentials.
        let second = usize::from(mapping.swapped != mapping.accounts);
        let email = column(mapping, tables.first(), &mapping.email_alone)?;
        let password = column(mapping, tables.get(second), &mapping.password_alone)?;
        let comparison = catalogue::comparison(client, email).await?;
        let equals = [(0, &mapping.id), (second, &mapping.swapped_id)].map(|(table, key)| {
            let key = key.rsplit_once('.').map_or("", |(_, column)| column);
            column(mapping, tables.get(table), key).map(Column::equals)
        });
        let [id_equals, swapped_id_equals] = equals;
        Ok(Self::of(mapping, &comparison, password.type_name == "bytea", [id_equals?, swapped_id_equals?]))
    }

    /// `equals` compares keys, in the accounts' table and in the one that is written.
    fn of(mapping: &Mapping, comparison: &Comparison, password_is_bytes: bool, equals: [&str; 2]) -> Self {
        let Mapping { from, id, email, name, locale, eligible, password_alone, email_alone, accounts, .. } = mapping;
        let Mapping { swapped, swapped_id, swapped_only, .. } = mapping;
        // Bytes are read as ASCII, with escapes for what is none; no stored password has a backslash.
        let as_text = |password: &str| match password_is_bytes {
            true => format!("encode({password}, 'escape')"),
            false => format!("({password})::text"),
        };
        let new = if password_is_bytes { "convert_to($1::text, 'UTF8')" } else { "$1" };
        let password = as_text(&mapping.password);
        let select = format!(
            "SELECT ({id})::text, left(({email})::text, {ADDRESS_MAX}), \
             CASE WHEN length({password}) <= {PASSWORD_MAX} THEN {password} END, \
             left(({name})::text, {NAME_MAX}), left(({locale})::text, {NAME_MAX}), ({eligible} IS TRUE)::text \
             FROM {from} WHERE "
        );
        let same_password = mapping.engine.same_bytes(&as_text(&mapping.swapped_password), "$4");
        let guard = mapping.guard(&mapping.engine.same_bytes(email, "$5"));
        let is = |key: &str, equals: &str, value: &str, text: &str| {
            format!("{key} {equals} {value} AND ({key})::text COLLATE \"C\" = {text}::text")
        };
        Self {
            find: format!("{select}{}", same_address(email, comparison)),
            load: format!("{select}{} LIMIT 3", is(id, equals[0], "$1", "$2")),
            swap: format!(
                "UPDATE {swapped} SET {password_alone} = {new} WHERE {} AND {swapped_only} AND {same_password} \
                 AND {guard} RETURNING ({swapped_id})::text",
                is(swapped_id, equals[1], "$2", "$3"),
            ),
            after_reset: mapping.after_reset.iter().map(marked_step).collect(),
            remember: mapping.history.iter().flat_map(|history| [&history.add, &history.trim]).map(marked).collect(),
            used_passwords: mapping.history.as_ref().map(|history| {
                wrapped(&history.read, "password", &format!("left((it.password)::text, {PASSWORD_MAX})"))
            }),
            role: mapping.role.as_ref().map(|role| {
                wrapped(
                    role,
                    "id, name, description, kind",
                    "(it.id)::text, it.name::text, it.description::text, it.kind::text",
                )
            }),
            sample: format!(
                "SELECT {password} FROM {from} WHERE length({password}) <= {PASSWORD_MAX} ORDER BY {id} DESC LIMIT {SAMPLE_MAX}"
            ),
            shared: format!(
                "SELECT it.n::text FROM ({}) AS it (n)",
                mapping.shared_addresses(&format!("lower(({email})::text COLLATE \"C\")"))
            ),
            index: create_index(accounts, email_alone, comparison),
            email: email_alone.trim_matches('"').to_owned(),
        }
    }
}

/// That an address is one of those in `$1`, a line each. Each condition alone finds every account it should, and more;
/// the planner takes the one that an index serves, and the others filter what that yields.
///
/// The lines are made an array by functions that the planner computes itself. A cast, `$1::text[]`, would be left to be
/// done for each row: 512 addresses in 300,000 rows took 78 s so, against 0.3 s without an index and 0.02 s with one.
fn same_address(email: &str, comparison: &Comparison) -> String {
    let Comparison { collation, citext, folds, ignores_case } = comparison;
    // Lines are cut by bytes: a collation that calls different texts equal cannot search.
    let lines = |text: &str| format!("string_to_array(({text}) COLLATE \"C\", chr(10))");
    if !folds {
        let asked = lines("lower($1::text COLLATE \"C\")");
        return format!("lower(({email})::text COLLATE \"C\") = ANY ({asked})");
    }
    let by = |fold| {
        let asked = lines(&format!("{fold}($1::text COLLATE {collation})"));
        format!("{fold}(({email})::text) = ANY ({asked} COLLATE {collation})")
    };
    let mut conditions = vec![by("lower"), by("upper")];
    if let Some(schema) = citext {
        // Named with its schema: without it, off the search path, `=` would be that of text, and compare bytes.
        let asked = lines("$1::text");
        conditions.push(format!("{email} OPERATOR({schema}.=) ANY ({asked}::{schema}.citext[] COLLATE {collation})"));
    }
    if *ignores_case {
        conditions.push(format!("{email} = ANY ({} COLLATE {collation})", lines("$1::text")));
    }
    conditions.join(" AND ")
}

fn create_index(accounts: &str, email: &str, comparison: &Comparison) -> String {
    let expression = match comparison {
        Comparison { folds: false, .. } => format!("lower({email} COLLATE \"C\")"),
        Comparison { citext: Some(_), .. } | Comparison { ignores_case: true, .. } => email.to_owned(),
        _ => format!("lower({email})"),
    };
    format!("CREATE INDEX CONCURRENTLY ON {accounts} ({expression})")
}

fn column<'t>(mapping: &Mapping, table: Option<&'t Table>, quoted: &str) -> Result<&'t Column, StoreFault> {
    let named = |column: &&Column| mapping.engine.quoted(&column.name) == quoted;
    table.and_then(|table| table.columns.iter().find(named)).ok_or_else(|| StoreFault {
        what: "has not got the configured columns",
        cause: format!("there is no column {quoted}"),
    })
}

fn marked(statement: &Statement) -> Marked {
    let (sql, binds) = statement.marked();
    Marked { sql, binds, if_table: None }
}

fn marked_step(step: &Step) -> Marked {
    let quoted = |name: &str| crate::users::sql::engine::Engine::Postgres.quoted(name);
    let if_table = step.if_table.as_ref().map(|(schema, table)| {
        schema.as_deref().map(|schema| quoted(schema) + ".").unwrap_or_default() + &quoted(table)
    });
    Marked { if_table, ..marked(&step.statement) }
}

/// A statement whose columns are read as text, whatever their types.
fn wrapped(statement: &Statement, columns: &str, selected: &str) -> Marked {
    let Marked { sql, binds, if_table } = marked(statement);
    Marked { sql: format!("SELECT {selected} FROM ({sql}\n) AS it ({columns})"), binds, if_table }
}
