//! A real Chromium walks the pages: with JavaScript and without, from a link on another site, and on a phone.

use crate::support::chromium::{Browser, Script};
use crate::support::process::{DEADLINE, Process, Site, eventually, reset_token};
use fantoccini::Locator;
use std::io::{Read, Write};
use std::net::TcpListener;

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "correct horse battery new";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opened_from_webmail_sets_a_password() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    let browser = Browser::start(Script::On).await;
    browser.ask_for_a_link(&server).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/reset-password#")).expect("a link to reset with");

    let webmail = page_on_another_site(link);
    browser.page.goto(&webmail).await.unwrap();
    browser.page.find(Locator::Css("a")).await.unwrap().click().await.unwrap();
    browser.is_at("/reset-password", "[name=password]").await;
    assert!(!browser.address().await.contains(&reset_token(mail).unwrap()), "the token is in no clean address");
    browser.pictures("reset").await;

    browser.choose_password("short").await;
    browser.is_at("/reset-password", "[name=password]").await;
    browser.pictures("reset-weak").await;
    browser.choose_password(NEW_PASSWORD).await;
    browser.is_at("/reset-password/done", "h1").await;
    browser.pictures("done").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));

    browser.page.goto(link).await.unwrap();
    browser.is_refused().await;
    browser.pictures("refused").await;
}

/// Supabase auth-js#342: programs that look at mail open its links in a browser, scripts and all.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_with_a_browser_leaves_the_link_alive() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    let browser = Browser::start(Script::On).await;
    for link in mail.links() {
        browser.page.goto(&link).await.unwrap();
        let path = if link.contains("/not-me") { "/not-me" } else { "/reset-password" };
        browser.is_at(path, "button").await;
        browser.page.refresh().await.unwrap();
        browser.is_at(path, "button").await;
    }
    let token = reset_token(mail).unwrap();
    assert!(server.is_live(&token).await);
    assert!(server.confirm(&token, NEW_PASSWORD).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_code_sets_a_password() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    let browser = Browser::start(Script::Off).await;
    browser.ask_for_a_link(&server).await;
    let code = site.mails_to(ADA, 1).await[0].code().expect("a code");

    browser.page.goto(&server.url("/reset-password")).await.unwrap();
    browser.is_at("/reset-password", "[name=code]").await;
    browser.pictures("code").await;
    browser.fill("email", ADA).await;
    browser.fill("code", &code.to_lowercase().replace('-', " ")).await;
    browser.choose_password(NEW_PASSWORD).await;
    browser.is_at("/reset-password/done", "h1").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_not_ask_ends_every_link() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    let links = mail.links();
    let not_me = links.iter().find(|link| link.contains("/not-me")).expect("a link for somebody else's request");
    let browser = Browser::start(Script::Off).await;
    browser.page.goto(not_me).await.unwrap();
    browser.is_at("/not-me", "button").await;
    browser.pictures("not-me").await;
    browser.page.find(Locator::Css("button")).await.unwrap().click().await.unwrap();
    let token = reset_token(mail).unwrap();
    eventually("end of the link", DEADLINE, async || (!server.is_live(&token).await).then_some(())).await;
}

/// What people do on Regain's own pages.
impl Browser {
    /// Fills in the form that asks for an address, and sees that nothing is told.
    async fn ask_for_a_link(&self, server: &Process) {
        self.page.goto(&server.url("/forgot-password")).await.unwrap();
        self.pictures("forgot").await;
        self.fill("email", ADA).await;
        self.submit().await;
        self.is_at("/forgot-password/sent", "h1").await;
        self.pictures("sent").await;
    }

    async fn choose_password(&self, password: &str) {
        self.fill("password", password).await;
        self.fill("password_confirmation", password).await;
        self.submit().await;
    }

    /// Waits until the page says no: it has a way to ask again, and no field for a password.
    async fn is_refused(&self) {
        self.is_at("/reset-password", "a.button[href='/forgot-password']").await;
        let fields = self.page.find_all(Locator::Css("[name=password]")).await.unwrap();
        assert!(fields.is_empty(), "a spent link still shows a form:\n{}", self.page.source().await.unwrap());
    }
}

/// Serves one page with this link, on `localhost`: to a browser another site than `127.0.0.1`.
fn page_on_another_site(link: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let page = format!("<!doctype html><title>Webmail</title><a href=\"{link}\">Choose a new password</a>");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://localhost:{port}/")
}
