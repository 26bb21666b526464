//! Where the application mixes a pepper into each password, so does Regain.

use crate::support::Server;
use crate::support::server::NEW_PASSWORD;
use regain_core::hash::{verify, verify_with};
use secrecy::SecretString;

const GRACE: &str = "grace@example.com";
const DJANGO: &str = "django@example.com";
const PEPPER: &str = "seventeen grains of it";

async fn peppered() -> Server {
    let server = Server::with(&format!("[users]\npepper = \"{PEPPER}\"\n[users.history]\ntable = \"used\"")).await;
    let used = "CREATE TABLE used (user_id INTEGER, password_hash TEXT, used_at TEXT)";
    server.accounts().execute_batch(used).unwrap();
    server
}

#[tokio::test]
async fn a_new_password_is_written_and_remembered_with_the_pepper() {
    let server = peppered().await;
    let token = server.token_for(GRACE).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    let (stored, pepper) = (server.stored_password(GRACE), SecretString::from(PEPPER));
    assert!(verify_with(&stored, NEW_PASSWORD.as_bytes(), Some(&pepper)).unwrap());
    assert!(!verify(&stored, NEW_PASSWORD.as_bytes()).unwrap());
    server.clock.advance(std::time::Duration::from_secs(120));
    let token = server.token_for(GRACE).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 422, "the same again");
}

#[tokio::test]
async fn an_account_whose_format_takes_no_pepper_gets_no_mail() {
    let server = peppered().await;
    server.ask_for(DJANGO).await;
    server.run_until_idle().await;
    assert!(server.inbox.mails_to(DJANGO).is_empty());
}
