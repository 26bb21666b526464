//! The operator's own statements, run in the transaction that writes the password.
//!
//! A statement names what it needs: `DELETE FROM sessions WHERE account_id = :id`. The names are found by a [scanner](scan)
//! of our own, because each engine marks its parameters in another way, and none of them says at start that `:uid`
//! will never have a value.

mod scan;

use self::scan::{Scanner, Token, is_word};
use super::engine::Engine;
use regain_core::time::Timestamp;
use thiserror::Error;

/// One statement of `users.after_reset`, read and found sound.
///
/// ```
/// use regain::users::sql::after_reset::{Bind, Statement};
/// use regain::users::sql::engine::Engine;
/// let read = |sql| Statement::parse(sql, Engine::Postgres);
/// let (sql, binds) = read("DELETE FROM sessions WHERE account_id = :id -- not :this").unwrap().marked();
/// assert_eq!(sql, "DELETE FROM sessions WHERE account_id = $1 -- not :this");
/// assert_eq!(binds, [Bind::Id]);
/// assert!(read("DELETE FROM sessions WHERE account_id = :uid").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    engine: Engine,
    pieces: Vec<Piece>,
}

/// What a statement may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bind {
    /// `:id`: the account's key, with the type that it has in its column.
    Id,
    /// `:email`: the address on file.
    Email,
    /// `:hash`: the new stored password.
    Hash,
    /// `:now`: the present moment; see [`moment`].
    Now,
}

/// Why a statement is refused when the configuration is read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidStatement {
    /// A name that has no value.
    #[error("`:{0}` has no value here; there are :id, :email, :hash and :now")]
    UnknownBind(String),
    /// A bind that PostgreSQL's mark for it would join to the word before.
    #[error("put a space before `:{0}`")]
    Joined(String),
    /// A parameter in the engine's own spelling, or what it may take for one.
    #[error("`{0}` outside quotes may stand for a value, and there is none; write :id, :email, :hash or :now")]
    Mark(char),
    /// A bind in a condition, which is asked of many accounts at once.
    #[error("a condition has no binds, neither :id nor any other")]
    BindInCondition,
    /// Brackets in a condition that close what they did not open, or nothing closes.
    #[error("a condition's brackets come in pairs")]
    Unpaired,
    /// A quote or a comment that does not end.
    #[error("{0} is opened and not closed")]
    Unclosed(&'static str),
    /// MySQL's `/*! … */` and the like.
    #[error("a comment that begins with `/*!`, `/*M!` or `/*+` is run by some servers and not by others; leave it out")]
    CommentThatRuns,
    /// Where some engines end the statement.
    #[error("there is a NUL character in it; leave it out")]
    Nul,
    /// More follows after a semicolon.
    #[error("there is more than one statement; write each as an entry of its own")]
    Several,
    /// It would end the transaction that it runs in, or is none that changes rows.
    #[error(
        "a statement begins with DELETE, UPDATE, INSERT, REPLACE, WITH or SELECT, not with `{0}`; in an environment \
         variable commas separate statements, so write those that have some as a JSON list"
    )]
    Verb(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Bind(Bind),
}

impl Statement {
    /// Reads one statement, as `engine` would.
    ///
    /// # Errors
    /// [`InvalidStatement`], which says what to write instead.
    pub fn parse(text: &str, engine: Engine) -> Result<Self, InvalidStatement> {
        let statement = Self { engine, pieces: pieces(text, engine)? };
        let verb = first_word(text);
        if !VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known)) {
            return Err(InvalidStatement::Verb(verb.to_owned()));
        }
        Ok(statement)
    }

    /// The statement with the engine's own marks, and what to bind to each in turn. Each has a mark of its own, however
    /// often it is named: one place may want `:id` as a number and another as a text.
    #[must_use]
    pub fn marked(&self) -> (String, Vec<Bind>) {
        let mut sql = String::new();
        let mut binds = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => sql.push_str(text),
                Piece::Bind(bind) => {
                    binds.push(*bind);
                    sql.push_str(&self.engine.mark(binds.len()));
                }
            }
        }
        (sql, binds)
    }
}

impl Bind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "id" => Some(Self::Id),
            "email" => Some(Self::Email),
            "hash" => Some(Self::Hash),
            "now" => Some(Self::Now),
            _ => None,
        }
    }
}

/// A moment as text, in UTC, for any column of `engine` that holds one. PostgreSQL's has the zone in it, since a
/// `timestamptz` would take it for a time of the session's zone otherwise, and a `timestamp` passes over it. MySQL's
/// and SQLite's have none, and SQLite's is as its own `CURRENT_TIMESTAMP`, so that it sorts among texts of that form.
/// Empty for a moment beyond the calendar.
#[must_use]
pub fn moment(at: Timestamp, engine: Engine) -> String {
    let format = match engine {
        Engine::Sqlite | Engine::Mysql => "%Y-%m-%d %H:%M:%S",
        Engine::Postgres => "%Y-%m-%d %H:%M:%S+00",
    };
    jiff::Timestamp::from_millisecond(at.as_millis()).map(|at| at.strftime(format).to_string()).unwrap_or_default()
}

/// Refuses a condition that holds parameters, a second statement, brackets that do not match, or a quote that does not
/// end: it would not mean the same once it stands among others.
///
/// # Errors
/// [`InvalidStatement`].
pub(super) fn check_condition(text: &str, engine: Engine) -> Result<(), InvalidStatement> {
    let mut scanner = Scanner::new(text, engine);
    let mut open = 0_usize;
    while let Some((token, _)) = scanner.next()? {
        match token {
            Token::Bind(_) => return Err(InvalidStatement::BindInCondition),
            Token::Semicolon => return Err(InvalidStatement::Several),
            Token::Opening => open += 1,
            Token::Closing => open = open.checked_sub(1).ok_or(InvalidStatement::Unpaired)?,
            Token::Blank | Token::Other => {}
        }
    }
    if open == 0 { Ok(()) } else { Err(InvalidStatement::Unpaired) }
}

/// What changes rows. Neither `COMMIT`, which would end our transaction half-way, nor anything that defines tables.
const VERBS: [&str; 6] = ["DELETE", "UPDATE", "INSERT", "REPLACE", "WITH", "SELECT"];

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Cuts `text` at its binds. Joined again, the pieces are the text.
fn pieces(text: &str, engine: Engine) -> Result<Vec<Piece>, InvalidStatement> {
    let mut scanner = Scanner::new(text, engine);
    let mut pieces = Vec::new();
    let (mut from, mut ended) = (0, false);
    while let Some((token, to)) = scanner.next()? {
        match token {
            Token::Blank => {}
            Token::Semicolon => ended = true,
            _ if ended => return Err(InvalidStatement::Several),
            Token::Bind(name) => {
                let bind = Bind::named(name).ok_or_else(|| InvalidStatement::UnknownBind(name.to_owned()))?;
                let before = &text[from..to - name.len() - 1];
                if before.ends_with(is_word) {
                    return Err(InvalidStatement::Joined(name.to_owned()));
                }
                pieces.push(Piece::Text(before.to_owned()));
                pieces.push(Piece::Bind(bind));
                from = to;
            }
            Token::Opening | Token::Closing | Token::Other => {}
        }
    }
    pieces.push(Piece::Text(text[from..].to_owned()));
    Ok(pieces)
}

#[cfg(test)]
mod tests;
