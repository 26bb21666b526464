//! Links, sender and Message-ID come from the configuration alone: CouchAuth GHSA-fqh6-6h6c-366m, LTB #755, Zitadel
//! GHSA-2wmj-46rj-qm2w.

use crate::support::Server;

#[tokio::test]
async fn no_header_of_a_request_shows_in_its_mail() {
    let server = Server::start().await;
    let asking = server
        .post("/auth/password-reset/request")
        .header("host", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("x-original-url", "https://evil.example/")
        .header("origin", "https://evil.example")
        .header("referer", "https://evil.example/page")
        .header("user-agent", "evil.example")
        .json(&serde_json::json!({ "email": "ada@example.com" }));
    assert_eq!(asking.send().await.unwrap().status(), 200);
    server.run_until_idle().await;
    let mails = server.inbox.mails_to("ada@example.com");
    let [mail] = &mails[..] else { panic!("{} mails", mails.len()) };
    let raw = String::from_utf8_lossy(&mail.raw);
    assert!(!raw.contains("evil"), "{raw}");
    assert!(!mail.links().is_empty() && mail.links().iter().all(|link| link.starts_with(&server.url)));
}

#[tokio::test]
async fn no_page_sends_a_browser_elsewhere() {
    let server = Server::start().await;
    for (path, to) in [
        ("/.well-known/change-password", "/forgot-password"),
        ("/reset-password?token=AAAA&next=https://evil.example", "/reset-password"),
    ] {
        let asking = server.client().get(format!("{}{path}", server.url)).header("host", "evil.example");
        let answer = asking.header("x-forwarded-host", "evil.example").send().await.unwrap();
        assert_eq!(answer.headers()["location"], to, "{path}");
    }
}
