//! A Flask application with Flask-SQLAlchemy on SQLite, Flask-Login, and Werkzeug's hashes.

use crate::application::{Application, Session, prepared};
use crate::forms;
use crate::program::Program;
use crate::story::a_reset_that_the_application_accepts;
use crate::support::process::free_port;
use async_trait::async_trait;
use std::process::Command;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_new_password_in_scrypt() {
    a_reset_that_the_application_accepts(&Flask::hashing_with("scrypt").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_new_password_in_pbkdf2() {
    a_reset_that_the_application_accepts(&Flask::hashing_with("pbkdf2").await).await;
}

/// The application in `apps/flask`.
struct Flask {
    _server: Program,
    url: String,
    folder: TempDir,
}

impl Flask {
    /// One that hashes with Werkzeug's `method`.
    async fn hashing_with(method: &str) -> Self {
        let prepared = prepared("flask");
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(prepared.join("venv/bin/python"));
        command.arg("app.py").current_dir(prepared);
        command.env("DATABASE_URL", format!("sqlite:///{}", folder.path().join(DATABASE).display()));
        command.env("PASSWORD_METHOD", method).env("PORT", port.to_string());
        let url = format!("http://127.0.0.1:{port}");
        let server = Program::start(command, &format!("{url}/me")).await;
        Self { _server: server, url, folder }
    }
}

#[async_trait]
impl Application for Flask {
    fn database_url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join(DATABASE).display())
    }

    fn mapping(&self) -> &'static [(&'static str, &'static str)] {
        &[("preset", "flask")]
    }

    async fn create(&self, address: &str, password: &str) {
        forms::sign_up(&self.url, address, password).await;
    }

    async fn sign_in(&self, address: &str, password: &str) -> Option<Session> {
        forms::sign_in(&self.url, address, password).await
    }

    async fn signed_in_as(&self, session: &Session) -> Option<String> {
        forms::signed_in_as(&self.url, session).await
    }
}

const DATABASE: &str = "site.db";
