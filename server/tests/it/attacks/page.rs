//! The pages: what they load, what they reflect, and who may read or frame them.

use super::{ADA, CONFIRM, PASSWORD, REQUEST, VALIDATE, VERIFY, octets, submit};
use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use reqwest::Method;
use serde_json::json;

const PAGES: [&str; 10] = [
    "/docs",
    "/forgot-password",
    "/forgot-password/sent",
    "/reset-password",
    "/reset-password/done",
    "/reset-password?token=%ff",
    "/not-me",
    "/not-me?token=x",
    "/not-me/done",
    "/not-me?token=LIVE",
];

/// What hosted pages of others leave out: a policy that lets nothing in, frames that hold nothing of ours.
#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere_and_stands_in_no_frame() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    let live = server.last_not_me_token_for(ADA);
    for path in PAGES {
        let answer = server.get(&path.replace("LIVE", &live)).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for wanted in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(directives.contains(&wanted), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-") && !policy.contains('*') && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-frame-options"], "DENY", "{path}");
        let html = answer.text().await.unwrap();
        for loading in ["src=\"http", "src=\"//", "href=\"//", "<iframe", "<object", "@import", "url(http", "url(//"] {
            assert!(!html.contains(loading), "{path} has {loading}");
        }
        let links = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links {
            assert!(["/", "#", "data:image/"].iter().any(|start| link.starts_with(start)), "{path}: {link}");
        }
    }
}

/// Every forgotten-password page that greeted with what was in its address.
#[tokio::test]
async fn nothing_that_was_sent_comes_back() {
    const MARK: &str = "zqxjvkwyzq\"'><script>alert(1)</script>";
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let encoded: String = MARK.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in PAGES.into_iter().chain(["/", "/openapi.json", REQUEST, VALIDATE]) {
        let path = path.replace("LIVE", MARK);
        let mark = if path.contains('?') { format!("&{encoded}={encoded}") } else { format!("?{encoded}={encoded}") };
        for target in [format!("{path}{mark}"), format!("{path}/{encoded}")] {
            let mut asked = server.client().get(format!("{}{target}", server.url));
            for header in
                ["user-agent", "referer", "origin", "cookie", "x-request-id", "accept-language", "x-forwarded-for"]
            {
                asked = asked.header(header, MARK);
            }
            let said = octets(asked.send().await.unwrap()).await;
            assert!(!said.contains("zqxjvkwyzq"), "{target}: {said}");
        }
    }
    let answers = [
        submit(&server, "/forgot-password", &[("email", MARK), (MARK, MARK)]).await,
        submit(&server, "/reset-password", &[("email", ADA), ("code", MARK), ("password", MARK)]).await,
        submit(&server, "/reset-password", &[("token", &token), ("password", MARK), ("password_confirmation", "x")])
            .await,
        submit(&server, "/not-me", &[("token", MARK)]).await,
        server.post_json(REQUEST, json!({ "email": MARK, MARK: MARK })).await,
        server.post_json(VERIFY, json!({ "token": MARK })).await,
        server.post_json(CONFIRM, json!({ "email": MARK, "code": MARK, "new_password": MARK })).await,
        server.post_json(PASSWORD, json!({ "token": MARK, "password": MARK })).await,
        server.post(REQUEST).header("content-type", MARK).body(MARK).send().await.unwrap(),
    ];
    for answer in answers {
        let path = answer.url().path().to_owned();
        let said = octets(answer).await;
        assert!(!said.contains("zqxjvkwyzq"), "{path}: {said}");
    }
}

/// APIs that let every site's scripts read what they answer.
#[tokio::test]
async fn no_other_sites_scripts_may_read_an_answer() {
    let server = Server::start().await;
    for path in PAGES.into_iter().chain(["/", "/openapi.json", REQUEST, VERIFY, CONFIRM, PASSWORD, VALIDATE]) {
        for method in [Method::OPTIONS, Method::GET, Method::POST] {
            let asked = server.client().request(method.clone(), format!("{}{path}", server.url));
            let asked = asked.header("origin", "https://evil.example").header("access-control-request-method", "POST");
            let answer = asked.header("access-control-request-headers", "content-type").send().await.unwrap();
            let told = answer.headers().keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(told, None, "{method} {path}");
        }
    }
}

/// A neighbouring host plants its cookie beside ours, so that a victim sets the attacker's password, or the reverse.
#[tokio::test]
async fn two_cookies_of_our_name_are_none() {
    let server = Server::start().await;
    let (ada, grace) = (server.token_for(ADA).await, server.token_for("grace@example.com").await);
    for cookies in [format!("regain=t.{ada}; regain=t.{grace}"), format!("regain=t.{grace}; x=y; regain=t.{ada}")] {
        let form = server.post("/reset-password").header("sec-fetch-site", "same-origin").header("cookie", cookies);
        let fields = [("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        assert_eq!(form.form(&fields).send().await.unwrap().status(), 400);
    }
    assert!(server.is_live(&ada).await && server.is_live(&grace).await);
}
