//! Columns of other types, character sets and collations than most.

use super::*;
use crate::users::conformance::SqlFixture;
use regain_core::account::{Match, matching};
use regain_core::email::EmailAddress;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_are_found_in_every_collation() {
    for address in [
        "VARCHAR(254) COLLATE utf8mb4_general_ci",
        "VARCHAR(254) COLLATE utf8mb4_unicode_ci",
        "VARCHAR(254) COLLATE utf8mb4_unicode_520_nopad_ci",
        "VARCHAR(254) COLLATE utf8mb4_bin",
        "VARCHAR(254) COLLATE utf8mb4_turkish_ci",
        "VARCHAR(254) COLLATE utf8mb4_danish_ci",
        "VARCHAR(254) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci",
        "VARCHAR(254) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
        "VARCHAR(254) CHARACTER SET latin1 COLLATE latin1_general_cs",
        "VARCHAR(254) CHARACTER SET latin1 COLLATE latin1_bin",
        "CHAR(254) CHARACTER SET latin1 COLLATE latin1_german2_ci",
        "TEXT COLLATE utf8mb4_general_ci",
        "VARBINARY(254)",
    ] {
        let database = with_accounts("BIGINT", address);
        let store = database.mysql(|_| {}, TimeLimits::default());
        database.run("INSERT INTO accounts VALUES (1, 'INFO.aA@Example.COM', NULL, NULL, 'old', true, true)");
        database.run("INSERT INTO accounts VALUES (2, 'info.ä@example.com', NULL, NULL, 'old', true, true)");
        // What a column cannot hold fails nobody else's look-up.
        let batch =
            ["info.aa@example.com", "\u{65e5}\u{672c}@example.com", "\u{1f600}@example.com", "Info.ä@example.com"];
        let accounts = found(&store, &batch).await;
        for (typed, id) in [("info.aa@example.com", "1"), ("info.ä@example.com", "2")] {
            let Match::One(account) = matching(&EmailAddress::parse(typed).unwrap(), &accounts) else {
                panic!("{address}: {accounts:?}")
            };
            assert_eq!(account.id.as_str(), id, "{address}");
        }
        let accents = EmailAddress::parse("info.á@example.com").unwrap();
        let accounts = found(&store, &["info.á@example.com"]).await;
        assert!(matches!(matching(&accents, &accounts), Match::None), "{address}: {accounts:?}");
        let written = write(&store, "1", "INFO.aA@Example.COM", "old", "new").await.unwrap();
        assert_eq!(written, Written::Yes(vec![]), "{address}");
        let written = write(&store, "2", "info.ä@example.com", "old", "new").await.unwrap();
        assert_eq!(written, Written::Yes(vec![]), "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_what_its_column_holds() {
    for (key, value, printed, others) in [
        ("INT", "7", "7", ["07", " 7", "7.0", "7 OR 1=1"]),
        ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615", ["-1", "18446744073709551616", "", "x"]),
        ("CHAR(36)", "'0B8E5Ac4-7d2f'", "0B8E5Ac4-7d2f", ["0b8e5ac4-7d2f", "0B8E5Ac4-7d2f ", "0", "%"]),
        ("VARCHAR(36) CHARACTER SET latin1", "'é'", "é", ["e", "É", "\u{65e5}", "?"]),
        ("VARCHAR(36)", "'7'", "7", ["07", "7 ", "7.0", "0x37"]),
        ("BINARY(4)", "X'00ff1027'", "0x00ff1027", ["0x00FF1027", "00ff1027", "0x00ff10", "0x00ff102700"]),
        (
            "UUID",
            "'123e4567-e89b-12d3-a456-426655440000'",
            "123e4567-e89b-12d3-a456-426655440000",
            [
                "123E4567-E89B-12D3-A456-426655440000",
                "123e4567e89b12d3a456426655440000",
                "00000000-0000-0000-0000-000000000000",
                "123e4567-e89b-12d3-a456-426655440001",
            ],
        ),
    ] {
        let database = with_accounts(key, "VARCHAR(254)");
        database.run(&format!("INSERT INTO accounts VALUES ({value}, 'a@example.com', NULL, NULL, 'old', true, true)"));
        database.run(&format!("INSERT INTO sessions VALUES ({value}, 'nobody')"));
        let store = database.mysql(|_| {}, TimeLimits::default());
        assert_eq!(found(&store, &["a@example.com"]).await[0].id.as_str(), printed, "{key}");
        for other in others {
            assert!(store.load(&AccountId::new(other)).await.unwrap().is_none(), "{key}: {other:?}");
            let written = write(&store, other, "a@example.com", "old", "new").await.unwrap();
            assert_eq!(written, Written::NoLongerMatches, "{key}: {other:?}");
        }
        assert_eq!(store.load(&AccountId::new(printed)).await.unwrap().unwrap().id.as_str(), printed, "{key}");
        assert_eq!(write(&store, printed, "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]), "{key}");
        assert_eq!(database.ask("SELECT CAST(COUNT(*) AS CHAR) FROM sessions"), "0", "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotes_and_backslashes_are_values_like_others() {
    let database = with_accounts("BIGINT", "VARCHAR(254)");
    let odd = r#"o'n\'"eil\"#;
    let address = format!("{odd}@example.com");
    let literal = |text: &str| format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"));
    database.run(&format!(
        "INSERT INTO accounts VALUES (1, {}, {}, NULL, {}, true, true)",
        literal(&address),
        literal(odd),
        literal(odd)
    ));
    let statements = vec![r#"INSERT INTO sessions VALUES (:id, '\':id "'), (:id, "\":id '"), (:id, :hash)"#.into()];
    let store = database.mysql(|users| users.after_reset = statements, TimeLimits::default());
    let accounts = found(&store, &[&address]).await;
    assert_eq!((accounts[0].address.as_str(), accounts[0].name.as_deref()), (address.as_str(), Some(odd)));
    let new = r#"n\e'w"`$"#;
    assert_eq!(write(&store, "1", &address, odd, new).await.unwrap(), Written::Yes(vec![]));
    assert_eq!(database.ask("SELECT password FROM accounts"), new);
    for ended_by in ["':id \"", "\":id '", new] {
        let rows = format!("SELECT CAST(COUNT(*) AS CHAR) FROM sessions WHERE ended_by = {}", literal(ended_by));
        assert_eq!(database.ask(&rows), "1", "{ended_by}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_does_not_fit_is_not_cut() {
    let database = with_accounts("BIGINT", "VARCHAR(254)");
    database.run("ALTER TABLE accounts MODIFY password VARCHAR(10)");
    database.run("INSERT INTO accounts VALUES (1, 'a@example.com', NULL, NULL, 'old', true, true)");
    let store = database.mysql(|_| {}, TimeLimits::default());
    let fault = write(&store, "1", "a@example.com", "old", "a-long-secret").await.unwrap_err().to_string();
    assert!(fault.contains("'password'") && !fault.contains("secret"), "{fault}");
    assert_eq!(database.ask("SELECT password FROM accounts"), "old");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bit_says_whether_an_address_was_verified() {
    let database = with_accounts("BIGINT", "VARCHAR(254)");
    database.run("ALTER TABLE accounts MODIFY is_active BIT(1), MODIFY email_verified BIT(1)");
    database.run("INSERT INTO accounts VALUES (1, 'a@example.com', NULL, NULL, 'old', b'1', b'1')");
    database.run("INSERT INTO accounts VALUES (2, 'a@example.com', NULL, NULL, 'old', b'1', b'0')");
    database.run("INSERT INTO accounts VALUES (3, 'a@example.com', NULL, NULL, 'old', b'0', b'1')");
    let store = database.mysql(|_| {}, TimeLimits::default());
    for (id, eligible) in [("1", true), ("2", false), ("3", false)] {
        assert_eq!(store.load(&AccountId::new(id)).await.unwrap().unwrap().eligible, eligible, "{id}");
    }
}

fn with_accounts(key: &str, address: &str) -> MariaDb {
    let database = MariaDb::empty();
    database.run(&format!(
        "CREATE TABLE accounts (id {key} PRIMARY KEY, email {address}, name VARCHAR(100), locale VARCHAR(20), \
         password VARCHAR(255), is_active BOOLEAN, email_verified BOOLEAN)"
    ));
    database.run(&format!("CREATE TABLE sessions (account_id {key}, ended_by VARCHAR(255))"));
    database
}
