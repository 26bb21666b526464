//! What statements and conditions become, and which are refused, whatever the engine.

use super::*;

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
fn an_unsound_statement_is_refused() {
    use InvalidStatement::{Joined, Nul, Several, Unclosed, UnknownBind, Verb};
    for (text, error) in [
        ("DELETE FROM s WHERE u = :uid", UnknownBind("uid".into())),
        ("DELETE FROM s WHERE u = :id2", UnknownBind("id2".into())),
        ("DELETE FROM s WHERE u = :id$", UnknownBind("id$".into())),
        ("DELETE FROM s WHERE u = :1", UnknownBind("1".into())),
        ("DELETE FROM s WHERE u IN (1:id)", Joined("id".into())),
        ("DELETE FROM s WHERE u = ':id", Unclosed("a quote")),
        ("DELETE FROM s /* :id", Unclosed("a comment")),
        ("DELETE FROM s; DELETE FROM t", Several),
        ("DELETE FROM s;\u{a0}", Several),
        ("DELETE FROM s\0", Nul),
        ("COMMIT", Verb("COMMIT".into())),
        ("  begin; ", Verb("begin".into())),
        ("", Verb(String::new())),
    ] {
        for engine in Engine::ALL {
            assert_eq!(Statement::parse(text, *engine), Err(error.clone()), "{engine}: {text}");
        }
    }
}

#[test]
fn the_engines_own_marks_are_refused() {
    for (engine, texts) in [
        (Engine::Sqlite, &["SELECT ?", "SELECT ?1", "SELECT @id", "SELECT $id", "SELECT 'x'::id"][..]),
        (Engine::Postgres, &["SELECT $1", "SELECT a=$2"]),
        (Engine::Mysql, &["SELECT ?", "SELECT $$ :id $$"]),
    ] {
        for text in texts {
            let refused = Statement::parse(text, engine);
            assert!(matches!(refused, Err(InvalidStatement::Mark(_))), "{engine}: {text}: {refused:?}");
            assert!(check_condition(text, engine).is_err(), "{engine}: {text}");
        }
    }
    assert!(Statement::parse("SELECT '{}'::jsonb ? 'a', a$1 FROM t", Engine::Postgres).is_ok());
    assert!(Statement::parse("SELECT @x := 1, @@version", Engine::Mysql).is_ok());
}

#[test]
fn a_condition_stays_within_its_brackets() {
    use InvalidStatement::{BindInCondition, Several, Unclosed, Unpaired};
    for engine in Engine::ALL {
        for text in ["is_active AND name <> ':id'", "(a OR b) AND name <> ')'", "a -- (", "a /* ) */"] {
            assert_eq!(check_condition(text, *engine), Ok(()), "{engine}: {text}");
        }
        for (text, error) in [
            ("id = :id", BindInCondition),
            ("a); DELETE FROM accounts", Unpaired),
            ("a; b", Several),
            ("a OR (b", Unpaired),
            ("a) OR (b", Unpaired),
            ("a = 'b", Unclosed("a quote")),
        ] {
            assert_eq!(check_condition(text, *engine), Err(error), "{engine}: {text}");
        }
    }
}

#[test]
fn now_is_written_so_that_no_time_zone_changes_it() {
    let at = Timestamp::from_millis(1_795_289_045_678);
    assert_eq!(moment(at, Engine::Sqlite), "2026-11-21 19:24:05");
    assert_eq!(moment(at, Engine::Postgres), "2026-11-21 19:24:05+00");
    assert_eq!(moment(at, Engine::Mysql), "2026-11-21 19:24:05");
    assert_eq!(moment(Timestamp::from_millis(i64::MAX), Engine::Postgres), "");
}
