//! What is old is forgotten, and what is not is kept.

use crate::support::Server;
use crate::support::smtp::{Behaviour, Phase};
use regain_core::request::Reason;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
const ADA: &str = "ada@example.com";
const NOBODY: &str = "nobody@example.com";

async fn passes(server: &Server, span: Duration) {
    server.clock.advance(span);
    server.run_until_idle().await;
}

#[tokio::test]
async fn who_has_no_account_is_forgotten_after_a_day_and_the_rest_when_configured() {
    for overrides in ["", "[notify]\nunknown_address = true"] {
        let server = Server::with(overrides).await;
        for address in [ADA, NOBODY, "disabled@example.com"] {
            server.ask_for(address).await;
        }
        server.run_until_idle().await;
        passes(&server, DAY).await;
        assert_eq!(server.history_of(NOBODY).await.len(), 1, "{overrides}");
        passes(&server, Duration::from_secs(600)).await;
        assert_eq!(server.history_of(NOBODY).await.len(), 0, "{overrides}");
        for kept in [ADA, "disabled@example.com"] {
            assert_eq!(server.history_of(kept).await.len(), 1, "{kept}");
        }
        passes(&server, 29 * DAY).await;
        for table in ["outbox", "deliveries", "events"] {
            assert_eq!(server.ledger_says(&format!("SELECT count(*) FROM {table}")), 0, "{table} {overrides}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_no_relay_answered_for_is_kept_as_long_as_any_other() {
    let server = Server::start().await;
    server.inbox.at(Phase::Dot, Behaviour::KeepAndDrop);
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    passes(&server, Duration::from_secs(300)).await;
    assert_eq!(server.history_of(ADA).await[0].reason, Some(Reason::Unanswered));
    passes(&server, 2 * DAY).await;
    assert_eq!(server.history_of(ADA).await.len(), 1);
}

#[tokio::test]
async fn what_waits_is_not_forgotten() {
    let server = Server::with("[reset]\ngive_up_seconds = 604800\n[ledger]\nretention_days = 1").await;
    server.ask_for(ADA).await;
    server.store_goes_down();
    passes(&server, 6 * DAY).await;
    server.store_comes_back();
    passes(&server, Duration::from_secs(1)).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn tried_codes_are_forgotten_after_a_day() {
    let server = Server::start().await;
    let guess = serde_json::json!({ "email": NOBODY, "code": "0000-0000" });
    server.post_json("/auth/password-reset/verify", guess).await;
    assert_eq!(server.ledger_says("SELECT count(*) FROM code_attempts"), 1);
    passes(&server, DAY + Duration::from_millis(1)).await;
    assert_eq!(server.ledger_says("SELECT count(*) FROM code_attempts"), 0);
}
