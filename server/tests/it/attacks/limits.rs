//! How many mails an account gets, from however many networks and over however many starts.

use super::{ADA, REQUEST};
use crate::support::Server;
use crate::support::process::{DEADLINE, Site, eventually};
use serde_json::json;
use std::time::Duration;

/// Mailboxes buried by requests from many networks, each within its own limit.
#[tokio::test]
async fn no_number_of_networks_has_an_account_mailed_more_often() {
    let limits = "[limits]\nrequests_per_network_per_minute = 2\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let server = Server::with(limits).await;
    for n in 0..40 {
        for network in [format!("203.0.113.{n}"), format!("2001:db8:0:{n}::1")] {
            let ask = server.post(REQUEST).header("x-forwarded-for", network).json(&json!({ "email": ADA }));
            assert_eq!(ask.send().await.unwrap().status(), 200);
            server.run_until_idle().await;
        }
        server.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(server.inbox.mails_to(ADA).len(), 5, "in forty minutes");
}

/// A mailbox that belongs to nobody here, buried by as many names as it has by itself.
#[tokio::test]
async fn no_number_of_names_has_a_strangers_mailbox_mailed_more_often() {
    let server = Server::with("[notify]\nunknown_address = true\n[reset]\ncooldown_seconds = 0").await;
    for n in 0..10 {
        for address in [format!("no.body+{n}@example.org"), format!("nobody+{n}+{n}@Example.org")] {
            server.ask_for(&address).await;
            server.run_until_idle().await;
            server.clock.advance(Duration::from_millis(1));
        }
    }
    assert_eq!(server.inbox.mails().len(), 5);
    server.ask_for("nobody.else@example.org").await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails().len(), 6, "another mailbox");
}

/// Limits that were kept in memory: a restart, or a crash, and everybody could be mailed anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_does_not_give_an_account_more_mails() {
    let site = Site::with_accounts(&[ADA]).await;
    let env = [("REGAIN_RESET__COOLDOWN_SECONDS", "0"), ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "2")];
    for start in 1..=3 {
        let mut server = site.serve(&env);
        for _ in 0..2 {
            server.request(ADA).await;
        }
        let ledger = rusqlite::Connection::open(site.path().join("regain.db")).unwrap();
        let query = "SELECT count(*) FROM outbox WHERE ended_at IS NOT NULL";
        let ended = async || (ledger.query_row(query, [], |row| row.get(0)) == Ok(2 * start)).then_some(());
        eventually("end of the work", DEADLINE, ended).await;
        drop(ledger);
        assert!(server.terminate().success());
        assert_eq!(site.smtp.mails_to(ADA).len(), 2, "after start {start}");
    }
}
