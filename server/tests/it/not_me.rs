//! "This was not me": a token of its own purpose, for seven days, that ends every link of its account.

use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use std::time::Duration;

const ADA: &str = "ada@example.com";
const DAY: Duration = Duration::from_secs(86_400);

async fn says_not_me(server: &Server, token: &str) -> u16 {
    let form = server.post("/not-me").header("sec-fetch-site", "same-origin").form(&[("token", token)]);
    form.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn it_ends_live_links_and_may_be_said_again() {
    let server = Server::start().await;
    let (token, grace) = (server.token_for(ADA).await, server.token_for("grace@example.com").await);
    let not_me = server.last_not_me_token_for(ADA);
    for _ in 0..2 {
        assert_eq!(says_not_me(&server, &not_me).await, 303);
    }
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 400);
    assert!(server.is_live(&grace).await, "another's links are another's");
    assert_eq!(server.ledger_says("SELECT count(*) FROM deliveries WHERE reason = 'not_me'"), 1);
}

#[tokio::test]
async fn it_ends_requests_under_way() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    let not_me = server.last_not_me_token_for(ADA);
    server.clock.advance(Duration::from_secs(60));
    server.ask_for(ADA).await;
    assert_eq!(says_not_me(&server, &not_me).await, 303);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    server.clock.advance(Duration::from_secs(60));
    let token = server.token_for(ADA).await;
    assert!(server.is_live(&token).await, "the owner may ask again");
}

#[tokio::test]
async fn the_purposes_do_not_mix() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let not_me = server.last_not_me_token_for(ADA);
    assert_eq!(server.confirm(&not_me, NEW_PASSWORD).await.status(), 400);
    assert!(!server.is_live(&not_me).await);
    assert_eq!(says_not_me(&server, &token).await, 400);
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn the_notice_has_one_that_ends_what_was_asked_for_since() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.run_until_idle().await;
    let from_notice = server.last_not_me_token_for(ADA);
    server.clock.advance(Duration::from_secs(60));
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&from_notice, NEW_PASSWORD).await.status(), 400);
    assert_eq!(says_not_me(&server, &from_notice).await, 303);
    assert!(!server.is_live(&token).await);
}

#[tokio::test]
async fn it_counts_for_seven_days_whatever_is_forgotten_meanwhile() {
    let server = Server::with("[ledger]\nretention_days = 1").await;
    server.token_for(ADA).await;
    let not_me = server.last_not_me_token_for(ADA);
    server.clock.advance(7 * DAY - Duration::from_millis(1));
    server.run_until_idle().await;
    assert_eq!(says_not_me(&server, &not_me).await, 303);
    server.clock.advance(Duration::from_millis(1));
    assert_eq!(says_not_me(&server, &not_me).await, 400);
}

#[tokio::test]
async fn the_token_may_stand_where_the_link_had_it() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let path = format!("/not-me?token={}", server.last_not_me_token_for(ADA));
    let answer = server.post(&path).header("origin", &server.url).form(&[("said", "it")]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert!(!server.is_live(&token).await);
}
