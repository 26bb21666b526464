//! Whether every user store was held to the whole conformance suite: counted from what passed, not from what is meant
//! to be there.

use crate::tree::root;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;

/// One line that says how many promises each store kept, from the names of the tests that passed.
///
/// # Errors
/// A store that was not held to all of them.
pub(crate) fn count(passed: &[String]) -> Result<String> {
    let folder = root().join("server/src/users/conformance");
    let mut suite = String::new();
    for file in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        suite += &std::fs::read_to_string(file?.path())?;
    }
    count_against(&promises(&suite), passed)
}

fn count_against(promises: &[&str], passed: &[String]) -> Result<String> {
    let mut counts = Vec::new();
    for (store, place) in STORES {
        let mut fixtures: BTreeMap<&str, usize> = BTreeMap::new();
        for (module, test) in passed.iter().filter_map(|name| name.rsplit_once("::")) {
            if module.starts_with(place) && promises.contains(&test) {
                *fixtures.entry(module).or_default() += 1;
            }
        }
        let all = promises.len();
        ensure!(all > 0, "no promise was found in server/src/users/conformance");
        ensure!(!fixtures.is_empty(), "{store} was not held to the conformance suite: no test of it in {place} passed");
        for (module, kept) in &fixtures {
            ensure!(*kept == all, "{store} keeps {kept} of the {all} promises of the conformance suite, in {module}");
        }
        counts.push(match fixtures.len() {
            1 => format!("{store} {all}"),
            n => format!("{store} {n}×{all}"),
        });
    }
    Ok(format!("user store conformance: {}", counts.join(", ")))
}

/// The promises of the suite: each is a function over a fixture.
fn promises(suite: &str) -> Vec<&str> {
    let functions = suite.lines().filter_map(|line| line.strip_prefix("pub(crate) async fn "));
    functions.filter_map(|line| Some(line.split_once("<F: Fixture>()")?.0)).collect()
}

/// Each store, and where its tests are.
const STORES: [(&str, &str); 3] =
    [("SQLite", "users::sql::sqlite"), ("PostgreSQL", "users::sql::postgres"), ("MariaDB", "users::sql::mysql")];

#[cfg(test)]
mod tests {
    use super::*;

    const PROMISES: &[&str] = &["one", "two"];

    fn passed(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("users::sql::{name}")).collect()
    }

    const ALL: &[&str] = &[
        "sqlite::a::one",
        "sqlite::a::two",
        "sqlite::b::one",
        "sqlite::b::two",
        "sqlite::something_else",
        "postgres::tests::one",
        "postgres::tests::two",
        "mysql::tests::one",
        "mysql::tests::two",
    ];

    #[test]
    fn each_fixture_counts() {
        let line = count_against(PROMISES, &passed(ALL)).unwrap();
        assert_eq!(line, "user store conformance: SQLite 2×2, PostgreSQL 2, MariaDB 2");
    }

    #[test]
    fn a_store_without_the_suite_or_with_a_part_of_it_fails() {
        for (missing, word) in [(ALL.len() - 2, "MariaDB was not held"), (ALL.len() - 1, "MariaDB keeps 1 of the 2")] {
            let fault = count_against(PROMISES, &passed(&ALL[..missing])).unwrap_err().to_string();
            assert!(fault.contains(word), "{fault}");
        }
    }

    #[test]
    fn promises_are_read_from_the_suite() {
        let suite = "fn a() {}\npub(crate) async fn keys_are_loaded<F: Fixture>() {\n    pub(crate) async fn b() {}";
        assert_eq!(promises(suite), ["keys_are_loaded"]);
    }
}
