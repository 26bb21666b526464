//! Mail goes to the address on file, byte for byte, of the one account that was meant and may reset; to nobody else.

use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use regain_core::request::{Reason, State};
use std::time::Duration;

const ADA: &str = "ada@example.com";

async fn ask_and_work(server: &Server, address: &str) {
    server.ask_for(address).await;
    server.run_until_idle().await;
}

/// Asks for it, and sees no mail leave.
async fn gets_none(server: &Server, typed: &str, why: Reason) {
    ask_and_work(server, typed).await;
    assert!(server.inbox.mails().is_empty(), "{typed}");
    let request = server.history_of(typed).await.pop().unwrap();
    assert_eq!((request.state, request.reason), (State::Failed, Some(why)), "{typed}");
    assert!(request.deliveries.is_empty());
}

#[tokio::test]
async fn the_address_on_file_is_used_as_it_is_stored() {
    let server = Server::start().await;
    server.add_account("Kim.O'Hara+News@Example.COM");
    ask_and_work(&server, "kim.o'hara+news@example.com").await;
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["Kim.O'Hara+News@Example.COM"]);
}

#[tokio::test]
async fn look_alikes_reach_nobody() {
    let server = Server::start().await;
    server.add_account("kim@example.com");
    server.add_account("süß@example.com");
    for typed in [
        "\u{212A}im@example.com",
        "k\u{131}m@example.com",
        "kím@example.com",
        "ｋim@example.com",
        "kim\u{200b}@example.com",
        "kim@example\u{3002}com",
        "suess@example.com",
        "SÜSS@example.com",
        "kim+x@example.com",
        "k.im@example.com",
    ] {
        let ask = serde_json::json!({ "email": typed });
        let answer = server.post_json("/auth/password-reset/request", ask).await;
        assert!(matches!(answer.status().as_u16(), 200 | 400), "{typed}");
        server.run_until_idle().await;
        assert!(server.inbox.mails().is_empty(), "{typed}");
    }
}

#[tokio::test]
async fn a_stored_look_alike_is_not_who_was_meant() {
    let server = Server::start().await;
    server.add_account("\u{212A}im@example.com");
    gets_none(&server, "kim@example.com", Reason::NoAccount).await;
}

#[tokio::test]
async fn an_address_of_two_accounts_reaches_neither() {
    let server = Server::start().await;
    server.add_account("twin@example.com");
    server.add_account("twin@example.com");
    gets_none(&server, "twin@example.com", Reason::Ambiguous).await;
    server.add_account("Pair@example.com");
    server.add_account("pAIR@example.com");
    gets_none(&server, "pair@example.com", Reason::Ambiguous).await;
}

#[tokio::test]
async fn an_exact_match_beats_a_folded_one() {
    let server = Server::start().await;
    server.add_account("Pair@example.com");
    server.add_account("pair@example.com");
    for address in ["pair@example.com", "Pair@example.com"] {
        let token = server.token_for(address).await;
        assert_eq!(server.inbox.mails().last().unwrap().to, [address]);
        assert_eq!(server.confirm(&token, &format!("Nine-{address}-Otters")).await.status(), 200);
        server.run_until_idle().await;
    }
    assert!(server.verifies("pair@example.com", "Nine-pair@example.com-Otters").await);
    assert!(server.verifies("Pair@example.com", "Nine-Pair@example.com-Otters").await);
}

#[tokio::test]
async fn accounts_that_may_not_reset_get_none() {
    let server = Server::start().await;
    gets_none(&server, "disabled@example.com", Reason::Ineligible).await;
    for (stored, why) in [
        ("NULL", Reason::Ineligible),
        ("''", Reason::Ineligible),
        ("'!'", Reason::Ineligible),
        ("'!zKm3gPq8vXw1'", Reason::Ineligible),
        ("'*'", Reason::Ineligible),
        ("'$unheard$of'", Reason::FormatUnknown),
    ] {
        server.application_runs(&format!("UPDATE accounts SET password = {stored} WHERE email = '{ADA}'"));
        gets_none(&server, ADA, why).await;
        server.clock.advance(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn an_address_on_file_that_is_none_gets_none() {
    let server = Server::start().await;
    server.application_runs("UPDATE accounts SET email = 'ada@example.com, eve@example.com' WHERE name = 'Ada'");
    gets_none(&server, ADA, Reason::NoAccount).await;
}

#[tokio::test]
async fn strangers_are_mailed_if_that_is_configured_within_the_same_limits() {
    let server = Server::with("[notify]\nunknown_address = true").await;
    for _ in 0..2 {
        ask_and_work(&server, "Nobody@example.com").await;
        ask_and_work(&server, "nobody@Example.com").await;
    }
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["Nobody@example.com"]);
    assert_eq!(mails[0].code(), None);
    assert!(mails[0].links().iter().all(|link| !link.contains('#') && !link.contains("token")), "{mails:?}");
    for _ in 0..9 {
        server.clock.advance(Duration::from_secs(60));
        ask_and_work(&server, "nobody@example.com").await;
    }
    assert_eq!(server.inbox.mails().len(), 5, "the number of the hour");
    ask_and_work(&server, "disabled@example.com").await;
    assert_eq!(server.inbox.mails().len(), 5, "somebody known is told nothing");
}

#[tokio::test]
async fn an_account_in_a_format_that_is_only_read_gets_no_link_it_could_not_use() {
    let server = Server::start().await;
    let phpass = "$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/";
    server
        .accounts()
        .execute("UPDATE accounts SET password = ?1 WHERE email = ?2", [phpass, "ada@example.com"])
        .unwrap();
    server.ask_for("ada@example.com").await;
    server.run_until_idle().await;
    assert!(server.inbox.mails_to("ada@example.com").is_empty());
}

#[tokio::test]
async fn a_named_format_takes_the_place_of_one_that_is_only_read() {
    let server = Server::with("[users]\nhash = \"argon2id\"").await;
    let phpass = "$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/";
    server
        .accounts()
        .execute("UPDATE accounts SET password = ?1 WHERE email = ?2", [phpass, "ada@example.com"])
        .unwrap();
    let token = server.token_for("ada@example.com").await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert!(server.stored_password("ada@example.com").starts_with("$argon2id$"));
}
