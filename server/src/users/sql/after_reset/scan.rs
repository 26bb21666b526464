//! Reads SQL as the lexer of each engine does, as far as it takes to tell code from quotes and comments.
//!
//! PostgreSQL is read with `standard_conforming_strings` on, its default; MySQL without `ANSI_QUOTES` and
//! `NO_BACKSLASH_ESCAPES`, as the store sets its sessions. Sources: `scan.l`, `sql_lex.cc` and `tokenize.c`.

use super::super::engine::Engine;
use super::InvalidStatement;

/// A piece of a statement. The texts of all its tokens, joined, are the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// White space or a comment.
    Blank,
    /// `:name`: the name.
    Bind(&'a str),
    /// `;`
    Semicolon,
    /// `(`
    Opening,
    /// `)`
    Closing,
    /// Everything else: a word, a number, a sign, something in quotes.
    Other,
}

/// The tokens of a statement, in order.
pub(super) struct Scanner<'a> {
    text: &'a str,
    engine: Engine,
    at: usize,
    /// A backslash escapes in the next quoted text: PostgreSQL's `E'…'`, and what continues it after a line break.
    escapes: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, engine: Engine) -> Self {
        Self { text, engine, at: 0, escapes: false }
    }

    /// The next token and where it ends, in octets.
    ///
    /// # Errors
    /// [`InvalidStatement`], for what does not end and for what cannot be read with certainty.
    pub(super) fn next(&mut self) -> Result<Option<(Token<'a>, usize)>, InvalidStatement> {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let (token, octets) = self.read(rest, first)?;
        let goes_on = token == Token::Blank || first == '\'';
        self.escapes = (self.escapes && goes_on) || self.opens_escapes(&rest[..octets], &rest[octets..]);
        self.at += octets;
        Ok(Some((token, self.at)))
    }

    fn read(&self, rest: &'a str, first: char) -> Result<(Token<'a>, usize), InvalidStatement> {
        if let Some(octets) = comment(rest, self.engine)? {
            return Ok((Token::Blank, octets));
        }
        if let Some(octets) = self.quoted(rest, first)? {
            return Ok((Token::Other, octets));
        }
        self.refuse_mark(rest, first)?;
        Ok(match first {
            '\0' => return Err(InvalidStatement::Nul),
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => (Token::Blank, 1),
            ';' => (Token::Semicolon, 1),
            '(' => (Token::Opening, 1),
            ')' => (Token::Closing, 1),
            ':' if rest.starts_with("::") => (Token::Other, 2),
            ':' => match word_octets(&rest[1..]) {
                0 => (Token::Other, 1),
                octets => (Token::Bind(&rest[1..=octets]), 1 + octets),
            },
            // Digits alone: `1e'…'` is a number and an escaped text to some versions.
            '0'..='9' => (Token::Other, rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len()),
            c if is_word(c) => (Token::Other, word_octets(rest)),
            c => (Token::Other, c.len_utf8()),
        })
    }

    /// The octets of what is in quotes, if it is.
    fn quoted(&self, rest: &str, first: char) -> Result<Option<usize>, InvalidStatement> {
        let (closing, escapes) = match (first, self.engine) {
            ('\'', Engine::Postgres) => ('\'', self.escapes),
            ('\'' | '"', Engine::Mysql) => (first, true),
            ('`', Engine::Postgres) => return Ok(None),
            ('\'' | '"' | '`', _) => (first, false),
            ('[', Engine::Sqlite) => (']', false),
            ('$', Engine::Postgres) => return dollar_quoted(rest),
            _ => return Ok(None),
        };
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if escapes && c == '\\' {
                chars.next();
            } else if c == closing {
                // A doubled quote needs no care: it ends one text and begins the next.
                return Ok(Some(at + 1));
            }
        }
        Err(InvalidStatement::Unclosed("a quote"))
    }

    /// Refuses the engine's own marks for a value, which would never have one, or ours.
    fn refuse_mark(&self, rest: &str, first: char) -> Result<(), InvalidStatement> {
        let is_mark = match self.engine {
            Engine::Sqlite => matches!(first, '?' | '@' | '$' | '#') || rest.starts_with("::"),
            Engine::Postgres => first == '$' && rest[1..].starts_with(|c: char| c.is_ascii_digit()),
            // From version 9 on a dollar may open a quote.
            Engine::Mysql => matches!(first, '?' | '$'),
        };
        if is_mark { Err(InvalidStatement::Mark(first)) } else { Ok(()) }
    }

    fn opens_escapes(&self, token: &str, rest: &str) -> bool {
        self.engine == Engine::Postgres && token.eq_ignore_ascii_case("e") && rest.starts_with('\'')
    }
}

/// The octets of a comment, if one begins here.
fn comment(rest: &str, engine: Engine) -> Result<Option<usize>, InvalidStatement> {
    let mysql = engine == Engine::Mysql;
    let after_dashes = rest.strip_prefix("--").map(|after| after.chars().next());
    let to_end_of_line = match after_dashes {
        Some(after) => !mysql || after.is_none_or(|c| c == ' ' || c.is_ascii_control()),
        None => mysql && rest.starts_with('#'),
    };
    if to_end_of_line {
        let ends: &[char] = if engine == Engine::Postgres { &['\n', '\r'] } else { &['\n'] };
        return Ok(Some(rest.find(ends).unwrap_or(rest.len())));
    }
    if !rest.starts_with("/*") {
        return Ok(None);
    }
    if mysql && RUN_ALL_THE_SAME.iter().any(|opening| rest.starts_with(opening)) {
        return Err(InvalidStatement::CommentThatRuns);
    }
    block_octets(rest, engine == Engine::Postgres).map(Some)
}

fn block_octets(rest: &str, nested: bool) -> Result<usize, InvalidStatement> {
    let (mut at, mut depth) = (2, 1_usize);
    while let Some(pair) = rest.as_bytes().get(at..at + 2) {
        match pair {
            b"*/" if depth == 1 => return Ok(at + 2),
            b"*/" => (at, depth) = (at + 2, depth - 1),
            b"/*" if nested => (at, depth) = (at + 2, depth + 1),
            _ => at += 1,
        }
    }
    Err(InvalidStatement::Unclosed("a comment"))
}

/// The octets of `$$…$$` or `$tag$…$tag$`; none if the dollar opens nothing.
fn dollar_quoted(rest: &str) -> Result<Option<usize>, InvalidStatement> {
    let Some((tag, _)) = rest[1..].split_once('$') else { return Ok(None) };
    if !tag.chars().all(is_word) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let mark = &rest[..tag.len() + 2];
    match rest[mark.len()..].find(mark) {
        Some(octets) => Ok(Some(octets + 2 * mark.len())),
        None => Err(InvalidStatement::Unclosed("a dollar quote")),
    }
}

fn word_octets(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// In every engine a dollar may stand in a word, and everything beyond ASCII does.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// What MySQL and MariaDB, each in its way, read inside as code or as hints.
const RUN_ALL_THE_SAME: [&str; 3] = ["/*!", "/*M!", "/*+"];

#[cfg(test)]
mod tests;
