//! Where the application keeps the passwords that an account had, none of them is set again.

use crate::support::Server;
use crate::support::process::DEADLINE;
use crate::support::server::{NEW_PASSWORD, OLD_PASSWORD};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
/// Ada's, the oldest first, at a cost that is no cost.
const EARLIER: [(&str, &str); 3] = [
    ("Kelp-Forests-Sway-1", "pbkdf2_sha256$10$saltsaltsaltsaltsaltsa$uWqNo4h6nkTJhZFpnSvtbBLrLbtf6rouJn8B5yk5pWA="),
    ("Kelp-Forests-Sway-2", "pbkdf2_sha256$10$saltsaltsaltsaltsaltsa$rrxySeexfZvjvBuR1H6/cvFa9ZCqe0ydlKcvko4Kn7c="),
    ("Kelp-Forests-Sway-3", "pbkdf2_sha256$10$saltsaltsaltsaltsaltsa$3WFycXswXqIXZz7gNiRQ8gZ1z4I41qjfvFZtNZy2sz8="),
];

/// A server whose application keeps three passwords of each account, and what the rules are beside.
async fn remembering(overrides: &str) -> Server {
    let history = "[users.history]\ntable = \"used_passwords\"\nkeep = 3\n";
    let server = Server::with(&format!("{history}{overrides}")).await;
    let accounts = server.accounts();
    accounts.execute_batch("CREATE TABLE used_passwords (user_id INTEGER, password_hash TEXT, used_at TEXT)").unwrap();
    for (month, (_, stored)) in (1..).zip(EARLIER) {
        let add = "INSERT INTO used_passwords VALUES (1, ?1, ?2)";
        accounts.execute(add, (stored, format!("2026-0{month}-01 08:00:00"))).unwrap();
    }
    server
}

/// Status and all codes or sentences of a refusal.
async fn violations(answer: Response) -> (u16, Vec<String>) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    let violations = body["error"]["violations"].as_array().unwrap();
    (status, violations.iter().map(|violation| violation["code"].as_str().unwrap().to_owned()).collect())
}

fn reused() -> (u16, Vec<String>) {
    (422, vec!["previously_used".into()])
}

fn history_of(server: &Server, id: i64) -> Vec<String> {
    let accounts = server.accounts();
    let query = "SELECT password_hash FROM used_passwords WHERE user_id = ?1 ORDER BY used_at DESC";
    let mut statement = accounts.prepare(query).unwrap();
    statement.query_map([id], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn neither_the_present_password_nor_an_earlier_one_is_set_and_the_token_survives() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    for password in [OLD_PASSWORD, EARLIER[0].0, EARLIER[1].0, EARLIER[2].0] {
        assert_eq!(violations(server.confirm(&token, password).await).await, reused(), "{password}");
    }
    assert_eq!(server.sessions_of(ADA), 1);
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert!(server.verifies(ADA, NEW_PASSWORD).await);
}

#[tokio::test]
async fn what_was_set_is_remembered_and_the_oldest_is_forgotten() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(history_of(&server, 1), [&server.stored_password(ADA), EARLIER[2].1, EARLIER[1].1]);
    server.clock.advance(std::time::Duration::from_secs(120));
    let token = server.token_for(ADA).await;
    assert_eq!(violations(server.confirm(&token, NEW_PASSWORD).await).await, reused());
    assert_eq!(server.confirm(&token, EARLIER[0].0).await.status(), 200, "four passwords ago");
}

#[tokio::test]
async fn another_accounts_passwords_are_no_bar() {
    let server = remembering("").await;
    let token = server.token_for(GRACE).await;
    assert_eq!(server.confirm(&token, EARLIER[2].0).await.status(), 200);
    assert_eq!(history_of(&server, 2), [server.stored_password(GRACE)]);
    assert_eq!(history_of(&server, 1).len(), 3);
}

#[tokio::test]
async fn without_a_history_nothing_is_remembered() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, OLD_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn what_the_rules_refuse_is_not_held_against_earlier_passwords() {
    let server = remembering("[password]\npreset = \"unleash\"\n").await;
    let token = server.token_for(ADA).await;
    let nobody_hashes = server.app().hashing.hold().await;
    for _ in 0..20 {
        let (status, codes) = violations(server.confirm(&token, OLD_PASSWORD).await).await;
        assert_eq!((status, codes.as_slice()), (422, &["no_upper_case", "no_digit"].map(String::from)[..]));
    }
    drop(nobody_hashes);
    assert_eq!(server.confirm(&token, "Nine-Otters-Keep-7").await.status(), 200, "none of these was counted");
}

/// Each takes as many hashes as the account had passwords, on threads that are there for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn of_one_link_one_password_at_a_time_is_held_against_earlier_ones() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    let nobody_hashes = server.app().hashing.hold().await;
    let guess = || server.confirm(&token, EARLIER[0].0);
    let all = futures_util::future::select_all((0..16).map(|_| Box::pin(guess())));
    let (mut first_answer, _, mut rest) = timeout(DEADLINE, all).await.expect("one does not wait for a thread");
    for _ in 1..15 {
        assert_eq!(first_answer.status(), 400);
        (first_answer, _, rest) = timeout(DEADLINE, futures_util::future::select_all(rest)).await.expect("nor another");
    }
    assert_eq!((first_answer.status().as_u16(), rest.len()), (400, 1));
    drop(nobody_hashes);
    assert_eq!(violations(rest.remove(0).await).await, reused());
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}

/// Whoever has stolen a link would otherwise find out by it what the account's passwords were.
#[tokio::test]
async fn what_is_held_against_earlier_passwords_is_refused_ten_times_and_then_the_link_is_dead() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    for _ in 0..10 {
        assert_eq!(violations(server.confirm(&token, EARLIER[0].0).await).await, reused());
    }
    let dead = server.confirm(&token, EARLIER[1].0).await;
    let spent = server.confirm("no token at all", EARLIER[1].0).await;
    assert_eq!((dead.status(), dead.text().await.unwrap()), (spent.status(), spent.text().await.unwrap()));
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 400);
    server.clock.advance(std::time::Duration::from_secs(120));
    let another = server.token_for(ADA).await;
    assert_eq!(server.confirm(&another, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_password_beyond_all_lengths_costs_no_hash() {
    let server = remembering("").await;
    // As many characters as no password may have, once allowed by the application: to compare it is to compute it.
    let long: String = "Kelp-Forests-Sway-".chars().cycle().take(300).collect();
    let stored = "pbkdf2_sha256$10$saltsaltsaltsaltsaltsa$zcOugUzDY/igInXKyfb6VPdkkhJy6x0w/9pu2pS+9MY=";
    server.application_runs(&format!(
        "UPDATE used_passwords SET password_hash = '{stored}' WHERE used_at LIKE '2026-03%'"
    ));
    let token = server.token_for(ADA).await;
    assert_eq!(violations(server.confirm(&token, &long).await).await, (422, vec!["too_long".into()]));
}

#[tokio::test]
async fn unleash_says_it_in_its_words() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    let set = async |password| {
        server.post_json("/auth/reset/password", json!({ "token": token, "password": password })).await
    };
    let refused = set(EARLIER[1].0).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["name"], "PasswordPreviouslyUsedError");
    assert_eq!(body["details"][0]["message"], body["details"][0]["validationErrors"][0]);
    assert_eq!(set(NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn the_page_says_it_in_the_readers_words() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    let fields = [("token", token.as_str()), ("password", OLD_PASSWORD), ("password_confirmation", OLD_PASSWORD)];
    let form = server.post("/reset-password").header("sec-fetch-site", "same-origin").form(&fields);
    let page = form.send().await.unwrap();
    assert_eq!(page.status(), 422);
    let page = page.text().await.unwrap();
    assert!(page.contains("not used here before") && !page.contains(OLD_PASSWORD), "{page}");
}

#[tokio::test]
async fn what_cannot_be_compared_with_is_passed_over() {
    let server = remembering("").await;
    let strange = "UPDATE used_passwords SET password_hash = 'of no known format' WHERE used_at LIKE '2026-03%'";
    server.application_runs(strange);
    let token = server.token_for(ADA).await;
    assert_eq!(violations(server.confirm(&token, EARLIER[1].0).await).await, reused());
    assert_eq!(server.confirm(&token, EARLIER[2].0).await.status(), 200);
}

#[tokio::test]
async fn a_history_that_is_away_makes_the_store_unavailable() {
    let server = remembering("").await;
    let token = server.token_for(ADA).await;
    server.accounts().execute_batch("ALTER TABLE used_passwords RENAME TO away").unwrap();
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 503);
    server.accounts().execute_batch("ALTER TABLE away RENAME TO used_passwords").unwrap();
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}
