//! The hook against back ends that keep what is agreed, and such that do not.

mod double;
mod samples;
mod troubles;

use super::HookStore;
use crate::finding::Verdict;
use crate::users::{UserStore, Written};
use double::{BackEnd, FINGERPRINT, PASSWORD, change, hook_at, store_at};
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;
use regain_core::password::Violation;
use regain_core::request::Id;
use serde_json::json;

fn folded(addresses: &[&str]) -> Vec<FoldedAddress> {
    addresses.iter().map(|address| FoldedAddress::of(address)).collect()
}

fn ada() -> serde_json::Value {
    json!({ "accounts": [{ "id": "7", "address": "Ada@example.com", "name": "Ada", "fingerprint": FINGERPRINT }] })
}

#[tokio::test]
async fn accounts_are_asked_for_by_address_and_by_id() {
    let back_end = BackEnd::answering([ada(), ada()]).await;
    let store = back_end.store();
    let found = store.find(&folded(&["ada@example.com", "nobody@example.com"])).await.unwrap();
    assert_eq!((found.len(), found[0].address.as_str(), found[0].name.as_deref()), (1, "Ada@example.com", Some("Ada")));
    assert_eq!(found[0].password.as_ref().unwrap().expose(), FINGERPRINT);
    let loaded = store.load(&AccountId::new("7")).await.unwrap().unwrap();
    assert_eq!(loaded.address, "Ada@example.com");
    let [by_address, by_id] = &back_end.calls()[..] else { panic!("two calls") };
    assert_eq!(by_address.body["type"], "accounts.find");
    assert_eq!(by_address.body["data"], json!({ "addresses": ["ada@example.com", "nobody@example.com"] }));
    assert_eq!(by_id.body["data"], json!({ "id": "7" }));
    assert!(by_address.is_signed && by_id.is_signed);
    assert_ne!(by_address.id, by_id.id);
}

#[tokio::test]
async fn nobody_is_asked_about_nothing() {
    let back_end = BackEnd::answering([]).await;
    assert!(back_end.store().find(&[]).await.unwrap().is_empty());
    assert!(back_end.calls().is_empty());
}

#[tokio::test]
async fn what_was_not_asked_for_is_passed_over() {
    let back_end = BackEnd::answering([ada(), ada()]).await;
    assert!(back_end.store().find(&folded(&["grace@example.com"])).await.unwrap().is_empty());
    assert!(back_end.store().load(&AccountId::new("8")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_password_goes_with_what_was_read_and_its_writing_is_its_name() {
    let back_end = BackEnd::answering([json!({ "result": "changed" })]).await;
    let change = change();
    let writing = change.writing;
    assert_eq!(back_end.store().set_password(change).await.unwrap(), Written::Yes(vec![]));
    let call = &back_end.calls()[0];
    assert_eq!((call.body["type"].as_str(), call.id.as_str()), (Some("password.set"), &*writing.to_string()));
    let data = json!({ "id": "7", "address": "Ada@example.com", "fingerprint": FINGERPRINT, "password": PASSWORD });
    assert_eq!(call.body["data"], data);
}

#[tokio::test]
async fn a_refusal_is_told_and_a_change_meanwhile_too() {
    let back_end = BackEnd::answering([
        json!({ "result": "refused", "reasons": ["previously_used", "too_young", "house_rule"] }),
        json!({ "result": "no_longer_matches" }),
    ])
    .await;
    let store = back_end.store();
    let told = vec![Violation::PreviouslyUsed, Violation::TooYoung, Violation::RefusedByStore];
    assert_eq!(store.set_password(change()).await.unwrap(), Written::Refused(told));
    assert_eq!(store.set_password(change()).await.unwrap(), Written::NoLongerMatches);
}

#[tokio::test]
async fn ended_sessions_are_told_in_words() {
    let back_end = BackEnd::answering([json!({ "ended": 3 }), json!({})]).await;
    let (store, id, writing) = (back_end.store(), AccountId::new("7"), change().writing);
    let said = [store.end_sessions(&id, writing).await.unwrap(), store.end_sessions(&id, writing).await.unwrap()];
    assert_eq!(said, ["its sessions were ended by the hook (3)", "its sessions were ended by the hook"]);
    let [one, two] = &back_end.calls()[..] else { panic!("two calls") };
    assert_eq!((&one.body, &one.id), (&two.body, &two.id), "the same writing, the same call");
    assert_eq!((one.body["type"].as_str(), &one.body["data"]), (Some("sessions.end"), &json!({ "id": "7" })));
    assert_ne!(one.id, writing.to_string());
    assert_ne!(Some(writing), Id::parse(&one.id));
}

#[tokio::test]
async fn a_back_end_that_keeps_to_it_is_found_in_order() {
    let back_end = BackEnd::answering([json!({ "accounts": [] })]).await;
    let findings = back_end.store().examine().await;
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Holds), "{findings:?}");
    assert_eq!(findings.len(), 4, "{findings:?}");
}

#[tokio::test]
async fn a_back_end_that_answers_anybody_is_found_out() {
    let back_end = BackEnd::answering_anybody(vec![(200, json!({ "accounts": [] }).to_string()); 3]).await;
    let findings = back_end.store().examine().await;
    let said = |verdict, words: &str| {
        findings.iter().any(|finding| finding.verdict == verdict && finding.text.contains(words))
    };
    assert!(said(Verdict::Fails, "anybody who finds it can set any password"), "{findings:?}");
    assert!(said(Verdict::Advice, "an hour ago"), "{findings:?}");
}

#[tokio::test]
async fn an_examination_of_a_back_end_that_is_away_says_so() {
    let findings = store_at(&double::nowhere()).examine().await;
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert!(finding.verdict == Verdict::Fails && finding.text.contains("127.0.0.1:"), "{finding:?}");
    assert!(!finding.text.contains("/regain"), "the path may be nobody's business: {finding:?}");
}

#[test]
fn an_authority_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut hook = hook_at("https://app.example.com/regain");
    for (file, words) in [("absent.pem", "absent.pem"), ("empty.pem", "no certificate")] {
        std::fs::write(folder.path().join("empty.pem"), "").unwrap();
        hook.ca_file = Some(folder.path().join(file));
        let fault = HookStore::new(&hook).err().unwrap().to_string();
        assert!(fault.contains("users.hook.ca_file") && fault.contains(words), "{fault}");
    }
}
