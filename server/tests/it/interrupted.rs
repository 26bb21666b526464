//! What happens in the middle of a redeeming: the client goes away, the owner disowns the link.

use crate::support::process::{DEADLINE, eventually};
use crate::support::server::{NEW_PASSWORD, OLD_PASSWORD, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ADA: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_hangs_up_leaves_no_claim_behind() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let held = server.app().hashing.hold().await;
    let connection = confirm_and_wait_for_the_claim(&server, &token).await;
    drop(connection);
    drop(held);
    eventually("redeemed link", DEADLINE, async || (state(&server) == "redeemed").then_some(())).await;
    assert!(server.verifies(ADA, NEW_PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_disowned_while_it_is_redeemed_sets_no_password() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let held = server.app().hashing.hold().await;
    let mut connection = confirm_and_wait_for_the_claim(&server, &token).await;
    let links = server.inbox.mails_to(ADA)[0].links();
    let not_me = links.iter().find_map(|link| link.split_once("/not-me?token=")).expect("a link to disown it").1;
    let answer = server.post("/not-me").header("Origin", &server.url).form(&[("token", not_me)]).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/not-me/done");
    drop(held);
    let mut status = [0; 12];
    connection.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 400");
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 400);
    assert_eq!(state(&server), "revoked");
    assert!(server.verifies(ADA, OLD_PASSWORD).await);
}

/// It waits for a thread to hash on, with the link claimed.
async fn confirm_and_wait_for_the_claim(server: &Server, token: &str) -> TcpStream {
    let body = serde_json::json!({ "token": token, "new_password": NEW_PASSWORD }).to_string();
    let mut connection = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "POST /auth/password-reset/confirm HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    eventually("claim", DEADLINE, async || (state(server) == "claimed").then_some(())).await;
    connection
}

/// Of the one link.
fn state(server: &Server) -> String {
    let query = "SELECT state FROM deliveries WHERE message = 'reset'";
    server.ledger().query_row(query, [], |row| row.get(0)).unwrap()
}
