//! A server with a password policy, and what it says of passwords.

use super::{OpenLdap, load, write};
use crate::users::conformance::Fixture;
use crate::users::{StoreFault, UserStore, Written};
use regain_core::password::Violation;

/// Ada under these rules.
fn ada_under(rules: &[(&'static str, &str)]) -> (OpenLdap, String) {
    let fixture = OpenLdap::new();
    let policy = fixture.branch.add_policy(rules);
    let id = fixture.person("ada", "ada@example.com");
    fixture.branch.replace(&fixture.branch.person("ada"), "pwdPolicySubentry", Some(&policy));
    (fixture, id)
}

async fn set(fixture: &OpenLdap, id: &str, password: &str) -> Result<Written, StoreFault> {
    let store = fixture.directory(|_, _| {});
    let ada = load(&store, id).await;
    write(&store, &ada, password).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_refuses_is_said_in_our_words_and_nothing_is_written() {
    let (fixture, id) = ada_under(&[("pwdInHistory", "3"), ("pwdMinLength", "12"), ("pwdCheckQuality", "2")]);
    let dn = fixture.branch.person("ada");
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), Written::Yes(vec![]));
    let refused = |violation| Written::Refused(vec![violation]);
    assert_eq!(set(&fixture, &id, "zq vkw pxl").await.unwrap(), refused(Violation::RefusedByStore));
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), refused(Violation::PreviouslyUsed));
    assert_eq!(set(&fixture, &id, "second horse battery").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), refused(Violation::PreviouslyUsed));
    assert!(fixture.branch.accepts(&dn, "second horse battery"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_too_young_may_not_be_changed_yet() {
    let (fixture, id) = ada_under(&[("pwdMinAge", "3600")]);
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(set(&fixture, &id, "second horse battery").await.unwrap(), Written::Refused(vec![Violation::TooYoung]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_wants_the_old_password_is_the_operators_to_mend() {
    let (fixture, id) = ada_under(&[("pwdSafeModify", "TRUE")]);
    let fault = set(&fixture, &id, "first horse battery").await.unwrap_err().to_string();
    assert!(fault.contains("pwdSafeModify") && !fault.contains("first horse"), "{fault}");
    assert!(fixture.branch.accepts(&fixture.branch.person("ada"), super::OLD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_lifts_the_lock_after_failed_attempts() {
    let (fixture, id) = ada_under(&[("pwdLockout", "TRUE"), ("pwdMaxFailure", "2")]);
    let dn = fixture.branch.person("ada");
    for _ in 0..3 {
        assert!(!fixture.branch.accepts(&dn, "no longer known"));
    }
    assert!(!fixture.branch.accepts(&dn, super::OLD), "the account is locked");
    let store = fixture.directory(|_, _| {});
    assert!(load(&store, &id).await.eligible);
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), Written::Yes(vec![]));
    assert!(fixture.branch.accepts(&dn, "first horse battery"));
}

/// A state that ends with it, too, would let anybody end anybody's links.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_does_not_change_the_state_of_an_account_that_shows_when_its_password_was_changed() {
    let (fixture, id) = ada_under(&[("pwdLockout", "TRUE"), ("pwdMaxFailure", "5")]);
    assert_eq!(set(&fixture, &id, "first horse battery").await.unwrap(), Written::Yes(vec![]));
    let only_changes = fixture.directory(|_, ldap| ldap.state = vec!["pwdChangedTime".into()]);
    let shown = load(&only_changes, &id).await.password.unwrap();
    assert!(shown.expose().starts_with("pwdChangedTime=2"), "{}", shown.expose());
    assert!(!fixture.branch.accepts(&fixture.branch.person("ada"), "no longer known"));
    assert_eq!(load(&only_changes, &id).await.password.unwrap().expose(), shown.expose());
    assert!(only_changes.hashes_itself() && !only_changes.shows_hashes());
}
