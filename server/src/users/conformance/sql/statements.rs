//! The statements of `users.after_reset`, in the transaction that writes the password.

use super::{SqlFixture, count, three_accounts, write, write_and_count};
use crate::config::AfterReset;
use crate::users::sql::presets::{self, Preset};
use crate::users::{Ran, Role, Written};
use regain_core::account::AccountId;
use std::sync::LazyLock;

pub(crate) async fn statements_get_what_they_name<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.store(|users| {
        users.after_reset = vec![
            "UPDATE sessions SET ended_by = ':id' WHERE account_id = :id -- not :this".into(),
            "INSERT INTO sessions VALUES (:id, :hash), (:id, :email), (:id, :now)".into(),
        ];
    });
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    for ended_by in [":id", "new", "ada@example.com", "2026-11-21 19:24:05%"] {
        assert_eq!(count(&fixture, &format!("sessions WHERE account_id = 1 AND ended_by LIKE '{ended_by}'")), 1);
    }
}

pub(crate) async fn a_failing_statement_takes_the_password_back<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.store(|users| {
        users.after_reset = vec![
            "DELETE FROM sessions WHERE account_id = :id".into(),
            "INSERT INTO accounts (id, email) VALUES (:id, :email)".into(),
        ];
    });
    let fault = write(&*store, "1", "old", "new").await.unwrap_err().to_string();
    assert!(fault.contains("after_reset") && fault.contains("number 2"), "{fault}");
    assert!(!fault.contains("new"), "{fault}");
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "old");
    assert_eq!(fixture.ask("SELECT ended_by FROM sessions WHERE account_id = 1"), "nobody");
}

pub(crate) async fn a_step_without_its_table_is_left_out_until_there_is_one<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.store(|users| {
        let sql = "DELETE FROM devices WHERE account_id = :id".into();
        users.after_reset.push(AfterReset { sql, if_table: Some("devices".into()) });
    });
    assert_eq!(write_and_count(&*store, "1", "old", "new").await, [Ran { statement: 0, rows: 1 }]);
    assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 0);
    fixture.run("CREATE TABLE devices (account_id INTEGER)");
    fixture.run("INSERT INTO devices VALUES (1), (2)");
    let ran = write_and_count(&*store, "1", "new", "newer").await;
    assert_eq!(ran, [Ran { statement: 0, rows: 0 }, Ran { statement: 1, rows: 1 }]);
    assert_eq!(count(&fixture, "devices WHERE account_id = 1"), 0);
    assert_eq!(count(&fixture, "devices WHERE account_id = 2"), 1);
    fixture.run("DROP TABLE devices");
    assert_eq!(write(&*store, "1", "newer", "newest").await.unwrap(), Written::Yes(vec![]));
}

pub(crate) async fn a_role_is_read_with_the_statement_of_the_preset<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    assert_eq!(store.role(&AccountId::new("1")).await.unwrap(), None);
    let store = fixture.store(|users| users.preset = Some(&WITH_ROLES));
    store.role(&AccountId::new("1")).await.unwrap_err();
    fixture.run("CREATE TABLE roles (id INTEGER, name VARCHAR(20), description VARCHAR(20), type VARCHAR(20))");
    fixture.run("INSERT INTO roles VALUES (7, 'Editor', 'May edit', 'root'), (8, 'Guest', NULL, 'root')");
    fixture.run("CREATE TABLE role_user (role_id INTEGER, user_id INTEGER)");
    fixture.run("INSERT INTO role_user VALUES (7, 1), (8, 2)");
    let (name, description, kind) = ("Editor".into(), "May edit".into(), "root".into());
    let editor = store.role(&AccountId::new("1")).await.unwrap();
    assert_eq!(editor, Some(Role { id: 7, name, description, kind }));
    let guest = store.role(&AccountId::new("2")).await.unwrap().unwrap();
    assert_eq!((guest.name.as_str(), guest.description.as_str()), ("Guest", ""));
    assert_eq!(store.role(&AccountId::new("3")).await.unwrap(), None);
}

/// A preset that knows roles, and is like another in all else.
static WITH_ROLES: LazyLock<Preset> = LazyLock::new(|| Preset {
    role: Some(
        "SELECT roles.id, roles.name, roles.description, roles.type FROM roles \
         JOIN role_user ON role_user.role_id = roles.id WHERE role_user.user_id = :id",
    ),
    ..presets::ALL[0].clone()
});
