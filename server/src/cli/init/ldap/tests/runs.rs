//! Whole runs, on OpenLDAP. Samba's is in `server/tests/interop/active_directory`.

use crate::cli::Misused;
use crate::cli::init::ask::Asker;
use crate::cli::init::{InitArgs, init};
use crate::config::Config;
use crate::users::ldap::tests::openldap::{Branch, SERVICE_PASSWORD};
use std::path::Path;
use tempfile::TempDir;

/// What was told, and the file.
fn proposed(args: &InitArgs, folder: &Path) -> anyhow::Result<(String, String)> {
    let output = folder.join("regain.toml");
    let mut told = Vec::new();
    init(args, &output, &mut Asker::nobody(), [&mut told, &mut Vec::new()])?;
    Ok((String::from_utf8(told)?, std::fs::read_to_string(output)?))
}

/// Looks at the branch as its service account, whose password is in a file.
fn as_service(branch: &Branch, folder: &Path) -> InitArgs {
    let password = folder.join("password");
    std::fs::write(&password, format!("{SERVICE_PASSWORD}\n")).unwrap();
    InitArgs {
        url: Some(format!("ldap://{}/{}", branch.address, branch.people())),
        bind_dn: Some(branch.service()),
        bind_password_file: Some(password),
        ..InitArgs::default()
    }
}

#[test]
fn openldap_with_the_least_rights() {
    let (branch, folder) = (Branch::new(), TempDir::new().unwrap());
    branch.add(&["ada", "bob"].map(|uid| branch.new_person(uid, &format!("{uid}@example.com"), "old horse battery")));
    let (told, file) = proposed(&as_service(&branch, folder.path()), folder.path()).unwrap();
    for part in ["Recognised: OpenLDAP\n", "2 seen; 2 with an address in `mail`", "which no directory tells"] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    let (base, service) = (branch.people(), branch.service());
    for line in ["preset = \"openldap\"", &format!("base = {base:?}"), &format!("bind_dn = {service:?}")] {
        assert!(file.contains(&format!("\n{line}\n")), "{line} is not in\n{file}");
    }
    assert!(!told.contains(SERVICE_PASSWORD) && !file.contains(SERVICE_PASSWORD), "{told}{file}");
    Config::load(Some(&folder.path().join("regain.toml")), std::iter::empty::<(String, String)>()).unwrap();
}

#[test]
fn a_password_of_the_environment_stays_there() {
    let (branch, folder) = (Branch::new(), TempDir::new().unwrap());
    branch.add(&[branch.new_person("ada", "ada@example.com", "old horse battery")]);
    let variable = |name: &str, value: String| (format!("REGAIN_USERS__LDAP__{name}"), value);
    let environment = vec![variable("BIND_DN", branch.service()), variable("BIND_PASSWORD", SERVICE_PASSWORD.into())];
    let args = as_service(&branch, folder.path());
    let args = InitArgs { bind_dn: None, bind_password_file: None, environment, ..args };
    let (told, file) = proposed(&args, folder.path()).unwrap();
    assert!(file.contains("REGAIN_USERS__LDAP__BIND_PASSWORD") && file.contains(&branch.service()), "{file}");
    assert!(!told.contains(SERVICE_PASSWORD) && !file.contains(SERVICE_PASSWORD), "{told}{file}");
}

#[test]
fn who_has_not_signed_in_is_told_how_to() {
    let (branch, folder) = (Branch::new(), TempDir::new().unwrap());
    branch.add(&[branch.new_person("ada", "ada@example.com", "old horse battery")]);
    let args = as_service(&branch, folder.path());
    let refused = |args: InitArgs| proposed(&args, folder.path()).unwrap_err();
    let nobody =
        refused(InitArgs { bind_dn: None, bind_password_file: None, url: args.url.clone(), ..InitArgs::default() });
    assert!(nobody.to_string().contains("--bind-dn DN --bind-password-file FILE"), "{nobody}");
    let halfway = refused(InitArgs {
        bind_password_file: None,
        url: args.url.clone(),
        bind_dn: args.bind_dn.clone(),
        ..InitArgs::default()
    });
    assert!(halfway.is::<Misused>() && halfway.to_string().contains("--bind-password-file"), "{halfway}");
    std::fs::write(folder.path().join("password"), "another").unwrap();
    let stranger = refused(args);
    assert!(stranger.to_string().contains("49 (invalid credentials)"), "{stranger}");
    assert!(!folder.path().join("regain.toml").exists());
}

#[test]
fn nothing_is_written_where_nobody_has_an_address() {
    let (branch, folder) = (Branch::new(), TempDir::new().unwrap());
    let refused = |args: &InitArgs| format!("{:#}", proposed(args, folder.path()).unwrap_err());
    let args = as_service(&branch, folder.path());
    assert!(refused(&args).contains("shows nobody under"), "{}", refused(&args));
    let (dn, mut values) = branch.new_person("ada", "ada@example.com", "old horse battery");
    values.retain(|(name, _)| *name != "mail");
    branch.add(&[(dn, values)]);
    assert!(refused(&args).contains("shows people") && refused(&args).contains("`mail`"), "{}", refused(&args));
    let gone = InitArgs { url: Some("ldap://127.0.0.1:1/dc=example".into()), ..as_service(&branch, folder.path()) };
    assert!(refused(&gone).contains("refused"), "{}", refused(&gone));
}
