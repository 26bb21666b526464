//! How many mails one account gets: a cooldown and a number per hour, kept in silence, whatever the weather.

use crate::support::Server;
use crate::support::smtp::{Behaviour, Phase};
use regain_core::request::{Reason, State};
use std::time::Duration;

const ADA: &str = "ada@example.com";
const MINUTE: Duration = Duration::from_secs(60);

/// `state` and `reason` of all requests for an address, oldest first.
async fn fates(server: &Server, address: &str) -> Vec<(State, Option<Reason>)> {
    let requests = server.history_of(address).await.into_iter();
    requests.map(|request| (request.state, request.reason)).collect()
}

#[tokio::test]
async fn within_the_cooldown_there_is_no_second_mail_and_after_it_there_is() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.clock.advance(Duration::from_millis(59_999));
    server.ask_for("ADA@EXAMPLE.COM").await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails().len(), 1);
    assert!(server.is_live(&token).await, "asking again does not end the link");
    assert_eq!(fates(&server, ADA).await[1], (State::Suppressed, Some(Reason::Cooldown)));

    server.clock.advance(Duration::from_millis(1));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2, "what was suppressed does not prolong it");
}

#[tokio::test]
async fn two_in_one_tick_are_one_mail() {
    let server = Server::start().await;
    server.ask_for(ADA).await;
    server.ask_for("Ada@Example.Com").await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails().len(), 1);
}

#[tokio::test]
async fn without_a_cooldown_each_request_is_mailed_up_to_the_hours_number() {
    let server = Server::with("[reset]\ncooldown_seconds = 0\nmails_per_hour_max = 2").await;
    for _ in 0..4 {
        server.token_for(ADA).await;
        server.clock.advance(Duration::from_millis(1));
    }
    assert_eq!(server.inbox.mails_to(ADA).len(), 2);
    assert_eq!(fates(&server, ADA).await[2], (State::Suppressed, Some(Reason::Hourly)));
}

#[tokio::test]
async fn an_hour_has_its_number_and_the_next_has_it_again() {
    let server = Server::start().await;
    for _ in 0..6 {
        server.token_for(ADA).await;
        server.clock.advance(MINUTE);
    }
    assert_eq!(server.inbox.mails_to(ADA).len(), 5);
    // The first mint was an hour ago, less a millisecond.
    server.clock.advance(54 * MINUTE - Duration::from_millis(1));
    server.token_for(ADA).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 5);
    server.clock.advance(Duration::from_millis(1));
    server.token_for(ADA).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 6);
}

#[tokio::test]
async fn another_accounts_mails_do_not_count() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    server.token_for("grace@example.com").await;
    assert_eq!(server.inbox.mails().len(), 2);
}

#[tokio::test]
async fn the_backlog_of_a_relays_outage_becomes_one_mail() {
    let server = Server::start().await;
    server.inbox.at(Phase::Connect, Behaviour::Drop);
    for _ in 0..4 {
        server.ask_for(ADA).await;
        server.run_until_idle().await;
        server.clock.advance(2 * MINUTE);
    }
    server.inbox.behave();
    server.clock.advance(5 * MINUTE);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert_eq!(fates(&server, ADA).await.iter().filter(|(state, _)| *state == State::Mailed).count(), 1);
    assert!(server.is_live(&server.last_token_for(ADA)).await);
}

#[tokio::test]
async fn the_backlog_of_a_stores_outage_becomes_one_mail() {
    let server = Server::start().await;
    server.store_goes_down();
    for _ in 0..4 {
        server.ask_for(ADA).await;
        server.run_until_idle().await;
        server.clock.advance(2 * MINUTE);
    }
    server.store_comes_back();
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn a_request_never_suppresses_its_own_retry() {
    let server = Server::with("[reset]\nmails_per_hour_max = 1").await;
    server.inbox.at(Phase::Connect, Behaviour::Drop);
    server.ask_for(ADA).await;
    for _ in 0..8 {
        server.run_until_idle().await;
        server.clock.advance(Duration::from_secs(10));
    }
    server.inbox.behave();
    server.clock.advance(5 * MINUTE);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn the_notice_of_a_change_is_under_no_limit() {
    let server = Server::with("[reset]\nmails_per_hour_max = 1").await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, "Nine-Lanterns-4-Otters").await.status(), 200);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2);
}
