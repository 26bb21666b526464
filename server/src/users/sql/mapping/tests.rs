//! Names and statements that can be, and that cannot.

use super::*;
use crate::config::{Credentials, History, StoreUrl};
use crate::users::conformance::users_config;

fn mapping(change: impl FnOnce(&mut config::Users)) -> Result<Mapping, String> {
    let mut users = users_config(StoreUrl::Sqlite("unused.db".into()));
    change(&mut users);
    Mapping::of(&users).map_err(|fault| fault.to_string())
}

fn credentials(table: &str) -> Option<Credentials> {
    Some(Credentials { table: table.into(), account_id: "owner".into(), condition: Some("kind = 'p'".into()) })
}

fn history(table: &str) -> Option<History> {
    let [account_id, password, at] = ["owner", "hash", "at"].map(Into::into);
    Some(History { table: table.into(), account_id, password, at, keep: 5 })
}

#[test]
fn names_are_quoted() {
    let mapping = mapping(|users| {
        users.table = "app.user\"s".into();
        users.email = "e mail".into();
    })
    .unwrap();
    assert_eq!(mapping.from, r#""app"."user""s""#);
    assert_eq!(mapping.email, r#""user""s"."e mail""#);
    assert_eq!(mapping.password_alone, r#""password""#);
}

#[test]
fn names_that_cannot_be_are_refused_with_their_key() {
    for table in ["", "a.", ".a", "a.b.c", "a\0"] {
        assert!(mapping(|users| users.table = table.into()).unwrap_err().contains("users.table"), "{table:?}");
        let refused = mapping(|users| users.credentials = credentials(table)).unwrap_err();
        assert!(refused.contains("users.credentials.table"), "{refused}");
        let refused = mapping(|users| users.history = history(table)).unwrap_err();
        assert!(refused.contains("users.history.table"), "{refused}");
    }
    assert!(mapping(|users| users.email = String::new()).unwrap_err().contains("column"));
}

#[test]
fn the_fault_names_the_statement_that_is_wrong() {
    let fault = mapping(|users| users.after_reset = vec!["DELETE FROM s WHERE u = :uid".into()]).unwrap_err();
    assert!(fault.contains("users.after_reset") && fault.contains("`:uid`"), "{fault}");
    let fault = mapping(|users| users.eligible = Some("a = 'b".into())).unwrap_err();
    assert!(fault.contains("users.eligible"), "{fault}");
    let fault = mapping(|users| {
        users.credentials = credentials("keys");
        users.credentials.as_mut().unwrap().condition = Some("a) OR (b".into());
    });
    assert!(fault.unwrap_err().contains("users.credentials.condition"));
}

#[test]
fn a_second_table_is_joined_to_be_read_and_guarded_to_be_written() {
    let mapping = mapping(|users| users.credentials = credentials("auth.keys")).unwrap();
    assert_eq!(
        mapping.from,
        "\"accounts\" LEFT JOIN (SELECT \"keys\".\"owner\" AS regain_owner, \"keys\".\"password\" AS regain_password \
         FROM \"auth\".\"keys\" WHERE (kind = 'p'\n)) AS regain_credentials \
         ON (regain_credentials.regain_owner = \"accounts\".\"id\")"
    );
    assert_eq!((&*mapping.swapped, &*mapping.swapped_id), ("\"auth\".\"keys\"", "\"keys\".\"owner\""));
    let guard = mapping.guard("SAME");
    assert!(guard.starts_with(
        "EXISTS (SELECT 1 FROM \"accounts\" WHERE \"accounts\".\"id\" = \"keys\".\"owner\" AND SAME AND "
    ));
    let keys: Vec<_> = mapping.tables.iter().map(|table| (table.key, table.columns.join(" "))).collect();
    assert_eq!(keys[0], ("users.table", "id email name locale email_verified".into()));
    assert_eq!(keys[1], ("users.credentials.table", "owner password".into()));
}

#[test]
fn what_is_missing_is_said_with_what_there_is() {
    let mapping = mapping(|_| {}).unwrap();
    let accounts = &mapping.tables[0];
    let check = |engine, present: &[&str]| {
        let present: Vec<String> = present.iter().map(|name| (*name).to_owned()).collect();
        accounts.check(engine, &present, || Ok(vec!["users".into(), "roles".into()])).map_err(|fault| fault.to_string())
    };
    let fault = check(Engine::Postgres, &[]).unwrap_err();
    assert!(
        fault.contains("\"accounts\"") && fault.contains("users.table") && fault.contains("users, roles"),
        "{fault}"
    );
    let columns = ["ID", "email", "name", "locale", "email_verified", "password"];
    let fault = check(Engine::Postgres, &columns).unwrap_err();
    assert!(fault.contains("\"id\"") && fault.contains("ID, email"), "{fault}");
    assert_eq!(check(Engine::Mysql, &columns), Ok(()));
}
