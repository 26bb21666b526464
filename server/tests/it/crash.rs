//! A 200 is durable: whatever kills the program, every acknowledged request is worked off, and no link sets two
//! passwords.

use crate::support::process::{DEADLINE, OLD_PASSWORD, Process, Site, eventually, reset_token};
use std::collections::HashMap;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_request_is_mailed_after_a_kill() {
    for round in 0..ROUNDS {
        let addresses: Vec<String> = (0..REQUESTS).map(|n| format!("account-{n}@example.com")).collect();
        let site = Site::with_accounts(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let process = site.serve(&[]);
        request_all(&process, &addresses).await;
        // The first round kills at once, later ones deeper and deeper in the courier's work.
        let sent_before = round * REQUESTS / ROUNDS;
        eventually("mail before the kill", DEADLINE, async || (site.smtp.mails().len() >= sent_before).then_some(()))
            .await;
        process.kill9();

        let _process = site.serve(&[]);
        let all_mailed = async || Some(mails_by_address(&site)).filter(|mails| mails.len() == REQUESTS);
        let mails = eventually(&format!("mail for every account in round {round}"), DEADLINE, all_mailed).await;
        for (address, count) in mails {
            assert!(count <= 2, "{address} got {count} mails: more than the one in flight was sent again");
        }
    }
}

fn mails_by_address(site: &Site) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for mail in site.smtp.mails() {
        *counts.entry(mail.to.concat()).or_default() += 1;
    }
    counts
}

/// Requests for all of them, many at a time; returns once the last one is acknowledged.
async fn request_all(process: &Process, addresses: &[String]) {
    use futures_util::{StreamExt, stream};
    stream::iter(addresses).for_each_concurrent(32, |address| process.request(address)).await;
}

const REQUESTS: usize = 200;
const ROUNDS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_couriers_hands_loses_no_mail() {
    killed_while_mailing("leased").await;
    killed_while_mailing("looked_up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_digest_is_committed_loses_no_mail() {
    killed_while_mailing("digest_committed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_mail_is_handed_over_leaves_one_use() {
    killed_while_mailing("mail_handed_over").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_claim_leaves_the_old_password_and_then_one_use() {
    let site = killed_while_redeeming("claimed").await;
    assert!(site.accepts(ADA, OLD_PASSWORD), "nothing was written before the kill");
    let process = site.serve(&[]);
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    let is_set = async || process.confirm(&token, FIRST_PASSWORD).await.unwrap().then_some(());
    eventually("end of the dead process' claim", LAPSE, is_set).await;
    assert!(!process.confirm(&token, SECOND_PASSWORD).await.unwrap());
    is_settled(&site, FIRST_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_store_is_written_is_settled_at_the_next_start() {
    let site = killed_while_redeeming("store_written").await;
    assert!(site.accepts(ADA, FIRST_PASSWORD), "the password was written before the kill");
    let process = site.serve(&[]);
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    assert!(!process.confirm(&token, SECOND_PASSWORD).await.unwrap());
    is_settled(&site, FIRST_PASSWORD).await;
    assert!(!process.confirm(&token, SECOND_PASSWORD).await.unwrap());
    assert!(site.accepts(ADA, FIRST_PASSWORD));
}

/// Dies in the courier's hands, starts again: mail comes, and of all links together one sets one password.
async fn killed_while_mailing(failpoint: &str) {
    let site = Site::with_accounts(&[ADA]).await;
    let mut dying = site.serve(&[("REGAIN_FAILPOINT", failpoint)]);
    dying.request(ADA).await;
    assert!(!dying.ended().success());
    let mailed_before = site.smtp.mails_to(ADA).len();

    let process = site.serve(&[]);
    let mails = site.mails_to(ADA, mailed_before + 1).await;
    let mut accepted = vec![];
    // The newest first: it is the one that must open.
    for (n, mail) in mails.iter().rev().enumerate() {
        let token = reset_token(mail).expect("a link to reset with");
        for attempt in 0..2 {
            let password = format!("correct horse {n} battery {attempt}");
            if process.confirm(&token, &password).await.unwrap() {
                accepted.push(password);
            }
        }
    }
    assert_eq!(accepted, ["correct horse 0 battery 0"], "one link sets one password");
    is_settled(&site, &accepted[0]).await;
}

/// A site whose server died while it set [`FIRST_PASSWORD`].
async fn killed_while_redeeming(failpoint: &str) -> Site {
    let site = Site::with_accounts(&[ADA]).await;
    let mut dying = site.serve(&[("REGAIN_FAILPOINT", failpoint)]);
    dying.request(ADA).await;
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    assert!(dying.confirm(&token, FIRST_PASSWORD).await.is_err(), "it died before it could answer");
    assert!(!dying.ended().success());
    site
}

/// The owner is told, the stored hash is that of `password`, and the sessions are ended.
async fn is_settled(site: &Site, password: &str) {
    let is_told = async || site.smtp.mails_to(ADA).iter().any(|mail| reset_token(mail).is_none()).then_some(());
    eventually("notice of the change", LAPSE, is_told).await;
    assert!(site.accepts(ADA, password));
    assert!(!site.accepts(ADA, OLD_PASSWORD));
    assert_eq!(site.open_sessions(), 0);
}

const ADA: &str = "ada@example.com";
const FIRST_PASSWORD: &str = "correct horse battery first";
const SECOND_PASSWORD: &str = "correct horse battery second";
/// A claim lapses after 60 s, if the start did not free it before.
const LAPSE: Duration = Duration::from_secs(90);
