//! A back end that fails in the ways back ends fail: the operator is told, nothing is lost, and whoever asks for a reset
//! hears what they always hear.

use super::{ADA, NEW_PASSWORD, link, site};
use crate::support::process::{DEADLINE, Process, Site, eventually, reset_token};
use crate::support::sample_back_end::SECRET;
use crate::support::smtp::ReceivedMail;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regain::standard_webhooks::SigningKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// As agreed.
    Well,
    /// 500, and nothing is done.
    Broken,
    /// 401, as if it had another secret.
    Estranged,
    /// A web page.
    Garbage,
    /// More than anybody reads.
    Huge,
    /// Elsewhere, where a well-behaved one would be.
    Redirecting,
    /// Nothing is answered, nor done.
    Silent,
    /// Passwords are set, and that is answered with 502, as by a proxy that lost patience.
    Mute,
    /// [`Mood::Mute`] once, then [`Mood::Well`].
    MuteOnce,
    /// Passwords are not set, and answered with 502.
    Reluctant,
    /// Sessions are not ended, and answered with 502.
    Endless,
}

/// Ada's account, and how it behaves.
struct BackEnd {
    url: String,
    state: Arc<Mutex<Kept>>,
}

struct Kept {
    mood: Mood,
    password: Option<String>,
    /// Another after each change.
    fingerprint: String,
    /// Calls by type and `webhook-id`.
    calls: BTreeMap<(String, String), usize>,
    /// Passwords written.
    changes: usize,
}

impl BackEnd {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/regain", listener.local_addr().unwrap());
        let kept =
            Kept { mood: Mood::Well, password: None, fingerprint: "f0".into(), calls: BTreeMap::new(), changes: 0 };
        let state = Arc::new(Mutex::new(kept));
        let endpoints = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, endpoints).await.unwrap() });
        Self { url, state }
    }

    fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// How many calls of this type there were, and how many of them were other than those before.
    fn calls(&self, kind: &str) -> (usize, usize) {
        let state = self.state.lock().unwrap();
        let calls: Vec<_> = state.calls.iter().filter(|((of, _), _)| of == kind).map(|(_, count)| *count).collect();
        (calls.iter().sum(), calls.len())
    }

    /// How many passwords were written.
    fn changes(&self) -> usize {
        self.state.lock().unwrap().changes
    }

    fn password(&self) -> Option<String> {
        self.state.lock().unwrap().password.clone()
    }
}

async fn answer(State(state): State<Arc<Mutex<Kept>>>, headers: HeaderMap, body: Bytes) -> Response {
    let answered = answered(&mut state.lock().unwrap(), &headers, &body);
    match answered {
        Some(response) => response,
        None => std::future::pending().await,
    }
}

/// None, if it stays silent.
fn answered(kept: &mut Kept, headers: &HeaderMap, body: &Bytes) -> Option<Response> {
    let header = |name: &str| headers[name].to_str().unwrap();
    let key = SigningKey::parse(SECRET).unwrap();
    if !key.verifies(header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), body) {
        return Some(StatusCode::UNAUTHORIZED.into_response());
    }
    let asked: Value = serde_json::from_slice(body).unwrap();
    let kind = asked["type"].as_str().unwrap();
    *kept.calls.entry((kind.to_owned(), header("webhook-id").to_owned())).or_default() += 1;
    let response = match kept.mood {
        Mood::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Estranged => StatusCode::UNAUTHORIZED.into_response(),
        Mood::Garbage => "<html>Welcome</html>".into_response(),
        Mood::Huge => "[".repeat(5 * 1024 * 1024).into_response(),
        Mood::Redirecting => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response(),
        Mood::Silent => return None,
        Mood::Endless if kind == "sessions.end" => StatusCode::BAD_GATEWAY.into_response(),
        Mood::Reluctant if kind == "password.set" => StatusCode::BAD_GATEWAY.into_response(),
        Mood::Mute | Mood::MuteOnce if kind == "password.set" => {
            done(kept, kind, &asked["data"]);
            kept.mood = if kept.mood == Mood::MuteOnce { Mood::Well } else { Mood::Mute };
            StatusCode::BAD_GATEWAY.into_response()
        }
        Mood::Well | Mood::Mute | Mood::MuteOnce | Mood::Reluctant | Mood::Endless => {
            ([("content-type", "application/json")], done(kept, kind, &asked["data"]).to_string()).into_response()
        }
    };
    Some(response)
}

/// As agreed, but that it remembers no `webhook-id`: only the fingerprint keeps it from doing a thing twice.
fn done(kept: &mut Kept, kind: &str, data: &Value) -> Value {
    match kind {
        "accounts.find" => {
            let asked_for_ada =
                data["id"] == "1" || data["addresses"].as_array().is_some_and(|all| all.contains(&json!(ADA)));
            let ada = json!({ "id": "1", "address": ADA, "fingerprint": kept.fingerprint });
            json!({ "accounts": if asked_for_ada { vec![ada] } else { vec![] } })
        }
        "password.set" if data["fingerprint"] != kept.fingerprint.as_str() => json!({ "result": "no_longer_matches" }),
        "password.set" => {
            kept.password = data["password"].as_str().map(str::to_owned);
            kept.changes += 1;
            kept.fingerprint = format!("f{}", kept.changes);
            json!({ "result": "changed" })
        }
        "sessions.end" => json!({}),
        other => panic!("{other}"),
    }
}

/// A server with such a back end.
struct Trouble {
    back_end: BackEnd,
    site: Site,
    server: Process,
    /// What the public is told while all is well.
    usual: (u16, String),
}

impl Trouble {
    async fn ahead() -> Self {
        Self::ahead_with(&[]).await
    }

    async fn ahead_with(env: &[(&str, &str)]) -> Self {
        let back_end = BackEnd::start().await;
        let site = site(&back_end.url).await;
        let server = site.serve(&[&[("REGAIN_USERS__HOOK__TIMEOUT_SECONDS", "1")], env].concat());
        let usual = asked(&server, "nobody@example.com").await;
        assert_eq!(usual.0, 200);
        Self { back_end, site, server, usual }
    }

    /// Asks for known and unknown addresses, and such as are syntax elsewhere; the answers are the usual ones.
    async fn ask(&self) {
        for address in
            [ADA, "nobody@example.com", "{$ne}@example.com", "ada'or'1'='1@example.com", "ada|grace@example.com"]
        {
            assert_eq!(asked(&self.server, address).await, self.usual, "{address}");
        }
    }

    /// Waits for a line in the log that says all of `words`.
    async fn is_told(&self, words: &[&str]) {
        let told =
            async || self.server.log().lines().any(|line| words.iter().all(|word| line.contains(word))).then_some(());
        eventually(&format!("line with {words:?} in the log"), DEADLINE, told).await;
    }

    /// The status of a confirmation.
    async fn confirm(&self, token: &str) -> u16 {
        let body = json!({ "token": token, "new_password": NEW_PASSWORD });
        self.server.post("/auth/password-reset/confirm", &body).await.unwrap().status().as_u16()
    }
}

/// Status and body.
async fn asked(server: &Process, address: &str) -> (u16, String) {
    let answer = server.post("/auth/password-reset/request", &json!({ "email": address })).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Requests wait for it, the operator reads why, and the mail comes when it is well again; then a link waits for it, too.
async fn is_waited_for(mood: Mood, words: &[&str]) {
    let it = Trouble::ahead().await;
    it.back_end.is(mood);
    it.ask().await;
    it.is_told(words).await;
    assert!(it.site.smtp.mails().is_empty());
    it.back_end.is(Mood::Well);
    let token = link(&it.site, ADA, 1).await;
    it.back_end.is(mood);
    assert_eq!(it.confirm(&token).await, 503);
    assert_eq!(it.back_end.password(), None);
    it.back_end.is(Mood::Well);
    assert_eq!(it.confirm(&token).await, 200, "the link survives: {}", it.server.log());
    assert_eq!(it.back_end.password().as_deref(), Some(NEW_PASSWORD));
    assert!(!it.server.log().contains(NEW_PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_that_is_broken() {
    is_waited_for(Mood::Broken, &["accounts.find", "500", "its own log says why"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_with_another_secret() {
    is_waited_for(Mood::Estranged, &["accounts.find", "401", "is users.hook.secret the same there"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_that_answers_with_a_page() {
    is_waited_for(Mood::Garbage, &["accounts.find", "no JSON"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_that_never_ends() {
    is_waited_for(Mood::Huge, &["accounts.find", "longer than"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_that_sends_them_elsewhere() {
    is_waited_for(Mood::Redirecting, &["accounts.find", "redirects are not followed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_a_back_end_that_says_nothing() {
    is_waited_for(Mood::Silent, &["accounts.find", "no answer within 1 s"]).await;
}

/// The notice that a password was changed, and that what ends the sessions was asked for, under one name.
async fn is_settled_once(it: &Trouble) {
    let told = async || {
        let is_notice = |mail: &&ReceivedMail| reset_token(mail).is_none();
        (it.site.smtp.mails_to(ADA).iter().filter(is_notice).count() == 1).then_some(())
    };
    eventually("one notice", DEADLINE, told).await;
    assert_eq!((it.back_end.password().as_deref(), it.back_end.changes()), (Some(NEW_PASSWORD), 1));
    let (sessions_ended, names) = it.back_end.calls("sessions.end");
    assert!(sessions_ended >= 1 && names == 1, "{sessions_ended} calls with {names} names");
    let explained = it.site.printed_by(&["explain", ADA]);
    assert!(explained.contains("its sessions were ended by the hook"), "{explained}");
}

/// It has done its work and cannot say so; to a repetition it says no, since the fingerprint is another by now.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_whose_confirmation_is_lost_is_settled_once_and_told() {
    for mood in [Mood::Mute, Mood::MuteOnce] {
        let it = Trouble::ahead().await;
        it.ask().await;
        let token = link(&it.site, ADA, 1).await;
        it.back_end.is(mood);
        assert_eq!(it.confirm(&token).await, 503, "{mood:?}");
        is_settled_once(&it).await;
        assert_eq!(it.back_end.calls("password.set").1, 1, "a repetition has the same name");
        assert!(!it.server.is_live(&token).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_not_set_after_all_can_be_set_again() {
    let it = Trouble::ahead_with(&[("REGAIN_FAILPOINT_LEASE_SECONDS", "12")]).await;
    it.ask().await;
    let token = link(&it.site, ADA, 1).await;
    it.back_end.is(Mood::Reluctant);
    assert_eq!(it.confirm(&token).await, 503);
    it.is_told(&["was given a password and did not confirm it"]).await;
    it.back_end.is(Mood::Well);
    eventually("a link that works again", DEADLINE, async || (it.confirm(&token).await == 200).then_some(())).await;
    is_settled_once(&it).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_also_if_the_server_dies_before_it_says_so() {
    let mut it = Trouble::ahead_with(&[("REGAIN_FAILPOINT", "store_written")]).await;
    it.ask().await;
    let token = link(&it.site, ADA, 1).await;
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    it.server.post("/auth/password-reset/confirm", &body).await.unwrap_err();
    assert_eq!((it.back_end.changes(), it.back_end.calls("sessions.end").0), (1, 0));
    it.server = it.site.serve(&[]);
    is_settled_once(&it).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_not_confirmed_to_have_ended_are_told_of_and_undo_nothing() {
    let it = Trouble::ahead().await;
    it.ask().await;
    let token = link(&it.site, ADA, 1).await;
    it.back_end.is(Mood::Endless);
    assert_eq!(it.confirm(&token).await, 200);
    assert_eq!(it.back_end.password().as_deref(), Some(NEW_PASSWORD));
    let explained = it.site.printed_by(&["explain", ADA]);
    assert!(explained.contains("the hook did not confirm that it ended the sessions"), "{explained}");
    it.is_told(&["ERROR", "did not confirm that it ended an account's sessions"]).await;
}
