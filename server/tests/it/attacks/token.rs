//! The token and the code: whoever has none opens nothing, and whoever has one opens one account, once.

use super::{ADA, CONFIRM, GRACE, PASSWORD, PUBLIC, REQUEST, VALIDATE, VERIFY, octets, submit};
use crate::support::Server;
use crate::support::process::reset_token;
use crate::support::server::NEW_PASSWORD;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Flowise CVE-2025-58434: the answer to the request held the token.
#[tokio::test]
async fn a_token_is_in_the_mail_and_in_no_answer() {
    let server = Server::with(PUBLIC).await;
    let asked = server.post_json(REQUEST, json!({ "email": ADA })).await;
    server.run_until_idle().await;
    let mail = &server.inbox.mails_to(ADA)[0];
    let (token, code) = (reset_token(mail).unwrap(), mail.code().unwrap());
    let by_code = json!({ "email": ADA, "code": code, "new_password": "weak" });
    let answers = [
        asked,
        server.post_json(REQUEST, json!({ "email": ADA })).await,
        submit(&server, "/forgot-password", &[("email", ADA)]).await,
        server.get("/forgot-password/sent").await,
        server.post_json(VERIFY, json!({ "token": token })).await,
        server.post_json(VERIFY, by_code.clone()).await,
        server.post_json(CONFIRM, by_code).await,
        server.post_json(CONFIRM, json!({ "token": token, "new_password": "weak" })).await,
        server.confirm(&token, NEW_PASSWORD).await,
        server.confirm(&token, NEW_PASSWORD).await,
    ];
    for answer in answers {
        let path = answer.url().path().to_owned();
        let said = octets(answer).await;
        assert!(!said.contains(&token) && !said.contains(&code), "{path}: {said}");
    }
}

/// Strapi #4442, ProjectSend CVE-2020-28874, Devise CVE-2013-0233, Parse CVE-2026-30941: what was no string matched the
/// accounts that had no token, or any account.
#[tokio::test]
async fn what_is_no_text_is_no_token_and_is_not_looked_up() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    // Were it looked up, the answer would be 503.
    server.ledger().execute_batch("ALTER TABLE deliveries RENAME TO away").unwrap();
    for token in [
        json!(null),
        json!(0),
        json!(true),
        json!([]),
        json!({}),
        json!([""]),
        json!({ "$ne": null }),
        json!({ "$gt": "" }),
        json!({ "$regex": ".*" }),
        json!({ "__proto__": {} }),
    ] {
        for (door, name) in [(VERIFY, "new_password"), (CONFIRM, "new_password"), (PASSWORD, "password")] {
            let answer = server.post_json(door, json!({ "token": token, name: NEW_PASSWORD })).await;
            assert_eq!(answer.status(), 400, "{door} {token}");
            if door != PASSWORD {
                let code = json!({ "email": ADA, "code": token, name: NEW_PASSWORD });
                assert_eq!(server.post_json(door, code).await.status(), 400, "{door} {token} as a code");
            }
        }
    }
    for door in [VERIFY, CONFIRM] {
        assert_eq!(server.post_json(door, json!({ "token": "", "new_password": NEW_PASSWORD })).await.status(), 400);
    }
    assert_eq!(server.post_json(PASSWORD, json!({ "token": "", "password": NEW_PASSWORD })).await.status(), 401);
    for query in ["", "?token", "?token=", "?token[$ne]=x", "?token=a&token=b", "?Token=x"] {
        assert_eq!(server.get(&format!("{VALIDATE}{query}")).await.status(), 401, "{query}");
    }
    for field in ["token", "token[$ne]", "token[]"] {
        let fields = [(field, ""), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        assert_eq!(submit(&server, "/reset-password", &fields).await.status(), 400, "{field}");
    }
}

/// openCRX CVE-2020-7378, JHipster CVE-2019-16303: tokens could be computed from the time, or from others.
#[tokio::test]
async fn every_bit_of_a_token_is_random() {
    let server = Server::start().await;
    let addresses: Vec<String> = (0..64).map(|n| format!("someone-{n}@example.com")).collect();
    for address in &addresses {
        server.add_account(address);
        server.ask_for(address).await;
    }
    // At one moment of the server's clock, in one batch of the courier's.
    server.run_until_idle().await;
    let mails = server.inbox.mails();
    let tokens: Vec<Vec<u8>> =
        mails.iter().map(|mail| URL_SAFE_NO_PAD.decode(reset_token(mail).unwrap()).unwrap()).collect();
    let codes: HashSet<String> = mails.iter().map(|mail| mail.code().unwrap()).collect();
    assert_eq!((tokens.len(), codes.len()), (64, 64));
    for bit in 0..256 {
        let ones = tokens.iter().filter(|token| token[bit / 8] >> (bit % 8) & 1 == 1).count();
        assert!(tokens.iter().all(|token| token.len() == 32) && (1..64).contains(&ones), "bit {bit}: {ones} of 64");
    }
}

/// Strapi #25711, osTicket CVE-2026-18363: without an end, a link was never looked at again.
#[tokio::test]
async fn a_link_without_an_end_cannot_be_stored() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    for column in ["expires_at", "code_expires_at", "fingerprint", "token_digest"] {
        let refused = server.ledger().execute(&format!("UPDATE deliveries SET {column} = NULL"), []);
        assert!(refused.unwrap_err().to_string().contains("NOT NULL"), "{column}");
    }
    assert!(server.is_live(&token).await);
}

/// authentik CVE-2023-26481: beside a good token, the account to write was the caller's to choose.
#[tokio::test]
async fn beside_a_good_token_no_other_account_can_be_named() {
    for (door, extra) in [(CONFIRM, "email"), (CONFIRM, "user_id"), (CONFIRM, "account"), ("/reset-password", "id")] {
        let server = Server::start().await;
        let (token, stored) = (server.token_for(ADA).await, server.stored_password(GRACE));
        if door == CONFIRM {
            let body = json!({ "token": token, "new_password": NEW_PASSWORD, extra: GRACE });
            assert_eq!(server.post_json(&format!("{door}?{extra}={GRACE}"), body).await.status(), 200, "{extra}");
        } else {
            let fields =
                [("token", token.as_str()), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
            let fields: Vec<_> = fields.into_iter().chain([(extra, "2")]).collect();
            assert_eq!(submit(&server, door, &fields).await.status(), 303, "{extra}");
        }
        assert_eq!(server.stored_password(GRACE), stored);
        assert!(server.verifies(ADA, NEW_PASSWORD).await);
    }
}

/// Keycloak CVE-2026-18963: whoever called the last step first needed none of the others.
#[tokio::test]
async fn in_whatever_order_one_calls_only_a_live_token_writes() {
    let server = Server::with(PUBLIC).await;
    let stored = [ADA, GRACE].map(|address| server.stored_password(address));
    let superseded = server.token_for(ADA).await;
    server.clock.advance(std::time::Duration::from_secs(60));
    server.token_for(ADA).await;
    let not_me = server.last_not_me_token_for(ADA);
    let tokens = ["A".repeat(43), superseded, not_me, server.api_token.to_owned(), String::new()];
    let mut cookie: Option<String> = None;
    // Steps in an order of their own, the same in each run.
    let mut state = 1_u32;
    for step in 0..300 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (choice, token) = ((state >> 16) as usize % 9, &tokens[(state >> 8) as usize % tokens.len()]);
        let mut sent = brings(&server, choice, token);
        if let Some(cookie) = &cookie {
            sent = sent.header("cookie", cookie);
        }
        let answer = sent.send().await.unwrap();
        assert!(answer.status() != 500 && answer.status() != 503, "step {step}: {choice}");
        cookie = kept(&answer).or(cookie);
    }
    assert_eq!([ADA, GRACE].map(|address| server.stored_password(address)), stored);
}

/// One of the calls that belong to a recovery, with a token that opens nothing.
fn brings(server: &Server, choice: usize, token: &str) -> reqwest::RequestBuilder {
    let both = |name: &str| json!({ "token": token, name: NEW_PASSWORD });
    let by_code = json!({ "email": ADA, "code": "0000-0000", "new_password": NEW_PASSWORD });
    let form = [("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
    let page = |path: &str| server.post(path).header("sec-fetch-site", "same-origin");
    match choice {
        0 => server.post(CONFIRM).json(&both("new_password")),
        1 => server.post(CONFIRM).json(&by_code),
        2 => server.post(PASSWORD).json(&both("password")),
        3 => server.post(VERIFY).json(&both("new_password")),
        4 => page("/reset-password/open").form(&[("token", token)]),
        5 => page("/reset-password").form(&form),
        6 => page("/reset-password").form(&form.into_iter().chain([("token", token)]).collect::<Vec<_>>()),
        7 => server.client().request(Method::GET, format!("{}/reset-password?token={token}", server.url)),
        _ => server.client().request(Method::GET, format!("{}/reset-password/done", server.url)),
    }
}

fn kept(answer: &Response) -> Option<String> {
    let set_cookie = answer.headers().get("set-cookie")?.to_str().unwrap();
    set_cookie.split(';').next().map(str::to_owned)
}

/// Nextcloud CVE-2023-35172: nothing slowed guesses down. Here it does, and the owner does not pay for it.
#[tokio::test]
async fn guessing_is_slowed_down_and_the_owner_is_not() {
    let limits = "[limits]\nrequests_per_network_per_minute = 5\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let server = Server::with(limits).await;
    let confirm = async |network: &str, token: &str| {
        let body: Value = json!({ "token": token, "new_password": NEW_PASSWORD });
        let post = server.post(CONFIRM).header("x-forwarded-for", network).json(&body);
        post.send().await.unwrap().status().as_u16()
    };
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    let token = server.last_token_for(ADA);
    let guesses = (0_u32..).map(|n| URL_SAFE_NO_PAD.encode(n.to_be_bytes().repeat(8)));
    let mut refused = 0;
    for guess in guesses.take(20) {
        refused += usize::from(confirm("203.0.113.1", &guess).await == 429);
    }
    assert_eq!(refused, 15);
    assert_eq!(confirm("203.0.113.1", &token).await, 429, "right or wrong");
    assert_eq!(confirm("198.51.100.1", &token).await, 200);
}

/// authelia #2994, emdash #3298, Supabase auth-js#342: programs that look at mail followed the link, and it was spent.
#[tokio::test]
async fn whatever_a_mail_scanner_does_leaves_the_link_alive() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let not_me = server.last_not_me_token_for(ADA);
    for path in [
        "/reset-password".to_owned(),
        format!("/reset-password?token={token}"),
        format!("/not-me?token={not_me}"),
        format!("{VALIDATE}?token={token}"),
        format!("{CONFIRM}?token={token}"),
        format!("{VERIFY}?token={token}"),
    ] {
        for method in [Method::HEAD, Method::GET, Method::OPTIONS, Method::PUT, Method::DELETE] {
            for _ in 0..20 {
                let asked = server.client().request(method.clone(), format!("{}{path}", server.url));
                let answer = asked.header("sec-fetch-site", "none").send().await.unwrap();
                let Some(cookie) = kept(&answer) else { break };
                let form = server.client().request(method.clone(), format!("{}/reset-password", server.url));
                form.header("cookie", cookie).send().await.unwrap();
            }
        }
        assert!(server.is_live(&token).await, "{path}");
    }
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}
