//! `[users]`: the accounts whose passwords are reset.

use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::url;
use std::path::{Path, PathBuf};

/// `[users]`
#[derive(Debug, Clone)]
pub struct Users {
    /// The SQLite file that holds the accounts.
    pub path: PathBuf,
    /// The table.
    pub table: String,
    /// Key column.
    pub id: String,
    /// Address column.
    pub email: String,
    /// Password column.
    pub password: String,
    /// Column with the owner's name.
    pub name: Option<String>,
    /// Column with the owner's language.
    pub locale: Option<String>,
    /// SQL condition: who may reset.
    pub eligible: Option<String>,
    /// Column that says whether the address was verified.
    pub email_verified: Option<String>,
    /// Which format new passwords are written in: `keep`, or a format's name.
    pub hash: String,
    /// Statements run in the transaction that writes the password.
    pub after_reset: Vec<String>,
}

keys! {
    URL = Key::url(
        "users.url",
        "The application's database, as `sqlite:PATH`. No default: nobody's passwords are reset by accident.",
    ).may_hold_secret().required().such_as("\"sqlite:/srv/app/app.db\"");
    PRESET = Key::text("users.preset", "The framework that made the table; would fill in the keys below.").not_yet();
    TABLE = Key::text(
        "users.table",
        "The table of the accounts, with its schema if need be. No default: every application has its own.",
    ).required().such_as("\"accounts\"");
    ID = Key::text("users.id", "The key column. Most tables call it so.").or("id");
    EMAIL = Key::text("users.email", "The column with the address that mail goes to. Most tables call it so.").or("email");
    PASSWORD = Key::text("users.password", "The column with the password's hash. Most tables call it so.").or("password");
    NAME = Key::text("users.name", "A column with the owner's name, for the greeting. Without it the mail greets nobody by name.");
    LOCALE = Key::text("users.locale", "A column with the owner's language. Without it the browser's decides.");
    ELIGIBLE = Key::text(
        "users.eligible",
        "An SQL condition that holds for those who may reset, such as `is_active`. Without it every account with a \
         password may.",
    ).such_as("\"is_active\"");
    EMAIL_VERIFIED = Key::text(
        "users.email_verified",
        "A column that says whether the address was verified. Without it all addresses count.",
    );
    HASH = Key::one_of(
        "users.hash", HASHES,
        "The format that new passwords are written in. `keep` writes the format and cost found on the account, which \
         the application is known to read.",
    ).or("keep");
    AFTER_RESET = Key::texts(
        "users.after_reset",
        "SQL statements run in the transaction that writes the password, with `:id`, `:email`, `:hash` and `:now`: \
         the place to end the account's sessions. None by default, since only the application knows where they are.",
    ).such_as("[\"DELETE FROM sessions WHERE user_id = :id\"]");
}

/// Reads the section. `ledger` is the ledger's file, which cannot be this one too.
pub(super) fn read(settings: &mut Settings, ledger: Option<&Path>) -> Option<Users> {
    let path = settings.parsed(&URL, url::sqlite_path).map(|path| settings.resolve_path(&path));
    if path.is_some() && path.as_deref() == ledger {
        settings.refuse(&URL, refusal("is the ledger's file too", "a file other than `ledger.url`"));
    }
    let table = settings.parsed(&TABLE, table_name);
    let id = settings.parsed(&ID, column_name);
    let email = settings.parsed(&EMAIL, column_name);
    let password = settings.parsed(&PASSWORD, column_name);
    Some(Users {
        name: settings.parsed(&NAME, column_name),
        locale: settings.parsed(&LOCALE, column_name),
        eligible: settings.parsed(&ELIGIBLE, condition),
        email_verified: settings.parsed(&EMAIL_VERIFIED, column_name),
        hash: settings.text(&HASH)?,
        after_reset: settings.texts(&AFTER_RESET)?,
        path: path?,
        table: table?,
        id: id?,
        email: email?,
        password: password?,
    })
}

fn table_name(text: &str) -> Result<String, Refusal> {
    let (schema, table) = text.split_once('.').map_or((None, text), |(schema, table)| (Some(schema), table));
    if schema.is_none_or(is_identifier) && is_identifier(table) {
        return Ok(text.to_owned());
    }
    Err(refusal("is no name of a table", "ASCII letters, digits and `_`, not starting with a digit; or schema.table"))
}

fn column_name(text: &str) -> Result<String, Refusal> {
    if is_identifier(text) {
        return Ok(text.to_owned());
    }
    Err(refusal("is no name of a column", "ASCII letters, digits and `_`, not starting with a digit"))
}

/// Narrower than SQL, so that no name ever needs escaping.
fn is_identifier(text: &str) -> bool {
    text.len() <= IDENTIFIER_OCTETS_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What MySQL takes; PostgreSQL takes 63, SQLite any number.
const IDENTIFIER_OCTETS_MAX: usize = 64;

fn condition(text: &str) -> Result<String, Refusal> {
    if text.contains([';', '\0']) {
        return Err(refusal("holds a semicolon", "one SQL condition, such as \"is_active AND NOT is_service\""));
    }
    Ok(text.to_owned())
}

/// `keep`, and the formats that can be written, in the order of [`regain_core::hash::Format::all`].
const HASHES: &[&str] = &[
    "keep",
    "argon2id",
    "bcrypt",
    "argon2i",
    "php_bcrypt",
    "symfony_bcrypt",
    "drupal_bcrypt",
    "wordpress_bcrypt",
    "django_argon2",
    "django_bcrypt",
    "django_bcrypt_sha256",
    "django_pbkdf2_sha256",
    "django_scrypt",
    "aspnet_identity_v3",
    "spring_bcrypt",
    "spring_argon2",
    "spring_pbkdf2",
    "spring_scrypt",
    "werkzeug_scrypt",
    "werkzeug_pbkdf2",
    "passlib_pbkdf2_sha256",
    "passlib_pbkdf2_sha512",
    "passlib_bcrypt_sha256",
    "better_auth_scrypt",
    "phpass",
    "wordpress_phpass",
    "drupal_sha512",
    "sha512_crypt",
    "sha256_crypt",
    "yescrypt",
    "ldap_ssha",
    "ldap_ssha256",
    "ldap_ssha512",
];

#[cfg(test)]
mod tests {
    use super::*;
    use regain_core::hash::Format;

    #[test]
    fn every_format_that_can_be_written_can_be_named() {
        let written = Format::all().filter(|format| format.is_writable()).map(Format::name);
        assert!(HASHES.iter().copied().eq(std::iter::once("keep").chain(written)));
    }
}
