//! What happens in the middle of a redeeming: the client goes away, the owner disowns the link.

use crate::support::process::eventually;
use crate::support::server::{NEW_PASSWORD, OLD_PASSWORD, Server};
use regain_core::hash::StoredPassword;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_hangs_up_leaves_no_claim_behind() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let hashing = busy_hashing(&server);
    let connection = confirm_and_wait_for_the_claim(&server, &token).await;
    drop(connection);
    hashing.join_all().await;
    eventually("redeemed link", DEADLINE, async || (state(&server) == "redeemed").then_some(())).await;
    assert!(server.verifies(ADA, NEW_PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_disowned_while_it_is_redeemed_sets_no_password() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let hashing = busy_hashing(&server);
    let _connection = confirm_and_wait_for_the_claim(&server, &token).await;
    let links = server.inbox.mails_to(ADA)[0].links();
    let not_me = links.iter().find_map(|link| link.split_once("/not-me?token=")).expect("a link to disown it").1;
    let answer = server.post("/not-me").header("Origin", &server.url).form(&[("token", not_me)]).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/not-me/done");
    hashing.join_all().await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 400);
    assert_eq!(state(&server), "revoked");
    assert!(server.verifies(ADA, OLD_PASSWORD).await);
}

/// Keeps every hashing thread busy for a moment, so that a redeeming waits with its link claimed.
fn busy_hashing(server: &Server) -> JoinSet<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut busy = JoinSet::new();
    for _ in 0..threads {
        let app = std::sync::Arc::clone(server.app());
        busy.spawn(async move {
            let _ = app.hashing.verify(StoredPassword::new(SLOW), "x".to_owned().into()).await;
        });
    }
    busy
}

/// A second or two of work in a debug build.
const SLOW: &str = "pbkdf2_sha256$200000$saltsaltsaltsaltsaltsa$vUStbGvcxE/GXMkrQzvRASFTJY4LiVuB05g2YBfdLyE=";

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

const DEADLINE: Duration = Duration::from_secs(20);
