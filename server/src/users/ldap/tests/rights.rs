//! The rights that the documentation names: enough, and no more.

use super::openldap::{Branch, SERVICE_PASSWORD};
use super::{OpenLdap, find, load, write};
use crate::finding::{Finding, Verdict};
use crate::users::conformance::Fixture as _;
use crate::users::ldap::Directory;
use crate::users::{UserStore, Written};

/// The rules in the documentation, for this branch.
fn documented_rules(branch: &Branch) -> Vec<String> {
    let services = format!("ou=services,{}", branch.base);
    let text = include_str!("../../../../../docs/operate/ldap.md");
    let block = text.split("```ldif\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let unfolded = block.replace("\n  ", " ");
    let rules = unfolded.lines().filter_map(|line| line.strip_prefix("olcAccess: "));
    let people = "ou=people,dc=example,dc=com";
    rules
        .map(|rule| rule.replace(people, &branch.people()).replace("ou=services,dc=example,dc=com", &services))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_in_the_documentation_are_enough_and_show_no_password() {
    let fixture = OpenLdap::on(Branch::with_people_in("staff"));
    let branch = &fixture.branch;
    let rules = documented_rules(branch);
    assert_eq!(rules.len(), 2, "{rules:?}");
    branch.add_access(&rules);
    let id = fixture.person("ada", "ada@example.com");
    // The fixture's condition asks for an attribute of its own.
    let store = fixture.directory(|users, _| users.eligible = None);
    assert_eq!(find(&store, "ada@example.com").await.len(), 1);
    let ada = load(&store, &id).await;
    assert_eq!(write(&store, &ada, "new horse battery").await.unwrap(), Written::Yes(vec![]));
    let dn = branch.person("ada");
    assert!(branch.accepts(&dn, "new horse battery") && !branch.accepts(&dn, super::OLD));
    let state = load(&store, &id).await.password.unwrap();
    assert!(state.expose().starts_with("pwdChangedTime="), "{}", state.expose());
    let seen = branch.seen_by(&branch.service(), SERVICE_PASSWORD, &dn, &["userPassword", "pwdHistory", "sn", "mail"]);
    assert_eq!(seen, ["mail"]);
    assert!(said(&store, Verdict::Holds, "can read no stored password").await);
    assert!(said(&store, Verdict::Holds, "may write userPassword").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_examination_says_which_right_is_missing_and_which_is_too_much() {
    let fixture = OpenLdap::new();
    let branch = &fixture.branch;
    fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|_, _| {});
    let (service, people) = (branch.service(), branch.people());
    branch.add_access(&[format!(
        "{{0}}to dn.subtree=\"{people}\" attrs=userPassword by dn.exact=\"{service}\" =s by anonymous auth"
    )]);
    assert!(said(&store, Verdict::Fails, "may not write userPassword").await);
    branch.add_access(&[format!("{{0}}to dn.subtree=\"{people}\" attrs=userPassword by dn.exact=\"{service}\" write")]);
    assert!(said(&store, Verdict::Advice, "can read userPassword").await);
    branch.add_access(&[format!("{{0}}to dn.subtree=\"{people}\" attrs=mail by dn.exact=\"{service}\" none")]);
    assert!(said(&store, Verdict::Fails, "no account shows an address").await);
    branch.add_access(&[format!("{{0}}to dn.subtree=\"{people}\" by dn.exact=\"{service}\" none")]);
    assert!(said(&store, Verdict::Fails, "no such object").await);
}

/// Were there none, a link would outlive a change of the password.
#[tokio::test(flavor = "multi_thread")]
async fn an_examination_fails_where_no_account_shows_a_state() {
    let fixture = OpenLdap::new();
    let branch = &fixture.branch;
    fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|_, _| {});
    let (service, people) = (branch.service(), branch.people());
    branch.add_access(&[format!(
        "{{0}}to dn.subtree=\"{people}\" attrs=entryCSN,pwdChangedTime by dn.exact=\"{service}\" none"
    )]);
    assert!(said(&store, Verdict::Fails, "no account shows pwdChangedTime or entryCSN").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_examination_says_what_ends_links_besides_where_only_the_entry_shows_its_changes() {
    let fixture = OpenLdap::new();
    fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|_, _| {});
    assert!(said(&store, Verdict::Advice, "by entryCSN alone").await);
    fixture.branch.change_password(&fixture.branch.person("ada"), "changed by herself");
    assert!(said(&store, Verdict::Holds, "noticed by pwdChangedTime").await);
}

async fn said(store: &Directory, verdict: Verdict, words: &str) -> bool {
    let findings: Vec<Finding> = store.examine().await;
    let said = findings.iter().any(|finding| finding.verdict == verdict && finding.text.contains(words));
    assert!(said, "{words}: {findings:#?}");
    said
}
