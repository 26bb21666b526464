//! Accounts in OpenLDAP, from the request to the first sign-in with the new password; and a directory in trouble, of which
//! only the operator hears.

use crate::support::canary::{self, Kind};
use crate::support::openldap::{Branch, SERVICE_PASSWORD};
use crate::support::process::{DEADLINE, Process, Site, eventually, reset_token};
use crate::support::relay::{Mood, Relay};
use reqwest::{Response, StatusCode};
use serde_json::json;

const ADA: &str = "ada@example.com";
const OLD_PASSWORD: &str = "old horse battery staple";
const NEW_PASSWORD: &str = "seven otters keep lanterns";

/// A server whose accounts are in a branch of the directory, and the way there.
struct Story {
    branch: Branch,
    relay: Relay,
    site: Site,
    server: Process,
}

impl Story {
    /// Ada and Grace, under the policy that these rules make.
    async fn begin(rules: &[(&'static str, &str)]) -> Self {
        let branch = Branch::new();
        let relay = Relay::to(&branch.address);
        let url = format!("ldap://{}", relay.address());
        Self::told(branch, relay, &url, rules).await
    }

    async fn told(branch: Branch, relay: Relay, url: &str, rules: &[(&'static str, &str)]) -> Self {
        canary::note(Kind::Password, SERVICE_PASSWORD);
        canary::note(Kind::Password, OLD_PASSWORD);
        let people = [("ada", ADA), ("grace", "grace@example.com")]
            .map(|(uid, mail)| branch.new_person(uid, mail, OLD_PASSWORD));
        branch.add(&people);
        if !rules.is_empty() {
            let policy = branch.add_policy(rules);
            branch.replace(&branch.person("ada"), "pwdPolicySubentry", Some(&policy));
        }
        let site = Site::with_accounts(&[]).await;
        let file = site.path().join("regain.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let (before, rest) = text.split_once("[users]").unwrap();
        let after = &rest[rest.find("[limits]").unwrap()..];
        let users = format!(
            "[users]\nurl = \"{url}\"\npreset = \"openldap\"\n[users.ldap]\nbase = \"{}\"\nbind_dn = \"{}\"\n\
             bind_password = \"{SERVICE_PASSWORD}\"\n",
            branch.people(),
            branch.service()
        );
        std::fs::write(&file, format!("{before}{users}[reset]\ncooldown_seconds = 0\n{after}")).unwrap();
        let server = site.serve(&[]);
        Self { branch, relay, site, server }
    }

    /// The token in the last of `count` links mailed to Ada.
    async fn token(&self, count: usize) -> String {
        let mailed = async || self.site.smtp.mails_to(ADA).iter().filter_map(reset_token).nth(count - 1);
        eventually(&format!("{count} links"), DEADLINE, mailed).await
    }

    /// Sends the page's form.
    async fn send_form(&self, token: &str, password: &str) -> Response {
        canary::note(Kind::Password, password);
        let form = [("token", token), ("password", password), ("password_confirmation", password)];
        let client = crate::support::process::client();
        let request = client.post(self.server.url("/reset-password")).header("Sec-Fetch-Site", "same-origin");
        request.form(&form).send().await.unwrap()
    }

    fn ada_signs_in_with(&self, password: &str) -> bool {
        self.branch.accepts(&self.branch.person("ada"), password)
    }

    async fn is_told(&self, words: &[&str]) {
        let told =
            async || self.server.log().lines().any(|line| words.iter().all(|word| line.contains(word))).then_some(());
        eventually(&format!("line with {words:?} in the log"), DEADLINE, told).await;
    }
}

/// Status and body, but for what differs from request to request.
async fn answer(server: &Process, address: &str) -> (u16, String) {
    let answer = server.post("/auth/password-reset/request", &json!({ "email": address })).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_new_password_and_not_with_the_old_one() {
    let it = Story::begin(&[]).await;
    assert!(it.ada_signs_in_with(OLD_PASSWORD));
    it.server.request("ADA@example.com").await;
    let token = it.token(1).await;
    assert!(it.server.is_live(&token).await);
    let done = it.send_form(&token, NEW_PASSWORD).await;
    assert_eq!(
        (done.status(), &done.headers()["location"]),
        (StatusCode::SEE_OTHER, &"/reset-password/done".parse().unwrap())
    );
    assert!(it.ada_signs_in_with(NEW_PASSWORD) && !it.ada_signs_in_with(OLD_PASSWORD));
    assert!(!it.server.is_live(&token).await, "a link is good for once");
    let notice = &it.site.mails_to(ADA, 2).await[1];
    assert!(reset_token(notice).is_none(), "the notice opens nothing");
    assert!(it.branch.accepts(&it.branch.person("grace"), OLD_PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_when_the_password_or_the_address_is_changed_elsewhere() {
    let it = Story::begin(&[]).await;
    let dn = it.branch.person("ada");
    it.server.request(ADA).await;
    let token = it.token(1).await;
    it.branch.change_password(&dn, "changed by herself");
    assert!(!it.server.confirm(&token, NEW_PASSWORD).await.unwrap());
    it.server.request(ADA).await;
    let token = it.token(2).await;
    it.branch.replace(&dn, "mail", Some("ada@example.org"));
    assert!(!it.server.confirm(&token, NEW_PASSWORD).await.unwrap());
    assert!(it.ada_signs_in_with("changed by herself"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_refuses_is_on_the_page_in_words_and_the_link_stays_good() {
    let it = Story::begin(&[("pwdInHistory", "3"), ("pwdMinLength", "20"), ("pwdCheckQuality", "2")]).await;
    it.server.request(ADA).await;
    let token = it.token(1).await;
    let refused = it.send_form(&token, "nine mild llamas").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text().await.unwrap();
    assert!(page.contains("The password rules of your organisation do not allow"), "{page}");
    assert!(it.ada_signs_in_with(OLD_PASSWORD) && it.server.is_live(&token).await);
    assert!(it.server.confirm(&token, NEW_PASSWORD).await.unwrap());
    it.server.request(ADA).await;
    let token = it.token(2).await;
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let again = it.server.post("/auth/password-reset/confirm", &body).await.unwrap();
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(it.server.is_live(&token).await);
    assert!(it.server.confirm(&token, "eight otters keep lanterns").await.unwrap());
    assert!(it.ada_signs_in_with("eight otters keep lanterns"));
}

/// Whoever has stolen a link would otherwise find out by it what the account's passwords were.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_dead_after_ten_refusals_of_the_directory() {
    let it = Story::begin(&[("pwdInHistory", "3")]).await;
    let change = async |token: &str, password: &str| {
        let body = json!({ "token": token, "new_password": password });
        it.server.post("/auth/password-reset/confirm", &body).await.unwrap()
    };
    it.server.request(ADA).await;
    assert_eq!(change(&it.token(1).await, NEW_PASSWORD).await.status(), StatusCode::OK);
    it.server.request(ADA).await;
    let token = it.token(2).await;
    for _ in 0..10 {
        assert!(it.server.is_live(&token).await);
        let refused = change(&token, NEW_PASSWORD).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("previously_used"));
    }
    assert!(!it.server.is_live(&token).await);
    let (dead, spent) = (change(&token, NEW_PASSWORD).await, change(&it.token(1).await, NEW_PASSWORD).await);
    assert_eq!((dead.status(), dead.text().await.unwrap()), (spent.status(), spent.text().await.unwrap()));
    assert!(it.site.printed_by(&["explain", ADA]).contains("too many passwords were refused"));
    assert!(it.ada_signs_in_with(NEW_PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_a_directory_that_is_gone_and_nobody_else_hears_of_it() {
    let it = Story::begin(&[]).await;
    let usual = answer(&it.server, "nobody@example.com").await;
    assert_eq!(usual.0, 200);
    it.relay.set(Mood::Cut);
    for address in [ADA, "nobody@example.com", "*)(uid=*))(|(uid=*", "grace@example.com"] {
        let answer = answer(&it.server, address).await;
        assert!(answer == usual || !address.contains("example.com"), "{address}: {answer:?}");
    }
    it.is_told(&["the user store cannot be asked", "ldap://127.0.0.1"]).await;
    assert!(it.site.smtp.mails().is_empty());
    it.relay.set(Mood::Open);
    let token = it.token(1).await;
    it.relay.set(Mood::Cut);
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let status = it.server.post("/auth/password-reset/confirm", &body).await.unwrap().status();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    it.relay.set(Mood::Open);
    assert!(it.server.confirm(&token, NEW_PASSWORD).await.unwrap(), "{}", it.server.log());
    assert!(it.ada_signs_in_with(NEW_PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_server_takes_over_from_the_first() {
    let branch = Branch::new();
    let (first, second) = (Relay::to(&branch.address), Relay::to(&branch.address));
    let url = format!("ldap://{} ldap://{}", first.address(), second.address());
    let it = Story::told(branch, second, &url, &[]).await;
    it.server.request(ADA).await;
    let token = it.token(1).await;
    first.set(Mood::Cut);
    assert!(it.server.confirm(&token, NEW_PASSWORD).await.unwrap());
    assert!(it.ada_signs_in_with(NEW_PASSWORD));
    it.server.request("grace@example.com").await;
    assert_eq!(it.site.mails_to("grace@example.com", 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_locked_by_an_administrator_gets_no_mail_and_stays_locked() {
    let it = Story::begin(&[]).await;
    let dn = it.branch.person("ada");
    it.server.request(ADA).await;
    let token = it.token(1).await;
    it.branch.replace(&dn, "pwdAccountLockedTime", Some("000001010000Z"));
    assert!(!it.server.confirm(&token, NEW_PASSWORD).await.unwrap());
    it.server.request(ADA).await;
    it.server.request("grace@example.com").await;
    it.site.mails_to("grace@example.com", 1).await;
    let told = async || {
        let explained = it.site.printed_by(&["explain", ADA]);
        explained.contains("may not reset").then_some(())
    };
    eventually("word on why there is no mail", DEADLINE, told).await;
    assert_eq!(it.site.smtp.mails_to(ADA).len(), 1);
    assert_eq!(it.branch.value(&dn, "pwdAccountLockedTime").as_deref(), Some("000001010000Z"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_a_directory_says_what_holds() {
    let it = Story::begin(&[]).await;
    let output = it.site.regain(&["check", "--config", "regain.toml"], "");
    let said = String::from_utf8_lossy(&output.stdout);
    for words in [
        "OpenLDAP at ldap://127.0.0.1",
        "Password Modify",
        "2 accounts under",
        "may write userPassword",
        "can read no stored password",
        "no two accounts share an address",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains(SERVICE_PASSWORD), "{said}");
}
