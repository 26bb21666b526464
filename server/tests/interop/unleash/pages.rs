//! Regain in front of a real Unleash: its own pages, in Chromium, and nobody sees that another answers.

use super::Unleash;
use super::front::{Front, Seen};
use crate::application::Application;
use crate::story::{NEW_PASSWORD, OLD_PASSWORD, Site};
use crate::support::chromium::{Browser, Script};
use crate::support::process::{DEADLINE, eventually};
use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;

const ADA: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn unleashs_own_pages_reset_a_password_through_regain() {
    let front = Front::start().await;
    let unleash = Unleash::found_at(&front.url("")).await;
    unleash.create(ADA, OLD_PASSWORD).await;
    let site = Site::beside(&unleash)
        .await
        .with("REGAIN_PUBLIC_URL", front.url(""))
        .with("REGAIN_RESET__LINK", "{public_url}/reset-password?token={token}")
        .with("REGAIN_SERVER__TRUSTED_PROXIES", "127.0.0.1/32")
        .with("REGAIN_API__UNLEASH__ACCESS", "public");
    let regain = site.serve();
    front.lead_to(unleash.url(""), regain.url(""));
    let browser = Browser::start(Script::On).await;

    browser.page.goto(&front.url("/login")).await.unwrap();
    browser.click("a[href='/forgotten-password']").await;
    browser.retype("input[type=email]", ADA).await;
    browser.pictures("1-forgotten").await;
    browser.click("button[type=submit]").await;
    browser.shows("Email sent to").await;
    browser.pictures("2-sent").await;

    let mail = site.mail_to(ADA).await;
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/reset-password?token=")).expect("a link to Unleash's page");
    browser.page.goto(link).await.unwrap();
    browser.retype(NEW_PASSWORD_FIELD, "Old-Horse").await;
    browser.pictures("3-too-short").await;
    browser.retype(NEW_PASSWORD_FIELD, OLD_PASSWORD).await;
    browser.click("button[type=submit]:not([disabled])").await;
    browser.shows("a password that this account had before").await;
    browser.pictures("4-previously-used").await;
    browser.retype(NEW_PASSWORD_FIELD, NEW_PASSWORD).await;
    browser.click("button[type=submit]:not([disabled])").await;
    browser.is_at("/reset-password-success", "a[href='/login']").await;
    browser.pictures("5-done").await;

    browser.click("a[href='/login']").await;
    browser.retype("[name=username]", ADA).await;
    browser.retype("[name=password]", NEW_PASSWORD).await;
    browser.click("button[type=submit]").await;
    browser.shows("Welcome Ada").await;
    browser.pictures("6-signed-in").await;

    browser.page.goto(link).await.unwrap();
    browser.shows("Your token has either been used").await;
    browser.pictures("7-used").await;
    let keyed_in = |seen: &Seen| seen.path.ends_with("/validate-password");
    let (while_typing, asked): (Vec<_>, Vec<_>) = front.seen().into_iter().partition(keyed_in);
    assert!(while_typing.len() > 1 && while_typing.iter().all(|seen| seen.status == 200), "{while_typing:?}");
    let asked: Vec<_> = asked.iter().map(|seen| (seen.path.as_str(), seen.status.as_u16())).collect();
    assert_eq!(asked, ASKED);
}

/// What people do on Unleash's pages.
impl Browser {
    /// Types into such an element, once it is there, in place of what it holds. Key by key, since the page listens to
    /// keys.
    async fn retype(&self, css: &str, text: &str) {
        let select_all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
        self.found(css).await.send_keys(&format!("{select_all}{text}")).await.unwrap();
    }

    /// Clicks on such an element, once it is there.
    async fn click(&self, css: &str) {
        self.found(css).await.click().await.unwrap();
    }

    /// Waits until the page shows these words.
    async fn shows(&self, words: &str) {
        let shown = async || self.found("body").await.text().await.unwrap().contains(words).then_some(());
        eventually(&format!("{words:?} on the page"), DEADLINE, shown).await;
    }

    /// Waits for such an element.
    async fn found(&self, css: &str) -> Element {
        match self.page.wait().at_most(DEADLINE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => {
                panic!("no {css} at {}: {error}\n{}", self.address().await, self.page.source().await.unwrap())
            }
        }
    }
}

const NEW_PASSWORD_FIELD: &str = "input[autocomplete=new-password]";

/// What the pages ask besides, with every key that leaves an acceptable password, whether it is one.
const ASKED: [(&str, u16); 5] = [
    ("/auth/reset/password-email", 200),
    ("/auth/reset/validate", 200),
    ("/auth/reset/password", 400),
    ("/auth/reset/password", 200),
    ("/auth/reset/validate", 401),
];
