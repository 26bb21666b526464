//! The admin port: what watches over the server asks here, and nothing of it is on the public port.

use crate::support::Server;

async fn status(url: String) -> u16 {
    reqwest::get(url).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn health_and_readiness_are_told_on_the_admin_port_alone() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status(format!("{}{path}", server.admin_url)).await, 200, "{path}");
        assert_eq!(server.get(path).await.status(), 404, "{path} on the public port");
    }
    assert_eq!(status(format!("{}/forgot-password", server.admin_url)).await, 404);
}

#[tokio::test]
async fn a_user_store_that_is_down_does_not_make_the_server_unready() {
    let server = Server::start().await;
    server.store_goes_down();
    assert_eq!(status(format!("{}/readyz", server.admin_url)).await, 200, "requests wait for it in the ledger");
}

#[tokio::test]
async fn off_loopback_all_but_liveness_needs_an_api_token() {
    let server = Server::with("[admin]\nlisten = \"0.0.0.0:9090\"").await;
    assert_eq!(status(format!("{}/healthz", server.admin_url)).await, 200);
    let ready = format!("{}/readyz", server.admin_url);
    assert_eq!(status(ready.clone()).await, 401);
    let trusted = server.client().get(ready).bearer_auth(server.api_token).send().await.unwrap();
    assert_eq!(trusted.status(), 200);
}
