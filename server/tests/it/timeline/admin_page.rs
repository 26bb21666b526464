//! The page of the admin port, as a browser without scripts sees it.

use super::{ADA, NOBODY};
use crate::support::Server;

async fn page(server: &Server, path: &str) -> (u16, String) {
    let answer = server.client().get(format!("{}{path}", server.admin_url)).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn an_address_is_looked_up_without_a_script_and_asked_for_again_by_a_button() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.ask_for(NOBODY).await;
    server.run_until_idle().await;
    let (_, empty) = page(&server, "/").await;
    assert!(empty.contains("Why did no mail come?") && empty.contains("no account has this address"), "{empty}");
    let (_, found) = page(&server, "/?q=ada%40example.com").await;
    assert!(found.contains("mailed by smtp: 250 2.0.0 queued as 1") && !found.contains(&token), "{found}");
    let id = server.history_of(ADA).await[0].id;
    let action = format!("/api/requests/{id}/resend");
    assert!(found.contains(&format!("action=\"{action}\"")), "{found}");
    let pressed = server.client().post(format!("{}{action}", server.admin_url)).header("accept", "text/html");
    let pressed = pressed.header("origin", &server.admin_url).send().await.unwrap();
    assert_eq!(pressed.status(), 303);
    let (status, again) = page(&server, pressed.headers()["location"].to_str().unwrap()).await;
    assert_eq!(status, 200);
    assert!(again.contains("by the help desk") && again.contains("it was asked for a moment ago"), "{again}");
    server.run_until_idle().await;
}

#[tokio::test]
async fn what_came_from_outside_is_text_and_never_markup() {
    let server = Server::start().await;
    let hostile = "\"<script>alert(1)</script>'\"@example.com";
    server.ask_for("x'onfocus=a/b@example.com").await;
    let ledger = server.ledger();
    let plant = "UPDATE outbox SET identifier = ?1, network = ?1, account = ?1";
    ledger.execute(plant, [format!("{hostile}\u{202e}\u{1b}[2J")]).unwrap();
    let id = server.history_of("x'onfocus=a/b@example.com").await[0].id;
    for path in [format!("/?q={id}"), "/?state=accepted".into(), "/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".into()] {
        let (_, page) = page(&server, &path).await;
        assert_eq!(page.matches("<script").count(), 1, "only our own: {page}");
        assert!(!page.contains(['\u{202e}', '\u{1b}']), "{page}");
    }
    server.run_until_idle().await;
}

#[tokio::test]
async fn what_is_mistyped_is_said_and_what_is_unknown_explained() {
    let server = Server::start().await;
    let (status, mistyped) = page(&server, "/?q=ada").await;
    assert_eq!(status, 400);
    assert!(mistyped.contains("neither an address nor the id of a request"), "{mistyped}");
    let (status, unknown) = page(&server, "/?q=stranger%40example.com").await;
    assert_eq!(status, 200);
    assert!(unknown.contains("Nothing is known of stranger@example.com"), "{unknown}");
}
