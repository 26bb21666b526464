//! Django, with its own accounts, sessions and log-in view.

use crate::application::{Application, Session, prepared};
use crate::database::Database;
use crate::program::{Program, run};
use crate::story::{Site, a_reset_that_the_application_accepts};
use crate::support::process::{free_port, without_our_settings};
use async_trait::async_trait;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password_on_postgresql() {
    a_reset_that_the_application_accepts(&Django::on(Database::on_postgres("django").await, PBKDF2).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_new_password_on_mariadb() {
    a_reset_that_the_application_accepts(&Django::on(Database::on_mariadb("django").await, PBKDF2).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_a_new_password_in_argon2() {
    a_reset_that_the_application_accepts(&Django::on(Database::on_postgres("django").await, ARGON2).await).await;
}

/// As Django's own form does: who is not active, or signs in elsewhere and so has no password, is sent nothing. Nor are
/// two accounts with one address, which Django allows: no one could say whose the link is.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_cannot_reset_are_sent_nothing() {
    let application = Django::on(Database::on_mariadb("django").await, PBKDF2).await;
    run(manage(&application.database, PBKDF2, &["shell", "--command", ACCOUNTS_THAT_CANNOT_RESET]));
    let site = Site::beside(&application).await;
    let regain = site.serve();
    for (address, reason) in [
        ("retired@example.com", "may not reset its password"),
        ("elsewhere@example.com", "may not reset its password"),
        ("shared@example.com", "several accounts have this address"),
    ] {
        regain.request(address).await;
        site.timeline(address, reason).await;
    }
    assert!(site.mails().is_empty());
}

/// The project in `apps/django`, migrated and serving.
struct Django {
    _server: Program,
    url: String,
    hasher: &'static str,
    database: Database,
}

impl Django {
    async fn on(database: Database, hasher: &'static str) -> Self {
        run(manage(&database, hasher, &["migrate", "--verbosity=0"]));
        let listen = format!("127.0.0.1:{}", free_port());
        let url = format!("http://{listen}");
        let serve = manage(&database, hasher, &["runserver", "--noreload", &listen]);
        let server = Program::start(serve, &format!("{url}/login/")).await;
        Self { _server: server, url, hasher, database }
    }
}

#[async_trait]
impl Application for Django {
    fn database_url(&self) -> String {
        self.database.url()
    }

    fn mapping(&self) -> &'static [(&'static str, &'static str)] {
        &[("preset", "django")]
    }

    async fn create(&self, address: &str, password: &str) {
        let words = ["createsuperuser", "--noinput", "--username", address, "--email", address];
        let mut command = manage(&self.database, self.hasher, &words);
        command.env("DJANGO_SUPERUSER_PASSWORD", password);
        run(command);
    }

    async fn sign_in(&self, address: &str, password: &str) -> Option<Session> {
        let session = Session::new();
        let page = format!("{}/login/", self.url);
        let form = session.client.get(&page).send().await.unwrap().text().await.unwrap();
        let (_, token) = form.split_once("name=\"csrfmiddlewaretoken\" value=\"").expect("a form");
        let (token, _) = token.split_once('"').unwrap();
        let fields = [("username", address), ("password", password), ("csrfmiddlewaretoken", token)];
        let answer = session.client.post(&page).form(&fields).send().await.unwrap();
        match answer.status().as_u16() {
            302 => Some(session),
            // The form once more, with a word about what was typed.
            200 => None,
            status => panic!("Django answers a log-in with {status}"),
        }
    }

    async fn signed_in_as(&self, session: &Session) -> Option<String> {
        let answer = session.client.get(format!("{}/me", self.url)).send().await.unwrap();
        match answer.status().as_u16() {
            200 => Some(answer.text().await.unwrap()),
            // To the log-in view.
            302 => None,
            status => panic!("Django answers /me with {status}"),
        }
    }
}

/// One of the project's own commands.
fn manage(database: &Database, hasher: &str, words: &[&str]) -> Command {
    let folder = prepared("django");
    let mut command = Command::new(folder.join("venv/bin/python"));
    without_our_settings(&mut command).arg("manage.py").args(words).current_dir(folder);
    command.env("DATABASE_URL", database.url()).env("PASSWORD_HASHER", hasher);
    command
}

/// What Django hashes with if nobody changes its mind.
const PBKDF2: &str = "pbkdf2";
/// What its documentation recommends besides.
const ARGON2: &str = "argon2";

const ACCOUNTS_THAT_CANNOT_RESET: &str = "
from django.contrib.auth.models import User
User.objects.create_user('retired', 'retired@example.com', 'Old-Horse-Battery-71', is_active=False)
User.objects.create_user('elsewhere', 'elsewhere@example.com')
User.objects.create_user('one', 'shared@example.com', 'Old-Horse-Battery-71')
User.objects.create_user('other', 'shared@example.com', 'Old-Horse-Battery-71')
";
