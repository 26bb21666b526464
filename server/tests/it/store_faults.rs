//! The user store commits and fails to say so, or does not answer at all: the password is set once, and the owner is
//! told once.

use crate::support::Server;
use crate::support::server::{NEW_PASSWORD, OLD_PASSWORD};
use async_trait::async_trait;
use regain::finding::Finding;
use regain::users::{PasswordChange, StoreFault, UserStore, Written};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const ADA: &str = "ada@example.com";
/// As long as the courier leaves a user store alone that could not answer.
const A_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// As long as a password that is not in the store may still be on its way there.
const A_CLAIM: std::time::Duration = std::time::Duration::from_secs(60);

/// A store behind a bad line.
struct BadLine {
    store: Arc<dyn UserStore>,
    /// Writes are carried out, and their answers lost.
    loses_answers: bool,
    /// From the first write on, nothing more comes through.
    goes_dead: bool,
    is_dead: Arc<AtomicBool>,
}

impl BadLine {
    fn carry<T>(&self, answer: Result<T, StoreFault>) -> Result<T, StoreFault> {
        if self.is_dead.load(Ordering::SeqCst) { Err(lost()) } else { answer }
    }
}

#[async_trait]
impl UserStore for BadLine {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        self.carry(self.store.find(addresses).await)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        self.carry(self.store.load(id).await)
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.is_dead.fetch_or(self.goes_dead, Ordering::SeqCst);
        if self.loses_answers {
            self.store.set_password(change).await?;
        }
        Err(lost())
    }

    async fn examine(&self) -> Vec<Finding> {
        self.store.examine().await
    }
}

fn lost() -> StoreFault {
    StoreFault { what: "cannot be reached", cause: "the line is dead".into() }
}

/// A server, and what mends the line to its store.
async fn with_bad_line(loses_answers: bool, goes_dead: bool) -> (Server, Arc<AtomicBool>) {
    let dead = Arc::new(AtomicBool::new(false));
    let is_dead = Arc::clone(&dead);
    let wrap = move |store| Arc::new(BadLine { store, loses_answers, goes_dead, is_dead }) as Arc<dyn UserStore>;
    (Server::with_store("", wrap).await, dead)
}

async fn is_settled_once(server: &Server, token: &str) {
    server.run_until_idle().await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2, "the link, and one notice");
    assert!(!server.is_live(token).await);
    assert!(server.verifies(ADA, NEW_PASSWORD).await);
    assert_eq!(server.sessions_of(ADA), 0);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_a_success() {
    let (server, _) = with_bad_line(true, false).await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    is_settled_once(&server, &token).await;
}

#[tokio::test]
async fn a_write_that_nobody_can_see_is_settled_when_the_store_is_back() {
    let (server, is_dead) = with_bad_line(true, true).await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 503);
    server.run_until_idle().await;
    assert_eq!(server.confirm(&token, "Ten-Lanterns-5-Otters").await.status(), 503, "not yet known");
    is_dead.store(false, Ordering::SeqCst);
    server.clock.advance(A_PAUSE);
    is_settled_once(&server, &token).await;
}

#[tokio::test]
async fn a_right_code_is_not_counted_while_nobody_knows_whether_it_was_used() {
    let (server, is_dead) = with_bad_line(false, true).await;
    let code = server.code_for(ADA).await;
    let body = serde_json::json!({ "email": ADA, "code": code, "new_password": NEW_PASSWORD });
    for _ in 0..6 {
        let answer = server.post_json("/auth/password-reset/confirm", body.clone()).await;
        assert_eq!(answer.status(), 503);
        server.run_until_idle().await;
    }
    is_dead.store(false, Ordering::SeqCst);
    server.clock.advance(A_CLAIM);
    server.run_until_idle().await;
    assert_eq!(server.post_json("/auth/password-reset/verify", body).await.status(), 200);
}

#[tokio::test]
async fn a_write_that_did_not_happen_leaves_the_link_live() {
    for goes_dead in [false, true] {
        let (server, is_dead) = with_bad_line(false, goes_dead).await;
        let token = server.token_for(ADA).await;
        assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 503);
        is_dead.store(false, Ordering::SeqCst);
        server.clock.advance(A_CLAIM);
        server.run_until_idle().await;
        assert!(server.is_live(&token).await);
        assert!(server.verifies(ADA, OLD_PASSWORD).await);
        assert_eq!((server.inbox.mails_to(ADA).len(), server.sessions_of(ADA)), (1, 1));
    }
}

#[tokio::test]
async fn an_account_changed_while_the_store_was_away_is_left_alone() {
    let (server, is_dead) = with_bad_line(true, true).await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 503);
    server.application_runs(&format!("UPDATE accounts SET password = '$2b$04$x' WHERE email = '{ADA}'"));
    is_dead.store(false, Ordering::SeqCst);
    server.run_until_idle().await;
    assert!(!server.is_live(&token).await);
    assert_eq!(server.stored_password(ADA), "$2b$04$x");
    assert_eq!(server.ledger_says("SELECT count(*) FROM deliveries WHERE reason = 'changed'"), 1);
}
