//! What the SQL of the three engines spells differently.

use std::fmt;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// A SQLite file.
    Sqlite,
    /// PostgreSQL, directly or through PgBouncer.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
}

impl Engine {
    /// Every engine.
    pub const ALL: &[Self] = &[Self::Sqlite, Self::Postgres, Self::Mysql];

    /// A name in the engine's quotation marks.
    #[must_use]
    pub fn quoted(self, name: &str) -> String {
        let quote = if self == Self::Mysql { '`' } else { '"' };
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// The mark of the parameter `number`, from 1 on. MySQL's marks have no number, so each stands for the next value:
    /// statements name their parameters in order, and each once.
    #[must_use]
    pub fn mark(self, number: usize) -> String {
        match self {
            Self::Sqlite => format!("?{number}"),
            Self::Postgres => format!("${number}"),
            Self::Mysql => "?".into(),
        }
    }

    /// An expression as text.
    #[must_use]
    pub fn as_text(self, expression: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST({expression} AS TEXT)"),
            Self::Postgres => format!("({expression})::text"),
            Self::Mysql => format!("CAST({expression} AS CHAR)"),
        }
    }

    /// The condition that an expression, as text, equals the parameter `mark` byte for byte, whatever its collation.
    #[must_use]
    pub fn same_bytes(self, expression: &str, mark: &str) -> String {
        let text = self.as_text(expression);
        match self {
            Self::Sqlite => format!("{text} = {mark} COLLATE BINARY"),
            Self::Postgres => format!("{text} COLLATE \"C\" = {mark}::text"),
            Self::Mysql => format!("BINARY {text} = BINARY {mark}"),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL or MariaDB",
        })
    }
}
