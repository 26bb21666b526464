//! `/api/requests`, `/api/queue` and asking once more, on the admin port.

use super::{ADA, GRACE, NOBODY};
use crate::support::Server;
use crate::support::smtp::Behaviour;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

fn get(server: &Server, path: &str) -> RequestBuilder {
    server.client().get(format!("{}{path}", server.admin_url))
}

async fn told(server: &Server, path: &str) -> Value {
    let answer = get(server, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

fn resend(server: &Server, id: &str) -> RequestBuilder {
    server.client().post(format!("{}/api/requests/{id}/resend", server.admin_url))
}

async fn id_of(server: &Server, address: &str) -> String {
    server.history_of(address).await[0].id.to_string()
}

#[tokio::test]
async fn a_request_is_found_by_address_by_id_and_by_state() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.ask_for(NOBODY).await;
    server.run_until_idle().await;
    let id = id_of(&server, ADA).await;
    let by_address = told(&server, "/api/requests?address=Ada%40example.com").await;
    let one = told(&server, &format!("/api/requests/{id}")).await;
    assert_eq!(by_address["requests"][0]["request_id"], id);
    assert_eq!(by_address["requests"][0]["timeline"], one["timeline"]);
    assert_eq!((&one["state"], &one["notices"]), (&json!("mailed"), &json!([])));
    let failed = told(&server, "/api/requests?state=failed").await;
    assert_eq!((&failed["requests"][0]["identifier"], &failed["cursor"]), (&json!(NOBODY), &Value::Null));
    let nothing = told(&server, "/api/requests?address=stranger@example.com").await;
    assert_eq!(nothing["requests"], json!([]));
    assert!(nothing["advice"][0].as_str().unwrap().contains("Nothing is known of stranger@example.com"));
    for answer in [by_address, one, failed] {
        assert!(!answer.to_string().contains(&token), "never a token");
    }
    for (path, status) in [
        ("/api/requests/7", 404),
        ("/api/requests/07070707-0707-7070-8707-070707070707", 404),
        ("/api/requests?state=gone", 400),
        ("/api/requests?adress=ada@example.com", 400),
        ("/api/requests?address=x", 400),
        ("/api/requests?id=7", 400),
    ] {
        assert_eq!(get(&server, path).send().await.unwrap().status(), status, "{path}");
    }
}

#[tokio::test]
async fn the_list_goes_on_behind_its_cursor() {
    let server = Server::start().await;
    for n in 0..60 {
        server.ask_for(&format!("{n}@example.com")).await;
    }
    let first = told(&server, "/api/requests?state=accepted").await;
    let rest =
        told(&server, &format!("/api/requests?state=accepted&cursor={}", first["cursor"].as_str().unwrap())).await;
    let names = |page: &Value| -> Vec<String> {
        page["requests"].as_array().unwrap().iter().map(|it| it["request_id"].as_str().unwrap().to_owned()).collect()
    };
    let all: std::collections::HashSet<_> = names(&first).into_iter().chain(names(&rest)).collect();
    assert_eq!((names(&first).len(), all.len(), &rest["cursor"]), (50, 60, &Value::Null));
    server.run_until_idle().await;
}

#[tokio::test]
async fn the_queue_and_the_causes_of_failure_are_told() {
    let server = Server::start().await;
    server.inbox.at_address(ADA, Behaviour::Reply("451 4.7.1 later"));
    for address in [ADA, GRACE, NOBODY] {
        server.ask_for(address).await;
    }
    server.run_until_idle().await;
    let queue = told(&server, "/api/queue").await;
    assert_eq!((&queue["waiting"], &queue["waiting_by_state"][0]["tried_in_vain"]), (&json!(1), &json!(1)));
    assert_eq!(
        queue["ended"],
        json!([
            { "state": "failed", "reason": "unknown", "requests": 1 },
            { "state": "mailed", "reason": null, "requests": 1 },
        ])
    );
    assert_eq!(
        queue["attempts"],
        json!([
            { "transport": "smtp", "outcome": "delivered", "mails": 1 },
            { "transport": "smtp", "outcome": "retry", "mails": 1 },
        ])
    );
}

#[tokio::test]
async fn asking_once_more_goes_the_ordinary_way_under_the_same_limits() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    let id = id_of(&server, ADA).await;
    let again = resend(&server, &id).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    let again: Value = again.json().await.unwrap();
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1, "within the cooldown");
    let told = told(&server, &format!("/api/requests/{}", again["request_id"].as_str().unwrap())).await;
    assert_eq!((&told["origin"], &told["reason"]), (&json!("help-desk"), &json!("cooldown")));

    server.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(resend(&server, &id).send().await.unwrap().status(), StatusCode::ACCEPTED);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2);
    assert_eq!(resend(&server, "7").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_notice_cannot_be_asked_for() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, crate::support::server::NEW_PASSWORD).await.status(), 200);
    server.run_until_idle().await;
    let notice = server.history_of(ADA).await.into_iter().find(|request| request.about.is_some()).unwrap();
    assert_eq!(resend(&server, &notice.id.to_string()).send().await.unwrap().status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_ask_and_another_name_is_not_answered_to() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    let id = id_of(&server, ADA).await;
    let own = server.admin_url.as_str();
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", own)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", server.url.as_str())],
    ] {
        let call = headers.iter().fold(resend(&server, &id), |call, (name, value)| call.header(*name, *value));
        assert_eq!(call.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    for path in ["/", "/metrics", "/api/queue", "/api/requests", "/?q=ada@example.com"] {
        for host in ["evil.example", "evil.example:9090", "127.0.0.1.evil.example", "localhost.evil.example", "[evil]"]
        {
            let status = get(&server, path).header("host", host).send().await.unwrap().status();
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path} {host}");
        }
        for host in ["127.0.0.1:1", "localhost", "LOCALHOST:9090", "[::1]:9090", "192.0.2.1"] {
            assert_eq!(get(&server, path).header("host", host).send().await.unwrap().status(), 200, "{path} {host}");
        }
    }
    let rebound = resend(&server, &id).header("host", "evil.example").header("origin", "http://evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(server.history_of(ADA).await.len(), 1, "nothing was asked");
    for headers in [&[][..], &[("origin", own)], &[("sec-fetch-site", "same-origin")]] {
        let call = headers.iter().fold(resend(&server, &id), |call, (name, value)| call.header(*name, *value));
        assert_eq!(call.send().await.unwrap().status(), StatusCode::ACCEPTED, "{headers:?}");
    }
    server.run_until_idle().await;
}

#[tokio::test]
async fn a_name_that_is_listed_is_answered_to() {
    let server = Server::with("[admin]\nhosts = [\"regain-admin.internal\"]").await;
    let status = get(&server, "/api/queue").header("host", "regain-admin.internal").send().await.unwrap().status();
    assert_eq!(status, 200);
}

#[tokio::test]
async fn off_loopback_a_browser_is_asked_for_the_token_and_still_kept_from_other_sites() {
    let server = Server::with("[admin]\nlisten = \"0.0.0.0:9090\"").await;
    for path in ["/", "/api/requests", "/api/queue"] {
        let refused = get(&server, path).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{path}");
        let asked: Vec<_> = refused.headers().get_all("www-authenticate").iter().collect();
        assert!(asked.iter().any(|scheme| scheme.to_str().unwrap().starts_with("Basic ")), "{asked:?}");
        assert_eq!(get(&server, path).basic_auth("anybody", Some("wrong")).send().await.unwrap().status(), 401);
        let basic = get(&server, path).basic_auth("anybody", Some(server.api_token));
        assert_eq!(basic.send().await.unwrap().status(), 200, "{path}");
        assert_eq!(get(&server, path).bearer_auth(server.api_token).send().await.unwrap().status(), 200, "{path}");
    }
    server.token_for(ADA).await;
    let id = id_of(&server, ADA).await;
    let foreign =
        resend(&server, &id).basic_auth("anybody", Some(server.api_token)).header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}
