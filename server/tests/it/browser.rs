//! A real Chromium walks the pages: with JavaScript and without, from a link on another site, and on a phone.

use crate::support::chromium::{Browser, Script};
use crate::support::process::{DEADLINE, Process, Site, client, eventually, reset_token};
use fantoccini::Locator;
use fantoccini::key::Key;
use reqwest::Method;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "correct horse battery new";
/// A network that nobody asked from (RFC 5737).
const SCANNER: &str = "203.0.113.7";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opened_from_webmail_sets_a_password() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    let browser = Browser::start(Script::On).await;
    browser.asks_for(ADA, &server).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/reset-password#")).expect("a link to reset with");

    let webmail = page_on_another_site(link);
    browser.page.goto(&webmail).await.unwrap();
    browser.page.find(Locator::Css("a")).await.unwrap().click().await.unwrap();
    browser.is_at("/reset-password", "[name=password]").await;
    assert!(!browser.address().await.contains(&reset_token(mail).unwrap()), "the token is in no clean address");

    browser.choose_password("short").await;
    browser.is_at("/reset-password", "[name=password]").await;
    browser.choose_password(NEW_PASSWORD).await;
    browser.is_at("/reset-password/done", "h1").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));

    browser.page.goto(link).await.unwrap();
    browser.is_refused().await;
}

/// Supabase auth-js#342: programs that look at mail ask for its links, and open them in a browser, scripts and all,
/// from networks of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_with_a_browser_leaves_the_link_alive() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[("REGAIN_SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    server.request(ADA).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    for link in mail.links() {
        for method in [Method::HEAD, Method::GET] {
            let look =
                client().request(method, &link).header("X-Forwarded-For", SCANNER).header("User-Agent", "curl/8.0");
            assert!(look.send().await.unwrap().status().is_success(), "{link}");
        }
    }
    let browser = Browser::start(Script::On).await;
    browser.sends_headers(&[("X-Forwarded-For", SCANNER)]).await;
    for link in mail.links() {
        browser.page.goto(&link).await.unwrap();
        let path = if link.contains("/not-me") { "/not-me" } else { "/reset-password" };
        browser.is_at(path, "main form button").await;
        browser.page.refresh().await.unwrap();
        browser.is_at(path, "main form button").await;
    }
    let token = reset_token(mail).unwrap();
    assert!(server.is_live(&token).await);

    let person = Browser::start(Script::On).await;
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/reset-password#")).expect("a link to reset with");
    person.page.goto(link).await.unwrap();
    person.is_at("/reset-password", "[name=password]").await;
    person.choose_password(NEW_PASSWORD).await;
    person.is_at("/reset-password/done", "h1").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));
    let story = site.printed_by(&["explain", ADA]);
    for told in ["looked at by what seems to be a mail scanner", "a new password was set"] {
        assert!(story.contains(told), "{told:?} is not in\n{story}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_code_sets_a_password() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    let browser = Browser::start(Script::Off).await;
    browser.asks_for(ADA, &server).await;
    let code = site.mails_to(ADA, 1).await[0].code().expect("a code");

    browser.page.goto(&server.url("/reset-password")).await.unwrap();
    browser.is_at("/reset-password", "[name=code]").await;
    browser.fill("email", ADA).await;
    browser.fill("code", &code.to_lowercase().replace('-', " ")).await;
    for of_the_script in ["#show", "#strength", "#caps"] {
        let part = browser.page.find(Locator::Css(of_the_script)).await.unwrap();
        assert!(!part.is_displayed().await.unwrap(), "{of_the_script} does nothing here");
    }
    browser.choose_password(NEW_PASSWORD).await;
    browser.is_at("/reset-password/done", "h1").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));
}

/// WCAG 2.2, 2.1.1 and 2.4.7: no mouse, and the focus always in sight.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_is_enough() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[("REGAIN_RESET__DONE_URL", "https://app.example.com/")]);
    let browser = Browser::start(Script::On).await;
    browser.page.goto(&server.url("/forgot-password")).await.unwrap();
    browser.tab_to("[name=email]").await;
    browser.types(ADA).await;
    browser.press(Key::Enter).await;
    browser.is_at("/forgot-password/sent", "h1").await;
    browser.tab_to("[name=code]").await;

    let mail = &site.mails_to(ADA, 1).await[0];
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/reset-password#")).expect("a link to reset with");
    browser.page.goto(link).await.unwrap();
    browser.is_at("/reset-password", "[name=password]:focus").await;
    browser.types("short").await;
    browser.tab_to("[name=password_confirmation]").await;
    browser.types("shirt").await;
    browser.press(Key::Enter).await;
    // What is wrong is tied to its field, and the first of them has the focus.
    browser.is_at("/reset-password", "[name=password][aria-describedby~=password-errors]:focus").await;
    browser.types(NEW_PASSWORD).await;
    browser.tab_to("[name=password_confirmation]").await;
    browser.types(NEW_PASSWORD).await;
    browser.tab_to("#show-passwords").await;
    browser.press(' ').await;
    browser.is_at("/reset-password", "[name=password][type=text]").await;
    browser.tab_to("button").await;
    browser.press(Key::Enter).await;
    browser.is_at("/reset-password/done", "h1").await;
    browser.tab_to("a.button").await;
    assert!(site.accepts(ADA, NEW_PASSWORD));
}

/// The pause between two mails is the server's, and is told alike whether there is an account or not.
#[tokio::test(flavor = "multi_thread")]
async fn another_mail_is_one_press_away_after_a_pause_that_is_the_same_for_all() {
    const SHOWN: &str = "return document.getElementById('again').innerText.replace(/[0-9]/g, '0')";
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "540")]);
    let browser = Browser::start(Script::On).await;
    let mut shown: Vec<[String; 2]> = Vec::new();
    for address in ["nobody@example.com", ADA] {
        browser.asks_for(address, &server).await;
        browser.is_at("/forgot-password/sent", "#wait:not([hidden])").await;
        let while_it_lasts = browser.sees(SHOWN).await;
        let _: Value = browser.sees("sessionStorage.regainAsked = 0").await;
        browser.page.refresh().await.unwrap();
        browser.is_at("/forgot-password/sent", "#again button:not([hidden])").await;
        shown.push([while_it_lasts, browser.sees(SHOWN).await]);
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0], ["You can ask for another mail in: 0:00", "Ask for another mail"]);
    site.mails_to(ADA, 1).await;
    drop(server);

    let server = site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "0")]);
    browser.asks_for(ADA, &server).await;
    site.mails_to(ADA, 2).await;
    browser.is_at("/forgot-password/sent", "#again button:not([hidden])").await;
    browser.page.find(Locator::Css("#again button")).await.unwrap().click().await.unwrap();
    site.mails_to(ADA, 3).await;
}

/// The meter knows what every browser knows, and asks nobody.
#[tokio::test(flavor = "multi_thread")]
async fn the_meter_advises_without_a_word_to_the_server() {
    let site = Site::with_working_links(&[ADA]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let mail = &site.mails_to(ADA, 1).await[0];
    let browser = Browser::start(Script::On).await;
    browser.page.goto(&server.url(&format!("/reset-password#{}", reset_token(mail).unwrap()))).await.unwrap();
    browser.is_at("/reset-password", "[name=password]").await;
    for (password, advice) in [
        ("short", "Too short"),
        ("abcabcabcabcabc", "the same few characters"),
        ("qwertyuiop", "the keyboard"),
        ("Example-12", "the name of this service"),
        ("Tr0ub4dor&3", "Long enough"),
        ("correct horse battery", "Good: long"),
    ] {
        browser.fill("password", password).await;
        let said: String = browser.sees("return document.getElementById('advice').textContent").await;
        assert!(said.contains(advice), "{password}: {said}");
    }
    let loaded: usize = browser.sees("return performance.getEntriesByType('resource').length").await;
    assert_eq!(loaded, 0, "nothing was asked for");
    let named: Vec<String> =
        browser.sees("return [...document.querySelectorAll('[autocomplete=username]')].map(String)").await;
    assert!(named.is_empty(), "a link's page does not say whose it is");
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
    browser.page.find(Locator::Css("button")).await.unwrap().click().await.unwrap();
    let token = reset_token(mail).unwrap();
    eventually("end of the link", DEADLINE, async || (!server.is_live(&token).await).then_some(())).await;
}

/// What people do on Regain's own pages.
impl Browser {
    /// Fills in the form that asks for an address, and sees that nothing is told.
    async fn asks_for(&self, address: &str, server: &Process) {
        self.page.goto(&server.url("/forgot-password")).await.unwrap();
        self.fill("email", address).await;
        self.submit().await;
        self.is_at("/forgot-password/sent", "h1").await;
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
