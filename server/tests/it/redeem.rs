//! A link sets one password, once, in the account's own format; and whatever fails on the way leaves it as it was.

use crate::support::Server;
use crate::support::process::{DEADLINE, Site, reset_token};
use crate::support::server::{NEW_PASSWORD, OLD_PASSWORD};
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const DJANGO: &str = "django@example.com";

/// Status and `error.code`.
async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or("none").to_owned())
}

#[track_caller]
fn assert_untouched(server: &Server, address: &str, stored: &str) {
    assert_eq!(server.stored_password(address), stored);
    assert_eq!(server.sessions_of(address), 1);
}

fn dead() -> (u16, String) {
    (400, "invalid_token".into())
}

fn unavailable() -> (u16, String) {
    (503, "unavailable".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_sets_its_password() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let passwords: Vec<String> = (0..64).map(|n| format!("Nine-Lanterns-{n}-Otters")).collect();
    let answers = futures_util::future::join_all(passwords.iter().map(|one| server.confirm(&token, one))).await;
    let mut winners = Vec::new();
    for (password, answer) in passwords.iter().zip(answers) {
        if answer.status() == 200 {
            winners.push(password);
        } else {
            assert_eq!(refusal(answer).await, dead());
        }
    }
    assert_eq!(winners.len(), 1);
    for password in &passwords {
        assert_eq!(server.verifies(ADA, password).await, password == winners[0], "{password}");
    }
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2, "the link, and one notice");
    assert_eq!((server.sessions_of(ADA), server.sessions_of(GRACE)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_links_and_a_code_at_once_one_sets_its_password() {
    let server = Server::start().await;
    let mails = server.two_mails_for(ADA).await;
    let ways: Vec<Value> = mails
        .iter()
        .flat_map(|mail| [json!({ "token": reset_token(mail) }), json!({ "email": ADA, "code": mail.code() })])
        .collect();
    let answers = (0..16).map(|n| {
        let mut body = ways[n % ways.len()].clone();
        body["new_password"] = json!(format!("Nine-Lanterns-{n}-Otters"));
        server.post_json("/auth/password-reset/confirm", body)
    });
    let answers = futures_util::future::join_all(answers).await;
    let winners: Vec<_> = (0..16).filter(|n| answers[*n].status() == 200).collect();
    assert_eq!(winners.len(), 1);
    assert!(server.verifies(ADA, &format!("Nine-Lanterns-{}-Otters", winners[0])).await);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 3, "two links, and one notice");
}

#[tokio::test]
async fn another_account_is_not_touched() {
    let server = Server::start().await;
    let (stored, token) = (server.stored_password(GRACE), server.token_for(ADA).await);
    let body = json!({ "token": token, "new_password": NEW_PASSWORD, "email": GRACE, "id": 2, "user_id": 2 });
    assert_eq!(server.post_json("/auth/password-reset/confirm", body).await.status(), 200);
    assert!(server.verifies(ADA, NEW_PASSWORD).await);
    assert_untouched(&server, GRACE, &stored);
    server.run_until_idle().await;
    assert!(server.inbox.mails_to(GRACE).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_link_stays_dead_after_a_restart() {
    let site = Site::with_accounts(&[ADA]).await;
    let mut process = site.serve(&[]);
    process.request(ADA).await;
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    assert!(process.confirm(&token, NEW_PASSWORD).await.unwrap());
    assert!(!process.confirm(&token, NEW_PASSWORD).await.unwrap());
    assert!(process.terminate().success());
    let process = site.serve(&[]);
    assert!(!process.confirm(&token, "Ten-Lanterns-5-Otters").await.unwrap());
    assert!(site.accepts(ADA, NEW_PASSWORD));
}

#[tokio::test]
async fn a_success_ends_every_other_link_and_every_request_under_way() {
    let server = Server::start().await;
    let [first, second] = server.two_mails_for(ADA).await.map(|mail| reset_token(&mail).unwrap());
    assert!(server.is_live(&second).await);

    server.clock.advance(Duration::from_secs(60));
    server.ask_for(ADA).await;
    assert_eq!(server.confirm(&first, NEW_PASSWORD).await.status(), 200);
    server.run_until_idle().await;
    assert!(!server.is_live(&second).await);
    assert_eq!(server.inbox.mails_to(ADA).len(), 3, "two links and the notice, but no link more");
    let last = server.history_of(ADA).await.into_iter().rfind(|request| request.message == MessageKind::Reset).unwrap();
    assert_eq!((last.state, last.reason), (State::Suppressed, Some(Reason::Redeemed)));
}

#[tokio::test]
async fn a_weak_password_leaves_the_link_live() {
    let server = Server::start().await;
    let (token, stored) = (server.token_for(ADA).await, server.stored_password(ADA));
    assert_eq!(refusal(server.confirm(&token, "short").await).await, (422, "weak_password".into()));
    assert_untouched(&server, ADA, &stored);
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn every_account_keeps_its_format_and_its_cost() {
    let server = Server::start().await;
    for (address, opening) in [(ADA, "$argon2id$v=19$m=64,t=1,p=1$"), (GRACE, "$2b$04$"), (DJANGO, "pbkdf2_sha256$10$")]
    {
        let (before, token) = (server.stored_password(address), server.token_for(address).await);
        assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
        let after = server.stored_password(address);
        assert!(after.starts_with(opening) && after != before, "{after}");
        assert_eq!(after.len(), before.len(), "salt and digest are as long as they were");
        assert!(server.verifies(address, NEW_PASSWORD).await && !server.verifies(address, OLD_PASSWORD).await);
    }
}

#[tokio::test]
async fn bcrypt_takes_72_bytes_and_one_more_is_refused_and_not_cut() {
    let server = Server::start().await;
    let token = server.token_for(GRACE).await;
    // 36 characters of two bytes.
    let fits: String = "äöüßéñøåç".repeat(4);
    let answer = server.confirm(&token, &format!("{fits}x")).await;
    assert_eq!(answer.status(), 422);
    let body: Value = answer.json().await.unwrap();
    let codes: Vec<_> = body["error"]["violations"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["too_many_bytes"]);
    assert!(body["error"]["violations"][0]["message"].as_str().unwrap().contains("72"));
    assert_eq!(server.confirm(&token, &fits).await.status(), 200);
    assert!(server.verifies(GRACE, &fits).await);
}

#[tokio::test]
async fn a_planted_hash_stalls_nobody() {
    let bombs = [
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$r/w/3heMA6fDlxmr4+/Th6MS3abY/MmuZ9XcjP6KDPE",
        "$2b$31$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.",
        "pbkdf2_sha256$4294967295$saltsaltsaltsaltsaltsa$vUStbGvcxE/GXMkrQzvRASFTJY4LiVuB05g2YBfdLyE=",
    ];
    for bomb in bombs {
        let server = Server::start().await;
        server.application_runs(&format!("UPDATE accounts SET password = '{bomb}' WHERE email = '{ADA}'"));
        server.ask_for(ADA).await;
        server.run_until_idle().await;
        if !server.inbox.mails_to(ADA).is_empty() {
            let token = server.last_token_for(ADA);
            let answer = timeout(DEADLINE, server.confirm(&token, NEW_PASSWORD)).await.expect("it is not computed");
            assert_eq!(refusal(answer).await, unavailable());
        }
        assert_untouched(&server, ADA, bomb);
    }
}

#[tokio::test]
async fn a_store_that_is_down_leaves_the_link_live() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.store_goes_down();
    let answer = server.confirm(&token, NEW_PASSWORD).await;
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(refusal(answer).await, unavailable());
    server.store_comes_back();
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn sessions_that_cannot_be_ended_leave_password_and_link_as_they_were() {
    let server = Server::start().await;
    let (token, stored) = (server.token_for(ADA).await, server.stored_password(ADA));
    server.accounts().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_eq!(refusal(server.confirm(&token, NEW_PASSWORD).await).await, unavailable());
    server.accounts().execute_batch("ALTER TABLE away RENAME TO sessions").unwrap();
    assert_untouched(&server, ADA, &stored);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1, "no notice of what did not happen");
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(server.sessions_of(ADA), 0);
}
