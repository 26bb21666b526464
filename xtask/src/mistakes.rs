//! `docs/mistakes.md`: a table of what went wrong elsewhere, with the tests that stand against it.

use crate::tree::root;
use anyhow::{Context, Result};

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// What went wrong.
    pub(crate) weakness: String,
    /// The tests that show that it does not here. The first is the one that fails when it does.
    pub(crate) tests: Vec<Test>,
    /// Whether there is nothing yet that could go wrong.
    pub(crate) is_pending: bool,
    /// The names by which it is brought back.
    pub(crate) names: Vec<String>,
}

/// A test, by its file and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Test {
    /// From the root, with slashes.
    pub(crate) file: String,
    pub(crate) name: String,
}

impl Test {
    /// As the integration tests' binary calls it; none if it is not one of those.
    pub(crate) fn path(&self) -> Option<String> {
        let file = self.file.strip_prefix("server/tests/it/")?.strip_suffix(".rs")?;
        let module = file.strip_suffix("/mod").unwrap_or(file).replace('/', "::");
        Some(format!("{module}::{}", self.name))
    }
}

/// All rows.
pub(crate) fn read() -> Result<Vec<Mistake>> {
    let text = std::fs::read_to_string(root().join(FILE)).with_context(|| format!("{FILE} cannot be read"))?;
    Ok(text.lines().filter_map(row).collect())
}

const FILE: &str = "docs/mistakes.md";

/// A row of five columns; headings and rules are none.
fn row(line: &str) -> Option<Mistake> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [weakness, _, _, shown_by, brought_back_as] = cells[..] else { return None };
    if weakness == "Weakness" || weakness.starts_with("---") {
        return None;
    }
    Some(Mistake {
        weakness: weakness.to_owned(),
        tests: shown_by.split("[`").skip(1).filter_map(test).collect(),
        is_pending: shown_by.contains("pending"),
        names: brought_back_as.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
    })
}

/// What follows the brackets of ``[`name`](../file)``.
fn test(link: &str) -> Option<Test> {
    let (name, rest) = link.split_once("`](../")?;
    let (file, _) = rest.split_once(')')?;
    Some(Test { file: file.to_owned(), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_row_names_a_test_that_exists_or_says_that_it_is_pending() {
        let mistakes = read().unwrap();
        assert!(mistakes.len() > 50, "{} rows", mistakes.len());
        for Mistake { weakness, tests, is_pending, .. } in mistakes {
            assert!(is_pending || !tests.is_empty(), "no test shows: {weakness}");
            for Test { file, name } in tests {
                let text = std::fs::read_to_string(root().join(&file)).unwrap_or_default();
                assert!(text.contains(&format!("fn {name}(")), "{weakness}: {file} has no test {name}");
            }
        }
    }

    #[test]
    fn every_weakness_that_can_be_brought_back_stands_in_one_row_with_an_integration_test() {
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for mistake in read().unwrap() {
            for name in mistake.names {
                assert!(mistake.tests.first().is_some_and(|test| test.path().is_some()), "{name}");
                *rows.entry(name).or_default() += 1;
            }
        }
        let source = std::fs::read_to_string(root().join("server/src/weakness.rs")).unwrap();
        let known = source.lines().filter_map(|line| line.trim().split_once(" = \"")?.1.strip_suffix("\","));
        let known: BTreeMap<String, usize> = known.map(|name| (name.to_owned(), 1)).collect();
        assert_eq!(rows, known);
    }

    #[test]
    fn a_row_is_read() {
        let read = row("| A | B | `c` | [`one`](../server/tests/it/a/b.rs), [`two`](../core/src/c.rs) | `d`, `e-f` |")
            .unwrap();
        assert_eq!(read.tests[0].path().as_deref(), Some("a::b::one"));
        assert_eq!((read.tests[1].path(), read.tests.len(), read.is_pending), (None, 2, false));
        assert_eq!(read.names, ["d", "e-f"]);
        assert_eq!(row("|---|---|---|---|---|"), None);
        assert!(row("| A | B | C | pending: nothing there | |").unwrap().is_pending);
    }
}
