//! better-auth on PostgreSQL, with addresses and passwords.

use crate::application::{Application, Session, prepared};
use crate::database::Database;
use crate::program::Program;
use crate::story::{NEW_PASSWORD, OLD_PASSWORD, Site, a_reset_that_the_application_accepts};
use crate::support::process::{DEADLINE, eventually, free_port, needed};
use async_trait::async_trait;
use reqwest::Response;
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password() {
    a_reset_that_the_application_accepts(&BetterAuth::start().await).await;
}

/// A link of better-auth's own, asked for before the reset, would otherwise set the password once more.
#[tokio::test(flavor = "multi_thread")]
async fn its_own_reset_that_was_under_way_ends() {
    let (application, address) = (BetterAuth::start().await, "ada@example.com");
    application.create(address, OLD_PASSWORD).await;
    let token = application.reset_token(address).await;
    Site::beside(&application).await.reset(address, NEW_PASSWORD).await;

    let body = json!({ "token": token, "newPassword": "Third-Ladder-Orchard-93" });
    let answer = application.post(&Session::new(), "/reset-password", body).await;
    assert_eq!(answer.status(), 400);
    assert!(application.sign_in(address, NEW_PASSWORD).await.is_some());
}

/// The server in `apps/better-auth`.
struct BetterAuth {
    server: Program,
    url: String,
    database: Database,
}

impl BetterAuth {
    async fn start() -> Self {
        let database = Database::on_postgres("better_auth").await;
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}/api/auth");
        let mut command = Command::new(needed("REGAIN_TEST_NODE"));
        command.arg("server.mjs").current_dir(prepared("better-auth"));
        command.env("DATABASE_URL", database.url()).env("PORT", port.to_string());
        let server = Program::start(command, &format!("{url}/ok")).await;
        Self { server, url, database }
    }

    async fn post(&self, session: &Session, path: &str, body: Value) -> Response {
        session.client.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap()
    }

    /// Asks better-auth itself for a reset, and takes the token from where it would mail it.
    async fn reset_token(&self, address: &str) -> String {
        let answer = self.post(&Session::new(), "/request-password-reset", json!({ "email": address })).await;
        assert_eq!(answer.status(), 200);
        let printed = async || {
            let said = self.server.said();
            let (_, token) = said.split_once("reset token ")?;
            Some(token.split_once('\n')?.0.to_owned())
        };
        eventually("a token of better-auth's own", DEADLINE, printed).await
    }
}

#[async_trait]
impl Application for BetterAuth {
    fn database_url(&self) -> String {
        self.database.url()
    }

    fn mapping(&self) -> &'static [(&'static str, &'static str)] {
        &[("preset", "better-auth")]
    }

    async fn create(&self, address: &str, password: &str) {
        let body = json!({ "name": "Ada", "email": address, "password": password });
        let answer = self.post(&Session::new(), "/sign-up/email", body).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    }

    async fn sign_in(&self, address: &str, password: &str) -> Option<Session> {
        let session = Session::new();
        let answer = self.post(&session, "/sign-in/email", json!({ "email": address, "password": password })).await;
        match answer.status().as_u16() {
            200 => Some(session),
            401 => None,
            status => panic!("better-auth answers a sign-in with {status}"),
        }
    }

    async fn signed_in_as(&self, session: &Session) -> Option<String> {
        let answer = session.client.get(format!("{}/get-session", self.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let found: Value = answer.json().await.unwrap();
        found["user"]["email"].as_str().map(str::to_owned)
    }
}
