//! HTTPS by the server itself.

use crate::support::Server;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version, redirect};
use std::net::SocketAddr;

const HOST: &str = "accounts.example.com";

/// A server with a certificate for [`HOST`], and a client that trusts it.
async fn secured() -> (Server, Client, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (certificate_file, key_file) = (files.path().join("chain.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate_file, cert.pem()).unwrap();
    std::fs::write(&key_file, signing_key.serialize_pem()).unwrap();
    let server = Server::with(&format!(
        "public_url = \"https://{HOST}\"\n[server]\ntls_certificate_file = {certificate_file:?}\ntls_key_file = {key_file:?}"
    ))
    .await;
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(cert.pem().as_bytes()).unwrap()])
        .resolve(HOST, address)
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    (server, client, format!("https://{HOST}:{}", address.port()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_over_tls_and_http_2_is_answered_and_tells_browsers_to_stay_with_https() {
    let (_server, client, url) = secured().await;
    let body = serde_json::json!({ "email": "ada@example.com" });
    let answer = client.post(format!("{url}/auth/password-reset/request")).json(&body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let (_server, client, url) = secured().await;
    let answer = client.get(format!("{url}/reset-password?token={}", "A".repeat(43))).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-regain="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{attribute} in {cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clear_text_on_the_tls_port_gets_no_answer() {
    let (server, _client, _url) = secured().await;
    assert!(reqwest::get(format!("{}/forgot-password", server.url)).await.is_err());
}
