//! Reading accounts, and what else is kept about them.

use super::connections::fault;
use super::values::{account_id, keys, text};
use crate::users::sql::after_reset::Statement;
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX, PASSWORD_MAX, Seen};
use crate::users::sql::mapping::Mapping;
use crate::users::sql::the_one;
use crate::users::{Role, StoreFault};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use rusqlite::types::Value;
use rusqlite::{Connection, Params, Row, Statement as Prepared, params_from_iter};

/// The SQL that reads, put together once.
pub(super) struct Reading {
    /// Up to where the condition follows.
    select: String,
    email: String,
    id: String,
    /// Finds the key as the column has it. `?1` and `?2` are what it may be.
    key: String,
    used: Option<String>,
    role: Option<String>,
}

impl Reading {
    pub(super) fn of(mapping: &Mapping) -> Self {
        let Mapping { from, id, email, password, name, locale, eligible, swapped, swapped_id, .. } = mapping;
        // Of its binds there is `:id` alone.
        let marked = |statement: &Statement| statement.marked().0;
        Self {
            select: format!(
                "SELECT {id}, CASE WHEN octet_length({email}) <= {ADDRESS_MAX} THEN {email} END, CASE WHEN octet_length({password}) <= {PASSWORD_MAX} THEN {password} END, \
                 substr({name}, 1, {NAME_MAX}), substr({locale}, 1, {NAME_MAX}), {eligible} IS TRUE FROM {from} WHERE "
            ),
            email: email.clone(),
            id: id.clone(),
            key: format!("SELECT {swapped_id} FROM {swapped} WHERE {swapped_id} IN (?1, ?2)"),
            used: mapping.history.as_ref().map(|history| marked(&history.read)),
            role: mapping.role.as_ref().map(marked),
        }
    }

    /// The look-up of `count` addresses. The two conditions say the same, both by ASCII: SQLite chooses whichever an
    /// index serves, be it on `lower(email)` or on a column compared with NOCASE.
    pub(super) fn look_up(&self, count: usize) -> String {
        let Self { select, email, .. } = self;
        let marks = (1..=count).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        format!("{select} lower({email}) IN ({marks}) AND {email} COLLATE NOCASE IN ({marks})")
    }

    pub(super) fn find(
        &self,
        connection: &Connection,
        addresses: &[FoldedAddress],
    ) -> Result<Vec<Account>, StoreFault> {
        let read = || -> rusqlite::Result<Vec<Account>> {
            let mut statement = connection.prepare(&self.look_up(addresses.len()))?;
            let mut rows = statement.query(params_from_iter(addresses.iter().map(FoldedAddress::as_str)))?;
            let (mut accounts, mut seen) = (Vec::new(), Seen::none_of(addresses));
            while let Some(row) = rows.next()? {
                let account = account(row)?;
                if seen.admits(&account.address) {
                    accounts.push(account);
                }
            }
            Ok(accounts)
        };
        read().map_err(|error| unreadable(&error))
    }

    pub(super) fn load(&self, connection: &Connection, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let read = || -> rusqlite::Result<Vec<Account>> {
            let sql = format!("{} {} IN (?1, ?2) LIMIT 3", self.select, self.id);
            connection.prepare_cached(&sql)?.query_map(keys(id), account)?.collect()
        };
        the_one(read().map_err(|error| unreadable(&error))?, id)
    }

    pub(super) fn used(&self, connection: &Connection, id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        let read = |sql: &str| -> rusqlite::Result<Vec<StoredPassword>> {
            let Some(key) = self.key(connection, id)? else { return Ok(Vec::new()) };
            let mut statement = connection.prepare(sql)?;
            let key = only(key, &statement);
            let texts = statement.query_map(key, |row| Ok(text(row.get_ref(0)?)))?;
            texts.filter_map(Result::transpose).map(|text| text.map(StoredPassword::new)).collect()
        };
        let used = self.used.as_deref().map(read).transpose();
        Ok(used.map_err(|error| unreadable(&error))?.unwrap_or_default())
    }

    pub(super) fn role(&self, connection: &Connection, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        let read = |sql: &str| -> rusqlite::Result<Option<Role>> {
            let Some(key) = self.key(connection, id)? else { return Ok(None) };
            let mut statement = connection.prepare(sql)?;
            let key = only(key, &statement);
            let mut roles = statement.query(key)?;
            roles.next()?.map(role).transpose()
        };
        let role = self.role.as_deref().map(read).transpose().map_err(|error| unreadable(&error))?;
        Ok(role.flatten())
    }

    /// The key as the column has it: in other tables it may be compared byte for byte.
    fn key(&self, connection: &Connection, id: &AccountId) -> rusqlite::Result<Option<Value>> {
        let mut statement = connection.prepare_cached(&self.key)?;
        let keys: Vec<Value> = statement.query_map(keys(id), |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(keys.into_iter().find(|key| account_id(key.into()).as_ref() == Some(id)))
    }

    /// All that [`used`](Self::used) and [`role`](Self::role) run, with the words for what is wrong with them.
    pub(super) fn others(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let used = self.used.as_deref().map(|sql| ("cannot be searched; see users.history", sql));
        let role = self.role.as_deref().map(|sql| ("has not got the roles of users.preset", sql));
        [used, role].into_iter().flatten()
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let id = account_id(row.get_ref(0)?);
    let eligible = id.is_some() && row.get::<_, bool>(5)?;
    Ok(Account {
        id: id.unwrap_or_else(|| AccountId::new("")),
        address: text(row.get_ref(1)?).unwrap_or_default(),
        password: text(row.get_ref(2)?).map(StoredPassword::new),
        name: text(row.get_ref(3)?),
        locale: text(row.get_ref(4)?),
        eligible,
    })
}

fn role(row: &Row<'_>) -> rusqlite::Result<Role> {
    let words = |column| row.get_ref(column).map(|value| text(value).unwrap_or_default());
    Ok(Role { id: row.get(0)?, name: words(1)?, description: words(2)?, kind: words(3)? })
}

/// The key for each parameter: there is nothing else to bind when something is read.
fn only(key: Value, statement: &Prepared<'_>) -> impl Params + use<> {
    params_from_iter(std::iter::repeat_n(key, statement.parameter_count()))
}

fn unreadable(error: &rusqlite::Error) -> StoreFault {
    fault("cannot be read", error)
}
