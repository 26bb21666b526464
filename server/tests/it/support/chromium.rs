//! A real Chromium, driven as a person would.

use super::canary::{self, Kind};
use super::process::{DEADLINE, eventually, lines_of, needed};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
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

    /// Saves the page as a phone and a desk see it, where `REGAIN_TEST_SCREENSHOTS` names a folder.
    pub(crate) async fn pictures(&self, name: &str) {
        let Some(folder) = std::env::var_os("REGAIN_TEST_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        for width in [360, 1280] {
            self.page.set_window_size(width, 900).await.unwrap();
            let picture = self.page.screenshot().await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}-{width}.png")), picture).unwrap();
        }
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
