//! A real database that fails in the ways databases fail: the operator is told, nothing is lost, and whoever asks for
//! a reset hears what they always hear.

use crate::support::postgres::Database;
use crate::support::process::{DEADLINE, Process, Site, eventually, reset_token};
use serde_json::json;

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "seven otters keep lanterns";

/// A server on a database of its own.
struct Trouble {
    database: Database,
    site: Site,
    server: Process,
    /// What the public is told while all is well.
    usual: (u16, String),
}

impl Trouble {
    async fn ahead() -> Self {
        let database = Database::with_accounts(&[ADA, "grace@example.com"]).await;
        let site = Site::with_accounts(&[]).await;
        let url = database.url();
        let server = site.serve(&[
            ("REGAIN_USERS__URL", &url),
            ("REGAIN_USERS__NAME", ""),
            ("REGAIN_USERS__ELIGIBLE", "is_active"),
            ("REGAIN_RESET__COOLDOWN_SECONDS", "0"),
        ]);
        let usual = answer(&server, "nobody@example.com").await;
        assert_eq!(usual.0, 200);
        Self { database, site, server, usual }
    }

    /// Asks for known and unknown addresses; the answers are the usual ones.
    async fn ask(&self) {
        for address in [ADA, "nobody@example.com", "grace@example.com"] {
            assert_eq!(answer(&self.server, address).await, self.usual, "{address}");
        }
    }

    /// Waits for a line in the log that says all of `words`.
    async fn is_told(&self, words: &[&str]) {
        let told =
            async || self.server.log().lines().any(|line| words.iter().all(|word| line.contains(word))).then_some(());
        eventually(&format!("line with {words:?} in the log"), DEADLINE, told).await;
    }

    async fn token(&self) -> String {
        self.ask().await;
        reset_token(&self.site.mails_to(ADA, 1).await[0]).expect("a link")
    }

    /// The status of a confirmation.
    async fn confirm(&self, token: &str) -> u16 {
        let body = json!({ "token": token, "new_password": NEW_PASSWORD });
        self.server.post("/auth/password-reset/confirm", &body).await.unwrap().status().as_u16()
    }

    async fn stored(&self) -> String {
        self.database.ask(&format!("SELECT password FROM accounts WHERE email = '{ADA}'")).await
    }
}

/// Status and body, but for what differs from request to request.
async fn answer(server: &Process, address: &str) -> (u16, String) {
    let answer = server.post("/auth/password-reset/request", &json!({ "email": address })).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_dead_store() {
    let it = Trouble::ahead().await;
    it.database.set_reachable(false).await;
    it.ask().await;
    it.is_told(&["user store"]).await;
    assert!(it.site.smtp.mails().is_empty());
    it.database.set_reachable(true).await;
    let token = reset_token(&it.site.mails_to(ADA, 1).await[0]).expect("a link");

    it.database.set_reachable(false).await;
    assert_eq!(it.confirm(&token).await, 503);
    it.database.set_reachable(true).await;
    assert_eq!(it.confirm(&token).await, 200, "the link survives");
    assert_eq!(it.database.ask("SELECT count(*)::text FROM sessions WHERE account_id = 1").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_ten_seconds_keeps_nobody_waiting() {
    let it = Trouble::ahead().await;
    let lock = it.database.hold("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE").await;
    it.ask().await;
    it.is_told(&["user store", "in time"]).await;
    it.ask().await;
    assert!(it.site.smtp.mails().is_empty());
    drop(lock);
    it.site.mails_to(ADA, 1).await;
    it.site.mails_to("grace@example.com", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_were_withdrawn_are_named_and_missed_by_nobody() {
    let it = Trouble::ahead().await;
    let token = it.token().await;
    it.database.run("REVOKE UPDATE (password) ON accounts FROM ROLE").await;
    assert_eq!(it.confirm(&token).await, 503);
    it.is_told(&["permission denied", "accounts"]).await;
    let check = it.check();
    assert!(check.contains("FAILS") && check.contains("GRANT UPDATE"), "{check}");
    it.database.run("GRANT UPDATE (password) ON accounts TO ROLE; REVOKE DELETE ON sessions FROM ROLE").await;
    let old = it.stored().await;
    assert_eq!(it.confirm(&token).await, 503);
    it.is_told(&["after_reset", "permission denied"]).await;
    assert_eq!(it.stored().await, old, "the password is taken back with what ends the sessions");
    it.database.run("GRANT DELETE ON sessions TO ROLE; REVOKE SELECT (email) ON accounts FROM ROLE").await;
    it.ask().await;
    it.is_told(&["user store", "permission denied"]).await;
    it.database.run("GRANT SELECT (email) ON accounts TO ROLE").await;
    assert_eq!(it.confirm(&token).await, 200, "the link survives all of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_column_is_named_and_requests_wait_for_it() {
    let it = Trouble::ahead().await;
    it.database.run("ALTER TABLE accounts RENAME COLUMN email TO mail").await;
    it.ask().await;
    it.is_told(&["user store", "email"]).await;
    let check = it.check();
    assert!(check.contains("FAILS") && check.contains("email") && check.contains("mail"), "{check}");
    it.database.run("ALTER TABLE accounts RENAME COLUMN mail TO email").await;
    it.site.mails_to(ADA, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_hash_bomb_costs_nothing_and_is_explained() {
    let it = Trouble::ahead().await;
    let token = it.token().await;
    let bombs = [
        "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA",
        "$2b$31$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.",
        "pbkdf2_sha256$4000000000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ];
    for (asked_before, bomb) in (1..).zip(bombs) {
        it.database.run(&format!("UPDATE accounts SET password = '{bomb}' WHERE email = '{ADA}'")).await;
        assert_eq!(it.confirm(&token).await, 400, "a link does not outlive a change of the password");
        it.ask().await;
        // Grace asked after Ada did: once her mail is there, Ada's would be.
        it.site.mails_to("grace@example.com", asked_before + 1).await;
        let explained = it.site.printed_by(&["explain", ADA]);
        assert!(explained.contains("format"), "{explained}");
        assert_eq!(it.site.smtp.mails_to(ADA).len(), 1, "{explained}");
        assert_eq!(it.stored().await, bomb);
    }
}

impl Trouble {
    /// What `regain check` prints of the database.
    fn check(&self) -> String {
        let url = self.database.url();
        let env =
            [("REGAIN_USERS__URL", url.as_str()), ("REGAIN_USERS__NAME", ""), ("REGAIN_USERS__ELIGIBLE", "is_active")];
        String::from_utf8(self.site.regain_with(&["check"], "", &env).stdout).unwrap()
    }
}
