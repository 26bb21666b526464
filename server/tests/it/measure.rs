//! `regain measure` as operators use it: against a server that gives nothing away, and against ones that do.

use crate::support::process::{Site, command};
use serde_json::Value;
use std::process::Output;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const KNOWN: [&str; 3] = ["ada@example.com", "grace@example.com", "jo@example.com"];

async fn measure(site: &Site, words: &[&str]) -> Output {
    let mut command = command(site.path(), &[&["measure"], words].concat());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn texts(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn a_server_that_looks_nobody_up_cannot_be_told_apart() {
    let site = Site::with_accounts(&KNOWN).await;
    let server = site.serve(&[]);
    let words = ["--known", KNOWN[0], KNOWN[1], KNOWN[2], "--samples", "800", "--yes", "--json", "--plot", "times.svg"];
    let output = measure(&site, &[&[server.url("").as_str()][..], &words].concat()).await;
    let (out, err) = texts(&output);
    let found: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}\n{err}"));
    // On a machine that others use as well, time itself may tell of them; what is answered never does.
    assert!(found["why"].as_array().unwrap().iter().all(|why| !why.as_str().unwrap().contains("only")), "{out}");
    assert_eq!(output.status.success(), found["verdict"] == "alike", "{out}");
    assert!(found["samples"]["known"].as_u64().unwrap() > 150 && found["requests"].as_u64().unwrap() <= 400, "{out}");
    assert!(err.contains("REAL MAILS"), "{err}");
    assert!(std::fs::read_to_string(site.path().join("times.svg")).unwrap().contains("known, p50"));
}

#[tokio::test]
async fn without_anybody_to_agree_nothing_is_sent() {
    let site = Site::with_accounts(&KNOWN).await;
    let server = site.serve(&[]);
    let output = measure(&site, &[&server.url(""), "--known", KNOWN[0]]).await;
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(2), ""));
    assert!(err.contains("--yes"), "{err}");
    assert_eq!(server.metric("regain_requests_accepted_total{origin=\"chaser\"}").await, 0.0);
}

#[tokio::test]
async fn a_trusted_caller_of_unleash_is_told_and_the_verdict_says_by_what() {
    let site = Site::with_accounts(&KNOWN).await;
    let server = site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "0"), ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "1000")]);
    std::fs::write(site.path().join("api-token"), crate::support::process::API_TOKEN).unwrap();
    let words = ["--dialect", "unleash", "--token-file", "api-token", "--known", KNOWN[0], "--yes"];
    let output = measure(&site, &[&[server.url("").as_str()][..], &words].concat()).await;
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(out.contains("CAN BE TOLD APART") && out.contains("api.unleash.access"), "{out}\n{err}");
    assert!(out.contains("200 OK") || out.contains("404 Not Found"), "{out}");
}

#[tokio::test]
async fn the_networks_limit_is_met_with_what_to_set() {
    let site = Site::with_accounts(&KNOWN).await;
    let server = site.serve(&[("REGAIN_LIMITS__REQUESTS_PER_NETWORK_PER_MINUTE", "1")]);
    let output = measure(&site, &[&server.url(""), "--known", KNOWN[0], "--seconds", "40", "--yes"]).await;
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("1 a minute from one network") && err.contains("--token-file"), "{err}");
    assert!(out.contains("NO VERDICT: too few requests"), "{out}");
}

#[tokio::test]
async fn over_https_it_is_the_same() {
    let site = Site::with_accounts(&KNOWN).await;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(site.path().join("chain.pem"), made.cert.pem()).unwrap();
    std::fs::write(site.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let files = [("REGAIN_SERVER__TLS_CERTIFICATE_FILE", "chain.pem"), ("REGAIN_SERVER__TLS_KEY_FILE", "key.pem")];
    let server = site.serve(&files);
    let url = server.url("").replace("http://127.0.0.1", "https://localhost");
    let words = ["measure", &url, "--known", KNOWN[0], "--samples", "400", "--yes", "--json"];
    let distrusted = command(site.path(), &words).output().unwrap();
    assert!(texts(&distrusted).1.contains("TLS does not work"), "{distrusted:?}");
    let mut trusting = command(site.path(), &words);
    let output = trusting.env("SSL_CERT_FILE", site.path().join("chain.pem")).output().unwrap();
    let (out, err) = texts(&output);
    let found: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}\n{err}"));
    assert!(found["samples"]["unknown"].as_u64().unwrap() > 80, "{out}");
}

/// A proxy before the server that takes its time for whom it knows.
#[tokio::test]
async fn a_proxy_that_is_slower_for_known_addresses_is_found() {
    let site = Site::with_accounts(&KNOWN).await;
    let server = site.serve(&[]);
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let behind = server.url("").trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = proxy.accept().await {
            let server = TcpStream::connect(&behind).await.unwrap();
            tokio::spawn(delay_known(client, server));
        }
    });
    let words = ["--known", KNOWN[0], "--samples", "1200", "--yes"];
    let output = measure(&site, &[&[url.as_str()][..], &words].concat()).await;
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(out.contains("CAN BE TOLD APART") && out.contains("longer for known"), "{out}\n{err}");
}

async fn delay_known(client: TcpStream, server: TcpStream) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut octets = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut octets).await {
        if octets[..count].windows(KNOWN[0].len()).any(|window| window == KNOWN[0].as_bytes()) {
            tokio::time::sleep(LATER).await;
        }
        if to_server.write_all(&octets[..count]).await.is_err() {
            return;
        }
    }
}

/// Much, so that it is found on a busy machine too.
const LATER: Duration = Duration::from_millis(8);
