//! better-auth on PostgreSQL, with addresses and passwords.

use crate::application::{Application, Session, prepared};
use crate::database::Database;
use crate::program::{Program, free_port};
use crate::story::a_reset_that_the_application_accepts;
use crate::support::process::needed;
use async_trait::async_trait;
use reqwest::Response;
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password() {
    a_reset_that_the_application_accepts(&BetterAuth::start().await).await;
}

/// The server in `apps/better-auth`.
struct BetterAuth {
    _server: Program,
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
        Self { _server: server, url, database }
    }

    async fn post(&self, session: &Session, path: &str, body: Value) -> Response {
        session.client.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap()
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
