//! Keys, names and passwords of every kind that other people's tables have.

use super::fixture::{Database, SCHEMA};
use super::{ADA, find, write};
use crate::users::conformance::SqlFixture;
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_be_of_any_type_and_are_found_as_they_are_printed() {
    for (declared, key, no_keys) in [
        ("bigint", "9007199254740993", ["9007199254740992.0", "1e3", "99999999999999999999999"]),
        ("smallint", "7", ["07", "70000", "+7"]),
        ("uuid", "0190163d-8694-739b-aea5-966c26f8ad91", ["0190163D-8694-739B-AEA5-966C26F8AD91", "0190", "{}"]),
        ("text", "a'b\\c", ["a'b", "A'B\\C", "a'b\\c "]),
        ("varchar(10)", "ada", ["ADA", "ada ", "a-key-that-is-too-long"]),
        ("char(36)", "0190163d-8694-739b-aea5-966c26f8ad91", ["0190163d-8694-739b-aea5-966c26f8ad91 ", "x", ""]),
        ("numeric", "12.50", ["12.5", "12.500", "NaN"]),
        ("key_number", "5", ["05", "five", "11"]),
        ("bytea", "\\x00ff", ["\\x00FF", "\\x00f", "00ff"]),
    ] {
        let fixture = Database::with(&format!("CREATE DOMAIN key_number AS integer CHECK (value < 10);{SCHEMA}"));
        let literal = key.replace('\'', "''");
        for table in ["accounts ALTER id", "sessions ALTER account_id"] {
            fixture.run(&format!("ALTER TABLE {table} TYPE {declared} USING NULL::{declared}"));
        }
        fixture.run(&ADA.replace("(1, ", &format!("('{literal}', ")));
        let store = fixture.postgres_store(|_| {});
        let found = find(&store, "ada@example.com").await;
        assert_eq!(found[0].id.as_str(), key, "{declared}");
        assert!(store.load(&found[0].id).await.unwrap().unwrap().eligible, "{declared}");
        for no_key in no_keys.into_iter().chain(["", "1\0", "' OR true --"]) {
            assert!(store.load(&AccountId::new(no_key)).await.unwrap().is_none(), "{declared} {no_key:?}");
            let written = write(&store, no_key, "old", "new").await.unwrap();
            assert_eq!(written, Written::NoLongerMatches, "{declared} {no_key:?}");
        }
        assert_eq!(write(&store, key, "old", "new").await.unwrap(), Written::Yes(vec![]), "{declared}");
        assert_eq!(fixture.ask("SELECT count(*)::text FROM sessions"), "0", "{declared}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_key_may_not_reset() {
    let fixture = Database::with(SCHEMA);
    fixture.run("ALTER TABLE accounts DROP CONSTRAINT accounts_pkey, ALTER id DROP NOT NULL, ALTER id TYPE text");
    fixture.run("INSERT INTO accounts VALUES (NULL, 'ada@example.com', NULL, NULL, 'old', true, true)");
    let store = fixture.postgres_store(|_| {});
    assert!(!find(&store, "ada@example.com").await[0].eligible);
    assert_eq!(write(&store, "", "old", "new").await.unwrap(), Written::NoLongerMatches);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rows_of_one_key_are_a_fault() {
    let fixture = Database::with(SCHEMA);
    fixture.run("ALTER TABLE accounts DROP CONSTRAINT accounts_pkey");
    fixture.run(ADA);
    fixture.run(ADA);
    let store = fixture.postgres_store(|_| {});
    let fault = store.load(&AccountId::new("1")).await.unwrap_err().to_string();
    assert!(fault.contains("several accounts with one key"), "{fault}");
    let fault = write(&store, "1", "old", "new").await.unwrap_err().to_string();
    assert!(fault.contains("nothing was written"), "{fault}");
    assert_eq!(fixture.ask("SELECT count(*)::text FROM accounts WHERE password = 'old'"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_odd_and_tables_in_any_schema() {
    let fixture = Database::with(
        r#"CREATE SCHEMA "odd ""schema";
           CREATE TABLE "odd ""schema"."User's" ("Id" integer, "E-Mail" text, "select" text);
           INSERT INTO "odd ""schema"."User's" VALUES (1, 'Ada@example.com', 'old')"#,
    );
    let store = fixture.postgres_store(|users| {
        users.table = "odd \"schema.User's".into();
        (users.id, users.email, users.password) = ("Id".into(), "E-Mail".into(), "select".into());
        (users.name, users.locale, users.eligible, users.email_verified) = (None, None, None, None);
        users.after_reset.clear();
    });
    assert_eq!(find(&store, "ada@example.com").await[0].address, "Ada@example.com");
    assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::NoLongerMatches);
    fixture.run(r#"UPDATE "odd ""schema"."User's" SET "E-Mail" = 'ada@example.com'"#);
    assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_may_be_bytes_or_padded_and_are_compared_byte_for_byte() {
    for (declared, collation) in [("bytea", ""), ("char(60)", ""), ("citext", ""), ("text", "COLLATE lenient")] {
        let fixture = Database::with(&format!("CREATE EXTENSION citext; {LENIENT}; {SCHEMA}"));
        fixture.run(&format!("ALTER TABLE accounts ALTER password TYPE {declared} {collation} USING NULL"));
        fixture.run(ADA);
        let store = fixture.postgres_store(|_| {});
        let password = find(&store, "ada@example.com").await[0].password.clone().unwrap();
        assert_eq!(password.expose(), "old", "{declared}");
        assert_eq!(write(&store, "1", "OLD", "new").await.unwrap(), Written::NoLongerMatches, "{declared}");
        assert_eq!(write(&store, "1", "old", "$2b$10$new").await.unwrap(), Written::Yes(vec![]), "{declared}");
        let written = store.load(&AccountId::new("1")).await.unwrap().unwrap().password.unwrap();
        assert_eq!(written.expose(), "$2b$10$new", "{declared}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_does_not_fit_is_a_fault_and_not_cut() {
    let fixture = Database::with(SCHEMA);
    fixture.run("ALTER TABLE accounts ALTER password TYPE varchar(5)");
    fixture.run(ADA);
    let store = fixture.postgres_store(|_| {});
    let fault = write(&store, "1", "old", "longer").await.unwrap_err().to_string();
    assert!(fault.contains("too long") && !fault.contains("longer"), "{fault}");
    assert_eq!(fixture.ask("SELECT password FROM accounts"), "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_too_long_are_cut_or_left_out() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    fixture.run(
        "INSERT INTO accounts SELECT 2, repeat('a', 1000000) || '@example.com', repeat('b', 1000000), repeat('c', 1000000),
         repeat('d', 1000000), true, true",
    );
    let account = fixture.postgres_store(|_| {}).load(&AccountId::new("2")).await.unwrap().unwrap();
    assert!(account.mail_address().is_none() && account.password.is_none());
    assert_eq!((account.name.unwrap().len(), account.locale.unwrap().len()), (256, 256));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_quotes_what_was_written() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    fixture.run(
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'refused: %', NEW.ended_by; END $$;
         CREATE TRIGGER tell BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION tell();
         CREATE TABLE numbers (number integer)",
    );
    for sql in ["INSERT INTO sessions VALUES (:id, :hash)", "INSERT INTO numbers VALUES (:hash)"] {
        let users = |users: &mut crate::config::Users| users.after_reset = vec![sql.into()];
        let fault = write(&fixture.postgres_store(users), "1", "old", "s3cret").await.unwrap_err().to_string();
        assert!(fault.contains("number 1") && !fault.contains("s3cret"), "{fault}");
    }
    fixture.run(
        "CREATE FUNCTION blurt() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'refused: % for %', NEW.password, OLD.password; END $$",
    );
    for when in ["IMMEDIATE", "DEFERRED"] {
        fixture.run(&format!(
            "DROP TRIGGER IF EXISTS blurt ON accounts; CREATE CONSTRAINT TRIGGER blurt AFTER UPDATE ON accounts
             DEFERRABLE INITIALLY {when} FOR EACH ROW EXECUTE FUNCTION blurt()"
        ));
        let fault = write(&fixture.postgres_store(|_| {}), "1", "old", "s3cret").await.unwrap_err().to_string();
        assert!(fault.contains("refused: … for …"), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_somebody_planted_compares_no_keys() {
    let fixture = Database::with(&SCHEMA.replace("id integer PRIMARY KEY", "id varchar(9) PRIMARY KEY"));
    fixture.run(ADA);
    fixture.run(
        "GRANT CREATE ON SCHEMA public TO PUBLIC;
         CREATE FUNCTION planted(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
         CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = planted);
         CREATE FUNCTION quote_ident(name) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'planted'; END $$",
    );
    let store = fixture.postgres_store(|_| {});
    assert!(store.load(&AccountId::new("1")).await.unwrap().is_some());
    assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    let findings = store.examine().await;
    assert!(findings.iter().any(|finding| finding.text.contains("REVOKE CREATE ON SCHEMA public")), "{findings:?}");
}

/// Calls texts equal that differ in case or accents.
pub(super) const LENIENT: &str =
    "CREATE COLLATION lenient (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";
