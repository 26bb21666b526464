//! A shop in plain PHP, with `password_hash()` and `password_verify()`, whose tables no framework named.

use crate::application::{Application, Session, prepared};
use crate::database::Database;
use crate::forms;
use crate::program::Program;
use crate::story::a_reset_that_the_application_accepts;
use crate::support::process::{free_port, needed};
use async_trait::async_trait;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password_on_mariadb() {
    a_reset_that_the_application_accepts(&Shop::on(Database::on_mariadb("shop").await).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password_on_postgresql() {
    a_reset_that_the_application_accepts(&Shop::on(Database::on_postgres("shop").await).await).await;
}

/// The application in `apps/php`.
struct Shop {
    _server: Program,
    url: String,
    database: Database,
}

impl Shop {
    async fn on(database: Database) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(needed("REGAIN_TEST_PHP"));
        command.args(["-S", &listen, "index.php"]).current_dir(prepared("php"));
        command.env("DATABASE_URL", database.url());
        let url = format!("http://{listen}");
        let server = Program::start(command, &format!("{url}/me")).await;
        Self { _server: server, url, database }
    }
}

#[async_trait]
impl Application for Shop {
    fn database_url(&self) -> String {
        self.database.url()
    }

    fn mapping(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("table", "customers"),
            ("id", "customer_id"),
            ("email", "email"),
            ("password", "pass_hash"),
            ("eligible", "is_blocked = 0"),
        ]
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
