//! The hosted pages, as a browser without scripts sees them; `browser.rs` has the script.

use crate::support::Server;
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap, LOCATION, ORIGIN, RETRY_AFTER, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use std::time::Duration;

const ADA: &str = "ada@example.com";
const NEW: &str = "tandem-walrus-quilt";
/// Well formed, never issued.
const UNKNOWN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

#[tokio::test]
async fn the_link_from_the_mail_sets_a_password_once() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    visitor.opens(&token).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK);
    visitor.posts_password(NEW, NEW).await.leads_to("/reset-password/done");
    assert_eq!(visitor.cookie, None, "the cookie is cleared");
    assert!(server.verifies(ADA, NEW).await);

    visitor.opens(&token).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::BAD_REQUEST);
    visitor.opens(&token).await;
    assert_eq!(
        visitor.posts_password("another-walrus-quilt", "another-walrus-quilt").await.status,
        StatusCode::BAD_REQUEST
    );
    assert!(server.verifies(ADA, NEW).await);
}

#[tokio::test]
async fn a_token_in_the_query_becomes_a_cookie_without_a_look_up() {
    let server = Server::start().await;
    for token in [token_for(&server, ADA).await.as_str(), UNKNOWN] {
        let mut visitor = Visitor::to(&server);
        let page = visitor.get(&format!("/reset-password?token={token}")).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        page.leads_to("/reset-password");
        assert_eq!(visitor.cookie, Some(format!("regain=t.{token}")));
    }
}

#[tokio::test]
async fn every_dead_link_shows_the_same_page() {
    let server = Server::start().await;
    let old = token_for(&server, ADA).await;
    server.clock.advance(Duration::from_secs(3600));
    let mut pages = Vec::new();
    for token in [&old, UNKNOWN, "x", ""] {
        let mut visitor = Visitor::to(&server);
        visitor.opens(token).await;
        for _ in 0..2 {
            let page = visitor.get("/reset-password").await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{token:?}");
            pages.push(page.body);
        }
        pages.push(visitor.post("/reset-password", &[("token", token), ("password", NEW)]).await.body);
        assert_eq!(visitor.cookie, None, "what is dead is forgotten");
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
}

#[tokio::test]
async fn looking_at_the_form_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    visitor.opens(&token).await;
    for _ in 0..20 {
        assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK);
        assert_eq!(visitor.sends(Method::HEAD, "/reset-password").await.status, StatusCode::OK);
    }
    visitor.posts_password(NEW, NEW).await.leads_to("/reset-password/done");
}

#[tokio::test]
async fn the_code_sets_a_password_in_one_step_or_in_two() {
    let server = Server::start().await;
    let code = code_for(&server, ADA).await.to_lowercase().replace('-', " ");
    let mut visitor = Visitor::to(&server);
    visitor
        .post("/reset-password", &[("email", " ADA@example.com "), ("code", &code)])
        .await
        .leads_to("/reset-password");
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK);
    visitor.posts_password(NEW, NEW).await.leads_to("/reset-password/done");

    server.clock.advance(Duration::from_secs(3600));
    let code = code_for(&server, ADA).await;
    let fields =
        [("email", ADA), ("code", &code), ("password", "other-quilt-7"), ("password_confirmation", "other-quilt-7")];
    Visitor::to(&server).post("/reset-password", &fields).await.leads_to("/reset-password/done");
    assert!(server.verifies(ADA, "other-quilt-7").await);
}

#[tokio::test]
async fn a_right_code_with_a_weak_password_shows_the_form_and_nothing_that_was_typed() {
    let server = Server::start().await;
    let code = code_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    let fields = [("email", ADA), ("code", &code), ("password", "zq7"), ("password_confirmation", "zq7")];
    let page = visitor.post("/reset-password", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for typed in [ADA, &code, "zq7"] {
        assert!(!page.body.contains(typed), "{typed} is reflected");
    }
    visitor.posts_password(NEW, NEW).await.leads_to("/reset-password/done");
}

#[tokio::test]
async fn a_wrong_code_counts_and_five_kill_the_right_one() {
    let server = Server::start().await;
    let code = code_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    for _ in 0..5 {
        let page = visitor.post("/reset-password", &[("email", ADA), ("code", "00000000")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(
        visitor.post("/reset-password", &[("email", ADA), ("code", &code)]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_made_up_cookie_is_no_way_to_try_codes() {
    let server = Server::start().await;
    let code = code_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    for _ in 0..10 {
        // base64url of ada@example.com
        visitor.cookie = Some("regain=c.YWRhQGV4YW1wbGUuY29t.0000-0000.AAAAAAAAAAAAAAAAAAAAAA".into());
        assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK, "as without a cookie");
    }
    visitor.post("/reset-password", &[("email", ADA), ("code", &code)]).await.leads_to("/reset-password");
}

#[tokio::test]
async fn a_code_that_has_died_is_not_tried_again_by_reloading() {
    let server = Server::start().await;
    let code = code_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    visitor.post("/reset-password", &[("email", ADA), ("code", &code)]).await.leads_to("/reset-password");
    server.clock.advance(Duration::from_secs(3600));
    let newer = code_for(&server, ADA).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::BAD_REQUEST);
    for _ in 0..5 {
        assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK, "the form for a code");
    }
    visitor.post("/reset-password", &[("email", ADA), ("code", &newer)]).await.leads_to("/reset-password");
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_said_all_at_once_and_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    visitor.opens(&token).await;
    for (password, confirmation) in [("short", "short"), (NEW, "other"), (NEW, ""), ("", "")] {
        let page = visitor.posts_password(password, confirmation).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password:?} {confirmation:?}");
        assert!(page.body.contains(r#"role="alert""#) && page.body.contains("autofocus"));
    }
    visitor.posts_password(NEW, NEW).await.leads_to("/reset-password/done");
}

#[tokio::test]
async fn a_new_link_wins_over_an_old_cookie() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let mut visitor = Visitor::to(&server);
    visitor.opens(UNKNOWN).await;
    visitor.opens(&token).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK);

    visitor.opens(UNKNOWN).await;
    let fields = [("token", token.as_str()), ("password", NEW), ("password_confirmation", NEW)];
    visitor.post("/reset-password", &fields).await.leads_to("/reset-password/done");
}

#[tokio::test]
async fn a_form_does_not_go_with_the_link_of_another_window() {
    let server = Server::start().await;
    let (ada, grace) = (token_for(&server, ADA).await, token_for(&server, "grace@example.com").await);
    let mut visitor = Visitor::to(&server);
    visitor.opens(&ada).await;
    let form = visitor.get("/reset-password").await.body;
    let bound_to = form.split(r#"name="bound_to" value=""#).nth(1).unwrap().split('"').next().unwrap();
    visitor.opens(&grace).await;
    let fields = [("bound_to", bound_to), ("password", NEW), ("password_confirmation", NEW)];
    assert_eq!(visitor.post("/reset-password", &fields).await.status, StatusCode::BAD_REQUEST);
    assert!(!server.verifies("grace@example.com", NEW).await);
    visitor.opens(&ada).await;
    visitor.post("/reset-password", &fields).await.leads_to("/reset-password/done");
}

#[tokio::test]
async fn asking_answers_alike_whoever_is_asked_for() {
    let server = Server::start().await;
    let mut visitor = Visitor::to(&server);
    for address in [ADA, "nobody@example.com", "disabled@example.com", "not an address", "", " ada@example.com\t"] {
        let page = visitor.post("/forgot-password", &[("email", address)]).await;
        assert_eq!(page.body, "", "{address:?}");
        page.leads_to("/forgot-password/sent");
    }
    visitor.post("/forgot-password", &[]).await.leads_to("/forgot-password/sent");
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.inbox.mails_to("disabled@example.com").is_empty());
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let fields = [("token", token.as_str()), ("password", NEW), ("password_confirmation", NEW), ("email", ADA)];
    for path in ["/forgot-password", "/reset-password/open", "/reset-password", "/not-me"] {
        for headers in [
            vec![("sec-fetch-site", "cross-site"), ("origin", &server.url)],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![],
        ] {
            let mut request = server.client().post(format!("{}{path}", server.url)).form(&fields);
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(answer.headers().get(SET_COOKIE).is_none());
        }
    }
    assert!(!server.verifies(ADA, NEW).await);
}

#[tokio::test]
async fn a_post_that_is_no_form_is_refused() {
    let server = Server::start().await;
    let post = |content_type: &'static str, body: String| {
        let request = server.client().post(format!("{}/reset-password", server.url)).header(ORIGIN, &server.url);
        async move { request.header("content-type", content_type).body(body).send().await.unwrap().status() }
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post("application/json", "{}".into()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(post("text/plain", "token=x".into()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(post(form, format!("password={}", "a".repeat(20_000))).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post(form, format!("token={UNKNOWN}&token={UNKNOWN}")).await, StatusCode::BAD_REQUEST);
    assert_eq!(post(form, format!("token={UNKNOWN}&email={ADA}&code=0")).await, StatusCode::BAD_REQUEST);
    assert_eq!(post(form, "password=%ff".into()).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn this_was_not_me_takes_a_press_and_ends_the_link() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let path = link_to(&server, ADA, "/not-me?token=");
    let mut visitor = Visitor::to(&server);
    for _ in 0..3 {
        assert_eq!(visitor.get(&path).await.status, StatusCode::OK);
    }
    visitor.opens(&token).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::OK, "looking ends nothing");

    let not_me = path.split_once('=').unwrap().1;
    visitor.post("/not-me", &[("token", not_me)]).await.leads_to("/not-me/done");
    visitor.opens(&token).await;
    assert_eq!(visitor.get("/reset-password").await.status, StatusCode::BAD_REQUEST);
    for stranger in [UNKNOWN, token.as_str(), ""] {
        assert_eq!(visitor.get(&format!("/not-me?token={stranger}")).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(visitor.post("/not-me", &[("token", stranger)]).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn every_answer_keeps_to_itself() {
    let server = Server::start().await;
    for path in ["/forgot-password", "/forgot-password/sent", "/reset-password", "/reset-password?token=x", "/not-me"] {
        let headers = Visitor::to(&server).get(path).await.headers;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
            assert_eq!(headers.get_all(name).iter().count(), 1, "{path}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let server = Server::start().await;
    let mut visitor = Visitor::to(&server);
    for (path, allow) in [
        ("/forgot-password", "GET, HEAD, POST, OPTIONS"),
        ("/forgot-password/sent", "GET, HEAD, OPTIONS"),
        ("/reset-password", "GET, HEAD, POST, OPTIONS"),
        ("/reset-password/open", "POST, OPTIONS"),
        ("/reset-password/done", "GET, HEAD, OPTIONS"),
        ("/not-me", "GET, HEAD, POST, OPTIONS"),
        ("/.well-known/change-password", "GET, HEAD, OPTIONS"),
    ] {
        for (method, status) in
            [(Method::PUT, StatusCode::METHOD_NOT_ALLOWED), (Method::OPTIONS, StatusCode::NO_CONTENT)]
        {
            let page = visitor.sends(method, path).await;
            assert_eq!((page.status, page.headers["allow"].to_str().unwrap()), (status, allow), "{path}");
        }
    }
    assert_eq!(visitor.get("/reset-password/open").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn password_managers_find_the_way() {
    let server = Server::start().await;
    let page = Visitor::to(&server).get("/.well-known/change-password").await;
    assert_eq!(page.status, StatusCode::FOUND);
    page.leads_to("/forgot-password");
}

#[tokio::test]
async fn a_full_queue_and_an_eager_network_get_a_page() {
    let server = Server::with("[limits]\nqueue_max = 1\nrequests_per_network_per_minute = 3").await;
    let mut visitor = Visitor::to(&server);
    visitor.post("/forgot-password", &[("email", ADA)]).await.leads_to("/forgot-password/sent");
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS] {
        let page = visitor.post("/forgot-password", &[("email", ADA)]).await;
        assert_eq!(page.status, status);
        assert!(page.headers.contains_key(RETRY_AFTER));
        assert!(page.body.contains("<h1>"));
    }
}

#[tokio::test]
async fn done_leads_back_where_the_configuration_says() {
    let server = Server::with("[reset]\ndone_url = \"https://shop.example/sign-in\"").await;
    let page = Visitor::to(&server).get("/reset-password/done").await;
    assert!(page.body.contains(r#"href="https:&#x2f;&#x2f;shop.example&#x2f;sign-in""#), "{}", page.body);
    let plain = Server::start().await;
    assert!(!Visitor::to(&plain).get("/reset-password/done").await.body.contains("class=\"button\""));
}

#[tokio::test]
async fn the_operators_files_are_served_as_what_they_are_and_may_be_kept() {
    let files = tempfile::tempdir().unwrap();
    let (logo, css) = (files.path().join("logo.png"), files.path().join("brand.css"));
    std::fs::write(&logo, "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    std::fs::write(&css, "main { border: 0 }").unwrap();
    let server = Server::with(&format!("[brand]\nlogo_file = {logo:?}\ncss_file = {css:?}")).await;
    let mut visitor = Visitor::to(&server);
    let page = visitor.get("/forgot-password").await;
    assert_eq!(page.headers["cache-control"], "no-store");
    for (path, kind) in [("/brand/logo", "image/svg+xml"), ("/brand/style.css", "text/css; charset=utf-8")] {
        let address = page.body.split('"').find(|text| text.starts_with(path)).unwrap();
        let file = visitor.get(address).await;
        assert_eq!((file.status, &file.headers["content-type"]), (StatusCode::OK, &kind.parse().unwrap()));
        for (name, value) in [
            ("cache-control", "public, max-age=86400"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(file.headers[name], value, "{path}");
            assert_eq!(file.headers.get_all(name).iter().count(), 1, "{path}");
        }
        let policy = file.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("; sandbox;"), "{path}: {policy}");
        assert!(file.headers.get(SET_COOKIE).is_none());
        assert_eq!(visitor.sends(Method::POST, path).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn where_there_is_no_brand_there_are_no_files() {
    let server = Server::start().await;
    for path in ["/brand/logo", "/brand/style.css", "/brand/../regain.toml", "/brand/"] {
        assert_eq!(Visitor::to(&server).get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_language_gets_english() {
    let server = Server::start().await;
    let request =
        server.client().get(format!("{}/forgot-password", server.url)).header(ACCEPT_LANGUAGE, "tlh, en;q=0.1");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-language"], "en");
    assert!(answer.text().await.unwrap().contains(r#"<html lang="en" dir="ltr">"#));
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_prefers() {
    let server = Server::start().await;
    for (preferred, tag, direction, title) in [
        ("de-AT, en;q=0.5", "de", "ltr", "<h1>Passwort vergessen?</h1>"),
        ("nb, fr;q=0.3, pt;q=0.8", "pt-BR", "ltr", "<h1>Esqueceu sua senha?</h1>"),
        ("zh-TW, zh;q=0.9", "zh-Hant", "ltr", "<h1>忘記密碼了嗎？</h1>"),
        ("ar-EG", "ar", "rtl", "<h1>هل نسيت كلمة المرور؟</h1>"),
    ] {
        let request = server.client().get(format!("{}/forgot-password", server.url)).header(ACCEPT_LANGUAGE, preferred);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-language"], tag);
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!(r#"<html lang="{tag}" dir="{direction}">"#)) && page.contains(title), "{page}");
    }
}

/// Somebody with a browser that keeps one cookie and runs no scripts.
struct Visitor<'a> {
    server: &'a Server,
    cookie: Option<String>,
}

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl<'a> Visitor<'a> {
    fn to(server: &'a Server) -> Self {
        Self { server, cookie: None }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.sends(Method::GET, path).await
    }

    async fn sends(&mut self, method: Method, path: &str) -> Page {
        let request = self.server.client().request(method, format!("{}{path}", self.server.url));
        self.exchange(request).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.server.client().post(format!("{}{path}", self.server.url));
        self.exchange(request.header("sec-fetch-site", "same-origin").form(fields)).await
    }

    async fn posts_password(&mut self, password: &str, confirmation: &str) -> Page {
        self.post("/reset-password", &[("password", password), ("password_confirmation", confirmation)]).await
    }

    /// As the page's script does with a link's fragment.
    async fn opens(&mut self, token: &str) {
        self.post("/reset-password/open", &[("token", token)]).await.leads_to("/reset-password");
    }

    async fn exchange(&mut self, mut request: RequestBuilder) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = request.send().await.unwrap();
        if let Some(set_cookie) = answer.headers().get(SET_COOKIE) {
            let set_cookie = set_cookie.to_str().unwrap();
            let kept = set_cookie.split(';').next().unwrap().to_owned();
            self.cookie = (!set_cookie.contains("Max-Age=0")).then_some(kept);
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        Page { status, headers, body: answer.text().await.unwrap() }
    }
}

impl Page {
    #[track_caller]
    fn leads_to(&self, path: &str) {
        assert!(self.status.is_redirection(), "{}: {}", self.status, self.body);
        assert_eq!(self.headers[LOCATION], path);
    }
}

/// Asks for a reset on the page and takes the token out of the newest mail.
async fn token_for(server: &Server, address: &str) -> String {
    ask(server, address).await;
    link_to(server, address, "/reset-password#").split_once('#').unwrap().1.to_owned()
}

async fn code_for(server: &Server, address: &str) -> String {
    ask(server, address).await;
    server.inbox.mails_to(address).last().unwrap().code().unwrap()
}

async fn ask(server: &Server, address: &str) {
    Visitor::to(server).post("/forgot-password", &[("email", address)]).await.leads_to("/forgot-password/sent");
    server.run_until_idle().await;
}

/// Path and what follows of the link in the newest mail that starts so.
fn link_to(server: &Server, address: &str, start: &str) -> String {
    let mails = server.inbox.mails_to(address);
    let links = mails.last().unwrap().links();
    let found = links.iter().find_map(|link| link.find(start).map(|at| link[at..].to_owned()));
    found.unwrap_or_else(|| panic!("no {start} among {links:?}"))
}
