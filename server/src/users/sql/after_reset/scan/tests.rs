//! What is code and what is not, engine by engine.

mod servers;

use crate::users::sql::after_reset::{Bind, InvalidStatement, Piece, Statement};
use crate::users::sql::engine::Engine::{self, Mysql, Postgres, Sqlite};
use proptest::prelude::*;

/// What `SELECT` with `text` after it binds.
fn binds(text: &str, engine: Engine) -> Result<Vec<Bind>, InvalidStatement> {
    Statement::parse(&format!("SELECT {text}"), engine).map(|statement| statement.marked().1)
}

#[track_caller]
fn none_in(text: &str, engines: &[Engine]) {
    for engine in engines {
        assert_eq!(binds(text, *engine), Ok(vec![]), "{engine}: {text}");
    }
}

#[track_caller]
fn one_in(text: &str, engines: &[Engine]) {
    for engine in engines {
        assert_eq!(binds(text, *engine), Ok(vec![Bind::Id]), "{engine}: {text}");
    }
}

#[test]
fn quotes_and_comments_hold_no_binds() {
    for text in [
        "':id', ':hash'':id', \":id\", x':id'",
        "1 -- :uid ' ; \n",
        "1 --\t:uid",
        "1 /* :uid ' ; ** */",
        "1; -- done",
        "a - b, c / d, e * f, 'x' || ':', a : b",
    ] {
        none_in(text, Engine::ALL);
    }
}

#[test]
fn what_stands_after_a_quote_or_a_comment_is_read_again() {
    for text in ["'it''s', :id", "\"it\"\"s\", :id", "1 -- '\n, :id", "1 /*/ ' */, :id", "'--', :id", "'/*', :id"] {
        one_in(text, Engine::ALL);
    }
}

#[test]
fn names_in_backquotes_and_in_brackets() {
    none_in("`:id ' `", &[Sqlite, Mysql]);
    none_in("[:id ' ]", &[Sqlite]);
    one_in("[:id]", &[Postgres, Mysql]);
    one_in("`:id`", &[Postgres]);
    one_in("[a]]:id", &[Sqlite]);
}

#[test]
fn a_backslash_escapes_in_mysql_and_in_the_escaped_texts_of_postgresql() {
    for text in [r"'a\', :id", r"'\\', :id"] {
        one_in(text, &[Sqlite, Postgres]);
    }
    none_in(r"'a\', :id'", &[Mysql]);
    none_in(r#""a\", :id""#, &[Mysql]);
    one_in(r"'\\', :id", &[Mysql]);
    one_in(r"`\`, :id", &[Mysql, Sqlite]);
    for text in [r"E'a\', :id'", r"e'a''\', :id'", "E'a'\n'\\', :id'", "E'a' -- '\n '\\', :id'", r"1e'\', :id'"] {
        none_in(text, &[Postgres]);
    }
    for text in [r"N'a\', :id", r"date'a\', :id", r"U&'a\', :id", r"E'a', '\', :id", r"_e'\', :id", r"e, '\', :id"] {
        one_in(text, &[Postgres]);
    }
}

#[test]
fn dollars_quote_in_postgresql() {
    for text in ["$$:id ' $$", "$a$ :id $$ $b$ $a$", "$é$:id$é$", "$a$ $ab$ :id $$a$"] {
        none_in(text, &[Postgres]);
    }
    for text in ["a$b$ :id", "$$ $a$$, :id", "1$$'$$, :id", "a$$, :id"] {
        one_in(text, &[Postgres]);
    }
    assert_eq!(binds("$a$ :id $A$", Postgres), Err(InvalidStatement::Unclosed("a dollar quote")));
}

#[test]
fn comments_nest_in_postgresql_alone() {
    let nested = "1 /* /* ' */ :id */";
    none_in(nested, &[Postgres]);
    one_in(nested, &[Sqlite, Mysql]);
    none_in("1 /* /*/ */ :id */", &[Postgres]);
    assert_eq!(binds("1 /* /* */", Postgres), Err(InvalidStatement::Unclosed("a comment")));
}

#[test]
fn what_begins_and_ends_a_comment_to_the_end_of_the_line() {
    one_in("1--:id", &[Mysql]);
    none_in("1--:id", &[Sqlite, Postgres]);
    none_in("1 # :id ' \n", &[Mysql]);
    one_in("1 #:id", &[Postgres]);
    one_in("1 --\r :id", &[Postgres]);
    none_in("1 --\r :id", &[Sqlite, Mysql]);
}

#[test]
fn comments_that_are_code_to_some_servers_are_refused() {
    for text in ["1 /*! + :id */", "1 /*!50000 + 1 */", "1 /*M! + 1 */", "/*+ MAX_EXECUTION_TIME(1) */ 1"] {
        assert_eq!(binds(text, Mysql), Err(InvalidStatement::CommentThatRuns), "{text}");
        none_in(text, &[Sqlite, Postgres]);
    }
    none_in("1 '/*!'", &[Mysql]);
}

#[test]
fn a_cast_is_no_bind() {
    none_in("now::text, 1::int, a::id", &[Postgres, Mysql]);
    one_in("x::text, :id::timestamptz", &[Postgres]);
}

fn engine() -> impl Strategy<Value = Engine> {
    prop::sample::select(Engine::ALL)
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_never_altered(
        text in "(SELECT )?([ -~\n\r:'\"`;/*é$\\\\]|:id|E'|/\\*|\\$a\\$|--){0,30}",
        engine in engine(),
    ) {
        if let Ok(statement) = Statement::parse(&text, engine) {
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
    fn a_quoted_text_is_never_touched(inner in "[ -&(-\\[\\]-~\n]{0,30}", engine in engine()) {
        let statement = Statement::parse(&format!("SELECT '{inner}', :id"), engine).unwrap();
        prop_assert_eq!(statement.marked(), (format!("SELECT '{inner}', {}", engine.mark(1)), vec![Bind::Id]));
    }

    #[test]
    fn what_sqlite_takes_for_parameters_are_the_binds(text in "([ -~\n]|:id|:now|/\\*|\\*/|--|''|\\[|\"){0,30}") {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        if let Ok(statement) = Statement::parse(&format!("SELECT 1 {text}"), Sqlite) {
            let (sql, binds) = statement.marked();
            if let Ok(prepared) = connection.prepare(&sql) {
                prop_assert_eq!(prepared.parameter_count(), binds.len());
            }
        }
    }
}
