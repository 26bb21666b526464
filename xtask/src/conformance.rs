//! Whether everything that has more than one engine was held to the whole of its conformance suite on each: counted from
//! what passed, not from what is meant to be there.

use crate::tree::root;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;

/// What several engines do alike, and the promises that say how.
struct Suite {
    name: &'static str,
    /// Where the promises are written.
    folder: &'static str,
    /// How the line of a promise goes on after its name.
    promise: &'static str,
    /// Each engine, and where its tests are.
    engines: &'static [(&'static str, &'static str)],
}

const SUITES: &[Suite] = &[
    Suite {
        name: "user store conformance",
        folder: "server/src/users/conformance",
        promise: "<F: Fixture>()",
        engines: &[
            ("SQLite", "users::sql::sqlite"),
            ("PostgreSQL", "users::sql::postgres"),
            ("MariaDB", "users::sql::mysql"),
            ("OpenLDAP", "users::ldap"),
            ("the hook in Python", "users::hook::tests::samples::python"),
            ("in Node", "users::hook::tests::samples::node"),
            ("in Go", "users::hook::tests::samples::go"),
        ],
    },
    Suite {
        name: "database conformance",
        folder: "server/src/users/conformance/sql",
        promise: "<F: SqlFixture>()",
        engines: &[
            ("SQLite", "users::sql::sqlite"),
            ("PostgreSQL", "users::sql::postgres"),
            ("MariaDB", "users::sql::mysql"),
        ],
    },
    Suite {
        name: "ledger conformance",
        folder: "server/src/ledger/conformance",
        promise: "fixture: Fixture)",
        engines: &[("SQLite", "ledger::conformance::sqlite"), ("PostgreSQL", "ledger::conformance::postgres")],
    },
];

/// A line for each suite that says how many promises each engine kept, from the names of the tests that passed.
///
/// # Errors
/// An engine that was not held to all of them.
pub(crate) fn count(passed: &[String]) -> Result<String> {
    let lines = SUITES.iter().map(|suite| suite.count(passed)).collect::<Result<Vec<_>>>()?;
    Ok(lines.join("\n"))
}

impl Suite {
    fn count(&self, passed: &[String]) -> Result<String> {
        let folder = root().join(self.folder);
        let mut text = String::new();
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_file() {
                text += &std::fs::read_to_string(path)?;
            }
        }
        self.count_against(&self.promises(&text), passed)
    }

    fn count_against(&self, promises: &[&str], passed: &[String]) -> Result<String> {
        let all = promises.len();
        ensure!(all > 0, "no promise was found in {}", self.folder);
        let mut counts = Vec::new();
        for (engine, place) in self.engines {
            let mut fixtures: BTreeMap<&str, usize> = BTreeMap::new();
            for (module, test) in passed.iter().filter_map(|name| name.rsplit_once("::")) {
                if module.starts_with(place) && promises.contains(&test) {
                    *fixtures.entry(module).or_default() += 1;
                }
            }
            ensure!(
                !fixtures.is_empty(),
                "{engine} was not held to the {}: no test of it in {place} passed",
                self.name
            );
            for (module, kept) in &fixtures {
                ensure!(*kept == all, "{engine} keeps {kept} of the {all} promises of the {}, in {module}", self.name);
            }
            counts.push(match fixtures.len() {
                1 => format!("{engine} {all}"),
                n => format!("{engine} {n}×{all}"),
            });
        }
        Ok(format!("{}: {}", self.name, counts.join(", ")))
    }

    /// The promises of the suite: each is a function over a fixture.
    fn promises<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let visible = ["pub(crate) async fn ", "pub(super) async fn "];
        let functions = text.lines().filter_map(|line| visible.iter().find_map(|start| line.strip_prefix(start)));
        let promises = functions.filter(|line| line.contains(self.promise));
        promises.filter_map(|line| Some(line.split_once(['<', '('])?.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASES: &Suite = &SUITES[1];
    const LEDGER: &Suite = &SUITES[2];
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
        let line = DATABASES.count_against(PROMISES, &passed(ALL)).unwrap();
        assert_eq!(line, "database conformance: SQLite 2×2, PostgreSQL 2, MariaDB 2");
    }

    #[test]
    fn an_engine_without_the_suite_or_with_a_part_of_it_fails() {
        for (missing, word) in [(ALL.len() - 2, "MariaDB was not held"), (ALL.len() - 1, "MariaDB keeps 1 of the 2")] {
            let fault = DATABASES.count_against(PROMISES, &passed(&ALL[..missing])).unwrap_err().to_string();
            assert!(fault.contains(word), "{fault}");
        }
    }

    #[test]
    fn a_ledger_that_lacks_a_promise_fails() {
        let names = ["sqlite::one", "sqlite::two", "postgres::one", "postgres::two"];
        let passed = names.map(|name| format!("ledger::conformance::{name}"));
        let line = LEDGER.count_against(PROMISES, &passed).unwrap();
        assert_eq!(line, "ledger conformance: SQLite 2, PostgreSQL 2");
        let fault = LEDGER.count_against(PROMISES, &passed[..3]).unwrap_err().to_string();
        assert!(fault.contains("PostgreSQL keeps 1 of the 2 promises of the ledger conformance"), "{fault}");
    }

    #[test]
    fn promises_are_read_from_the_suite() {
        let text = "fn a() {}\npub(crate) async fn keys_are_loaded<F: SqlFixture>() {\n    pub(crate) async fn b() {}";
        assert_eq!(DATABASES.promises(text), ["keys_are_loaded"]);
        let text = "pub(super) async fn one(mut fixture: Fixture) {\n    pub(super) async fn claims(&self) {";
        assert_eq!(LEDGER.promises(text), ["one"]);
        assert_eq!(LEDGER.promises("pub(super) async fn two(fixture: Fixture) {"), ["two"]);
    }
}
