//! Each preset on the tables that its framework makes, in `tests/fixtures/presets`.
//!
//! The rows of a fixture say in comments what is expected of them: whose password `may` be reset and whose `may not`,
//! what counts to nothing once Ada's was (`ended`), and what counts as before (`kept`).

use super::databases::Database;
use crate::config::Config;
use crate::hashing::NewPassword;
use crate::users::sql::engine::Engine;
use crate::users::{PasswordChange, UserStore, Written, sql};
use regain_core::account::Account;
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use std::path::Path;
use std::sync::Arc;

macro_rules! schemas {
    ($($test:ident: $preset:literal on $engine:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            a_reset_is_what_the_framework_would_do($preset, Engine::$engine).await;
        }
    )*};
}

schemas! {
    django_on_sqlite: "django" on Sqlite
    rails_on_sqlite: "rails" on Sqlite
    laravel_on_sqlite: "laravel" on Sqlite
    symfony_on_sqlite: "symfony" on Sqlite
    spring_on_sqlite: "spring" on Sqlite
    aspnet_on_sqlite: "aspnet" on Sqlite
    drupal_on_sqlite: "drupal" on Sqlite
    phoenix_on_sqlite: "phoenix" on Sqlite
    flask_on_sqlite: "flask" on Sqlite
    better_auth_on_sqlite: "better-auth" on Sqlite
}

async fn a_reset_is_what_the_framework_would_do(preset: &str, engine: Engine) {
    let (database, rows) = Database::of(preset, engine);
    let store = store(preset, &database);
    for address in expected(&rows, "may").flat_map(str::split_whitespace) {
        assert!(may_reset(&find(&*store, address).await), "{address}");
    }
    for address in expected(&rows, "may not").flat_map(str::split_whitespace) {
        let account = find(&*store, address).await;
        assert!(!may_reset(&account), "{address}");
        if account.password.is_some() {
            assert_eq!(set_password(&*store, &account).await, Written::NoLongerMatches, "{address}");
        }
    }
    let counts = |what| expected(&rows, what).map(|sql| (sql, database.count(sql))).collect::<Vec<_>>();
    let kept = counts("kept");
    for (sql, before) in counts("ended").into_iter().chain(kept.iter().copied()) {
        assert!(before > 0, "nothing to look for before: {sql}");
    }
    let ada = find(&*store, "ada@example.com").await;
    assert_eq!(set_password(&*store, &ada).await, Written::Yes);
    for (sql, after) in counts("ended") {
        assert_eq!(after, 0, "{sql}");
    }
    assert_eq!(counts("kept"), kept);
    assert_eq!(stored(&find(&*store, "ada@example.com").await), "new");
    assert_eq!(stored(&find(&*store, "grace@example.com").await), "old");
}

/// What the fixture's rows say after `-- what:`.
fn expected<'a>(rows: &'a str, what: &str) -> impl Iterator<Item = &'a str> {
    let mark = format!("-- {what}: ");
    rows.lines().filter_map(move |line| line.strip_prefix(&mark))
}

/// With nothing configured but the preset.
fn store(preset: &str, database: &Database) -> Arc<dyn UserStore> {
    let text = format!(
        "public_url = \"http://localhost:8080\"\n[users]\nurl = \"{}\"\npreset = \"{preset}\"\n\
         [mail]\nfrom = \"no-reply@example.com\"\n[mail.file]\ndirectory = \"outgoing\"\n",
        database.url(),
    );
    let config = Config::from_toml(&text, Path::new(""), [("HOME", "/")]).unwrap_or_else(|errors| panic!("{errors}"));
    sql::open(&config.users).unwrap()
}

async fn find(store: &dyn UserStore, address: &str) -> Account {
    let mut found = store.find(&[FoldedAddress::of(address)]).await.unwrap();
    assert_eq!(found.len(), 1, "{address}: {found:?}");
    found.remove(0)
}

fn may_reset(account: &Account) -> bool {
    account.eligible && account.password.is_some()
}

fn stored(account: &Account) -> &str {
    account.password.as_ref().map_or("", StoredPassword::expose)
}

async fn set_password(store: &dyn UserStore, account: &Account) -> Written {
    let change = PasswordChange {
        id: account.id.clone(),
        expected_address: account.address.clone(),
        expected: account.password.clone().unwrap_or_else(|| StoredPassword::new("")),
        new: NewPassword::unhashed("new"),
        now: Timestamp::from_millis(1_795_289_045_678),
    };
    store.set_password(change).await.unwrap()
}
