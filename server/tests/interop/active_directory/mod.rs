//! Active Directory, as Samba serves it: Regain's account has the rights of `docs/operate/active-directory.md` alone, and
//! the domain is asked whom it lets in.

mod domain;

use crate::program::run;
use crate::story::{NEW_PASSWORD, OLD_PASSWORD, Site};
use crate::support::process::{Process, command, reset_token};
use domain::{Domain, PEOPLE, SERVICE, in_utf16, person};
use ldap3::Mod;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn lets_in_by_the_new_password_and_not_by_the_old() {
    let domain = Domain::shared();
    domain.add_person("ada", &[("mail", "ada@example.com"), ("displayName", "Ada Lovelace")]).await;
    domain.set("ada", "pwdLastSet", "0").await;
    assert!(!domain.lets_in("ada", OLD_PASSWORD).await, "she is to change her password first");

    let site = site(&domain.url()).await;
    site.check();
    site.reset("ada@example.com", NEW_PASSWORD).await;

    assert!(site.mail_to("ada@example.com").await.text().contains("Ada Lovelace"));
    assert!(!domain.lets_in("ada", OLD_PASSWORD).await, "the old password is still let in");
    assert!(domain.lets_in("ada", NEW_PASSWORD).await, "the new password is not let in");
    site.timeline("ada@example.com", "a new password was set").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_domain_refuses_is_told_and_leaves_the_link_live() {
    let domain = Domain::shared();
    domain.add_person("bob", &[("mail", "bob@example.com")]).await;
    let site = site(&domain.url()).await;
    let regain = site.serve();
    regain.request("bob@example.com").await;
    let token = reset_token(&site.mail_to("bob@example.com").await).unwrap();

    let refused = confirm(&regain, &token, "onlylowercaseletters").await;
    assert_eq!(refused, (StatusCode::UNPROCESSABLE_ENTITY, vec!["refused_by_store".to_owned()]));
    assert!(regain.is_live(&token).await);
    assert!(domain.lets_in("bob", OLD_PASSWORD).await);
    // An administrator's reset obeys the history only where the server can be told so.
    let again = confirm(&regain, &token, OLD_PASSWORD).await;
    if domain.offers("1.2.840.113556.1.4.2239").await {
        assert_eq!(again.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(confirm(&regain, &token, NEW_PASSWORD).await.0, StatusCode::OK);
    } else {
        assert_eq!(again.0, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_sign_in_gets_nothing_and_nobody_sees_it() {
    let domain = Domain::shared();
    let some_time_ago = "132398199523416540";
    for (name, attribute, value) in [
        ("disabled", "userAccountControl", "514"),
        ("expired", "accountExpires", some_time_ago),
        ("smartcard", "userAccountControl", "262656"),
        ("usual", "userAccountControl", "512"),
    ] {
        domain.add_person(name, &[("mail", &format!("{name}@example.com"))]).await;
        domain.set(name, attribute, value).await;
    }
    let site = site(&domain.url()).await;
    let regain = site.serve();

    let mut answers = HashSet::new();
    for name in ["disabled", "expired", "smartcard", "nobody", "usual"] {
        let body = json!({ "email": format!("{name}@example.com") });
        let answer = regain.post("/auth/password-reset/request", &body).await.unwrap();
        answers.insert((answer.status(), answer.text().await.unwrap()));
    }

    assert_eq!(answers.len(), 1, "{answers:?}");
    site.mail_to("usual@example.com").await;
    for name in ["disabled", "expired", "smartcard"] {
        site.timeline(&format!("{name}@example.com"), "the account may not reset its password").await;
    }
    site.timeline("nobody@example.com", "no account has this address").await;
    assert_eq!(site.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_locked_out_is_let_in_again() {
    let domain = Domain::shared();
    domain.add_person("eve", &[("mail", "eve@example.com")]).await;
    domain.replace(domain::ROOT, "lockoutThreshold", "5").await;
    for _ in 0..5 {
        assert!(!domain.lets_in("eve", "wrong").await);
    }
    assert!(!domain.lets_in("eve", OLD_PASSWORD).await, "she is not locked out");

    let site = site(&domain.url()).await;
    site.reset("eve@example.com", NEW_PASSWORD).await;

    assert!(domain.lets_in("eve", NEW_PASSWORD).await);
    assert_eq!(domain.value("eve", "lockoutTime").await.as_deref(), Some("0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_address_gets_the_link_that_was_asked_for_with_it() {
    let domain = Domain::shared();
    let addresses = ["SMTP:kim@example.com", "smtp:Kim.Long@Example.com", "sip:kim.phone@example.com"];
    let mut attributes = vec![("mail", "kim@example.com")];
    attributes.extend(addresses.map(|address| ("proxyAddresses", address)));
    domain.add_person("kim", &attributes).await;
    let site = site(&domain.url()).await;
    let regain = site.serve();

    regain.request("kim.phone@example.com").await;
    regain.request("kim.long@example.com").await;
    let token = reset_token(&site.mail_to("Kim.Long@Example.com").await).unwrap();

    assert!(regain.confirm(&token, NEW_PASSWORD).await.unwrap(), "{}", regain.log());
    assert!(domain.lets_in("kim", NEW_PASSWORD).await);
    site.timeline("kim.phone@example.com", "no account has this address").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_of_the_guide_are_for_passwords_of_people_under_one_unit_alone() {
    let domain = Domain::shared();
    domain.add_person("max", &[("mail", "max@example.com")]).await;
    let mut service = domain.service().await;
    let password = in_utf16(NEW_PASSWORD);
    for (dn, attribute, value) in [
        (person("max"), "mail", b"eve@example.com".as_slice()),
        (person("max"), "userAccountControl", b"66048"),
        ("CN=Administrator,CN=Users,DC=example,DC=test".to_owned(), "unicodePwd", &password),
        ("CN=Guest,CN=Users,DC=example,DC=test".to_owned(), "unicodePwd", &password),
    ] {
        let change = Mod::Replace(attribute.as_bytes().to_vec(), HashSet::from([value.to_vec()]));
        let answer = service.modify(&dn, vec![change]).await.unwrap();
        assert_eq!(answer.rc, 50, "{dn} {attribute}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_begins_in_clear_is_encrypted_before_anything_is_said() {
    let domain = Domain::shared();
    domain.add_person("joe", &[("mail", "joe@example.com")]).await;
    let site = site(&domain.clear_url()).await;
    site.check();
    site.reset("joe@example.com", NEW_PASSWORD).await;
    assert!(domain.lets_in("joe", NEW_PASSWORD).await);
}

/// Samba sends all of them, whatever limit it is told.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_thousands_belongs_to_nobody_and_hides_no_other() {
    let domain = Domain::shared();
    domain.add_crowd("crowd@example.com", 420).await;
    domain.add_person("tim", &[("mail", "tim@example.com")]).await;
    let site = site(&domain.url()).await;
    let regain = site.serve();

    regain.request("crowd@example.com").await;
    regain.request("tim@example.com").await;

    site.mail_to("tim@example.com").await;
    site.timeline("crowd@example.com", "several accounts").await;
    assert_eq!(site.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn init_recognises_samba_and_writes_what_works() {
    let domain = Domain::shared();
    domain.add_person("ida", &[("mail", "ida@example.com")]).await;
    domain.add_person("chief", &[("mail", "chief@example.com"), ("adminCount", "1")]).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), SERVICE.1).unwrap();
    let certificate = domain.certificate();
    let words = ["init", &domain.url(), "--bind-dn", SERVICE.0, "--bind-password-file", "password", "--ca-file"];
    let mut init = command(folder.path(), &words);
    init.arg(certificate);
    let told = run(init);
    assert!(told.contains("Active Directory (Samba)"), "{told}");
    let config = std::fs::read_to_string(folder.path().join("regain.toml")).unwrap();
    assert!(config.contains("preset = \"active-directory\"") && config.contains(PEOPLE), "{config}");

    let site = Site::in_folder(folder).await;
    site.check();
    site.reset("ida@example.com", NEW_PASSWORD).await;
    assert!(domain.lets_in("ida", NEW_PASSWORD).await);
    let regain = site.serve();
    regain.request("chief@example.com").await;
    site.timeline("chief@example.com", "no account has this address").await;
}

/// Regain beside the domain, reached at `url`.
async fn site(url: &str) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, (name, password)) = (Domain::shared().certificate(), SERVICE);
    let config = format!(
        "product_name = \"Example\"\n[users]\nurl = {url:?}\npreset = \"active-directory\"\n[users.ldap]\n\
         base = {PEOPLE:?}\nbind_dn = {name:?}\nbind_password = {password:?}\nca_file = {certificate:?}\n\
         [mail]\nfrom = \"Example <no-reply@example.com>\"\n"
    );
    std::fs::write(folder.path().join("regain.toml"), config).unwrap();
    Site::in_folder(folder).await
}

/// Sets a password with a link's token: the answer, and the codes of what is wrong with the password.
async fn confirm(regain: &Process, token: &str, password: &str) -> (StatusCode, Vec<String>) {
    let body = json!({ "token": token, "new_password": password });
    let answer = regain.post("/auth/password-reset/confirm", &body).await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    let violations = body["error"]["violations"].as_array().into_iter().flatten();
    (status, violations.map(|one| one["code"].as_str().unwrap().to_owned()).collect())
}
