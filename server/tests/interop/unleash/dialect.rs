//! Regain in Unleash's own words, on Unleash's own tables: both are asked, and must agree.

use super::Unleash;
use crate::application::Application;
use crate::story::{NEW_PASSWORD, OLD_PASSWORD, Site};
use crate::support::process::{client, reset_token};
use reqwest::StatusCode;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const API_TOKEN: &str = "*:*.trusted-caller-of-a-test";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_tells_what_unleash_would_tell() {
    let unleash = Unleash::start().await;
    let account = unleash.invite(ADA, OLD_PASSWORD).await;
    let site = Site::beside(&unleash).await.with("REGAIN_API__TOKENS", API_TOKEN);
    let regain = site.serve();

    let theirs = validated(&unleash.url(""), invitation(&account)).await.expect("Unleash's own link");
    assert_eq!(regain.request_with(API_TOKEN, ADA).await, StatusCode::OK);
    let token = reset_token(&site.mail_to(ADA).await).unwrap();
    let ours = validated(&regain.url(""), &token).await.expect("a link of Regain's");
    for field in ["email", "name", "id", "role"] {
        assert_eq!(ours[field], theirs[field], "{field}");
    }
    assert_eq!((&ours["token"], &ours["role"]["name"]), (&json!(token), &json!("Editor")));
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_password_is_refused_by_both_and_unleashs_own_links_end() {
    let unleash = Unleash::start().await;
    let account = unleash.invite(ADA, OLD_PASSWORD).await;
    let site = Site::beside(&unleash).await.with("REGAIN_API__TOKENS", API_TOKEN);
    let regain = site.serve();
    assert_eq!(regain.request_with(API_TOKEN, ADA).await, StatusCode::OK);
    let token = reset_token(&site.mail_to(ADA).await).unwrap();

    let (status, refusal) = chosen(&regain.url(""), &token, OLD_PASSWORD).await;
    assert_eq!((status, refusal["name"].as_str()), (StatusCode::BAD_REQUEST, Some("PasswordPreviouslyUsedError")));
    assert_eq!(chosen(&regain.url(""), &token, NEW_PASSWORD).await, (StatusCode::OK, json!({})));
    assert!(unleash.sign_in(ADA, NEW_PASSWORD).await.is_some());

    assert!(validated(&unleash.url(""), invitation(&account)).await.is_none(), "Unleash's own link lives on");
    // Of all that it calls `id`, this is an address.
    let body = json!({ "id": ADA });
    let link: Value =
        unleash.post(&unleash.admin, "/api/admin/user-admin/reset-password", body).await.json().await.unwrap();
    let (_, another) = link["resetPasswordUrl"].as_str().unwrap().split_once("token=").unwrap();
    for used in [OLD_PASSWORD, NEW_PASSWORD] {
        let (status, refusal) = chosen(&unleash.url(""), another, used).await;
        let refused = (status, refusal["name"].as_str());
        assert_eq!(refused, (StatusCode::BAD_REQUEST, Some("PasswordPreviouslyUsedError")), "{used} at Unleash");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_get_no_mail() {
    let unleash = Unleash::start().await;
    let robot = "robot@example.com";
    // Only Unleash's paid edition makes them.
    let account = unleash.invite(robot, OLD_PASSWORD).await;
    let sql = format!("UPDATE users SET is_service = true WHERE id = {}", account["id"]);
    unleash.database.run(&sql).await;
    let site = Site::beside(&unleash).await.with("REGAIN_API__TOKENS", API_TOKEN);
    let regain = site.serve();
    assert_eq!(regain.request_with(API_TOKEN, robot).await, StatusCode::NOT_FOUND);
    regain.request(robot).await;
    site.timeline(robot, "no mail: the account may not reset its password").await;
    assert!(site.mails().is_empty());
}

/// The token in the link by which Unleash itself would let a new account choose a password.
fn invitation(account: &Value) -> &str {
    account["inviteLink"].as_str().and_then(|link| Some(link.split_once("token=")?.1)).expect("a link")
}

/// What is said of a token; nothing if it is dead.
async fn validated(server: &str, token: &str) -> Option<Value> {
    let answer = client().get(format!("{server}/auth/reset/validate?token={token}")).send().await.unwrap();
    match answer.status() {
        StatusCode::OK => Some(answer.json().await.unwrap()),
        StatusCode::UNAUTHORIZED => None,
        status => panic!("{status}: {}", answer.text().await.unwrap()),
    }
}

async fn chosen(server: &str, token: &str, password: &str) -> (StatusCode, Value) {
    let body = json!({ "token": token, "password": password });
    let answer = client().post(format!("{server}/auth/reset/password")).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}
