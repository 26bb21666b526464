//! Whether an account exists, whose a link is, and why it died: nobody is told. `uniform.rs` has the octets of every kind
//! of address, whatever the relay and the store do.

use super::{ADA, CONFIRM, GRACE, PASSWORD, PASSWORD_EMAIL, PUBLIC, REQUEST, VALIDATE, VERIFY, octets, submit};
use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use serde_json::json;
use std::time::Duration;

/// Unleash, Laravel #13658, GoTrue: the second request was refused, where there was an account.
#[tokio::test]
async fn asking_again_and_again_is_answered_alike() {
    let server = Server::with(PUBLIC).await;
    for door in [PASSWORD_EMAIL, REQUEST] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            answers.push(octets(server.post_json(door, json!({ "email": ADA })).await).await);
            server.run_until_idle().await;
        }
        assert!(answers[0].starts_with("200") && answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

/// XWiki GHSA-h4m4-pgp4-whgm: the answer showed the address, masked.
#[tokio::test]
async fn no_answer_says_whose_a_link_or_code_is() {
    let server = Server::with("[api.unleash]\nenabled = false").await;
    server.application_runs("UPDATE accounts SET name = 'Zenobia', email = 'qx~zenith@example.com' WHERE name = 'Ada'");
    let token = server.token_for("qx~zenith@example.com").await;
    let code = server.inbox.mails()[0].code().unwrap();
    let cookie = submit(&server, "/reset-password/open", &[("token", &token)]).await;
    let cookie = cookie.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let form = server.client().get(format!("{}/reset-password", server.url)).header("cookie", cookie);
    let by_code = json!({ "email": "QX~Zenith@example.com", "code": code, "new_password": "weak" });
    let answers = [
        server.post_json(VERIFY, json!({ "token": token })).await,
        server.post_json(VERIFY, by_code.clone()).await,
        server.post_json(CONFIRM, by_code).await,
        server.post_json(CONFIRM, json!({ "token": token, "new_password": "weak" })).await,
        form.send().await.unwrap(),
        submit(&server, "/reset-password", &[("token", &token), ("password", "weak")]).await,
        server.get(&format!("{VALIDATE}?token={token}")).await,
        server.confirm(&token, NEW_PASSWORD).await,
        server.get("/reset-password/done").await,
    ];
    for answer in answers {
        let path = answer.url().path().to_owned();
        let said = octets(answer).await.to_lowercase();
        // Nothing that could stand in a random text by chance.
        for telling in ["qx~", "zenith", "zenobia", "@example.com"] {
            assert!(!said.contains(telling), "{path} tells {telling}: {said}");
        }
    }
}

/// A link that was never issued, one that expired, was superseded, used or disowned, and one whose account changed.
#[tokio::test]
async fn why_a_link_is_dead_shows_nowhere() {
    let server = Server::with("[reset]\ncooldown_seconds = 0\nmails_per_hour_max = 100").await;
    let mut dead = vec!["A".repeat(43), "x".to_owned(), server.token_for(GRACE).await];
    server.clock.advance(Duration::from_secs(3600));
    dead.extend([server.token_for(ADA).await, server.token_for(ADA).await]);
    assert_eq!(server.confirm(&dead[4], NEW_PASSWORD).await.status(), 200);
    dead.push(server.token_for(GRACE).await);
    let not_me = server.last_not_me_token_for(GRACE);
    assert_eq!(submit(&server, "/not-me", &[("token", &not_me)]).await.status(), 303);
    for address in ["changed@example.com", "moved@example.com", "gone@example.com"] {
        server.add_account(address);
        dead.push(server.token_for(address).await);
    }
    server.application_runs("UPDATE accounts SET password = '$2b$04$x' WHERE email = 'changed@example.com'");
    server.application_runs("UPDATE accounts SET email = 'Moved@example.com' WHERE email = 'moved@example.com'");
    server.application_runs("DELETE FROM accounts WHERE email = 'gone@example.com'");

    let mut first: Option<Vec<String>> = None;
    for token in &dead {
        let page = [("token", token.as_str()), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        let answers = [
            server.post_json(VERIFY, json!({ "token": token })).await,
            server.confirm(token, NEW_PASSWORD).await,
            server.confirm(token, "weak").await,
            server.get(&format!("{VALIDATE}?token={token}")).await,
            server.post_json(PASSWORD, json!({ "token": token, "password": NEW_PASSWORD })).await,
            submit(&server, "/reset-password", &page).await,
            submit(&server, "/not-me", &page[..1]).await,
        ];
        let mut said = Vec::new();
        for answer in answers {
            said.push(octets(answer).await);
        }
        assert_eq!(*first.get_or_insert_with(|| said.clone()), said, "{token}");
    }
}
