//! `[users]`: presets, what overrides them, and the stores that are taken.

use super::*;
use secrecy::ExposeSecret;

/// The least configuration with `lines` for `[users]`.
fn configured(lines: &str) -> String {
    LEAST.replace("url = \"sqlite:app.db\"\ntable = \"accounts\"", lines)
}

fn users(lines: &str) -> crate::config::Users {
    read(&configured(lines)).users
}

fn shown(lines: &str) -> String {
    let file = SourceFile { name: "regain.toml".into(), text: configured(lines), hidden: Vec::new() };
    let loaded = Loaded::from_parts(Some(file), Path::new(""), NO_ENVIRONMENT).unwrap_or_else(|e| panic!("{e}"));
    let all = show::print(&loaded);
    let after = &all[all.find("[users]").unwrap()..];
    after[..after.find("[reset]").unwrap()].trim_end().to_owned()
}

#[test]
fn a_preset_fills_in_what_is_absent() {
    let users = users("url = \"sqlite:app.db\"\npreset = \"django\"");
    assert_eq!([&users.table, &users.id, &users.email, &users.password], ["auth_user", "id", "email", "password"]);
    assert_eq!((users.name.as_deref(), users.eligible.as_deref()), (Some("first_name"), Some("is_active")));
    assert_eq!((users.locale, users.email_verified, users.hash.as_str()), (None, None, "keep"));
    assert_eq!(users.preset.map(|preset| preset.name), Some("django"));
}

#[test]
fn an_operators_key_overrides_the_presets() {
    let users = users(
        "url = \"postgres://db/app\"\npreset = \"unleash\"\nname = \"username\"\neligible = \"id > 0\"\n\
         hash = \"bcrypt\"\nafter_reset = [\"DELETE FROM unleash_session\"]\n[users.history]\nkeep = 2",
    );
    assert_eq!((users.name.as_deref(), users.eligible.as_deref()), (Some("username"), Some("id > 0")));
    assert_eq!((users.hash.as_str(), users.password.as_str()), ("bcrypt", "password_hash"));
    assert_eq!(users.after_reset, ["DELETE FROM unleash_session".into()]);
    let history = users.history.unwrap();
    assert_eq!((history.keep, history.table.as_str(), history.at.as_str()), (2, "used_passwords", "used_at"));
}

#[test]
fn an_empty_text_means_none_whatever_the_preset_says() {
    let users = users(
        "url = \"postgres://db/app\"\npreset = \"gotrue\"\nname = \"\"\neligible = \"\"\nemail_verified = \"\"\n\
         after_reset = []",
    );
    assert_eq!((users.name, users.eligible, users.email_verified), (None, None, None));
    assert!(users.after_reset.is_empty());
    let users = self::users("url = \"mysql://db/app\"\npreset = \"better-auth\"\n[users.credentials]\ntable = \"\"");
    assert_eq!(users.credentials, None);
    let users = self::users("url = \"postgres://db/app\"\npreset = \"unleash\"\n[users.history]\ntable = \"\"");
    assert_eq!(users.history, None);
}

#[test]
fn an_empty_variable_overrides_file_and_preset() {
    let text = configured("url = \"sqlite:app.db\"\npreset = \"django\"\neligible = \"is_staff\"");
    let variables = [("REGAIN_USERS__ELIGIBLE", ""), ("REGAIN_USERS__NAME", ""), ("REGAIN_USERS__AFTER_RESET", "")];
    let users = Config::from_toml(&text, Path::new(""), variables).unwrap_or_else(|e| panic!("{e}")).users;
    assert_eq!((users.eligible, users.name), (None, None));
    assert_eq!(users.table, "auth_user");
}

#[test]
fn what_a_preset_says_is_said_in_the_words_of_the_engine() {
    let condition = |url: &str| {
        let users = users(&format!("url = \"{url}\"\npreset = \"better-auth\""));
        let credentials = users.credentials.unwrap();
        assert_eq!((credentials.table.as_str(), credentials.account_id.as_str()), ("account", "userId"));
        credentials.condition.unwrap()
    };
    assert_eq!(condition("postgres://db/app"), "\"providerId\" = 'credential'");
    assert_eq!(condition("mariadb://db/app"), "providerId = 'credential'");
    assert_eq!(condition("sqlite:app.db"), "providerId = 'credential'");
}

#[test]
fn a_second_table_under_another_name_keeps_the_rest_of_the_preset() {
    let users = users("url = \"mysql://db/app\"\npreset = \"better-auth\"\n[users.credentials]\ntable = \"accounts\"");
    let credentials = users.credentials.unwrap();
    assert_eq!((credentials.table.as_str(), credentials.account_id.as_str()), ("accounts", "userId"));
    assert!(credentials.condition.is_some());
}

#[test]
fn a_presets_statements_depend_on_tables_and_an_operators_do_not() {
    let laravel = "url = \"mysql://db/app\"\npreset = \"laravel\"";
    let tables: Vec<_> = users(laravel).after_reset.into_iter().map(|step| step.if_table).collect();
    let optional = ["sessions", "password_reset_tokens", "password_resets"].map(|table| Some(table.to_owned()));
    assert_eq!((&tables[0], &tables[1..]), (&None, &optional[..]));
    let own = users(&format!("{laravel}\nafter_reset = [\"DELETE FROM sessions WHERE user_id = :id\"]"));
    assert_eq!(own.after_reset, ["DELETE FROM sessions WHERE user_id = :id".into()]);
}

#[test]
fn what_is_shown_is_what_is_in_force() {
    let rails = shown("url = \"sqlite:app.db\"\npreset = \"rails\"\nname = \"first_name\"\nid = \"id\"");
    insta::assert_snapshot!(rails, @r##"
    [users]
    url = "sqlite:app.db"  # regain.toml:4
    preset = "rails"  # regain.toml:5
    table = "users"  # preset "rails"
    id = "id"  # regain.toml:7
    email = "email"  # preset "rails"
    password = "encrypted_password"  # preset "rails"
    name = "first_name"  # regain.toml:6
    hash = "keep"  # preset "rails"
    after_reset = ["UPDATE users SET reset_password_token = NULL, reset_password_sent_at = NULL WHERE id = :id"]  # preset "rails"
    "##);
    let unleash = "url = \"postgres://regain:Xk29@db/app\"\npreset = \"unleash\"\nafter_reset = []\nname = \"\"";
    insta::assert_snapshot!(shown(&format!("{unleash}\n[users.history]\nkeep = 3")), @r##"
    [users]
    url = "postgres://********@db/app"  # regain.toml:4
    preset = "unleash"  # regain.toml:5
    table = "users"  # preset "unleash"
    id = "id"  # preset "unleash"
    email = "email"  # preset "unleash"
    password = "password_hash"  # preset "unleash"
    eligible = "deleted_at IS NULL AND NOT is_service AND NOT is_system"  # preset "unleash"
    hash = "keep"  # preset "unleash"
    after_reset = []  # regain.toml:6

    [users.history]
    table = "used_passwords"  # preset "unleash"
    account_id = "user_id"  # preset "unleash"
    password = "password_hash"  # preset "unleash"
    at = "used_at"  # preset "unleash"
    keep = 3  # regain.toml:9
    "##);
}

#[test]
fn statements_of_a_preset_are_not_run_beside_another_table() {
    let other = |preset: &str, line: &str| {
        title(&configured(&format!("url = \"mysql://db/app\"\npreset = \"{preset}\"\n{line}")))
    };
    assert_eq!(
        other("wordpress", "table = \"blog_users\""),
        "error: `users.after_reset` is required, since `users.table` is not the preset's \"wp_users\""
    );
    assert_eq!(
        other("laravel", "id = \"uuid\""),
        "error: `users.after_reset` is required, since `users.id` is not the preset's \"id\""
    );
    let own = users(
        "url = \"mysql://db/app\"\npreset = \"wordpress\"\ntable = \"blog_users\"\n\
         after_reset = [\"DELETE FROM blog_usermeta WHERE user_id = :id AND meta_key = 'session_tokens'\"]",
    );
    assert_eq!((own.table.as_str(), own.password.as_str()), ("blog_users", "user_pass"));
    assert_eq!(users("url = \"sqlite:app.db\"\npreset = \"django\"\ntable = \"accounts_user\"").table, "accounts_user");
}

#[test]
fn a_preset_is_for_the_databases_that_its_framework_knows() {
    let mysql = title(&configured("url = \"mysql://db/app\"\npreset = \"gotrue\""));
    assert_eq!(mysql, "error: `users.preset` keeps no accounts in MySQL or MariaDB");
}

#[test]
fn an_unknown_preset_is_answered_with_the_known_ones() {
    let errors = errors(&configured("url = \"sqlite:app.db\"\npreset = \"djago\""));
    assert!(errors.contains("has 1 error") && errors.contains("\"django\", \"rails\", \"laravel\""), "{errors}");
}

#[test]
fn a_table_is_required_without_a_preset() {
    let none = configured("url = \"sqlite:app.db\"");
    assert_eq!(title(&none), "error: `users.table` is required without a preset");
    let emptied = configured("url = \"sqlite:app.db\"\npreset = \"django\"\ntable = \"\"");
    assert_eq!(title(&emptied), "error: `users.table` is empty");
    let with_preset = errors(&configured("url = \"nosuch://db\"\npreset = \"django\""));
    assert!(with_preset.contains("has 1 error"), "nor is it missed when the URL is the reason: {with_preset}");
}

#[test]
fn half_a_second_table_is_refused() {
    let half = |lines: &str| title(&plus(LEAST, lines));
    assert_eq!(
        half("[users.credentials]\ntable = \"logins\""),
        "error: `users.credentials.account_id` is required with `users.credentials.table`"
    );
    assert_eq!(
        half("[users.credentials]\naccount_id = \"owner\""),
        "error: `users.credentials.account_id` is of no use without `users.credentials.table`"
    );
    assert_eq!(
        half("[users.history]\nkeep = 3"),
        "error: `users.history.keep` is of no use without `users.history.table`"
    );
    let whole = read(&plus(LEAST, "[users.history]\ntable = \"old_passwords\"")).users.history.unwrap();
    assert_eq!((whole.account_id.as_str(), whole.password.as_str(), whole.keep), ("user_id", "password_hash", 5));
}

#[test]
fn a_history_is_neither_empty_nor_endless() {
    for keep in ["0", "25", "-1", "\"5\""] {
        let text = plus(LEAST, &format!("[users.history]\ntable = \"old_passwords\"\nkeep = {keep}"));
        assert_eq!(title(&text), "error: `users.history.keep` does not take this value", "{keep}");
    }
    for keep in [1, 24] {
        let text = plus(LEAST, &format!("[users.history]\ntable = \"old_passwords\"\nkeep = {keep}"));
        assert_eq!(read(&text).users.history.map(|history| history.keep), Some(keep));
    }
}

#[test]
fn names_of_second_tables_are_held_to_the_same_rule() {
    for lines in [
        "[users.credentials]\ntable = \"a b\"\naccount_id = \"id\"",
        "[users.credentials]\ntable = \"a\"\naccount_id = \"i d\"",
        "[users.credentials]\ntable = \"a\"\naccount_id = \"id\"\ncondition = \"1; DROP TABLE a\"",
        "[users.history]\ntable = \"a.b.c\"",
        "[users.history]\ntable = \"a\"\nat = \"used at\"",
    ] {
        assert!(title(&plus(LEAST, lines)).starts_with("error: `users."), "{lines}");
    }
}

#[test]
fn database_servers_are_taken_and_their_passwords_kept() {
    for url in [
        "postgres://regain:cAnArY@db.example.com:5432/app?sslmode=require",
        "postgresql://regain:cAnArY@db/app",
        "mysql://regain:cAnArY@db/app",
        "mariadb://regain:cAnArY@[::1]:3306/app",
    ] {
        let lines = format!("url = \"{url}\"\ntable = \"accounts\"");
        let users = users(&lines);
        let (StoreUrl::Postgres(held) | StoreUrl::Mysql(held)) = &users.url else { panic!("{url}") };
        assert_eq!(held.expose_secret(), url);
        assert!(!format!("{users:?}").contains("cAnArY"));
        let shown = shown(&lines);
        assert!(shown.contains("://********@") && !shown.contains("cAnArY"), "{shown}");
    }
}

#[test]
fn no_error_about_a_store_shows_its_password() {
    for url in [
        "postgres:regain:cAnArY@db/app",
        "mysql://regain:cAnArY @db/app",
        "ldap://cn=admin:cAnArY@directory/",
        "oracle://regain:cAnArY@db/app",
        "cAnArY",
    ] {
        let errors = errors(&configured(&format!("url = \"{url}\"\ntable = \"accounts\"")));
        assert!(errors.contains("`users.url`") && !errors.contains("cAnArY"), "{errors}");
    }
}

const HOOK: &str =
    "url = \"https://app.example.com/regain\"\n[users.hook]\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"";

#[test]
fn a_back_end_needs_a_url_and_a_secret() {
    let StoreUrl::Hook(hook) = users(HOOK).url else { panic!("a hook") };
    assert_eq!((hook.url.as_str(), hook.timeout.as_secs()), ("https://app.example.com/regain", 5));
    assert_eq!(hook.ca_file, None);
    let here = HOOK.replace("https://app.example.com", "http://127.0.0.1:9000")
        + "\ntimeout_seconds = 10\nca_file = \"a.pem\"";
    let StoreUrl::Hook(hook) = users(&here).url else { panic!("a hook") };
    assert_eq!((hook.timeout.as_secs(), hook.ca_file.as_deref()), (10, Some(Path::new("/etc/regain/a.pem"))));
}

#[test]
fn what_would_be_unsafe_or_mean_nothing_with_a_back_end_is_refused() {
    let title = |lines: &str| title(&configured(lines));
    let with = |key: &str| HOOK.replace("regain\"", &format!("regain\"\n{key}"));
    for (lines, complaint) in [
        (HOOK.replace("https", "http"), "`users.url` must be https"),
        (HOOK.replace("/regain", "/regain?token=1"), "`users.url` holds a ? or a #"),
        (HOOK.replace("/regain", "/regain#1"), "`users.url` holds a ? or a #"),
        (HOOK.replace("app.example", "ada:secret@app.example"), "`users.url` names a user or a password"),
        (HOOK.replace("whsec_", ""), "`users.hook.secret` is no secret of Standard Webhooks"),
        (HOOK.split('\n').next().unwrap().to_owned(), "`users.hook.secret` is required with a back end"),
        (HOOK.to_owned() + "\ntimeout_seconds = 11", "`users.hook.timeout_seconds`"),
        (with("table = \"accounts\""), "`users.table` is for databases only"),
        (with("after_reset = [\"DELETE FROM sessions\"]"), "`users.after_reset` is for databases only"),
        (with("preset = \"django\""), "`users.preset` means nothing to a back end"),
        (with("eligible = \"is_active\""), "`users.eligible` means nothing to a back end"),
        (with("hash = \"bcrypt\""), "`users.hash` means nothing to a back end"),
    ] {
        assert!(title(&lines).contains(complaint), "{lines}: {}", title(&lines));
    }
}
