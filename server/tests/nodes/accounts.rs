//! The user store: accounts in PostgreSQL, with a cheap hash, and a log of every password that was written.

use crate::support::postgres::{Database, server};
use regain_core::hash::verify;
use serde::Deserialize;
use std::collections::HashMap;

/// The accounts of one fleet.
pub(crate) struct Accounts {
    pub(crate) database: Database,
}

/// One password that was written to an account.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Write {
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Accounts {
    /// None yet.
    pub(crate) async fn none() -> Self {
        let database = Database::empty(server()).await;
        database.run(SCHEMA).await;
        Self { database }
    }

    /// Makes `count` of them: those that [`address`] names.
    pub(crate) async fn add(&self, cohort: u64, count: u64) {
        let insert = format!(
            "INSERT INTO accounts (email, password) SELECT 'c{cohort}-' || n || '@example.com', '{OLD_PASSWORD_STORED}' \
             FROM generate_series(0, {count} - 1) AS n; \
             INSERT INTO sessions SELECT id, 'open' FROM accounts WHERE email LIKE 'c{cohort}-%'; ANALYZE accounts"
        );
        self.database.run(&insert).await;
    }

    /// Every password that was written to accounts of a cohort, by address.
    pub(crate) async fn writes(&self, cohort: u64) -> HashMap<String, Vec<Write>> {
        let rows = self
            .database
            .ask(&format!(
                "SELECT coalesce(json_agg(json_build_object('email', email, 'password', w.password)), '[]')::text \
                 FROM password_writes w JOIN accounts ON id = account_id WHERE email LIKE 'c{cohort}-%'"
            ))
            .await;
        let mut by_address: HashMap<String, Vec<Write>> = HashMap::new();
        for write in serde_json::from_str::<Vec<Write>>(&rows).unwrap() {
            by_address.entry(write.email.clone()).or_default().push(write);
        }
        by_address
    }

    /// What the accounts of a cohort have now, by address.
    pub(crate) async fn stored(&self, cohort: u64) -> HashMap<String, String> {
        let rows =
            format!("SELECT json_object_agg(email, password)::text FROM accounts WHERE email LIKE 'c{cohort}-%'");
        serde_json::from_str(&self.database.ask(&rows).await).unwrap()
    }

    /// How many sessions of a cohort's accounts are open though a password was written since.
    pub(crate) async fn sessions_of_changed(&self, cohort: u64) -> u64 {
        let count = format!(
            "SELECT count(*)::text FROM sessions s JOIN accounts a ON a.id = s.account_id \
             WHERE email LIKE 'c{cohort}-%' AND EXISTS (SELECT FROM password_writes w WHERE w.account_id = a.id)"
        );
        self.database.ask(&count).await.parse().unwrap()
    }

    /// Removes a cohort without a trace.
    pub(crate) async fn forget(&self, cohort: u64) {
        let forget = format!(
            "DELETE FROM sessions USING accounts WHERE id = account_id AND email LIKE 'c{cohort}-%'; \
             DELETE FROM password_writes USING accounts WHERE id = account_id AND email LIKE 'c{cohort}-%'; \
             DELETE FROM accounts WHERE email LIKE 'c{cohort}-%'"
        );
        self.database.run(&forget).await;
    }
}

/// The address of the `n`th account of a cohort.
pub(crate) fn address(cohort: u64, n: u64) -> String {
    format!("c{cohort}-{n}@example.com")
}

/// Whether `stored` was made from `password`.
pub(crate) fn is_made_from(stored: &str, password: &str) -> bool {
    verify(stored, password.as_bytes()).unwrap()
}

/// "old horse battery staple" as Django stores it, but with one round in place of a million: what is tried here is the
/// ledger and not the hash.
const OLD_PASSWORD_STORED: &str = "pbkdf2_sha256$1$saltsaltsaltsaltsalts1$EydOO3yvtUqkxg/6PMkLDBVLGN8uVM2N6/Z7DICZPz4=";

const SCHEMA: &str = "
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE accounts (
    id bigserial PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    password text,
    is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE sessions (account_id bigint NOT NULL REFERENCES accounts, cookie text NOT NULL);
CREATE INDEX ON sessions (account_id);
CREATE TABLE password_writes (account_id bigint NOT NULL, password text NOT NULL);
CREATE INDEX ON password_writes (account_id);
CREATE FUNCTION note_password_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO password_writes VALUES (NEW.id, NEW.password);
    RETURN NULL;
END $$;
CREATE TRIGGER note_password_write AFTER UPDATE OF password ON accounts
    FOR EACH ROW EXECUTE FUNCTION note_password_write();
GRANT SELECT (id, email, password, is_active), UPDATE (password) ON accounts TO ROLE;
GRANT SELECT, DELETE ON sessions TO ROLE;";
