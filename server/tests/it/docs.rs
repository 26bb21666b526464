//! `/docs`: a page that loads nothing, and whose samples run as they stand.

use crate::support::Server;
use crate::support::chromium::{Browser, Script};
use crate::support::process::{API_TOKEN, Process, Site, needed};
use fantoccini::Locator;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[tokio::test]
async fn the_page_loads_nothing_and_runs_nothing() {
    let server = Server::start().await;
    let answer = server.get("/docs").await;
    assert_eq!(
        (answer.status(), &answer.headers()["content-type"]),
        (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
    );
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("script-src"), "{policy}");
    assert_eq!(answer.headers()["x-frame-options"], "DENY");
    let html = answer.text().await.unwrap();
    for word in ["<script", "src=", "@import", "url(", "<iframe", "<form", " style=", " onclick="] {
        assert!(!html.contains(word), "{word}");
    }
    for link in html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(["#", "/openapi.json", "data:image/"].iter().any(|start| link.starts_with(start)), "{link}");
    }
}

#[tokio::test]
async fn the_page_answers_as_other_paths_do() {
    let server = Server::start().await;
    let ask = |method: Method, path: &str| server.client().request(method, format!("{}{path}", server.url)).send();
    assert_eq!(ask(Method::GET, "/docs/").await.unwrap().status(), StatusCode::OK);
    let head = ask(Method::HEAD, "/docs").await.unwrap();
    let length: usize = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!(head.status() == StatusCode::OK && length > 10_000, "{length}");
    let refused = ask(Method::POST, "/docs").await.unwrap();
    assert_eq!(
        (refused.status(), &refused.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
    assert_eq!(ask(Method::OPTIONS, "/docs").await.unwrap().status(), StatusCode::NO_CONTENT);
}

/// curl's of every operation: each is answered, with a status that the document has.
#[tokio::test(flavor = "multi_thread")]
async fn every_operations_sample_gets_an_answer_that_is_described() {
    let (site, server) = documented().await;
    let page = reqwest::get(server.url("/docs")).await.unwrap().text().await.unwrap();
    let document: Value = reqwest::get(server.url("/openapi.json")).await.unwrap().json().await.unwrap();
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            let printed = CURL.run(&page, id, site.path());
            let status = printed.split_whitespace().nth(1).unwrap_or_default();
            assert!(operation["responses"].get(status).is_some(), "{id}: {printed}");
            assert!(status != "403" && status != "415" && status != "405", "{id}: {printed}");
        }
    }
}

/// The samples of one language for the request of each dialect, the one with an API token.
async fn both_requests_run(language: &Language) {
    let (site, server) = documented().await;
    let page = reqwest::get(server.url("/docs")).await.unwrap().text().await.unwrap();
    for (n, operation) in ["request-password-reset", "send-reset-password-email"].into_iter().enumerate() {
        let printed = language.run(&page, operation, site.path());
        assert!(printed.contains("200"), "{}: {printed}", language.id);
        site.mails_to("ada@example.com", n + 1).await;
    }
}

/// A server whose links, and so its samples, lead to itself.
async fn documented() -> (Site, Process) {
    let site = Site::with_working_links(&["ada@example.com"]).await;
    let server = site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "0")]);
    (site, server)
}

/// How the sample of one language is run.
struct Language {
    id: &'static str,
    file: &'static str,
    command: fn(&Path) -> Command,
}

impl Language {
    /// Runs the sample of `operation` on the page to its end, and hands over what it printed.
    fn run(&self, page: &str, operation: &str, folder: &Path) -> String {
        let file = folder.join(self.file);
        std::fs::write(&file, self.sample(page, operation)).unwrap();
        let mut command = (self.command)(&file);
        let output = command.current_dir(folder).env("API_TOKEN", API_TOKEN).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} for {operation}: {said}", self.id);
        String::from_utf8(output.stdout).unwrap()
    }

    fn sample(&self, page: &str, operation: &str) -> String {
        let section = between(page, &format!("<h3 id=\"{operation}\">"), "</article>");
        let figure = between(section, &format!("class=\"sample {}\"", self.id), "</figure>");
        let code = between(figure, "<code>", "</code>");
        let entities =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
        entities.iter().fold(code.to_owned(), |text, (entity, character)| text.replace(entity, character))
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap().0
}

fn program(variable: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(needed(variable));
    command.args(arguments);
    command
}

const CURL: Language = Language {
    id: "curl",
    file: "sample.sh",
    command: |file| {
        // The shell takes the curl that the tests were given.
        let curl = needed("REGAIN_TEST_CURL");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg("curl() { \"$CURL\" \"$@\"; }; . \"$0\"").arg(file).env("CURL", curl);
        shell
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_for_curl_run() {
    both_requests_run(&CURL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_python_run() {
    let command = |file: &Path| program("REGAIN_TEST_PYTHON", &[file.to_str().unwrap()]);
    both_requests_run(&Language { id: "python", file: "sample.py", command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_javascript_run() {
    let command = |file: &Path| program("REGAIN_TEST_NODE", &[file.to_str().unwrap()]);
    both_requests_run(&Language { id: "javascript", file: "sample.mjs", command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_go_run() {
    let command = |file: &Path| program("REGAIN_TEST_GO", &["run", file.to_str().unwrap()]);
    both_requests_run(&Language { id: "go", file: "sample.go", command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_ruby_run() {
    let command = |file: &Path| program("REGAIN_TEST_RUBY", &[file.to_str().unwrap()]);
    both_requests_run(&Language { id: "ruby", file: "sample.rb", command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_php_run() {
    let command = |file: &Path| program("REGAIN_TEST_PHP", &[file.to_str().unwrap()]);
    both_requests_run(&Language { id: "php", file: "sample.php", command }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_java_run() {
    let command = |file: &Path| program("REGAIN_TEST_JAVA", &[file.to_str().unwrap()]);
    both_requests_run(&Language { id: "java", file: "Sample.java", command }).await;
}

/// With Mono: Debian has no .NET. Its compiler knows no `async Main`, so a launcher of our own calls it.
#[tokio::test(flavor = "multi_thread")]
async fn the_samples_in_csharp_run() {
    needed("REGAIN_TEST_MONO_HTTP");
    let command = |file: &Path| {
        let (launcher, built) = (file.with_file_name("launcher.cs"), file.with_extension("exe"));
        std::fs::write(&launcher, LAUNCHER).unwrap();
        let mut compiler = program("REGAIN_TEST_MCS", &["-main:Launcher", "-r:System.Net.Http.dll"]);
        let compiled = compiler.arg(format!("-out:{}", built.display())).args([file, &launcher]).output().unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        program("REGAIN_TEST_MONO", &[built.to_str().unwrap()])
    };
    both_requests_run(&Language { id: "csharp", file: "sample.cs", command }).await;
}

const LAUNCHER: &str = "using System.Reflection;
using System.Threading.Tasks;
class Launcher {
    static void Main() {
        var main = typeof(Sample).GetMethod(\"Main\", BindingFlags.NonPublic | BindingFlags.Static);
        ((Task)main.Invoke(null, null)).Wait();
    }
}";

/// The languages are chosen without a script; the keyboard reaches the choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_chosen_by_keyboard_and_without_a_script() {
    let server = Server::start().await;
    let browser = Browser::start(Script::Off).await;
    browser.page.goto(&format!("{}/docs", server.url)).await.unwrap();
    let shown = async |language: &str| {
        let sample = format!("[aria-labelledby=request-password-reset] .sample.{language}");
        browser.page.find(Locator::Css(&sample)).await.unwrap().is_displayed().await.unwrap()
    };
    assert!(shown("curl").await && !shown("python").await);
    let choice = browser.page.find(Locator::Id("in-curl")).await.unwrap();
    choice.send_keys("\u{e014}").await.unwrap();
    assert!(!shown("curl").await && shown("python").await);
    browser.pictures("docs").await;
}
