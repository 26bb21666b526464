//! What is found in a directory, and what is left alone.

use super::{OpenLdap, find, load, write};
use crate::users::conformance::Fixture;
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_with_several_addresses_is_found_by_each_and_mail_goes_to_that_one() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let dn = fixture.branch.person("ada");
    fixture.branch.add_value(&dn, "mail", "a.lovelace@example.com");
    fixture.branch.add_value(&dn, "title", "countess@example.com");
    let store = fixture.directory(|_, ldap| ldap.more_addresses = vec!["title".into()]);
    for address in ["ada@example.com", "a.lovelace@example.com", "countess@example.com"] {
        let found = find(&store, address).await;
        assert_eq!((found.len(), found[0].id.as_str(), found[0].address.as_str()), (1, id.as_str(), address));
    }
    let mut each: Vec<_> = store.load_each(&AccountId::new(id.as_str())).await.unwrap();
    each.sort_by(|a, b| a.address.cmp(&b.address));
    let addresses: Vec<_> = each.iter().map(|account| account.address.as_str()).collect();
    assert_eq!(addresses, ["a.lovelace@example.com", "ada@example.com", "countess@example.com"]);
    assert_eq!(write(&store, &each[2], "new horse battery").await.unwrap(), Written::Yes(vec![]));
    assert!(fixture.branch.accepts(&dn, "new horse battery"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_account_keeps_its_link() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let by_name = fixture.directory(|users, _| users.id = "dn".into());
    let (store, dn) = (fixture.directory(|_, _| {}), fixture.branch.person("ada"));
    let ada = load(&store, &id).await;
    assert_eq!(load(&by_name, &dn).await.address, "ada@example.com");
    fixture.branch.rename(&dn, "uid=lovelace");
    assert!(by_name.load(&AccountId::new(dn)).await.unwrap().is_none());
    let state = load(&store, &id).await.password.unwrap();
    let ada = regain_core::account::Account { password: Some(state), ..ada };
    assert_eq!(write(&store, &ada, "new horse battery").await.unwrap(), Written::Yes(vec![]));
    assert!(fixture.branch.accepts(&fixture.branch.person("lovelace"), "new horse battery"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_outside_the_base_is_nobodys_key() {
    let fixture = OpenLdap::new();
    fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|users, ldap| {
        users.id = "dn".into();
        ldap.filter = "(objectClass=*)".into();
    });
    let service = fixture.branch.service();
    for name in [service.as_str(), "", "cn=admin,dc=example,dc=com", "no name at all", "uid=*"] {
        assert!(store.load(&AccountId::new(name)).await.unwrap().is_none(), "{name:?}");
    }
}

/// The server writes names in its own way, whatever the configuration says.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_under_the_base_however_that_is_spelt() {
    let fixture = OpenLdap::new();
    fixture.person("ada", "ada@example.com");
    let (dn, base) = (fixture.branch.person("ada"), fixture.branch.people());
    let spelt = base.to_ascii_uppercase().replace(',', " , ").replace("OU=", "OU = ");
    let store = fixture.directory(|users, ldap| (users.id, ldap.base) = ("dn".into(), spelt));
    let found = find(&store, "ada@example.com").await;
    assert_eq!((found.len(), found[0].id.as_str()), (1, dn.as_str()));
    let ada = load(&store, &dn).await;
    assert_eq!(write(&store, &ada, "new horse battery").await.unwrap(), Written::Yes(vec![]));
    // A comma that belongs to a value separates nothing: this one is beside the base.
    let beside = dn.replacen(',', "\\,", 1);
    assert!(store.load(&AccountId::new(beside)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_filter_lets_through_is_an_account() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|_, ldap| ldap.filter = "(&(objectClass=inetOrgPerson)(title=*))".into());
    assert!(find(&store, "ada@example.com").await.is_empty());
    assert!(store.load(&AccountId::new(id.as_str())).await.unwrap().is_none());
    fixture.branch.replace(&fixture.branch.person("ada"), "title", Some("Countess"));
    assert_eq!(find(&store, "ada@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_locked_or_expired_may_not_reset() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let (store, dn) = (fixture.directory(|_, _| {}), fixture.branch.person("ada"));
    for (attribute, value, may_reset) in [
        ("pwdAccountLockedTime", "000001010000Z", false),
        ("pwdAccountLockedTime", "20261122112114Z", true),
        ("pwdEndTime", "20200101000000Z", false),
        ("pwdEndTime", "20990101000000Z", true),
        ("pwdStartTime", "20990101000000Z", false),
    ] {
        fixture.branch.replace(&dn, attribute, Some(value));
        assert_eq!(load(&store, &id).await.eligible, may_reset, "{attribute} {value}");
        assert_eq!(find(&store, "ada@example.com").await[0].eligible, may_reset, "{attribute} {value}");
        fixture.branch.replace(&dn, attribute, None);
    }
    assert!(load(&store, &id).await.eligible);
}
