//! Each preset on the tables that its framework makes, in `tests/fixtures/presets`.
//!
//! The rows of a fixture say in comments what is expected of them: whose password `may` be reset and whose `may not`,
//! what counts to nothing once Ada's was (`ended`), and what counts as before (`kept`).

use crate::config::Config;
use crate::finding::Verdict;
use crate::hashing::NewPassword;
use crate::users::sql::engine::Engine;
use crate::users::sql::presets::Preset;
use crate::users::sql::test_database::TestDatabase;
use crate::users::{PasswordChange, UserStore, Written, some_writing, sql};
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
    django_on_postgres: "django" on Postgres
    django_on_mysql: "django" on Mysql
    rails_on_sqlite: "rails" on Sqlite
    rails_on_postgres: "rails" on Postgres
    rails_on_mysql: "rails" on Mysql
    laravel_on_sqlite: "laravel" on Sqlite
    laravel_on_postgres: "laravel" on Postgres
    laravel_on_mysql: "laravel" on Mysql
    symfony_on_sqlite: "symfony" on Sqlite
    symfony_on_postgres: "symfony" on Postgres
    symfony_on_mysql: "symfony" on Mysql
    spring_on_sqlite: "spring" on Sqlite
    spring_on_postgres: "spring" on Postgres
    spring_on_mysql: "spring" on Mysql
    aspnet_on_sqlite: "aspnet" on Sqlite
    aspnet_on_postgres: "aspnet" on Postgres
    aspnet_on_mysql: "aspnet" on Mysql
    wordpress_on_mysql: "wordpress" on Mysql
    drupal_on_sqlite: "drupal" on Sqlite
    drupal_on_postgres: "drupal" on Postgres
    drupal_on_mysql: "drupal" on Mysql
    phoenix_on_sqlite: "phoenix" on Sqlite
    phoenix_on_postgres: "phoenix" on Postgres
    phoenix_on_mysql: "phoenix" on Mysql
    flask_on_sqlite: "flask" on Sqlite
    flask_on_postgres: "flask" on Postgres
    flask_on_mysql: "flask" on Mysql
    unleash_on_postgres: "unleash" on Postgres
    gotrue_on_postgres: "gotrue" on Postgres
    better_auth_on_sqlite: "better-auth" on Sqlite
    better_auth_on_postgres: "better-auth" on Postgres
    better_auth_on_mysql: "better-auth" on Mysql
}

async fn a_reset_is_what_the_framework_would_do(preset: &str, engine: Engine) {
    let (database, rows) = with_fixture(preset, engine);
    let store = store(preset, &database);
    an_examination_finds_nothing_wrong(&*store).await;
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
    let [ada, grace] = [find(&*store, "ada@example.com").await, find(&*store, "grace@example.com").await];
    assert_eq!(set_password(&*store, &ada).await, Written::Yes(vec![]));
    for (sql, after) in counts("ended") {
        assert_eq!(after, 0, "{sql}");
    }
    assert_eq!(counts("kept"), kept);
    assert_eq!(stored(&find(&*store, "ada@example.com").await), "new");
    assert_eq!(stored(&find(&*store, "grace@example.com").await), stored(&grace));
    for table in optional_tables(preset, engine) {
        database.run(&format!("DROP TABLE {table}"));
    }
    assert_eq!(
        set_password(&*store, &grace).await,
        Written::Yes(vec![]),
        "without what the application may do without"
    );
}

/// An application that was made as its framework makes it has nothing that `check` calls wrong.
async fn an_examination_finds_nothing_wrong(store: &dyn UserStore) {
    let findings = store.examine().await;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.verdict == Verdict::Fails).collect();
    assert!(!findings.is_empty() && wrong.is_empty(), "{wrong:#?}");
}

/// Those that statements of the preset are left out without, and what hangs on them.
fn optional_tables(preset: &str, engine: Engine) -> Vec<String> {
    let steps = Preset::named(preset).unwrap().after_reset(engine);
    let mut tables: Vec<String> = steps.into_iter().filter_map(|step| step.if_table).collect();
    tables.retain(|table| table != "password_resets");
    if let Some(at) = tables.iter().position(|table| table.eq_ignore_ascii_case("spring_session")) {
        tables.insert(at, "SPRING_SESSION_ATTRIBUTES".into());
    }
    let suffix = if engine == Engine::Postgres { " CASCADE" } else { "" };
    tables.into_iter().map(|table| table + suffix).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unleash_remembers_five_passwords_and_tells_the_root_role() {
    let (database, _) = with_fixture("unleash", Engine::Postgres);
    let store = store("unleash", &database);
    let ada = find(&*store, "ada@example.com").await;
    set_password(&*store, &ada).await;
    let used = store.used_passwords(&ada.id).await.unwrap();
    let used: Vec<_> = used.iter().map(StoredPassword::expose).collect();
    assert_eq!(used, ["new", stored(&ada), "used 4", "used 3", "used 2"]);
    let role = async |address| {
        let account = find(&*store, address).await;
        store.role(&account.id).await.unwrap().map(|role| (role.id, role.name, role.kind))
    };
    assert_eq!(role("ada@example.com").await, Some((1, "Admin".into(), "root".into())));
    assert_eq!(role("grace@example.com").await, Some((3, "Viewer".into(), "root".into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_stamps_of_aspnet_differ_from_reset_to_reset() {
    for engine in Engine::ALL {
        let (database, _) = with_fixture("aspnet", *engine);
        let store = store("aspnet", &database);
        for address in ["ada@example.com", "grace@example.com"] {
            let account = find(&*store, address).await;
            let change = PasswordChange { new: NewPassword::unhashed(address), ..change(&account) };
            assert_eq!(store.set_password(change).await.unwrap().without_counts(), Written::Yes(vec![]));
        }
        let stamps =
            "SELECT count(DISTINCT \"SecurityStamp\") FROM \"AspNetUsers\" WHERE length(\"SecurityStamp\") = 32";
        assert_eq!(database.count(stamps), 2, "{engine}");
    }
}

/// What the fixture's rows say after `-- what:`.
fn expected<'a>(rows: &'a str, what: &str) -> impl Iterator<Item = &'a str> {
    let mark = format!("-- {what}: ");
    rows.lines().filter_map(move |line| line.strip_prefix(&mark))
}

/// With nothing configured but the preset.
/// The schema of `preset` on this engine and its rows, and the rows as they are written.
fn with_fixture(preset: &str, engine: Engine) -> (TestDatabase, String) {
    let schema = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    };
    let [schema, rows] = [schema, "rows"].map(|part| {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/presets");
        let path = directory.join(format!("{preset}.{part}.sql"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    let database = TestDatabase::on(engine, &schema);
    database.run(&rows);
    (database, rows)
}

fn store(preset: &str, database: &TestDatabase) -> Arc<dyn UserStore> {
    let text = format!(
        "public_url = \"http://localhost:8080\"\n[users]\nurl = \"{}\"\npreset = \"{preset}\"\n\
         [mail]\nfrom = \"no-reply@example.com\"\n[mail.file]\ndirectory = \"outgoing\"\n",
        database.url,
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
    store.set_password(change(account)).await.unwrap().without_counts()
}

fn change(account: &Account) -> PasswordChange {
    PasswordChange {
        id: account.id.clone(),
        expected_address: account.address.clone(),
        expected: account.password.clone().unwrap_or_else(|| StoredPassword::new("")),
        new: NewPassword::unhashed("new"),
        writing: some_writing(),
        now: Timestamp::from_millis(1_795_289_045_678),
    }
}
