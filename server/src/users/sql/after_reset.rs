//! The operator's own statements, run in the transaction that writes the password.
//!
//! A statement names what it needs: `DELETE FROM sessions WHERE account_id = :id`. The names are found by a scanner
//! of our own, because each engine marks its parameters in another way, and none of them says at start that `:uid`
//! will never have a value.

use super::engine::Engine;
use regain_core::time::Timestamp;
use std::iter::Peekable;
use std::str::CharIndices;
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
    /// A bind in a condition, which is asked of many accounts at once.
    #[error("a condition has no binds, neither :id nor any other")]
    BindInCondition,
    /// A quote or a comment that does not end.
    #[error("{0} is opened and not closed")]
    Unclosed(&'static str),
    /// More follows after a semicolon.
    #[error("there is more than one statement; write each as an entry of its own")]
    Several,
    /// It would end the transaction that it runs in, or is none that changes rows.
    #[error("a statement begins with DELETE, UPDATE, INSERT, REPLACE, WITH or SELECT, not with `{0}`")]
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
        let statement = Self { engine, pieces: pieces(text)? };
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

/// A moment as SQLite writes its own `CURRENT_TIMESTAMP`: `2026-11-21 19:45:00`, UTC. Its date functions read it, and
/// it sorts among texts of that form. Empty for a moment beyond the calendar.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// Refuses a condition that holds parameters, a second statement, or a quote that does not end.
///
/// # Errors
/// [`InvalidStatement`].
pub(super) fn check_condition(text: &str, _engine: Engine) -> Result<(), InvalidStatement> {
    match pieces(text)?[..] {
        [Piece::Text(_)] => Ok(()),
        _ => Err(InvalidStatement::BindInCondition),
    }
}

/// What changes rows. Neither `COMMIT`, which would end our transaction half-way, nor anything that defines tables.
const VERBS: [&str; 6] = ["DELETE", "UPDATE", "INSERT", "REPLACE", "WITH", "SELECT"];

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Cuts `text` at its binds. Joined again, the pieces are the text.
fn pieces(text: &str) -> Result<Vec<Piece>, InvalidStatement> {
    let mut pieces = Vec::new();
    let mut chars = text.char_indices().peekable();
    let (mut from, mut ended) = (0, false);
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, c)| c);
        match (c, next) {
            ('-', Some('-')) => drop(chars.find(|&(_, c)| c == '\n')),
            ('/', Some('*')) => skip_comment(&mut chars)?,
            _ if ended && !c.is_whitespace() && c != ';' => return Err(InvalidStatement::Several),
            ('\'' | '"' | '`', _) => skip_quoted(&mut chars, c)?,
            (';', _) => ended = true,
            (':', Some(':')) => drop(chars.next()),
            (':', Some(next)) if is_name(next) => {
                let to = at + 1 + name_octets(&mut chars);
                let name = &text[at + 1..to];
                let bind = Bind::named(name).ok_or_else(|| InvalidStatement::UnknownBind(name.to_owned()))?;
                pieces.push(Piece::Text(text[from..at].to_owned()));
                pieces.push(Piece::Bind(bind));
                from = to;
            }
            _ => {}
        }
    }
    pieces.push(Piece::Text(text[from..].to_owned()));
    Ok(pieces)
}

/// Passes over a quoted text. A doubled quote needs no care: it ends one text and begins the next.
fn skip_quoted(chars: &mut Peekable<CharIndices<'_>>, quote: char) -> Result<(), InvalidStatement> {
    match chars.find(|&(_, c)| c == quote) {
        Some(_) => Ok(()),
        None => Err(InvalidStatement::Unclosed("a quote")),
    }
}

/// Passes over the rest of a comment whose `/` was read.
fn skip_comment(chars: &mut Peekable<CharIndices<'_>>) -> Result<(), InvalidStatement> {
    chars.next();
    while let Some((_, c)) = chars.next() {
        if c == '*' && chars.next_if(|&(_, c)| c == '/').is_some() {
            return Ok(());
        }
    }
    Err(InvalidStatement::Unclosed("a comment"))
}

/// Passes over a name and counts its octets.
fn name_octets(chars: &mut Peekable<CharIndices<'_>>) -> usize {
    std::iter::from_fn(|| chars.next_if(|&(_, c)| is_name(c))).map(|(_, c)| c.len_utf8()).sum()
}

/// A digit may stand first: `:1` is a parameter to SQLite, and one without a value.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(text: &str) -> (String, Vec<Bind>) {
        Statement::parse(text, Engine::Sqlite).unwrap().marked()
    }

    #[test]
    fn each_bind_has_a_mark_of_its_own() {
        let (sql, binds) = numbered("UPDATE a SET h = :hash, t = :now WHERE id = :id OR h = :hash OR e = :email;");
        assert_eq!(sql, "UPDATE a SET h = ?1, t = ?2 WHERE id = ?3 OR h = ?4 OR e = ?5;");
        assert_eq!(binds, [Bind::Hash, Bind::Now, Bind::Id, Bind::Hash, Bind::Email]);
    }

    #[test]
    fn quotes_comments_and_casts_hold_no_binds() {
        for text in [
            "SELECT ':id', ':hash'':id', \":id\", `:id`",
            "SELECT 1 -- :uid ' ; \n",
            "SELECT 1 /* :uid ' ; ** */",
            "SELECT now::text, 1::int",
            "SELECT 1; -- done",
            "SELECT a - b, c / d, e * f, 'x' || ':'",
        ] {
            assert_eq!(numbered(text), (text.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn what_stands_after_a_quote_or_a_comment_is_read_again() {
        assert_eq!(numbered("SELECT 'it''s', :id").1, [Bind::Id]);
        assert_eq!(numbered("SELECT 1 -- '\n, :id").1, [Bind::Id]);
        assert_eq!(numbered("SELECT 1 /*/ ' */, :id").1, [Bind::Id]);
        assert_eq!(numbered("SELECT x::text, :now::timestamptz").0, "SELECT x::text, ?1::timestamptz");
    }

    #[test]
    fn an_unsound_statement_is_refused() {
        use InvalidStatement::{Several, Unclosed, UnknownBind, Verb};
        for (text, error) in [
            ("DELETE FROM s WHERE u = :uid", UnknownBind("uid".into())),
            ("DELETE FROM s WHERE u = :id2", UnknownBind("id2".into())),
            ("DELETE FROM s WHERE u = :1", UnknownBind("1".into())),
            ("DELETE FROM s WHERE u = ':id", Unclosed("a quote")),
            ("DELETE FROM s /* :id", Unclosed("a comment")),
            ("DELETE FROM s; DELETE FROM t", Several),
            ("COMMIT", Verb("COMMIT".into())),
            ("  begin; ", Verb("begin".into())),
            ("", Verb(String::new())),
        ] {
            assert_eq!(Statement::parse(text, Engine::Sqlite), Err(error), "{text}");
        }
    }

    #[test]
    fn a_condition_has_no_binds() {
        assert!(check_condition("is_active AND name <> ':id'", Engine::Sqlite).is_ok());
        assert!(check_condition("id = :id", Engine::Sqlite).is_err());
        assert!(check_condition("1); DELETE FROM accounts", Engine::Sqlite).is_err());
    }

    #[test]
    fn now_is_written_as_sqlite_writes_it() {
        assert_eq!(moment(Timestamp::from_millis(1_795_289_045_678)), "2026-11-21 19:24:05");
        assert_eq!(moment(Timestamp::from_millis(i64::MAX)), "");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_never_altered(text in "(SELECT )?[ -~\n:'\"`;/*é]{0,40}") {
            if let Ok(statement) = Statement::parse(&text, Engine::Sqlite) {
                let joined: String = statement.pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Bind(Bind::Id) => ":id",
                    Piece::Bind(Bind::Email) => ":email",
                    Piece::Bind(Bind::Hash) => ":hash",
                    Piece::Bind(Bind::Now) => ":now",
                }).collect();
                prop_assert_eq!(joined, text);
            }
        }

        #[test]
        fn a_quoted_text_is_never_touched(inner in "[ -&(-~\n]{0,30}") {
            let text = format!("SELECT '{inner}', :id");
            prop_assert_eq!(numbered(&text), (format!("SELECT '{inner}', ?1"), vec![Bind::Id]));
        }
    }
}
