//! `regain demo --walk`: a whole reset over real HTTP and SMTP, told step by step.

use super::accounts::{ADA, INITIAL_PASSWORD};
use super::mail::Mail;
use super::mailbox::Mailbox;
use crate::ambient::SystemEntropy;
use crate::config::Config;
use crate::users::{UserStore, sql};
use anyhow::{Context, ensure};
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;
use regain_core::entropy::random;
use regain_core::hash;
use reqwest::{Client, StatusCode, redirect};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

/// Far longer than a reset takes; then something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Walks. Every step is checked; the first that fails ends it.
///
/// # Errors
/// What went wrong at which step.
pub async fn walk(config: &Config, mailbox: &Mailbox, out: &mut dyn Write) -> anyhow::Result<()> {
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).build()?;
    let origin = config.public_url.origin.clone();
    let store = sql::open(&config.users)?;
    // Another each time: the last walk may have left the account with its own.
    let new_password = &format!("walking-otters-{:08x}-lanterns", u32::from_le_bytes(random(&SystemEntropy)));
    let mails_before = mailbox.mails().last().map_or(0, |mail| mail.number);
    let mut walk = Walk { client, origin, out, since: Instant::now(), mails_before };

    let token = walk.ask_and_read(mailbox).await?;
    walk.open(&token).await?;
    let (status, _) = walk.confirm(&token, "12345678").await?;
    ensure!(status == StatusCode::UNPROCESSABLE_ENTITY, "a common password was answered with {status}");
    walk.step("a common password is refused, the link still lives")?;
    let (status, answer) = walk.confirm(&token, new_password).await?;
    ensure!(status == StatusCode::OK, "the new password was answered with {status}: {answer}");
    walk.step("the new password is set")?;
    let (status, _) = walk.confirm(&token, "another-walking-otter-7").await?;
    ensure!(status == StatusCode::BAD_REQUEST, "the used link was answered with {status}");
    walk.step("the link is dead")?;
    check_store(&*store, new_password).await?;
    walk.step("the user store holds the new password, in the format of the old one")?;
    tokio::time::timeout(PATIENCE, mailbox.wait_for(|mail| walk.is_awaited(mail) && mail.code().is_none()))
        .await
        .context("the notice did not arrive")?;
    Ok(walk.step("the owner is told that the password was changed")?)
}

struct Walk<'a> {
    client: Client,
    origin: String,
    out: &'a mut dyn Write,
    since: Instant,
    /// The number of the last mail that was there before.
    mails_before: u64,
}

impl Walk<'_> {
    /// Prints a step with the time it took.
    fn step(&mut self, what: &str) -> std::io::Result<()> {
        writeln!(self.out, "{:>7.1} ms  {what}", self.since.elapsed().as_secs_f64() * 1000.0)?;
        self.since = Instant::now();
        Ok(())
    }

    async fn ask_and_read(&mut self, mailbox: &Mailbox) -> anyhow::Result<String> {
        let (status, _) = self.post("/auth/password-reset/request", &json!({ "email": ADA })).await?;
        ensure!(status == StatusCode::OK, "the request was answered with {status}");
        self.step(&format!("a reset is requested for {ADA}, and durable"))?;
        let mail =
            tokio::time::timeout(PATIENCE, mailbox.wait_for(|mail| self.is_awaited(mail) && mail.code().is_some()))
                .await
                .context("no mail arrived")?;
        self.step("the mail arrives over SMTP")?;
        let token = mail.links().find_map(|link| Some(link.split_once('#')?.1.to_owned()));
        token.context("there is no link in the mail")
    }

    fn is_awaited(&self, mail: &Mail) -> bool {
        mail.to == ADA && mail.number > self.mails_before
    }

    async fn open(&mut self, token: &str) -> anyhow::Result<()> {
        let (status, answer) = self.post("/auth/password-reset/verify", &json!({ "token": token })).await?;
        ensure!(status == StatusCode::OK && answer["valid"] == true, "the link was answered with {status}");
        let page = self.client.get(format!("{}/reset-password?token={token}", self.origin)).send().await?;
        ensure!(page.status() == StatusCode::SEE_OTHER, "the page of the link answered {}", page.status());
        let cookie = page.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let form = self.client.get(format!("{}/reset-password", self.origin)).header("cookie", cookie).send().await?;
        ensure!(form.status() == StatusCode::OK, "the form answered {}", form.status());
        Ok(self.step("the link opens the page, and is not spent by it")?)
    }

    async fn confirm(&self, token: &str, password: &str) -> anyhow::Result<(StatusCode, Value)> {
        self.post("/auth/password-reset/confirm", &json!({ "token": token, "new_password": password })).await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
        let answer = self.client.post(format!("{}{path}", self.origin)).json(body).send().await?;
        Ok((answer.status(), answer.json().await.context("the answer is no JSON")?))
    }
}

async fn check_store(store: &dyn UserStore, password: &str) -> anyhow::Result<()> {
    let found = store.find(&[FoldedAddress::of(ADA)]).await?;
    let id: &AccountId = &found.first().context("the account is gone")?.id;
    let account = store.load(id).await?.context("the account is gone")?;
    let stored = account.password.context("the account has no password")?;
    let verifies = |password: &str| hash::verify(stored.expose(), password.as_bytes());
    ensure!(verifies(password)?, "the new password does not verify");
    ensure!(!verifies(INITIAL_PASSWORD)?, "the old password still verifies");
    Ok(())
}
