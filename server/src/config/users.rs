//! `[users]`: the accounts whose passwords are reset.

pub(super) mod ldap;
mod names;
mod preset;
mod read;

pub use ldap::{Ldap, LdapServer, LdapTls};
pub(crate) use names::is_identifier;
pub(super) use read::read;

use super::key::{Key, keys};
use super::{Hook, url};
use crate::users::sql::engine::Engine;
use crate::users::sql::presets::Preset;
use secrecy::SecretString;
use std::path::PathBuf;

/// `[users]`
#[derive(Debug, Clone)]
pub struct Users {
    /// Where the accounts are.
    pub url: StoreUrl,
    /// The framework that made the table, if one is named; what it says is filled in below.
    pub preset: Option<&'static Preset>,
    /// The table; empty where the store has none.
    pub table: String,
    /// Key column, or attribute.
    pub id: String,
    /// Address column, or attribute.
    pub email: String,
    /// Password column; empty where there is no table.
    pub password: String,
    /// Column with the owner's name, or attribute.
    pub name: Option<String>,
    /// Column with the owner's language, or attribute.
    pub locale: Option<String>,
    /// SQL condition, or filter of a directory: who may reset.
    pub eligible: Option<String>,
    /// Column that says whether the address was verified.
    pub email_verified: Option<String>,
    /// Which format new passwords are written in: `keep`, or a format's name.
    pub hash: String,
    /// A secret that the application mixes into each password, where its format has a place for one.
    pub pepper: Option<SecretString>,
    /// Statements run in the transaction that writes the password.
    pub after_reset: Vec<AfterReset>,
    /// Where the password column is, if not in `table`.
    pub credentials: Option<Credentials>,
    /// Where earlier passwords are kept, if anywhere.
    pub history: Option<History>,
}

/// Where the accounts are.
#[derive(Debug, Clone)]
pub enum StoreUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// `postgres://…`
    Postgres(SecretString),
    /// `mysql://…` or `mariadb://…`
    Mysql(SecretString),
    /// A directory: `ldap://…` or `ldaps://…`
    Ldap(Box<Ldap>),
    /// A back end of one's own: `https://…`
    Hook(Box<Hook>),
}

impl StoreUrl {
    /// Reads the URL of a database as `users.url` does; a path is relative to the working directory.
    ///
    /// # Errors
    /// What is wrong, and what is accepted; nothing of the URL but its scheme.
    pub fn parse(url: &str) -> Result<Self, String> {
        match url::store(url) {
            Ok(url::Store::Sqlite(path)) => Ok(Self::Sqlite(path.into())),
            Ok(url::Store::Postgres(url)) => Ok(Self::Postgres(url)),
            Ok(url::Store::Mysql(url)) => Ok(Self::Mysql(url)),
            Ok(url::Store::Ldap(_) | url::Store::Hook(_)) => {
                Err("the URL leads to no database; accepted: postgres://…, mysql://…, mariadb://… or sqlite:PATH"
                    .into())
            }
            Err(refused) => Err(format!("the URL {}; accepted: {}", refused.complaint, refused.accepted)),
        }
    }

    /// The kind of database, if it is one.
    #[must_use]
    pub fn engine(&self) -> Option<Engine> {
        match self {
            Self::Sqlite(_) => Some(Engine::Sqlite),
            Self::Postgres(_) => Some(Engine::Postgres),
            Self::Mysql(_) => Some(Engine::Mysql),
            Self::Ldap(_) | Self::Hook(_) => None,
        }
    }
}

/// A statement run in the transaction that writes the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AfterReset {
    /// The statement, with `:id`, `:email`, `:hash` and `:now`.
    pub sql: String,
    /// A preset's statement may be about a table that this application does without; it is run if the table is there.
    /// `table` or `schema.table`. What the operator writes is always run.
    pub if_table: Option<String>,
}

impl From<&str> for AfterReset {
    fn from(sql: &str) -> Self {
        Self { sql: sql.to_owned(), if_table: None }
    }
}

/// A second table with one row for each way to sign in, of which one holds the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The table with the password column.
    pub table: String,
    /// Its column with the account's key.
    pub account_id: String,
    /// SQL condition: which of an account's rows holds the password.
    pub condition: Option<String>,
}

/// A table of the passwords an account had, none of which it may have again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The table.
    pub table: String,
    /// Its column with the account's key.
    pub account_id: String,
    /// Its column with a password's hash.
    pub password: String,
    /// Its column with the moment from which the password was in use.
    pub at: String,
    /// How many of each account are kept, the newest; 1 to 24.
    pub keep: usize,
}

keys! {
    URL = Key::url(
        "users.url",
        "Where the accounts are: the application's database (`postgres://…`, `mysql://…`, `mariadb://…`, `sqlite:PATH`), a \
         directory (`ldaps://…` or `ldap://…`, several servers separated by spaces), or a back end of one's own \
         (`https://…`). No default: nobody's passwords are reset by accident.",
    ).may_hold_secret().required().such_as("\"postgres://regain@db/app\"");
    PRESET = Key::one_of(
        "users.preset", PRESETS,
        "The framework that made the table. It fills in the keys of this section that are absent, and no others.",
    );
    TABLE = Key::text(
        "users.table",
        "The table of the accounts, with its schema if need be. Every application has its own, so there is no default \
         but a preset's.",
    ).or_derived("the preset's; required without one").such_as("\"accounts\"");
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
    PEPPER = Key::text(
        "users.pepper",
        "The secret that the application mixes into each password, if it does (Devise's `pepper`, Argon2's `secret`). \
         Without it here the application would refuse every password that Regain writes.",
    ).secret();
    CREDENTIALS_TABLE = Key::text(
        "users.credentials.table",
        "The table with the password column, where that is not in `users.table`. Without it, it is.",
    );
    CREDENTIALS_ACCOUNT_ID = Key::text(
        "users.credentials.account_id", "The column of that table with the account's key. Required with the table.",
    );
    CREDENTIALS_CONDITION = Key::text(
        "users.credentials.condition",
        "An SQL condition that holds for the one row of an account with its password. Without it there is one row only.",
    );
    HISTORY_TABLE = Key::text(
        "users.history.table",
        "A table of the passwords an account had, none of which it may have again. Without it none is remembered.",
    );
    HISTORY_ACCOUNT_ID = Key::text("users.history.account_id", "Its column with the account's key.").or_derived("`user_id` where there is a history");
    HISTORY_PASSWORD = Key::text("users.history.password", "Its column with a password's hash.").or_derived("`password_hash` where there is a history");
    HISTORY_AT = Key::text("users.history.at", "Its column with the moment from which a password was used.").or_derived("`used_at` where there is a history");
    HISTORY_KEEP = Key::number(
        "users.history.keep", "passwords", (1, 24),
        "How many are kept for each account, the newest. Each costs one computation of a hash at every reset, so the \
         default is what Unleash keeps.",
    ).or_derived("5 where there is a history");
}

/// The presets there are, in the order of [`crate::users::sql::presets::ALL`], and then of directories in the order of
/// [`crate::users::ldap::presets::ALL`].
const PRESETS: &[&str] = &[
    "django",
    "rails",
    "laravel",
    "symfony",
    "spring",
    "aspnet",
    "wordpress",
    "drupal",
    "phoenix",
    "flask",
    "unleash",
    "gotrue",
    "better-auth",
    "openldap",
];

/// `keep`, and the formats that can be written, in the order of [`regain_core::hash::Format::all`].
const HASHES: &[&str] = &[
    "keep",
    "argon2id",
    "bcrypt",
    "argon2i",
    "phc_pbkdf2_sha256",
    "phc_pbkdf2_sha512",
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
    "flask_bcrypt_long",
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
    "gost_yescrypt",
    "scrypt_crypt",
    "ldap_ssha",
    "ldap_ssha256",
    "ldap_ssha512",
    "ldap_crypt",
    "ldap_crypt_bcrypt",
    "ldap_pbkdf2_sha1",
    "ldap_pbkdf2_sha256",
    "ldap_pbkdf2_sha512",
    "ldap_argon2",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::{ldap, sql};
    use regain_core::hash::Format;

    #[test]
    fn every_preset_can_be_named() {
        let of_databases = sql::presets::ALL.iter().map(|preset| preset.name);
        let of_directories = ldap::presets::ALL.iter().map(|preset| preset.name);
        assert!(PRESETS.iter().copied().eq(of_databases.chain(of_directories)));
    }

    #[test]
    fn every_format_that_can_be_written_can_be_named() {
        let written = Format::all().filter(|format| format.is_writable()).map(Format::name);
        assert!(HASHES.iter().copied().eq(std::iter::once("keep").chain(written)));
    }
}
