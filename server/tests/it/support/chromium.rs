//! A real Chromium, driven as a person would.

use super::canary::{self, Kind};
use super::process::{DEADLINE, eventually, lines_of, needed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Script {
    On,
    Off,
}

/// Chromium under chromedriver, with a profile of its own.
pub(crate) struct Browser {
    pub(crate) page: Client,
    driver: Child,
    driver_port: u16,
    _profile: TempDir,
}

impl Browser {
    /// A browser with nothing in it.
    pub(crate) async fn start(script: Script) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(needed("REGAIN_TEST_CHROMEDRIVER"));
        let mut driver = driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = lines_of(driver.stdout.take().unwrap());
        let driver_port: u16 = loop {
            let line = lines.recv_timeout(DEADLINE).expect("chromedriver names its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        let mut arguments: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let prefs = match script {
            Script::On => json!({}),
            Script::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let options = json!({ "binary": needed("REGAIN_TEST_CHROMIUM").to_str(), "args": arguments, "prefs": prefs });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let page =
            builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{driver_port}")).await.unwrap();
        Self { page, driver, driver_port, _profile: profile }
    }

    /// Types into the field of that name, in place of what it holds.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        if name.contains("password") {
            canary::note(Kind::Password, text);
        }
        let field = self.page.find(Locator::Css(&format!("[name={name}]"))).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses the form's button.
    pub(crate) async fn submit(&self) {
        self.page.find(Locator::Css("form button")).await.unwrap().click().await.unwrap();
    }

    /// Waits until the page is this one and has such an element.
    pub(crate) async fn is_at(&self, path: &str, element: &str) {
        let arrived = self.page.wait().at_most(DEADLINE).for_element(Locator::Css(element)).await;
        let address = self.address().await;
        assert!(arrived.is_ok(), "no {element} at {address}:\n{}", self.page.source().await.unwrap());
        let is_there = async || (self.page.current_url().await.unwrap().path() == path).then_some(());
        eventually(path, DEADLINE, is_there).await;
    }

    pub(crate) async fn address(&self) -> String {
        self.page.current_url().await.unwrap().to_string()
    }

    /// Presses a key, wherever the focus is, and lets go of it.
    pub(crate) async fn press(&self, key: impl Into<char>) {
        let value = key.into();
        let pressed = KeyActions::new("keyboard".into()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.page.perform_actions(pressed).await.unwrap();
    }

    /// Types wherever the focus is.
    pub(crate) async fn types(&self, text: &str) {
        for letter in text.chars() {
            self.press(letter).await;
        }
    }

    /// Presses Tab until the focus is on such an element, and sees that it shows where it is on its way.
    pub(crate) async fn tab_to(&self, element: &str) {
        for _ in 0..TABS_MAX {
            self.press(Key::Tab).await;
            let outline: String = self.sees("return getComputedStyle(document.activeElement).outlineStyle").await;
            assert_ne!(outline, "none", "the focus is nowhere to be seen");
            if self.sees(&format!("return document.activeElement.matches(\"{element}\")")).await {
                return;
            }
        }
        panic!("no Tab leads to {element}:\n{}", self.page.source().await.unwrap());
    }

    /// What a script of the test's own returns; the pages' policy does not bind it.
    pub(crate) async fn sees<T: DeserializeOwned>(&self, script: &str) -> T {
        let returned = self.page.execute(script, vec![]).await.unwrap();
        serde_json::from_value(returned.clone()).unwrap_or_else(|error| panic!("{script}: {returned}: {error}"))
    }

    /// Has the browser be as `command` of the Chrome DevTools Protocol says.
    async fn tell(&self, command: &'static str, parameters: Value) -> Value {
        self.page.issue_cmd(DevTools { command, parameters }).await.unwrap()
    }

    /// Sends these with every request from now on, in place of its own.
    pub(crate) async fn sends_headers(&self, headers: &[(&str, &str)]) {
        let headers: Value = headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        self.tell("Network.enable", json!({})).await;
        self.tell("Network.setExtraHTTPHeaders", json!({ "headers": headers })).await;
    }

    /// Has the page be as a phone of 320 CSS pixels shows it, which is also what 1280 become at 400 %.
    pub(crate) async fn becomes_narrow(&self) {
        let narrow = json!({ "width": NARROW, "height": 640, "deviceScaleFactor": 1, "mobile": true });
        self.tell("Emulation.setDeviceMetricsOverride", narrow).await;
    }

    /// Has the page believe that the person prefers `light` or `dark`.
    pub(crate) async fn prefers(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.tell("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Saves the page as a phone and a desk see it, by day and by night, where `REGAIN_TEST_SCREENSHOTS` names a
    /// folder.
    pub(crate) async fn pictures(&self, name: &str) {
        let Some(folder) = std::env::var_os("REGAIN_TEST_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        for scheme in ["light", "dark"] {
            self.prefers(scheme).await;
            for width in [NARROW, 1280] {
                let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == NARROW });
                self.tell("Emulation.setDeviceMetricsOverride", size).await;
                let picture = self.tell("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
                let png = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
                std::fs::write(std::path::Path::new(&folder).join(format!("{name}-{width}-{scheme}.png")), png)
                    .unwrap();
            }
        }
        self.tell("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.tell("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
    }
}

/// Whether somebody wants to look at the pages.
pub(crate) fn pictures_are_wanted() -> bool {
    std::env::var_os("REGAIN_TEST_SCREENSHOTS").is_some()
}

/// A command of the Chrome DevTools Protocol, through chromedriver.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

impl Drop for Browser {
    /// Asks chromedriver to end, which ends its browser as well; killing it would leave the browser behind.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.driver_port)) {
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut vec![]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// In CSS pixels (WCAG 2.2, 1.4.10).
const NARROW: u32 = 320;
/// More than any page of ours has places for the focus.
const TABS_MAX: usize = 20;

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
