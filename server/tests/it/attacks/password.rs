//! The password: what was typed is what is set, and what cannot be is refused before it costs anything.

use super::{ADA, CONFIRM, GRACE, PASSWORD, submit};
use crate::support::Server;
use serde_json::{Value, json};

/// Systems that trim or normalise at one form and not at the other: the owner is locked out.
#[tokio::test]
async fn a_password_is_set_as_it_was_typed() {
    for typed in [
        "  spaces around and within  ",
        "\ttab and line\n",
        "de\u{301}composed-e\u{301}-accents",
        "d\u{e9}composed-\u{e9}-accents",
        "ﬁne ligatures Ｗide",
        "🦦🦦🦦🦦🦦🦦🦦🦦",
        "'; DROP TABLE accounts; --",
        "<b>&amp;%41+%2b</b>",
        "mixed CASE stays Mixed",
    ] {
        let server = Server::start().await;
        let token = server.token_for(ADA).await;
        assert_eq!(server.confirm(&token, typed).await.status(), 200, "{typed:?}");
        assert!(server.verifies(ADA, typed).await, "{typed:?}");
        assert!(!server.verifies(ADA, typed.trim()).await || typed.trim() == typed, "{typed:?}");
    }
    let server = Server::start().await;
    let (token, typed) = (server.token_for(ADA).await, " by the page + \u{e9} & % ");
    let fields = [("token", token.as_str()), ("password", typed), ("password_confirmation", typed)];
    assert_eq!(submit(&server, "/reset-password", &fields).await.status(), 303);
    assert!(server.verifies(ADA, typed).await);
}

/// Django CVE-2013-1443: a megabyte of password kept a core busy for a minute.
#[tokio::test]
async fn a_megabyte_of_password_is_refused_before_it_is_hashed() {
    let server = Server::with("[limits]\nbody_bytes_max = 4194304").await;
    let (token, long) = (server.token_for(ADA).await, "Kelp-Forest-7-".repeat(75_000));
    let _nobody_hashes = server.app().hashing.hold().await;
    assert_eq!(server.confirm(&token, &long).await.status(), 422);
    assert_eq!(server.post_json(PASSWORD, json!({ "token": token, "password": long })).await.status(), 400);
    let fields = [("token", token.as_str()), ("password", &long), ("password_confirmation", &long)];
    assert_eq!(submit(&server, "/reset-password", &fields).await.status(), 422);
    assert!(server.is_live(&token).await);
}

/// Spring CVE-2025-22228: of a long password the first 72 bytes counted, at every door.
#[tokio::test]
async fn no_door_cuts_a_password_for_bcrypt() {
    let server = Server::start().await;
    let (token, stored) = (server.token_for(GRACE).await, server.stored_password(GRACE));
    let long = format!("{}the rest", "Kelp-Forest-".repeat(6));
    assert_eq!(server.confirm(&token, &long).await.status(), 422);
    assert_eq!(server.post_json(PASSWORD, json!({ "token": token, "password": long })).await.status(), 400);
    let fields = [("token", token.as_str()), ("password", &long), ("password_confirmation", &long)];
    assert_eq!(submit(&server, "/reset-password", &fields).await.status(), 422);
    assert_eq!(server.stored_password(GRACE), stored);
}

/// OWASP ASVS 5.0, 6.2: eight characters at least, 64 allowed, no rule of composition, and none that everybody has.
#[tokio::test]
async fn the_rule_is_length_and_a_list_of_what_everybody_has() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    for (weak, why) in [
        ("zq7-otr", "too_short"),
        ("password", "common"),
        ("Password1", "common"),
        ("iloveyou", "common"),
        ("qwertyuiop", "common"),
        ("ada@example.com", "is_address"),
        ("1234567890", "common"),
    ] {
        let answer = server.post_json(CONFIRM, json!({ "token": token, "new_password": weak })).await;
        assert_eq!(answer.status(), 422, "{weak}");
        let body: Value = answer.json().await.unwrap();
        let broken: Vec<_> = body["error"]["violations"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert!(broken.contains(&&json!(why)), "{weak}: {body}");
    }
    let plain: String = ('a'..='z').cycle().step_by(7).take(64).collect();
    assert_eq!(server.confirm(&token, &plain).await.status(), 200, "64 small letters, pasted");
}
