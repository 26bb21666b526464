//! The values that were looked at.

use super::vocabulary::{self, Class, class};
use crate::users::sql::inspect::{Inspection, Sample, Table};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// Samples by table and column; where a column may not be read, why.
#[derive(Default)]
pub(super) struct Samples(BTreeMap<(String, String), Result<Sample, String>>);

impl Samples {
    /// Looks at the columns of `table` that matter.
    pub(super) async fn add(&mut self, inspection: &mut Inspection, table: &Table) {
        for column in wanted(table) {
            let key = (table.full_name(), column.to_owned());
            if self.0.contains_key(&key) {
                continue;
            }
            let sample = inspection.sample(table, column, ROWS_MAX).await.map_err(|fault| fault.cause);
            self.0.insert(key, sample);
        }
    }

    /// The sample of a column; empty if there is none.
    pub(super) fn of(&self, table: &Table, column: &str) -> &[Option<SecretString>] {
        match self.0.get(&(table.full_name(), column.to_owned())) {
            Some(Ok(sample)) => sample,
            _ => &[],
        }
    }

    /// Why there is none, in the database's words.
    pub(super) fn refusal(&self, table: &Table, column: &str) -> Option<&str> {
        self.0.get(&(table.full_name(), column.to_owned()))?.as_ref().err().map(String::as_str)
    }

    /// The different values of a column, each with how often it comes, most often first. For columns of few values.
    pub(super) fn values(&self, table: &Table, column: &str) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in self.of(table, column).iter().flatten() {
            *counts.entry(value.expose_secret()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    #[cfg(test)]
    pub(super) fn put(&mut self, table: &Table, column: &str, values: &[Option<&str>]) {
        let sample = values.iter().map(|value| value.map(SecretString::from)).collect();
        self.0.insert((table.full_name(), column.to_owned()), Ok(sample));
    }
}

/// Addresses, passwords, and what says who may sign in.
fn wanted(table: &Table) -> Vec<&str> {
    let mut wanted = Vec::new();
    for column in table.columns.iter().filter(|column| vocabulary::is_identifier(&column.name)) {
        let name = column.name.as_str();
        let plain = vocabulary::plain(name);
        let is_state = class(column) != Class::Moment
            && (plain.contains("status")
                || plain.contains("state")
                || plain.contains("active")
                || plain.contains("enabled"));
        if vocabulary::address_fit(name) > 0
            || vocabulary::password_fit(name) > 0
            || vocabulary::VERIFIED.contains(&plain.as_str())
            || is_state
        {
            wanted.push(name);
        }
    }
    wanted.truncate(COLUMNS_MAX);
    wanted
}

/// Enough to see every format in use, and soon read.
const ROWS_MAX: usize = 500;
const COLUMNS_MAX: usize = 12;
