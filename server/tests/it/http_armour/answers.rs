//! The headers of every answer, whatever was asked.

use super::{PASSWORD_EMAIL, REQUEST};
use crate::support::Server;

/// What every answer carries.
const ARMOUR: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Every path and method that answers in a way of its own, with a dead link where one can be brought.
const CALLS: [(&str, &str, u16); 27] = [
    ("GET", "/", 404),
    ("GET", "/openapi.json", 200),
    ("OPTIONS", "/openapi.json", 204),
    ("GET", "/docs", 200),
    ("HEAD", "/docs", 200),
    ("POST", "/docs", 405),
    ("GET", REQUEST, 405),
    ("POST", REQUEST, 415),
    ("POST", PASSWORD_EMAIL, 401),
    ("POST", "/auth/reset/password", 415),
    ("GET", "/auth/reset/validate?token=x", 401),
    ("GET", "/forgot-password", 200),
    ("HEAD", "/forgot-password", 200),
    ("POST", "/forgot-password", 403),
    ("PUT", "/forgot-password", 405),
    ("GET", "/forgot-password/sent", 200),
    ("GET", "/.well-known/change-password", 302),
    ("GET", "/reset-password", 200),
    ("GET", "/reset-password?token=x", 303),
    ("GET", "/reset-password?token=%ff", 400),
    ("POST", "/reset-password", 403),
    ("GET", "/reset-password/open", 405),
    ("POST", "/reset-password/open", 403),
    ("GET", "/reset-password/done", 200),
    ("GET", "/not-me?token=x", 400),
    ("POST", "/not-me", 403),
    ("GET", "/not-me/done", 200),
];

#[tokio::test]
async fn every_answer_wears_the_same_armour_and_says_nothing_of_the_server() {
    for https in [false, true] {
        let public_url = if https { "public_url = \"https://accounts.example.com\"" } else { "" };
        let server = Server::with(public_url).await;
        for (method, path, status) in CALLS {
            let request = server.client().request(method.parse().unwrap(), format!("{}{path}", server.url));
            let request = request.header("x-request-id", "mine").header("origin", "https://evil.example");
            let response = request.send().await.unwrap();
            let headers = response.headers();
            assert_eq!(response.status().as_u16(), status, "{method} {path}");
            for (name, value) in ARMOUR {
                let values: Vec<_> = headers.get_all(name).iter().collect();
                assert_eq!(values, [value], "{method} {path}: {name}");
            }
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
            let is_page = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            assert!(!is_page || policy.contains("base-uri 'none'") && policy.contains("form-action 'self'"), "{path}");
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
            assert_eq!(headers["x-request-id"].len(), 36);
            let hsts = headers.get("strict-transport-security").map(|value| value.to_str().unwrap());
            assert_eq!(hsts, https.then_some("max-age=63072000"), "{path}");
            for name in ["server", "x-powered-by", "access-control-allow-origin"] {
                assert!(!headers.contains_key(name), "{path}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn the_document_is_served_and_describes_what_runs() {
    let server = Server::start().await;
    let document: serde_json::Value =
        server.client().get(format!("{}/openapi.json", server.url)).send().await.unwrap().json().await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["paths"]["/auth/reset/password-email"]["post"]["operationId"], "send-reset-password-email");
    assert_eq!(document["paths"][REQUEST]["post"]["operationId"], "request-password-reset");
    assert!(document["paths"]["/auth/reset/password-email"]["post"]["security"].is_array());
}
