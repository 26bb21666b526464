//! Which column means what in somebody else's table, and the SQL that follows from it in every dialect.

use super::after_reset::{self, Statement};
use crate::config;
use crate::users::StoreFault;

/// The configured table, its names quoted for an engine.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// The table as configured, for messages and catalogues: schema, if any, and name.
    pub(super) table: (Option<String>, String),
    /// The columns as configured, to be looked for in the table.
    pub(super) columns: Vec<String>,
    /// The table, quoted.
    pub(super) from: String,
    /// Columns, quoted, with the table before them: no engine takes such a name for a text in quotes.
    pub(super) id: String,
    pub(super) email: String,
    pub(super) password: String,
    /// `NULL` where not configured.
    pub(super) name: String,
    pub(super) locale: String,
    /// Two of them without the table, as `SET` and `CREATE INDEX` want them.
    pub(super) password_alone: String,
    pub(super) email_alone: String,
    /// Who may reset: the configured condition, and a verified address. True, false or NULL.
    pub(super) eligible: String,
    /// What to run after the password was written.
    pub(super) after_reset: Vec<Statement>,
}

impl Mapping {
    /// Reads the mapping; `quote` is what the engine puts around names.
    ///
    /// # Errors
    /// [`StoreFault`], if a name or a statement cannot be one. Nothing is asked of the database.
    pub(super) fn of(users: &config::Users, quote: char) -> Result<Self, StoreFault> {
        let table = table_name(&users.table)?;
        let optional = [&users.name, &users.locale, &users.email_verified];
        let columns: Vec<String> = [&users.id, &users.email, &users.password]
            .into_iter()
            .chain(optional.into_iter().flatten())
            .cloned()
            .collect();
        if let Some(column) = columns.iter().find(|column| !is_name(column)) {
            return Err(unsound(format!("{column:?} cannot be the name of a column")));
        }
        let quoted = |name: &str| quoted(name, quote);
        let column = |name: &str| format!("{}.{}", quoted(&table.1), quoted(name));
        let or_null = |name: &Option<String>| name.as_deref().map_or_else(|| "NULL".into(), column);
        let schema = table.0.as_deref().map(|schema| quoted(schema) + ".").unwrap_or_default();
        Ok(Self {
            from: schema + &quoted(&table.1),
            id: column(&users.id),
            email: column(&users.email),
            password: column(&users.password),
            name: or_null(&users.name),
            locale: or_null(&users.locale),
            password_alone: quoted(&users.password),
            email_alone: quoted(&users.email),
            eligible: eligible(users.eligible.as_deref(), users.email_verified.as_deref().map(column))?,
            after_reset: users.after_reset.iter().map(|text| statement(text)).collect::<Result<_, _>>()?,
            table,
            columns,
        })
    }
}

/// Splits `schema.table`.
fn table_name(configured: &str) -> Result<(Option<String>, String), StoreFault> {
    let (schema, table) = match configured.split_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, configured),
    };
    if !is_name(table) || table.contains('.') || !schema.is_none_or(is_name) {
        return Err(unsound(format!("users.table is {configured:?}; write \"table\" or \"schema.table\", unquoted")));
    }
    Ok((schema.map(str::to_owned), table.to_owned()))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}

fn quoted(name: &str, quote: char) -> String {
    let doubled = name.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

/// Joins the two conditions. The line break ends a comment that the operator may have left in theirs.
fn eligible(condition: Option<&str>, verified: Option<String>) -> Result<String, StoreFault> {
    if let Some(condition) = condition {
        after_reset::check_condition(condition).map_err(|error| unsound(format!("users.eligible: {error}")))?;
    }
    let condition = condition.map(|condition| format!("({condition}\n)"));
    let verified = verified.map(|column| format!("LOWER(CAST({column} AS TEXT)) NOT IN ({UNVERIFIED})"));
    let parts: Vec<String> = condition.into_iter().chain(verified).collect();
    Ok(if parts.is_empty() { "(1 = 1)".into() } else { format!("({})", parts.join(" AND ")) })
}

fn statement(text: &str) -> Result<Statement, StoreFault> {
    Statement::parse(text).map_err(|error| unsound(format!("users.after_reset, {text:?}: {error}")))
}

fn unsound(cause: String) -> StoreFault {
    StoreFault { what: "cannot be used as configured", cause }
}

/// What an application writes for "not verified"; NULL is neither in nor out, and so no yes either. Everything else
/// counts, a moment of verification above all.
const UNVERIFIED: &str = "'', '0', '0.0', 'f', 'false', 'n', 'no'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::conformance::users_config;

    fn mapping(change: impl FnOnce(&mut config::Users)) -> Result<Mapping, String> {
        let mut users = users_config("unused.db".into());
        change(&mut users);
        Mapping::of(&users, '"').map_err(|fault| fault.to_string())
    }

    #[test]
    fn names_are_quoted() {
        let mapping = mapping(|users| {
            users.table = "app.user\"s".into();
            users.email = "e mail".into();
        })
        .unwrap();
        assert_eq!(mapping.from, r#""app"."user""s""#);
        assert_eq!(mapping.email, r#""user""s"."e mail""#);
        assert_eq!(mapping.password_alone, r#""password""#);
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        for table in ["", "a.", ".a", "a.b.c", "a\0"] {
            assert!(mapping(|users| users.table = table.into()).unwrap_err().contains("users.table"), "{table:?}");
        }
        assert!(mapping(|users| users.email = String::new()).unwrap_err().contains("column"));
    }

    #[test]
    fn the_fault_names_the_statement_that_is_wrong() {
        let fault = mapping(|users| users.after_reset = vec!["DELETE FROM s WHERE u = :uid".into()]).unwrap_err();
        assert!(fault.contains("users.after_reset") && fault.contains("`:uid`"), "{fault}");
        let fault = mapping(|users| users.eligible = Some("a = 'b".into())).unwrap_err();
        assert!(fault.contains("users.eligible"), "{fault}");
    }
}
