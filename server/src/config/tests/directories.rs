//! `[users]` with a directory.

use super::*;
use crate::config::{Ldap, LdapServer, LdapTls, StoreUrl, Users};
use secrecy::ExposeSecret;
use std::path::Path;

const SECTION: &str = "[users.ldap]\nbase = \"dc=example,dc=com\"\nbind_dn = \"cn=regain,dc=example,dc=com\"\nbind_password = \"sesame\"\n";

fn configured(users: &str, section: &str) -> String {
    LEAST.replace("url = \"sqlite:app.db\"\ntable = \"accounts\"", &format!("{users}\n{section}"))
}

fn directory(users: &str, section: &str) -> (Users, Ldap) {
    let users = read(&configured(users, section)).users;
    let StoreUrl::Ldap(ldap) = &users.url else { panic!("{:?}", users.url) };
    (users.clone(), (**ldap).clone())
}

#[test]
fn a_directory_needs_little_and_the_standards_say_the_rest() {
    for preset in ["", "preset = \"openldap\""] {
        let (users, ldap) = directory(&format!("url = \"ldaps://ldap.example.com\"\n{preset}"), SECTION);
        assert_eq!((users.id.as_str(), users.email.as_str(), users.hash.as_str()), ("entryUUID", "mail", "keep"));
        assert_eq!((users.name.as_deref(), users.locale.as_deref()), (Some("cn"), Some("preferredLanguage")));
        assert_eq!((users.eligible, ldap.filter.as_str()), (None, "(objectClass=inetOrgPerson)"));
        assert_eq!(ldap.state, ["pwdChangedTime", "entryCSN"]);
        assert_eq!((ldap.base.as_str(), ldap.bind_dn.as_str()), ("dc=example,dc=com", "cn=regain,dc=example,dc=com"));
        assert_eq!((ldap.bind_password.expose_secret(), ldap.more_addresses.len()), ("sesame", 0));
    }
}

#[test]
fn an_operators_key_overrides_what_is_usual() {
    let (users, ldap) = directory(
        "url = \"ldaps://ldap.example.com\"\npreset = \"openldap\"\nid = \"dn\"\nname = \"\"\nhash = \"ldap_ssha512\"\n\
         eligible = \"(!(employeeType=left))\"",
        &format!(
            "{SECTION}filter = \"(uid=*)\"\nstate = \"pwdChangedTime\"\nmore_addresses = [\"mailAlternateAddress\"]\n"
        ),
    );
    assert_eq!((users.id.as_str(), users.name, users.hash.as_str()), ("dn", None, "ldap_ssha512"));
    assert_eq!(users.eligible.as_deref(), Some("(!(employeeType=left))"));
    assert_eq!((ldap.filter.as_str(), &ldap.state[..]), ("(uid=*)", &["pwdChangedTime".to_owned()][..]));
    assert_eq!(ldap.more_addresses, ["mailAlternateAddress"]);
}

#[test]
fn the_scheme_and_the_host_decide_how_a_server_is_reached() {
    let section = SECTION.replace("base = \"dc=example,dc=com\"\n", "");
    let urls = "ldaps://A.example.com/ou=people,dc=example%2Cdc=com ldap://b.example.com:1389  ldap://127.0.0.1 ldap://[::1]:3890";
    let (_, ldap) = directory(&format!("url = \"{urls}\""), &section);
    let server = |host: &str, port, tls| LdapServer { host: host.into(), port, tls };
    assert_eq!(
        ldap.servers,
        [
            server("a.example.com", 636, LdapTls::Implicit),
            server("b.example.com", 1389, LdapTls::StartTls),
            server("127.0.0.1", 389, LdapTls::Clear),
            server("[::1]", 3890, LdapTls::Clear),
        ]
    );
    assert_eq!(ldap.base, "ou=people,dc=example,dc=com");
    assert_eq!(ldap.servers[1].url(), "ldap://b.example.com:1389");
}

#[test]
fn what_would_sign_in_as_nobody_or_in_clear_or_nowhere_is_refused() {
    let url = "url = \"ldaps://ldap.example.com\"";
    let without = |line: &str| SECTION.lines().filter(|kept| !kept.starts_with(line)).collect::<Vec<_>>().join("\n");
    for (users, section, said) in [
        (url, without("bind_password"), "`users.ldap.bind_password` is required with a directory"),
        (url, SECTION.replace("sesame", ""), "`users.ldap.bind_password` is required with a directory"),
        (url, without("bind_dn"), "`users.ldap.bind_dn` is required with a directory"),
        (url, without("base"), "`users.ldap.base` is required with a directory"),
        (url, format!("{SECTION}filter = \"uid=*)(\""), "`users.ldap.filter` is no search filter"),
        (url, format!("{SECTION}state = \"userPassword\""), "`users.ldap.state` is what holds the password"),
        (
            url,
            format!("{SECTION}more_addresses = [\"mail)(\"]"),
            "`users.ldap.more_addresses` is no name of an attribute",
        ),
        (
            "url = \"ldaps://ldap.example.com\"\nhash = \"bcrypt\"",
            SECTION.into(),
            "`users.hash` is no format of a directory",
        ),
        ("url = \"ldaps://ldap.example.com\"\nid = \"uid=\"", SECTION.into(), "`users.id` is no name of an attribute"),
        (
            "url = \"ldaps://ldap.example.com\"\neligible = \"is_active\"",
            SECTION.into(),
            "`users.eligible` is no search filter",
        ),
        ("url = \"ldaps://ldap.example.com\"\npreset = \"django\"", SECTION.into(), "`users.preset` is of a database"),
        ("url = \"ldaps://cn=a:b@ldap.example.com\"", SECTION.into(), "`users.url` names a user or a password"),
        ("url = \"ldaps://ldap.example.com:0\"", SECTION.into(), "`users.url` names no host, or port 0"),
        ("url = \"ldaps://ldap.example.com?x\"", SECTION.into(), "`users.url` has more in it than host, port and base"),
        ("url = \"ldaps://[2001:db8::1]\"", SECTION.into(), "`users.url` names a server by its IPv6 address"),
        (
            "url = \"ldaps://a.example.com/dc=a ldaps://b.example.com/dc=b\"",
            SECTION.into(),
            "`users.url` names several bases",
        ),
        (
            "url = \"ldaps://a.example.com https://b.example.com\"",
            SECTION.into(),
            "`users.url` names servers of different kinds",
        ),
    ] {
        let refused = title(&configured(users, &section));
        assert!(refused.starts_with(&format!("error: {said}")), "{users}\n{section}\n{refused}");
    }
}

#[test]
fn a_directorys_preset_is_of_no_use_to_a_database() {
    let refused = title(&configured("url = \"sqlite:app.db\"\npreset = \"openldap\"\ntable = \"accounts\"", ""));
    assert_eq!(refused, "error: `users.preset` is of a directory");
}

#[test]
fn the_password_is_never_shown() {
    let file = SourceFile {
        name: "regain.toml".into(),
        text: configured("url = \"ldaps://ldap.example.com\"", SECTION).into(),
        hidden: Vec::new(),
    };
    let loaded = Loaded::from_parts(Some(file), Path::new(""), NO_ENVIRONMENT).unwrap_or_else(|e| panic!("{e}"));
    let shown = show::print(&loaded);
    assert!(shown.contains("bind_dn") && !shown.contains("sesame"), "{shown}");
}
