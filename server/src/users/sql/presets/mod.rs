//! What frameworks make of their accounts: one entry each.
//!
//! A preset fills in `[users]`. It says who may reset, what ends the sessions (or why nothing need be done), where
//! earlier passwords are kept, and which of the application's own pending reset tokens have to go.

mod aspnet;
mod better_auth;
mod django;
mod drupal;
mod flask;
mod gotrue;
mod laravel;
mod phoenix;
mod rails;
mod spring;
mod symfony;
mod table;
#[cfg(test)]
mod tests;
mod unleash;
mod wordpress;

pub use table::ALL;

use super::engine::Engine;
use crate::config::AfterReset;

/// A framework's accounts, as it makes them when nobody changes its mind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// As in `users.preset`.
    pub name: &'static str,
    /// The databases that the framework can keep these accounts in, of those that Regain opens.
    pub engines: &'static [Engine],
    /// `table` or `schema.table`.
    pub table: &'static str,
    /// Key column.
    pub id: &'static str,
    /// Address column.
    pub email: &'static str,
    /// Password column; of `credentials.table`, where there is one.
    pub password: &'static str,
    /// Column with the owner's name.
    pub owner_name: Option<&'static str>,
    /// Column with the owner's language.
    pub locale: Option<&'static str>,
    /// SQL condition: who may reset. The first that is for the engine.
    pub eligible: &'static [For<&'static str>],
    /// Column that says whether the address was verified, where the framework itself asks for that.
    pub email_verified: Option<&'static str>,
    /// `keep`, or the format that the framework writes.
    pub hash: &'static str,
    /// Where the password column is, if not in `table`.
    pub credentials: Option<PresetCredentials>,
    /// Where the framework keeps earlier passwords.
    pub history: Option<PresetHistory>,
    /// Run after the password is written, in order, each on the engines that it is for.
    pub after_reset: &'static [For<Step>],
    /// Reads the owner's role, for a dialect that tells it: `id`, `name`, `description`, `type`, by `:id`.
    pub role: Option<&'static str>,
    /// One sentence for people: what ends the sessions, or why nothing need be done, or what the operator has to do.
    pub sessions: &'static str,
    /// Whether sessions end with what the framework or the statements do, as far as the database can end them.
    pub ends_sessions: bool,
    /// What tells a database of this framework from others: tables (`table` or `schema.table`), and columns that they
    /// must have. All are needed.
    pub marks: &'static [(&'static str, &'static [&'static str])],
}

/// What the presets differ from.
const PLAIN: Preset = Preset {
    name: "",
    engines: Engine::ALL,
    table: "users",
    id: "id",
    email: "email",
    password: "password",
    owner_name: None,
    locale: None,
    eligible: &[],
    email_verified: None,
    hash: "keep",
    credentials: None,
    history: None,
    after_reset: &[],
    role: None,
    sessions: "",
    ends_sessions: true,
    marks: &[],
};

/// Something for some engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct For<T> {
    /// Which.
    pub engines: &'static [Engine],
    /// What.
    pub what: T,
}

impl<T: Copy> For<T> {
    /// For engines that need no spelling of their own.
    const fn any(what: T) -> Self {
        Self { engines: Engine::ALL, what }
    }

    const fn on(engines: &'static [Engine], what: T) -> Self {
        Self { engines, what }
    }
}

/// One statement of a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The statement, with `:id`, `:email`, `:hash` and `:now`.
    pub sql: &'static str,
    /// The table without which the statement is left out; `table` or `schema.table`.
    pub if_table: Option<&'static str>,
}

impl Step {
    const fn run(sql: &'static str) -> Self {
        Self { sql, if_table: None }
    }

    /// Left out where the application does without the table.
    const fn if_table(table: &'static str, sql: &'static str) -> Self {
        Self { sql, if_table: Some(table) }
    }
}

/// See [`crate::config::Credentials`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the other type")]
pub struct PresetCredentials {
    pub table: &'static str,
    pub account_id: &'static str,
    pub condition: &'static [For<&'static str>],
}

/// See [`crate::config::History`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the other type")]
pub struct PresetHistory {
    pub table: &'static str,
    pub account_id: &'static str,
    pub password: &'static str,
    pub at: &'static str,
    pub keep: u64,
}

impl Preset {
    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|preset| preset.name == name)
    }

    /// Who may reset.
    #[must_use]
    pub fn eligible(&self, engine: Engine) -> Option<&'static str> {
        first(self.eligible, engine)
    }

    /// What to run after the password was written.
    #[must_use]
    pub fn after_reset(&self, engine: Engine) -> Vec<AfterReset> {
        let steps = self.after_reset.iter().filter(|step| step.engines.contains(&engine)).map(|step| step.what);
        steps.map(|Step { sql, if_table }| AfterReset { sql: sql.into(), if_table: if_table.map(Into::into) }).collect()
    }
}

impl PresetCredentials {
    /// Which of an account's rows holds the password.
    #[must_use]
    pub fn condition(&self, engine: Engine) -> Option<&'static str> {
        first(self.condition, engine)
    }
}

fn first(texts: &[For<&'static str>], engine: Engine) -> Option<&'static str> {
    texts.iter().find(|text| text.engines.contains(&engine)).map(|text| text.what)
}
