//! The short code from the mail: where it works, how it may be typed, when it dies, and that guessing tells nothing.

use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use crate::support::smtp::{Behaviour, Phase};
use serde_json::json;
use std::time::Duration;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const NOBODY: &str = "nobody@example.com";
const DOORS: [&str; 3] = [VERIFY, CONFIRM, PAGE];
const VERIFY: &str = "/auth/password-reset/verify";
const CONFIRM: &str = "/auth/password-reset/confirm";
const PAGE: &str = "/reset-password";

/// Brings a code to one of the [`DOORS`], with a new password where one is wanted; whether it opened.
async fn opens(server: &Server, door: &str, address: &str, code: &str) -> bool {
    let request = if door == PAGE {
        let fields =
            [("email", address), ("code", code), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        server.post(door).header("sec-fetch-site", "same-origin").form(&fields)
    } else {
        server.post(door).json(&json!({ "email": address, "code": code, "new_password": NEW_PASSWORD }))
    };
    let answer = request.send().await.unwrap();
    match answer.status().as_u16() {
        200 | 303 => true,
        400 => false,
        status => panic!("{door}: {status}"),
    }
}

/// A code that is not `right`.
fn wrong(right: &str) -> &'static str {
    if right == "7777-7777" { "8888-8888" } else { "7777-7777" }
}

async fn fails(server: &Server, times: usize, address: &str, code: &str) {
    for door in DOORS.iter().cycle().take(times) {
        assert!(!opens(server, door, address, code).await, "{door}");
    }
}

async fn mails_again(server: &Server, address: &str) -> String {
    server.clock.advance(Duration::from_secs(60));
    server.code_for(address).await
}

#[tokio::test]
async fn it_sets_a_password_at_every_door_once() {
    for door in [CONFIRM, PAGE] {
        let server = Server::start().await;
        let code = server.code_for(ADA).await;
        assert!(opens(&server, VERIFY, ADA, &code).await, "looking spends nothing");
        assert!(opens(&server, door, ADA, &code).await, "{door}");
        assert!(server.verifies(ADA, NEW_PASSWORD).await);
        fails(&server, 3, ADA, &code).await;
        assert!(!server.is_live(&server.last_token_for(ADA)).await, "the link of the same mail is used, too");
    }
}

#[tokio::test]
async fn it_may_be_typed_as_people_type() {
    let server = Server::start().await;
    let code = server.code_for(ADA).await;
    let bare = code.replace('-', "");
    let letters = code.replace('0', "O").replace('1', "l");
    for typed in [
        code.to_lowercase(),
        bare.clone(),
        format!(" {} ", bare.to_lowercase()),
        letters.clone(),
        letters.to_lowercase(),
        letters.replace('l', "I"),
        letters.replace('l', "i"),
        bare.chars().flat_map(|c| [c, ' ', '-']).collect(),
    ] {
        assert!(opens(&server, VERIFY, "Ada@EXAMPLE.com", &typed).await, "{typed}");
    }
    for typed in [bare[1..].to_owned(), format!("{bare}0"), format!("{}U", &bare[..7]), String::from("0")] {
        assert!(!opens(&server, VERIFY, ADA, &typed).await, "{typed}");
    }
}

#[tokio::test]
async fn it_lives_its_own_time_from_its_minting_and_the_link_lives_on() {
    let server = Server::start().await;
    server.ask_for(ADA).await;
    server.clock.advance(Duration::from_secs(30));
    server.run_until_idle().await;
    let code = server.inbox.mails_to(ADA)[0].code().unwrap();
    server.clock.advance(Duration::from_millis(599_999));
    assert!(opens(&server, VERIFY, ADA, &code).await);
    server.clock.advance(Duration::from_millis(1));
    fails(&server, 3, ADA, &code).await;
    assert!(server.is_live(&server.last_token_for(ADA)).await);
}

#[tokio::test]
async fn five_wrong_ones_wherever_they_are_tried_end_it_and_not_the_link() {
    let server = Server::start().await;
    let code = server.code_for(ADA).await;
    fails(&server, 4, ADA, wrong(&code)).await;
    for _ in 0..6 {
        assert!(opens(&server, VERIFY, ADA, &code).await, "right ones do not count");
    }
    // What is no code at all is an attempt as well.
    fails(&server, 1, ADA, "not a code").await;
    fails(&server, 3, ADA, &code).await;
    assert!(!server.verifies(ADA, NEW_PASSWORD).await);
    assert!(server.is_live(&server.last_token_for(ADA)).await);
}

#[tokio::test]
async fn the_number_of_attempts_is_what_is_configured() {
    let server = Server::with("[reset]\ncode_attempts_max = 1").await;
    let code = server.code_for(ADA).await;
    assert!(opens(&server, VERIFY, ADA, &code).await);
    fails(&server, 1, ADA, wrong(&code)).await;
    fails(&server, 3, ADA, &code).await;
}

#[tokio::test]
async fn a_new_code_starts_with_no_attempts() {
    let server = Server::start().await;
    let old = server.code_for(ADA).await;
    fails(&server, 7, ADA, wrong(&old)).await;
    let new = mails_again(&server, ADA).await;
    fails(&server, 4, ADA, &old).await;
    assert!(opens(&server, CONFIRM, ADA, &new).await);
}

#[tokio::test]
async fn attempts_before_there_was_a_code_do_not_count_against_it() {
    let server = Server::start().await;
    fails(&server, 9, ADA, "7777-7777").await;
    let code = server.code_for(ADA).await;
    assert!(opens(&server, CONFIRM, ADA, &code).await);
}

#[tokio::test]
async fn mails_that_are_not_taken_neither_end_the_code_nor_its_count() {
    let server = Server::start().await;
    let code = server.code_for(ADA).await;
    fails(&server, 3, ADA, wrong(&code)).await;
    server.inbox.at(Phase::Rcpt, Behaviour::Reply("451 4.3.0 later"));
    server.clock.advance(Duration::from_secs(60));
    server.ask_for(ADA).await;
    for _ in 0..12 {
        server.run_until_idle().await;
        server.clock.advance(Duration::from_secs(20));
    }
    assert!(opens(&server, VERIFY, ADA, &code).await, "a failed send does not end what somebody holds");
    fails(&server, 2, ADA, wrong(&code)).await;
    assert!(!opens(&server, VERIFY, ADA, &code).await, "nor does it give five guesses more");
}

#[tokio::test]
async fn after_an_unknown_outcome_either_mails_code_works() {
    let server = Server::start().await;
    let [first, second] = server.two_mails_for(ADA).await.map(|mail| mail.code().unwrap());
    assert!(opens(&server, VERIFY, ADA, &first).await && opens(&server, VERIFY, ADA, &second).await);
    assert!(opens(&server, CONFIRM, ADA, &first).await);
    assert!(!opens(&server, VERIFY, ADA, &second).await);
}

#[tokio::test]
async fn it_opens_nothing_for_another_address() {
    let server = Server::start().await;
    let code = server.code_for(ADA).await;
    server.code_for(GRACE).await;
    for address in [GRACE, NOBODY, "disabled@example.com"] {
        assert!(!opens(&server, CONFIRM, address, &code).await, "{address}");
    }
    assert!(!server.verifies(GRACE, NEW_PASSWORD).await);
    assert!(opens(&server, CONFIRM, ADA, &code).await, "and others' attempts do not count against it");
}

#[tokio::test]
async fn it_is_as_dead_as_its_link() {
    let server = Server::start().await;
    let code = server.code_for(ADA).await;
    server.application_runs(&format!("UPDATE accounts SET password = '$2b$04$x' WHERE email = '{ADA}'"));
    fails(&server, 3, ADA, &code).await;
    let old = mails_again(&server, GRACE).await;
    let new = mails_again(&server, GRACE).await;
    assert!(!opens(&server, VERIFY, GRACE, &old).await, "superseded");
    assert!(opens(&server, VERIFY, GRACE, &new).await);
}

#[tokio::test]
async fn guessing_leaves_the_same_traces_account_or_not_and_asks_no_store() {
    let server = Server::start().await;
    server.code_for(ADA).await;
    server.store_goes_down();
    for address in [ADA, GRACE, NOBODY] {
        fails(&server, 3, address, "not a code").await;
    }
    let rows = "SELECT count(*) FROM code_attempts WHERE attempts = 3 AND length(address_digest) = 32";
    assert_eq!(server.ledger_says(rows), 3);
}

#[tokio::test]
async fn what_comes_back_for_a_dead_code_does_not_tell_why() {
    let server = Server::start().await;
    let expired = server.code_for(GRACE).await;
    server.clock.advance(Duration::from_secs(600));
    let live = server.code_for(ADA).await;
    for (door, password) in [(VERIFY, NEW_PASSWORD), (CONFIRM, NEW_PASSWORD), (CONFIRM, "weak")] {
        let mut answers = Vec::new();
        for (address, code) in [
            (ADA, wrong(&live)),
            (ADA, "no code"),
            (GRACE, expired.as_str()),
            (NOBODY, "7777-7777"),
            ("disabled@example.com", "7777-7777"),
        ] {
            let body = json!({ "email": address, "code": code, "new_password": password });
            let answer = server.post_json(door, body).await;
            let names: Vec<_> = answer.headers().keys().cloned().collect();
            answers.push((answer.status(), names, answer.bytes().await.unwrap()));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    }
}
