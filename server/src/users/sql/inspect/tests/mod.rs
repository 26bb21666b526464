//! The same small database on each engine, looked at.

use super::*;
use crate::users::sql::test_database::TestDatabase;
use secrecy::ExposeSecret;

const SMALL: &str = "
CREATE TABLE users (
    id integer PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, password_hash varchar(255), is_active integer NOT NULL
);
CREATE TABLE sessions (token varchar(64) PRIMARY KEY, user_id integer NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE memberships (user_id integer NOT NULL, team_id integer NOT NULL, PRIMARY KEY (user_id, team_id));
INSERT INTO users VALUES (1, 'ada@example.com', 'first', 1), (2, 'bob@example.com', NULL, 1), (3, 'eve@example.com', 'third', 0);
";

async fn open(database: &TestDatabase) -> Inspection {
    Inspection::open(&StoreUrl::parse(&database.url).unwrap()).await.unwrap()
}

fn texts(sample: &Sample) -> Vec<Option<&str>> {
    sample.iter().map(|value| value.as_ref().map(|text| text.expose_secret())).collect()
}

#[tokio::test]
async fn tables_keys_and_references_are_found() {
    for database in TestDatabase::on_each(SMALL) {
        let schema = open(&database).await.schema().await.unwrap();
        let names: Vec<_> = schema.tables.iter().map(Table::full_name).collect();
        assert_eq!(names, ["memberships", "sessions", "users"], "{}", schema.engine);
        let users = schema.table("users").unwrap();
        let columns: Vec<_> = users.columns.iter().map(|column| (column.name.as_str(), column.nullable)).collect();
        assert_eq!(columns, [("id", false), ("email", false), ("password_hash", true), ("is_active", false)]);
        assert_eq!(users.key, ["id"]);
        assert!(users.is_unique("email") && !users.is_unique("password_hash"));
        assert_eq!(schema.table("memberships").unwrap().key, ["user_id", "team_id"]);
        let reference = Reference { column: "user_id".into(), table: "users".into(), target: Some("id".into()) };
        assert_eq!(schema.table("sessions").unwrap().references, [reference], "{}", schema.engine);
    }
}

#[test]
fn names_that_would_write_to_a_terminal_are_passed_over() {
    let row = |table: &str, column: &str| {
        let kind = "st\u{1b}ate\n".to_owned();
        vec![None, Some(table.to_owned()), Some(column.to_owned()), Some(kind), None]
    };
    let rows = vec![row("users", "id"), row("users", "a\nb = 1"), row("user\u{1b}[2Jsessions", "user_id")];
    let schema = Schema::assemble(Engine::Postgres, rows, Vec::new(), Vec::new());
    let [users] = &schema.tables[..] else { panic!("{schema:?}") };
    let [id] = &users.columns[..] else { panic!("{users:?}") };
    assert_eq!((users.name.as_str(), id.name.as_str(), id.kind.as_str()), ("users", "id", "st ate "));
}

#[tokio::test]
async fn the_newest_rows_are_sampled() {
    for database in TestDatabase::on_each(SMALL) {
        let mut inspection = open(&database).await;
        let schema = inspection.schema().await.unwrap();
        let users = schema.table("users").unwrap();
        let sample = inspection.sample(users, "password_hash", 2).await.unwrap();
        assert_eq!(texts(&sample), [Some("third"), None], "{}", schema.engine);
        assert!(!format!("{sample:?}").contains("third"));
        assert_eq!(inspection.count(users, "is_active = 1", 500).await.unwrap(), (3, 2), "{}", schema.engine);
        assert_eq!(inspection.count(users, "users.is_active = 0 -- not", 1).await.unwrap(), (1, 1));
        assert!(inspection.count(users, "absent = 1", 500).await.unwrap_err().cause.contains("absent"));
        assert_eq!(texts(&inspection.sample(users, "id", 1).await.unwrap()), [Some("3")]);
    }
}

#[tokio::test]
async fn a_right_to_the_columns_that_a_reset_reads_is_enough() {
    let database = TestDatabase::on(Engine::Postgres, SMALL);
    let reader = database.as_reader("GRANT SELECT (id, email, is_active) ON users TO {reader};");
    let mut inspection = Inspection::open(&StoreUrl::parse(&reader.url).unwrap()).await.unwrap();
    let schema = inspection.schema().await.unwrap();
    let users = schema.table("users").unwrap();
    assert_eq!(inspection.count(users, "IS_ACTIVE = 1", 500).await.unwrap(), (3, 2));
}

#[tokio::test]
async fn the_database_itself_refuses_a_write() {
    for database in TestDatabase::on_each(SMALL) {
        let mut inspection = open(&database).await;
        for write in ["UPDATE users SET is_active = 0", "DELETE FROM users", "INSERT INTO memberships VALUES (1, 1)"] {
            assert!(inspection.database.rows(write).await.is_err(), "{} {write}", inspection.engine);
        }
        let schema = inspection.schema().await.unwrap();
        let counted = inspection.count(schema.table("users").unwrap(), "is_active = 1", 500).await.unwrap();
        assert_eq!(counted, (3, 2));
    }
}

#[tokio::test]
async fn a_file_is_read_and_left_alone() {
    for journal in ["PRAGMA journal_mode = WAL;", ""] {
        let database = TestDatabase::on(Engine::Sqlite, &format!("{journal}{SMALL}"));
        let before = database.bytes();
        let mut inspection = open(&database).await;
        let schema = inspection.schema().await.unwrap();
        inspection.sample(schema.table("users").unwrap(), "email", 9).await.unwrap();
        drop(inspection);
        assert_eq!(database.bytes(), before);
        let path = std::path::Path::new(database.url.strip_prefix("sqlite:").unwrap());
        let beside: Vec<_> =
            std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(beside, ["app.db"], "{journal}");
    }
}

#[tokio::test]
async fn what_is_not_committed_to_the_file_yet_is_read_from_the_log() {
    let database = TestDatabase::on(Engine::Sqlite, SMALL);
    let path = database.url.strip_prefix("sqlite:").unwrap();
    let application = rusqlite::Connection::open(path).unwrap();
    application
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; DELETE FROM users WHERE id = 3")
        .unwrap();
    let mut inspection = open(&database).await;
    let schema = inspection.schema().await.unwrap();
    assert_eq!(inspection.count(schema.table("users").unwrap(), "is_active = 1", 9).await.unwrap(), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_opened_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no database, but long enough to be taken for one by its size alone").unwrap();
    for path in [folder.path().join("absent.db"), folder.path().to_owned(), text] {
        let fault = Inspection::open(&StoreUrl::Sqlite(path.clone())).await.err().unwrap();
        assert!(fault.to_string().contains(path.to_str().unwrap()), "{fault}");
    }
    assert!(!folder.path().join("absent.db").exists());
    for url in ["postgres://u:hunter2@127.0.0.1:1/app", "mysql://u:hunter2@127.0.0.1:1/app"] {
        let fault = Inspection::open(&StoreUrl::parse(url).unwrap()).await.err().unwrap().to_string();
        assert!(fault.contains("onnect") && !fault.contains("hunter2"), "{fault}");
    }
}

#[tokio::test]
async fn tables_of_other_schemas_are_named_with_theirs() {
    let database = TestDatabase::on(
        Engine::Postgres,
        "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, \"userEmail\" text);
         CREATE TABLE public.users (id serial PRIMARY KEY); CREATE TABLE auth.keys (id integer REFERENCES public.users (id))",
    );
    let schema = open(&database).await.schema().await.unwrap();
    let names: Vec<_> = schema.tables.iter().map(Table::full_name).collect();
    assert_eq!(names, ["users", "auth.keys", "auth.users"]);
    assert!(schema.table("auth.users").unwrap().has(&["userEmail"]));
    assert_eq!(schema.table("public.users"), schema.table("users"));
    assert_eq!(schema.table("auth.keys").unwrap().references[0].table, "users");
}

/// What `django.contrib.auth` makes, as far as it matters, with three accounts.
pub(crate) const DJANGO: &str = "
CREATE TABLE django_content_type (id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL);
CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz);
CREATE TABLE auth_user (
    id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser boolean NOT NULL,
    username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL,
    email varchar(254) NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamptz NOT NULL
);
INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
SELECT password, false, name, '', '', name || '@example.com', false, name <> 'eve', now() FROM (VALUES
    ('ada', 'pbkdf2_sha256$1000000$4OZbYWBPVsMWb1mU1cAJLE$ij60CrNpkYZRBYzy7FyLa8JT9J1yTUXbA3LJ2GHFA8w='),
    ('bob', '!ixT8pVBzDEzXsLQEGlLXo1vNDhkPNjDFSPsY9cQd'),
    ('eve', 'pbkdf2_sha256$870000$4OZbYWBPVsMWb1mU1cAJLE$ij60CrNpkYZRBYzy7FyLa8JT9J1yTUXbA3LJ2GHFA8w=')
) AS accounts (name, password);
";

/// An application of somebody's own, in SQL that MariaDB and SQLite read.
pub(crate) const PHP: &str = "
CREATE TABLE customers (
    customer_id int NOT NULL PRIMARY KEY, email_address varchar(254) NOT NULL UNIQUE, passwd varchar(255),
    firstname varchar(80), lang varchar(8), status varchar(16) NOT NULL, email_confirmed tinyint(1) NOT NULL
) ENGINE=InnoDB;
CREATE TABLE customer_sessions (sid varchar(64) PRIMARY KEY, customer_id int NOT NULL) ENGINE=InnoDB;
CREATE TABLE password_resets (email varchar(254) NOT NULL, token varchar(64) NOT NULL) ENGINE=InnoDB;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, email varchar(254)) ENGINE=InnoDB;
INSERT INTO customers VALUES
    (1, 'ada@example.com', '$2y$12$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK', 'Ada', 'en', 'active', 1),
    (2, 'bob@example.com', '$2y$10$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK', 'Bob', 'de', 'active', 1),
    (3, 'eve@example.com', '$2y$12$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK', 'Eve', NULL, 'closed', 1),
    (4, 'joe@example.com', 'plain-text-secret', NULL, NULL, 'active', 0),
    (5, 'liz@example.com', NULL, NULL, NULL, 'active', 1);
";

/// What a role that may connect is granted, and no more.
pub(crate) const UNREADABLE: &str = "GRANT SELECT ON django_content_type TO {reader}";
