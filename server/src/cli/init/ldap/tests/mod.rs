//! Proposals by what servers were seen to say of themselves: OpenLDAP 2.5, 389 Directory Server 2.3 and Samba 4.17 were
//! recorded from Debian 12, LLDAP's and Windows' root entries are from the former's source and the latter's documentation.

mod runs;

use super::kind::Kind;
use super::propose::{Seen, propose};
use crate::cli::init::write::{self, UrlLine};
use crate::users::ldap::inspect::{Entry, People, Schema};

/// A root entry from a file of lines `attribute: value`.
pub(super) fn recorded(ldif: &str) -> Entry {
    let pairs: Vec<_> = ldif.lines().filter_map(|line| line.split_once(": ")).collect();
    Entry::of("", &pairs)
}

/// What would be written for a directory that says this of itself and has these entries.
fn file(root: &str, people: Vec<Entry>) -> Option<String> {
    let (root, schema) = (recorded(root), Schema::default());
    let (kind, people) = (Kind::of(&root, &schema), People { entries: people, is_all: true });
    let proposal = propose(&Seen { kind: &kind, root: &root, schema: &schema, people: &people })?;
    let text = write::render(&proposal, UrlLine::Plain("ldaps://directory.example.com"), "sqlite:regain.db");
    let (_, rest) = text.split_once("[users]\n").unwrap();
    Some(rest.split_once("\n[mail]").unwrap().0.to_owned())
}

/// The attributes of `ada` in every directory, and these besides.
fn ada(dn: &str, more: &[(&str, &str)]) -> Entry {
    let usual = [("mail", "ada@example.com"), ("cn", "Ada Lovelace")];
    Entry::of(dn, &[&usual, more].concat())
}

#[test]
fn openldap_needs_its_preset_and_a_base() {
    let people = vec![
        ada(
            "uid=ada,ou=people,dc=example,dc=com",
            &[("objectClass", "inetOrgPerson"), ("displayName", "Ada"), ("entryCSN", "1#2")],
        ),
        Entry::of("cn=regain,ou=services,dc=example,dc=com", &[("objectClass", "person")]),
    ];
    insta::assert_snapshot!(file(include_str!("openldap.ldif"), people).unwrap());
}

#[test]
fn accounts_of_another_class_or_name_are_said_to_be_so() {
    let people = vec![
        ada("uid=ada,ou=staff,ou=people,dc=example,dc=com", &[("objectClass", "posixAccount"), ("entryCSN", "1#2")]),
        ada("uid=bob,ou=guests,ou=people,dc=example,dc=com", &[("objectClass", "posixAccount"), ("entryCSN", "1#2")]),
    ];
    let file = file(include_str!("openldap.ldif"), people).unwrap();
    for line in ["base = \"ou=people,dc=example,dc=com\"", "filter = \"(objectClass=posixAccount)\""] {
        assert!(file.contains(&format!("\n{line}\n")), "{line} is not in\n{file}");
    }
}

#[test]
fn the_389_directory_server_has_no_preset_so_all_is_said() {
    let attributes = [
        ("objectClass", "inetOrgPerson"),
        ("displayName", "Ada"),
        ("preferredLanguage", "de"),
        ("nsUniqueId", "ac30582c-e66911f1-9cafedbc-816fff5d"),
        ("modifyTimestamp", "20261122114137Z"),
    ];
    let people = vec![ada("uid=ada,ou=people,dc=example,dc=com", &attributes)];
    insta::assert_snapshot!(file(include_str!("389ds.ldif"), people).unwrap());
}

#[test]
fn lldap_has_no_preset_either() {
    let attributes = [
        ("objectClass", "inetOrgPerson"),
        ("objectClass", "person"),
        ("displayName", "Ada"),
        ("entryUUID", "f6afc557-4133-4873-a384-71ff5d8d1604"),
        ("pwdChangedTime", "20261122114137Z"),
    ];
    let people = vec![ada("uid=ada,ou=people,dc=example,dc=com", &attributes)];
    insta::assert_snapshot!(file(include_str!("lldap.ldif"), people).unwrap());
}

#[test]
fn active_directory_needs_its_preset_and_a_base() {
    let dn = "CN=Lovelace\\, Ada,OU=People,DC=example,DC=test";
    let attributes = [("objectClass", "user"), ("displayName", "Ada"), ("proxyAddresses", "SMTP:ada@example.com")];
    let computer = Entry::of("CN=DC,OU=Domain Controllers,DC=example,DC=test", &[("objectClass", "computer")]);
    let samba = file(include_str!("samba.ldif"), vec![ada(dn, &attributes), computer]).unwrap();
    insta::assert_snapshot!(samba);
    assert_eq!(file(include_str!("windows.ldif"), vec![ada(dn, &attributes)]).unwrap(), samba);
}

#[test]
fn a_server_that_is_not_known_is_taken_at_its_word() {
    let root = "vendorName: Example\nnamingContexts: dc=example,dc=com\n";
    let people = vec![ada("uid=ada,dc=example,dc=com", &[("objectClass", "inetOrgPerson")])];
    let file = file(root, people).unwrap();
    for part in ["id = \"dn\"", "name = \"cn\"", "hash = \"ldap_ssha512\"", "`users.ldap.state`"] {
        assert!(file.contains(part), "{part} is not in\n{file}");
    }
    assert_eq!(file.matches("# CHECK: ").count(), 3, "{file}");
}
