//! What Regain may do in the database, against what a reset needs.

use super::connect::Session;
use super::statements::Statements;
use crate::users::sql::mapping::Mapping;
use mysql_async::ServerError;
use mysql_async::prelude::Queryable;
use std::collections::BTreeMap;

/// The GRANT that is missing where the server refused a statement for want of a right.
pub(super) fn missing(ServerError { code, message, .. }: &ServerError) -> Option<String> {
    if !REFUSALS.contains(code) {
        return None;
    }
    let (right, rest) = message.split_once(" command denied to user ")?;
    let (account, object) = rest.split_once(" for ")?;
    let object = match object.strip_prefix("column ").and_then(|rest| rest.split_once(" in table ")) {
        Some((column, table)) => format!("({}) ON {}", quoted(column), quoted(table)),
        None => format!("ON {}", quoted(object.strip_prefix("table ")?)),
    };
    Some(format!("GRANT {right} {object} TO {account}"))
}

/// MariaDB writes `` `schema`.`table` ``, MySQL `'table'`.
fn quoted(name: &str) -> String {
    name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')).map_or(name.to_owned(), |name| format!("`{name}`"))
}

/// Rights that no reset needs, as `INSERT, DELETE ON …`. Of a role's rights only those on the accounts' columns count.
pub(super) async fn more_than_needed(
    session: &mut Session,
    mapping: &Mapping,
    statements: &Statements,
) -> mysql_async::Result<Vec<String>> {
    let granted: Vec<Granted> = session.connection.query(GRANTED).await?;
    let mut more: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (schema, table, right, grantable) in granted {
        let of_accounts = table.eq_ignore_ascii_case(&mapping.tables[0].table);
        let of_a_reset = statements.words.contains(&table.to_lowercase());
        let needed = match &*right {
            "SELECT" | "UPDATE" => of_accounts || of_a_reset,
            "INSERT" | "DELETE" => !of_accounts && of_a_reset,
            _ => false,
        };
        let rights = more.entry(object(&schema, &table)).or_default();
        if !needed {
            rights.push(right);
        }
        if grantable == "YES" && !rights.iter().any(|right| right == GRANT_OPTION) {
            rights.push(GRANT_OPTION.into());
        }
    }
    let mut more: Vec<_> =
        more.iter().filter(|(_, rights)| !rights.is_empty()).map(|(object, rights)| told(rights, object)).collect();
    more.truncate(OBJECTS_MAX);
    if more.is_empty() {
        more.extend(other_columns(session, mapping, statements));
    }
    Ok(more)
}

/// Columns of the accounts that Regain could write, and that neither a password nor a statement is written to.
fn other_columns(session: &Session, mapping: &Mapping, statements: &Statements) -> Option<String> {
    let password = mapping.password_alone.trim_matches('`').to_lowercase();
    let has_credentials = mapping.accounts != mapping.swapped;
    let columns: Vec<_> = session.catalogue.tables[0]
        .iter()
        .filter(|column| column.privileges.split(',').any(|right| right == "update"))
        .map(|column| column.name.to_lowercase())
        .filter(|name| !statements.words.contains(name) && (has_credentials || *name != password))
        .collect();
    (!columns.is_empty()).then(|| format!("UPDATE ({}) ON {}", columns.join(", "), mapping.accounts))
}

fn object(schema: &str, table: &str) -> String {
    match (schema, table) {
        ("", _) => "*.*".into(),
        (schema, "") => format!("`{schema}`.*"),
        (schema, table) => format!("`{schema}`.`{table}`"),
    }
}

fn told(rights: &[String], object: &str) -> String {
    match rights {
        [first, second, third, _, _, rest @ ..] => {
            format!("{first}, {second}, {third} and {} more ON {object}", rest.len() + 2)
        }
        few => format!("{} ON {object}", few.join(", ")),
    }
}

/// Schema, table, right, whether it may be passed on.
type Granted = (String, String, String, String);

/// What was granted to this very account: everywhere, in a schema, on a table.
const GRANTED: &str = "\
    SELECT '', '', privilege_type, is_grantable FROM information_schema.user_privileges \
    WHERE privilege_type <> 'USAGE' AND grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') \
    UNION ALL SELECT table_schema, '', privilege_type, is_grantable FROM information_schema.schema_privileges \
    WHERE grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') \
    UNION ALL SELECT table_schema, table_name, privilege_type, is_grantable FROM information_schema.table_privileges \
    WHERE grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')";
const GRANT_OPTION: &str = "GRANT OPTION";
/// Access denied to a table, to a column.
const REFUSALS: &[u16] = &[1142, 1143];
const OBJECTS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_by(code: u16, message: &str) -> Option<String> {
        missing(&ServerError { code, message: message.into(), state: "42000".into() })
    }

    #[test]
    fn a_refusal_names_the_grant() {
        let column = missing_by(1143, "UPDATE command denied to user 'r'@'h' for column 'password' in table 'users'");
        assert_eq!(column.unwrap(), "GRANT UPDATE (`password`) ON `users` TO 'r'@'h'");
        let mariadb = missing_by(1142, "DELETE command denied to user 'r'@'h' for table `app`.`sessions`");
        assert_eq!(mariadb.unwrap(), "GRANT DELETE ON `app`.`sessions` TO 'r'@'h'");
        let mysql = missing_by(1142, "DELETE command denied to user 'r'@'h' for table 'sessions'");
        assert_eq!(mysql.unwrap(), "GRANT DELETE ON `sessions` TO 'r'@'h'");
        assert_eq!(missing_by(1146, "Table 'app.sessions' doesn't exist"), None);
    }
}
