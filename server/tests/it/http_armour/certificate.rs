//! A renewed certificate is served without a restart, and a broken one is not.

use crate::support::Server;
use crate::support::process::{DEADLINE, eventually};
use reqwest::{Certificate, Client};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const HOST: &str = "accounts.example.com";

struct Files {
    dir: TempDir,
}

impl Files {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes a pair and puts it in place; the certificate, in PEM.
    fn renew(&self) -> String {
        let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
        std::fs::write(self.path("chain.pem"), made.cert.pem()).unwrap();
        std::fs::write(self.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        made.cert.pem()
    }
}

/// Whether a new connection gets this certificate.
async fn is_served(server: &Server, certificate: &str) -> bool {
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(certificate.as_bytes()).unwrap()])
        .resolve(HOST, address)
        .build()
        .unwrap();
    client.get(format!("https://{HOST}:{}/forgot-password/sent", address.port())).send().await.is_ok()
}

async fn changes(server: &Server, outcome: &str) -> bool {
    let page = reqwest::get(format!("{}/metrics", server.admin_url)).await.unwrap().text().await.unwrap();
    page.contains(&format!("regain_certificate_changes_total{{outcome=\"{outcome}\"}} 1\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_served_and_a_broken_one_is_not() {
    let files = Files { dir: tempfile::tempdir().unwrap() };
    let first = files.renew();
    let server = Server::with(&format!(
        "public_url = \"https://{HOST}\"\n[server]\ntls_certificate_file = {:?}\ntls_key_file = {:?}",
        files.path("chain.pem"),
        files.path("key.pem")
    ))
    .await;
    assert!(is_served(&server, &first).await);

    std::fs::write(files.path("key.pem"), "broken").unwrap();
    eventually("a refusal", DEADLINE, async || changes(&server, "refused").await.then_some(())).await;
    assert!(is_served(&server, &first).await, "the old one stays");
    tokio::time::sleep(A_LOOK_AND_SOME).await;
    assert!(changes(&server, "refused").await, "said once, however often it was looked at");

    let second = files.renew();
    eventually("the new one", DEADLINE, async || is_served(&server, &second).await.then_some(())).await;
    assert!(!is_served(&server, &first).await);
    // Between the one file and the other, what is there may have been looked at and refused once more.
    assert!(changes(&server, "taken").await);
}

/// The server looks every two seconds.
const A_LOOK_AND_SOME: Duration = Duration::from_millis(2_500);
