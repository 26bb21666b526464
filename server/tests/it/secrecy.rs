//! Nothing at rest opens an account: not the logs at their most talkative, not the ledger with all its files.

use crate::support::process::{API_TOKEN, DEADLINE, OLD_PASSWORD, Process, Site, client, eventually, reset_token};
use crate::support::smtp::ReceivedMail;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::json;
use std::path::Path;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const ADAS: &str = "Nine-Lanterns-4-Otters";
const GRACES: &str = "Ten-Walruses-5-Kettles";
const REFUSED: &str = "Zq7-weak";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_whole_recovery_is_in_the_logs_or_at_rest() {
    let site = Site::with_working_links(&[ADA, GRACE]).await;
    let before = [site.stored_password(ADA), site.stored_password(GRACE)];
    let mut process = site.serve(&[("REGAIN_LOG", "trace"), ("REGAIN_PASSWORD__LENGTH_MIN", "9")]);
    process.request(ADA).await;
    assert_eq!(process.request_with(API_TOKEN, GRACE).await, 200);
    let (ada, grace) = (site.mails_to(ADA, 1).await.remove(0), site.mails_to(GRACE, 1).await.remove(0));
    let cookie = redeem_by_page(&process, &reset_token(&ada).unwrap()).await;
    redeem_by_code(&process, &grace.code().unwrap()).await;
    let mails = [&ada, &grace, &site.mails_to(ADA, 2).await[1], &site.mails_to(GRACE, 2).await[1]].map(Clone::clone);
    say_not_me(&process, &mails[2]).await;
    settled(&site).await;

    let mut secrets: Vec<Secret> = mails.iter().flat_map(secrets_of).collect();
    let passwords = [ADAS, GRACES, REFUSED, OLD_PASSWORD, API_TOKEN].map(str::to_owned);
    let stored = before.into_iter().chain([site.stored_password(ADA), site.stored_password(GRACE)]);
    secrets.extend(passwords.into_iter().chain(stored).chain([cookie]).map(Secret::text));
    assert!(secrets.len() > 12, "{} secrets", secrets.len());

    // While it runs, so that the write-ahead log is there, and after its end.
    let running = files(site.path());
    find_none(&secrets, "while it runs", &running);
    let place = place_of(ADA.as_bytes(), &running).expect("who asked is in the ledger");
    assert!(place.ends_with("regain.db-wal"), "{place}");
    assert!(process.terminate().success());
    find_none(&secrets, "at rest", &files(site.path()));
    let log = whole_log(&process).await;
    find_none(&secrets, "in the log", &[("log".into(), log.into_bytes())]);
    find_none(&secrets, "on stdout", &[("stdout".into(), process.printed.concat().into_bytes())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_stolen_ledger_is_a_token() {
    let site = Site::with_accounts(&[ADA]).await;
    let process = site.serve(&[]);
    process.request(ADA).await;
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    let ledger = rusqlite::Connection::open(site.path().join("regain.db")).unwrap();
    let digests = ["id", "token_digest", "not_me_digest", "code_digest", "fingerprint", "address_digest"];
    for column in digests {
        let query = format!("SELECT {column} FROM deliveries WHERE message = 'reset'");
        let digest: Vec<u8> = ledger.query_row(&query, [], |row| row.get(0)).unwrap();
        for text in [URL_SAFE_NO_PAD.encode(&digest), STANDARD_NO_PAD.encode(&digest), hex(&digest)] {
            assert!(!process.is_live(&text).await && !process.confirm(&text, ADAS).await.unwrap(), "{column}");
        }
    }
    assert!(site.accepts(ADA, OLD_PASSWORD));
    assert!(process.is_live(&token).await);
}

/// A bug, when the mail with the token has just gone out, or the new password is in hand: what Rust prints of it is no
/// line of the log, and goes where the log goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_with_a_secret_in_hand_tells_nothing_and_ends_nothing() {
    for point in ["mail_handed_over", "claimed", "hash_computed"] {
        let site = Site::with_accounts(&[ADA]).await;
        let failpoint = format!("{point}=panic");
        let env = [("REGAIN_LOG", "trace"), ("RUST_BACKTRACE", "full"), ("REGAIN_FAILPOINT", &failpoint)];
        let mut process = site.serve(&env);
        process.request(ADA).await;
        let mail = site.mails_to(ADA, 1).await.remove(0);
        process.confirm(&reset_token(&mail).unwrap(), ADAS).await.unwrap();
        let panicked = async || process.log().contains("a test wants a panic").then_some(());
        eventually("panic", DEADLINE, panicked).await;
        process.request(GRACE).await;
        assert!(process.terminate().success(), "{point}: {}", process.log());

        let passwords = [ADAS, OLD_PASSWORD, &site.stored_password(ADA)].map(|text| Secret::text(text.to_owned()));
        let secrets: Vec<Secret> = secrets_of(&mail).into_iter().chain(passwords).collect();
        find_none(&secrets, point, &[("stderr".into(), process.log().into_bytes())]);
        find_none(&secrets, point, &files(site.path()));
    }
}

/// As a browser does without scripts; with a refused password before. The cookie that it got.
async fn redeem_by_page(process: &Process, token: &str) -> String {
    let client = client();
    let validated = process.url(&format!("/auth/reset/validate?token={token}"));
    assert_eq!(client.get(validated).send().await.unwrap().status(), 200);
    let exchanged = client.get(process.url(&format!("/reset-password?token={token}"))).send().await.unwrap();
    let cookie = exchanged.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    for (password, status) in [(REFUSED, 422), (ADAS, 303)] {
        let form = [("password", password), ("password_confirmation", password)];
        let post = client.post(process.url("/reset-password")).header("sec-fetch-site", "same-origin");
        let answer = post.header("cookie", &cookie).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), status);
    }
    cookie.split_once('=').unwrap().1.to_owned()
}

async fn redeem_by_code(process: &Process, code: &str) {
    for (path, password, status) in [
        ("/auth/password-reset/verify", GRACES, 200),
        ("/auth/password-reset/confirm", REFUSED, 422),
        ("/auth/password-reset/confirm", GRACES, 200),
        ("/auth/password-reset/confirm", GRACES, 400),
    ] {
        let body = json!({ "email": GRACE, "code": code, "new_password": password });
        assert_eq!(process.post(path, &body).await.unwrap().status(), status, "{path}");
    }
}

async fn say_not_me(process: &Process, mail: &ReceivedMail) {
    let token = not_me_token(mail);
    let page = client().get(process.url(&format!("/not-me?token={token}"))).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let post = client().post(process.url("/not-me")).header("sec-fetch-site", "same-origin");
    assert_eq!(post.form(&[("token", token)]).send().await.unwrap().status(), 303);
}

/// Waits until nothing is left to be done.
async fn settled(site: &Site) {
    let ledger = rusqlite::Connection::open(site.path().join("regain.db")).unwrap();
    let waiting = "SELECT count(*) FROM outbox WHERE ended_at IS NULL";
    let is_done = async || (ledger.query_row(waiting, [], |row| row.get(0)) == Ok(0)).then_some(());
    eventually("end of the work", DEADLINE, is_done).await;
}

/// What it said up to its end, which has to be read first.
async fn whole_log(process: &Process) -> String {
    let is_whole = async || Some(process.log()).filter(|log| log.matches("a password was reset").count() == 2);
    eventually("log of both resets", DEADLINE, is_whole).await
}

/// What must be nowhere, in every spelling.
struct Secret(Vec<Vec<u8>>);

impl Secret {
    fn text(text: String) -> Self {
        let octets = text.as_bytes();
        let spellings = [STANDARD_NO_PAD.encode(octets), URL_SAFE_NO_PAD.encode(octets), hex(octets)];
        Self(spellings.into_iter().chain([text]).map(String::into_bytes).collect())
    }

    /// As it stands in a link, and what that spells.
    fn token(text: &str) -> Self {
        let raw = URL_SAFE_NO_PAD.decode(text).unwrap();
        let Self(mut spellings) = Self::text(text.to_owned());
        spellings.extend([STANDARD_NO_PAD.encode(&raw), hex(&raw), hex(&raw).to_uppercase()].map(String::into_bytes));
        spellings.push(raw);
        Self(spellings)
    }
}

fn secrets_of(mail: &ReceivedMail) -> Vec<Secret> {
    let codes = mail.code().into_iter().flat_map(|code| [code.replace('-', ""), code]);
    let tokens = reset_token(mail).into_iter().chain([not_me_token(mail)]);
    codes.map(Secret::text).chain(tokens.map(|token| Secret::token(&token))).collect()
}

fn not_me_token(mail: &ReceivedMail) -> String {
    mail.links().iter().find_map(|link| Some(link.split_once("/not-me?token=")?.1.to_owned())).unwrap()
}

/// All that Regain keeps: the application's own files, and the configuration, are not of its making.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let kept = entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("regain."));
    let ours = kept.filter(|path| !path.ends_with("regain.toml"));
    ours.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

fn find_none(secrets: &[Secret], when: &str, places: &[(String, Vec<u8>)]) {
    for spelling in secrets.iter().flat_map(|secret| &secret.0) {
        let place = place_of(spelling, places);
        assert_eq!(place, None, "{} is there {when}", String::from_utf8_lossy(spelling));
    }
}

fn place_of<'a>(wanted: &[u8], places: &'a [(String, Vec<u8>)]) -> Option<&'a str> {
    let holds = |content: &[u8]| content.windows(wanted.len()).any(|window| window == wanted);
    places.iter().find(|(_, content)| holds(content)).map(|(name, _)| name.as_str())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
