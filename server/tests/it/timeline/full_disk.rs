//! The disk under the ledger is full for a while: nobody is promised anything, and what was promised before is kept.

use super::{ADA, GRACE};
use crate::support::process::{DEADLINE, Process, Site, eventually};
use serde_json::json;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_promises_nothing() {
    let site = Site::with_accounts(&[ADA, GRACE]).await;
    let server = Process::start_deaf_to_limits(site.path(), &["serve", "--config", "regain.toml"]);
    server.request(ADA).await;
    site.mails_to(ADA, 1).await;
    let is_told = async || site.printed_by(&["explain", ADA]).contains("mailed by smtp").then_some(());
    eventually("the mail in the timeline", DEADLINE, is_told).await;

    limit_files(&server, "1");
    let ask = json!({ "email": GRACE });
    let refused = async || {
        let answer = server.post("/auth/password-reset/request", &ask).await.unwrap();
        (answer.status() == 503).then_some(())
    };
    eventually("a refusal", DEADLINE, refused).await;
    limit_files(&server, "unlimited");
    let accepted = async || {
        let answer = server.post("/auth/password-reset/request", &ask).await.unwrap();
        (answer.status() == 200).then_some(())
    };
    eventually("room again", DEADLINE, accepted).await;
    site.mails_to(GRACE, 1).await;
    let told = async || Some(site.printed_by(&["explain", GRACE])).filter(|text| text.contains("mailed by smtp"));
    let told = eventually("Grace's mail in the timeline", DEADLINE, told).await;
    assert_eq!(told.matches("asked for").count(), 1, "what was refused was never asked: {told}");
    assert_eq!(site.smtp.mails_to(ADA).len(), 1);
}

/// How many octets a file may have that the server writes to.
fn limit_files(server: &Process, octets: &str) {
    let pid = server.id().to_string();
    let limited =
        Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={octets}:unlimited")]).status().unwrap();
    assert!(limited.success());
}
