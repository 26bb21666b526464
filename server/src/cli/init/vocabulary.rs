//! What people call things in their tables, and how SQL wants the names written.

pub(super) use crate::config::is_identifier;
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Table};

/// How well a column's name fits what is looked for, from 0 (not at all) to 10.
pub(super) type Fit = u8;

/// A column with the address that mail goes to.
pub(super) fn address_fit(name: &str) -> Fit {
    match plain(name).as_str() {
        "email" => 10,
        "emailaddress" | "useremail" | "usermail" | "mail" | "loginemail" | "accountemail" | "memberemail" => 9,
        "primaryemail" | "emailaddr" | "mailaddress" | "emailid" | "customeremail" => 8,
        "normalizedemail" | "emailnormalized" | "emailcanonical" => 4,
        "login" | "username" | "userlogin" => 2,
        other if other.ends_with("email") || other.ends_with("mail") => 5,
        _ => 0,
    }
}

/// A column with the password's hash.
pub(super) fn password_fit(name: &str) -> Fit {
    let plain = plain(name);
    if OTHER_THAN_PASSWORD.iter().any(|part| plain.contains(part)) || has_word(name, OTHER_WORDS) {
        return 0;
    }
    match plain.as_str() {
        "password" | "passwordhash" | "encryptedpassword" | "hashedpassword" | "passworddigest" => 10,
        "passwd" | "passhash" | "pwdhash" | "cryptedpassword" | "userpass" | "userpassword" | "passwdhash" => 9,
        "pass" | "pwd" | "pw" | "pwhash" | "hashpassword" | "loginpassword" | "userpwd" | "mdp" | "motdepasse" => 7,
        other if other.contains("password") || other.contains("passwd") || other.contains("pwd") => 4,
        "hash" | "credential" | "secret" => 2,
        _ => 0,
    }
}

/// A table of people who sign in.
pub(super) fn accounts_fit(name: &str) -> Fit {
    let plain = plain(name);
    if has_word(name, SET_ASIDE) {
        return 0;
    }
    match plain.as_str() {
        "user" | "users" | "account" | "accounts" => 10,
        "member" | "members" | "customer" | "customers" | "appuser" | "appusers" | "authuser" => 9,
        other if other.ends_with("user") || other.ends_with("users") => 8,
        other if other.ends_with("account") || other.ends_with("accounts") => 7,
        "person" | "people" | "persons" | "subscribers" | "clients" | "students" | "players" => 6,
        _ => 3,
    }
}

/// Columns with the owner's name, the best first.
pub(super) const OWNER_NAMES: &[&str] =
    &["name", "fullname", "displayname", "realname", "firstname", "givenname", "forename", "nickname", "vorname"];

/// Columns with the owner's language, the best first.
pub(super) const LOCALES: &[&str] =
    &["locale", "language", "lang", "preferredlocale", "preferredlanguage", "languagecode", "userlocale"];

/// Columns that say whether the address was verified, the best first.
pub(super) const VERIFIED: &[&str] = &[
    "emailverified",
    "emailverifiedat",
    "isemailverified",
    "emailconfirmed",
    "emailconfirmedat",
    "isverified",
    "verified",
    "verifiedat",
    "confirmed",
    "confirmedat",
    "isconfirmed",
    "mailverified",
];

/// Of `columns`, the first that has one of `names`, the names in their order.
pub(super) fn first_named<'a>(table: &'a Table, names: &[&str]) -> Option<&'a Column> {
    let usable = || table.columns.iter().filter(|column| is_identifier(&column.name));
    names.iter().find_map(|name| usable().find(|column| plain(&column.name) == *name))
}

/// Lower case, without what only separates words.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Whether one of the words of `name` is among `listed`.
fn has_word(name: &str, listed: &[&str]) -> bool {
    words(name).iter().any(|word| listed.contains(&word.as_str()))
}

/// The words that a name is put together from, by `_` or by capitals, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut was_small = false;
    for c in name.chars() {
        if was_small && c.is_uppercase() || !c.is_alphanumeric() {
            spaced.push(' ');
        }
        was_small = c.is_lowercase();
        spaced.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Whether the configuration can name the table.
pub(super) fn is_nameable(table: &Table) -> bool {
    is_identifier(&table.name) && table.schema.as_deref().is_none_or(is_identifier)
}

/// A column or table as SQL wants it, in quotation marks where it needs them.
pub(super) fn sql_name(engine: Engine, name: &str) -> String {
    let folded = engine == Engine::Postgres && name.contains(|c: char| c.is_ascii_uppercase());
    let reserved = RESERVED.contains(&name.to_ascii_lowercase().as_str());
    if is_identifier(name) && !folded && !reserved { name.to_owned() } else { engine.quoted(name) }
}

/// A table with its schema, as SQL wants it.
pub(super) fn sql_table(engine: Engine, table: &Table) -> String {
    let schema = table.schema.as_deref().map(|schema| sql_name(engine, schema) + ".").unwrap_or_default();
    schema + &sql_name(engine, &table.name)
}

/// What a column's type comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Truth,
    Number,
    Moment,
    Text,
    Other,
}

/// Reads a type as the engine spells it.
pub(super) fn class(column: &Column) -> Class {
    let kind = column.kind.as_str();
    let opens = |openings: &[&str]| openings.iter().any(|opening| kind.starts_with(opening));
    if opens(&["bool", "tinyint(1)", "bit(1)"]) || kind == "bit" {
        Class::Truth
    } else if opens(&["timestamp", "datetime", "date"]) {
        Class::Moment
    } else if opens(&[
        "char",
        "varchar",
        "character",
        "text",
        "tinytext",
        "mediumtext",
        "longtext",
        "enum",
        "citext",
        "nvarchar",
    ]) {
        Class::Text
    } else if opens(NUMBERS) && !opens(&["interval"]) {
        Class::Number
    } else {
        Class::Other
    }
}

const NUMBERS: &[&str] =
    &["int", "bigint", "smallint", "tinyint", "mediumint", "serial", "bigserial", "smallserial", "numeric", "decimal"];

/// What has "password" in its name and is no password.
const OTHER_THAN_PASSWORD: &[&str] = &[
    "reset",
    "token",
    "salt",
    "hint",
    "change",
    "expire",
    "updated",
    "algo",
    "attempt",
    "require",
    "question",
    "answer",
    "version",
    "recover",
    "forgot",
    "previous",
    "iteration",
    "length",
    "created",
    "passport",
];
/// The same, as whole words: others begin or end so by chance.
const OTHER_WORDS: &[&str] =
    &["at", "on", "old", "last", "date", "sent", "temp", "count", "type", "needs", "must", "has", "set"];

/// Words in the names of tables that hold copies of accounts, or traces of them.
const SET_ASIDE: &[&str] = &[
    "backup", "bak", "old", "archive", "archived", "history", "audit", "log", "logs", "import", "imports", "tmp",
    "temp", "deleted", "copy", "used",
];

/// Words that are no names without quotation marks, in at least one of the engines, and that tables and columns of this
/// kind are called by.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "as",
    "asc",
    "authorization",
    "both",
    "case",
    "check",
    "column",
    "condition",
    "current",
    "default",
    "desc",
    "end",
    "from",
    "grant",
    "group",
    "groups",
    "in",
    "index",
    "is",
    "key",
    "keys",
    "like",
    "limit",
    "lock",
    "not",
    "null",
    "of",
    "on",
    "or",
    "order",
    "primary",
    "rank",
    "references",
    "row",
    "rows",
    "select",
    "set",
    "system",
    "table",
    "to",
    "trigger",
    "union",
    "unique",
    "usage",
    "user",
    "using",
    "values",
    "when",
    "where",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_told_from_what_is_about_them() {
        for name in ["password", "password_hash", "PasswordHash", "encrypted_password", "pwd_hash", "user_pass", "pass"]
        {
            assert!(password_fit(name) >= 4, "{name}");
        }
        for name in
            ["password_reset_token", "password_changed_at", "password_salt", "last_password", "passwordSetAt", "id"]
        {
            assert_eq!(password_fit(name), 0, "{name}");
        }
    }

    #[test]
    fn copies_of_accounts_are_told_by_whole_words() {
        for name in ["users_backup", "UsersOld", "user_log"] {
            assert_eq!(accounts_fit(name), 0, "{name}");
        }
        for name in ["blog_users", "households", "stakeholder"] {
            assert!(accounts_fit(name) > 0, "{name}");
        }
    }

    #[test]
    fn names_are_quoted_where_they_need_it() {
        assert_eq!(sql_name(Engine::Postgres, "is_active"), "is_active");
        assert_eq!(sql_name(Engine::Postgres, "userId"), "\"userId\"");
        assert_eq!(sql_name(Engine::Mysql, "userId"), "userId");
        assert_eq!(sql_name(Engine::Mysql, "user"), "`user`");
    }
}
