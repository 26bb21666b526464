//! Proposals for schemas made here, and whole runs on databases.

mod runs;

use super::ask::Asker;
use super::proposal::{Proposal, Value};
use super::samples::Samples;
use super::{candidates, plain, preset, recognise, usual_ledger};
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Reference, Schema, Table};
use crate::users::sql::presets::{ALL, Preset};

/// Tables with columns as `name type`, `?` after a type that may be NULL; the first is the key, if it is called so.
fn schema(engine: Engine, tables: &[(&str, &[&str])]) -> Schema {
    let tables = tables.iter().map(|(name, columns)| table(name, columns)).collect();
    Schema { engine, tables }
}

fn table(name: &str, columns: &[&str]) -> Table {
    let (schema, name) = name.split_once('.').map_or((None, name), |(schema, name)| (Some(schema.to_owned()), name));
    let columns: Vec<Column> = columns
        .iter()
        .map(|column| {
            let (name, kind) = column.split_once(' ').unwrap_or((column, "text?"));
            Column { name: name.into(), kind: kind.trim_end_matches('?').into(), nullable: kind.ends_with('?') }
        })
        .collect();
    let key = columns.first().map(|column| column.name.clone()).into_iter().collect();
    Table { schema, name: name.into(), columns, key, unique: Vec::new(), references: Vec::new() }
}

/// The proposal for the framework that is recognised first.
fn by_preset(schema: &Schema, samples: &Samples) -> Proposal {
    preset::propose(schema, samples, &recognise::frameworks(schema)[0])
}

fn by_names(schema: &Schema, samples: &Samples, asker: &mut Asker<'_>) -> Proposal {
    let candidates = candidates::by_content(candidates::by_name(schema), samples);
    plain::propose(schema, samples, &candidates, asker).unwrap()
}

fn texts<'p>(proposal: &'p Proposal, key: &str) -> &'p [String] {
    let mut settings = proposal.entries.iter().filter_map(|entry| entry.setting.as_ref());
    settings
        .find_map(|(name, value)| match value {
            Value::Texts(texts) if *name == key => Some(texts.as_slice()),
            _ => None,
        })
        .unwrap_or_default()
}

/// The tables that a framework makes, as far as its preset knows them.
fn tables_of(preset: &Preset, engine: Engine) -> Schema {
    let mut tables: Vec<Table> = Vec::new();
    let mut add = |name: &str, columns: &[&str]| {
        let new = table(name, columns);
        match tables.iter_mut().find(|table| table.name == new.name && table.schema == new.schema) {
            Some(known) => {
                let added: Vec<_> =
                    new.columns.into_iter().filter(|column| known.column(&column.name).is_none()).collect();
                known.columns.extend(added);
            }
            None => tables.push(new),
        }
    };
    let apart = preset.credentials.as_ref().map_or(preset.table, |apart| apart.table);
    add(preset.table, &[preset.id, preset.email]);
    add(apart, &[preset.password]);
    for column in [preset.owner_name, preset.locale, preset.email_verified].into_iter().flatten() {
        add(preset.table, &[column]);
    }
    preset.history.iter().for_each(|history| add(history.table, &[history.account_id, history.password, history.at]));
    preset.marks.iter().for_each(|(table, columns)| add(table, columns));
    Schema { engine, tables }
}

#[test]
fn every_framework_is_recognised_by_its_own_tables() {
    for preset in ALL {
        let engine = preset.engines[0];
        let schema = tables_of(preset, engine);
        let proposal = by_preset(&schema, &Samples::default());
        assert_eq!(proposal.preset.map(|preset| preset.name), Some(preset.name));
        for key in ["table", "id", "email", "password", "name", "locale"] {
            assert_eq!(proposal.value(key), None, "{} {key}", preset.name);
        }
    }
}

#[test]
fn tables_under_another_prefix_are_wordpress_too() {
    let schema = schema(
        Engine::Mysql,
        &[
            (
                "wp2_users",
                &[
                    "ID bigint(20)",
                    "user_email text",
                    "user_pass text",
                    "user_activation_key text",
                    "display_name text",
                ],
            ),
            ("wp2_usermeta", &["umeta_id bigint(20)", "user_id bigint(20)", "meta_key text"]),
        ],
    );
    let proposal = by_preset(&schema, &Samples::default());
    assert_eq!(proposal.preset.map(|preset| preset.name), Some("wordpress"));
    assert_eq!(proposal.value("table"), Some("wp2_users"));
    let statements = texts(&proposal, "after_reset");
    assert!(statements[0].starts_with("UPDATE wp2_users SET user_activation_key"), "{statements:?}");
    assert!(statements[1].starts_with("DELETE FROM wp2_usermeta WHERE"), "{statements:?}");
}

#[test]
fn devise_may_call_its_table_otherwise() {
    let columns = [
        "id bigint",
        "email text",
        "encrypted_password text",
        "reset_password_token text?",
        "reset_password_sent_at timestamp?",
        "full_name text?",
        "deleted_at timestamp?",
    ];
    let schema = schema(Engine::Postgres, &[("members", &columns), ("schema_migrations", &["version"])]);
    let proposal = by_preset(&schema, &Samples::default());
    assert_eq!(proposal.preset.map(|preset| preset.name), Some("rails"));
    assert_eq!((proposal.value("table"), proposal.value("name")), (Some("members"), Some("full_name")));
    assert_eq!(proposal.value("eligible"), Some("deleted_at IS NULL"));
    assert!(texts(&proposal, "after_reset")[0].starts_with("UPDATE members SET reset_password_token"));
}

#[test]
fn devise_may_ask_for_confirmed_addresses() {
    let columns = [
        "id bigint",
        "email text",
        "encrypted_password text",
        "reset_password_token text?",
        "reset_password_sent_at timestamp?",
        "confirmed_at timestamp?",
        "locked_at timestamp?",
    ];
    let schema = schema(Engine::Postgres, &[("users", &columns), ("schema_migrations", &["version"])]);
    let mut samples = Samples::default();
    samples.put(&schema.tables[0], "confirmed_at", &[Some("2026-01-01 00:00:00"), None]);
    let proposal = by_preset(&schema, &samples);
    assert_eq!(proposal.value("email_verified"), Some("confirmed_at"));
    assert!(proposal.checks().any(|check| check.starts_with("1 of 2 sampled addresses")));
    assert_eq!(proposal.value("eligible"), None, "too many attempts shut an account, and a reset opens it");
}

#[test]
fn django_may_have_a_model_of_its_own_for_accounts() {
    let columns = [
        "id bigint",
        "password varchar(128)",
        "last_login timestamp?",
        "is_superuser boolean",
        "email varchar(254)",
        "is_active boolean",
    ];
    let mut other = vec!["id bigint"];
    other.extend(["email text", "password text", "is_active boolean"]);
    let tables: &[(&str, &[&str])] =
        &[("accounts_user", &columns), ("django_content_type", &["id int", "app_label"]), ("imported", &other)];
    let proposal = by_preset(&schema(Engine::Postgres, tables), &Samples::default());
    assert_eq!(proposal.preset.map(|preset| preset.name), Some("django"));
    assert_eq!((proposal.value("table"), proposal.value("name")), (Some("accounts_user"), Some("")));
}

#[test]
fn older_wordpress_keeps_what_it_can_read() {
    let wordpress = Preset::named("wordpress").unwrap();
    let schema = tables_of(wordpress, Engine::Mysql);
    let accounts = schema.table("wp_users").unwrap();
    let (old, new) =
        ("$P$BVwXyK5QZ0v1fZ1mZ0QmJxv1sSLt5B/", "$wp$2y$10$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK");
    for (stored, hash) in
        [(&[old] as &[&str], "wordpress_phpass"), (&[old, new], "wordpress_bcrypt"), (&[], "wordpress_bcrypt")]
    {
        let mut samples = Samples::default();
        samples.put(accounts, "user_pass", &stored.iter().copied().map(Some).collect::<Vec<_>>());
        let proposal = by_preset(&schema, &samples);
        assert_eq!(proposal.value("hash"), Some(hash));
        assert_eq!(proposal.checks().any(|check| check.contains("WordPress 6.8")), hash == "wordpress_phpass");
    }
}

#[test]
fn a_format_that_is_only_read_has_a_successor() {
    let aspnet = Preset::named("aspnet").unwrap();
    let schema = tables_of(aspnet, Engine::Postgres);
    let version_2 = "AAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLw==";
    let mut samples = Samples::default();
    samples.put(schema.table("AspNetUsers").unwrap(), "PasswordHash", &[Some(version_2)]);
    let proposal = by_preset(&schema, &samples);
    assert_eq!(proposal.value("hash"), Some("aspnet_identity_v3"));
    assert!(proposal.checks().any(|check| check.contains("keep its format")));
}

#[test]
fn where_nobody_is_verified_everybody_counts() {
    let aspnet = Preset::named("aspnet").unwrap();
    let schema = tables_of(aspnet, Engine::Postgres);
    let mut samples = Samples::default();
    samples.put(schema.table("AspNetUsers").unwrap(), "EmailConfirmed", &[Some("false"), Some("f"), None]);
    assert_eq!(by_preset(&schema, &samples).value("email_verified"), Some(""));
}

#[test]
fn a_convention_is_completed_by_the_tables_there_are() {
    let mut schema = schema(
        Engine::Postgres,
        &[
            ("user", &["id integer", "email text", "password_hash text", "active boolean"]),
            ("login_session", &["id integer", "owner integer"]),
        ],
    );
    schema.tables[1].references =
        vec![Reference { column: "owner".into(), table: "user".into(), target: Some("id".into()) }];
    let proposal = by_preset(&schema, &Samples::default());
    assert_eq!(proposal.preset.map(|preset| preset.name), Some("flask"));
    assert_eq!(proposal.value("eligible"), Some("active"));
    assert_eq!(texts(&proposal, "after_reset"), ["DELETE FROM login_session WHERE owner = :id"]);
}

const BCRYPT: &str = "$2b$10$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";

#[test]
fn copies_and_look_alikes_are_not_taken_for_the_accounts() {
    let schema = schema(
        Engine::Mysql,
        &[
            ("newsletter", &["id int(11)", "email text", "password_hint text"]),
            ("smtp_settings", &["id int(11)", "email text", "password text"]),
            ("users_backup", &["id int(11)", "email text", "password text"]),
            ("members", &["member_id int(11)", "login text", "mail text", "pwd_hash text", "realname text?"]),
        ],
    );
    let mut samples = Samples::default();
    samples.put(&schema.tables[1], "password", &[Some("hunter2")]);
    samples.put(&schema.tables[2], "password", &[Some(BCRYPT)]);
    samples.put(&schema.tables[3], "pwd_hash", &[Some(BCRYPT)]);
    samples.put(&schema.tables[3], "mail", &[Some("ada@example.com")]);
    samples.put(&schema.tables[3], "login", &[Some("ada")]);
    let proposal = by_names(&schema, &samples, &mut Asker::nobody());
    for (key, value) in
        [("table", "members"), ("id", "member_id"), ("email", "mail"), ("password", "pwd_hash"), ("name", "realname")]
    {
        assert_eq!(proposal.value(key), Some(value));
    }
    assert!(!proposal.checks().any(|check| check.contains("instead")));
}

#[test]
fn two_tables_alike_are_asked_about() {
    let columns: &[&str] = &["id integer", "email text", "password text"];
    let schema = schema(Engine::Sqlite, &[("accounts", columns), ("users", columns)]);
    let silent = by_names(&schema, &Samples::default(), &mut Asker::nobody());
    assert_eq!(silent.value("table"), Some("accounts"));
    assert!(silent.checks().any(|check| check.contains("instead: users: email, password")));
    let (mut input, mut out) = ("2\n".as_bytes(), Vec::new());
    let told = by_names(&schema, &Samples::default(), &mut Asker::of(&mut input, &mut out));
    assert_eq!(told.value("table"), Some("users"));
    assert!(!told.checks().any(|check| check.contains("instead")));
    assert!(String::from_utf8(out).unwrap().contains("  2  users: email, password"));
}

#[test]
fn passwords_may_be_in_a_second_table() {
    let mut schema = schema(
        Engine::Postgres,
        &[
            ("people", &["id uuid", "email text"]),
            ("logins", &["id uuid", "person uuid", "password_hash text", "is_active boolean"]),
        ],
    );
    schema.tables[1].references = vec![Reference { column: "person".into(), table: "people".into(), target: None }];
    let proposal = by_names(&schema, &Samples::default(), &mut Asker::nobody());
    assert_eq!(proposal.value("table"), Some("people"));
    assert_eq!(proposal.value("credentials.table"), Some("logins"));
    assert_eq!(proposal.value("credentials.account_id"), Some("person"));
}

#[test]
fn who_may_reset_is_said_in_the_words_of_the_engine_and_the_type() {
    let eligible = |engine, columns: &[&str]| {
        let all = [&["id integer", "email text", "password text"], columns].concat();
        let schema = schema(engine, &[("users", &all)]);
        let mut samples = Samples::default();
        samples.put(&schema.tables[0], "status", &[Some("Active"), Some("blocked")]);
        by_names(&schema, &samples, &mut Asker::nobody()).value("eligible").map(str::to_owned)
    };
    let pairs: &[(Engine, &[&str], Option<&str>)] = &[
        (Engine::Postgres, &["is_active boolean", "deleted_at timestamp?"], Some("is_active AND deleted_at IS NULL")),
        (Engine::Postgres, &["isActive boolean"], Some("\"isActive\"")),
        (Engine::Postgres, &["enabled smallint"], Some("enabled = 1")),
        (Engine::Mysql, &["active tinyint(1)", "banned tinyint(1)?"], Some("active AND banned IS NOT TRUE")),
        (Engine::Sqlite, &["blocked integer?", "locked integer"], Some("coalesce(blocked, 0) = 0 AND locked = 0")),
        (Engine::Postgres, &["status text"], Some("status = 'Active'")),
        (Engine::Mysql, &["state enum('active','closed')"], Some("state = 'active'")),
        (Engine::Mysql, &["state enum('open','closed')"], None),
    ];
    for (engine, columns, condition) in pairs {
        assert_eq!(eligible(*engine, columns).as_deref(), *condition, "{columns:?}");
    }
}

#[test]
fn what_ends_the_sessions_is_found_by_names_and_keys() {
    let schema = schema(
        Engine::Mysql,
        &[
            ("users", &["id int(11)", "email text", "password text", "remember_token text?", "token_version int(11)"]),
            ("user_sessions", &["id text", "user_id int(11)"]),
            ("refreshTokens", &["id text", "userId int(11)"]),
            ("password_resets", &["email text", "token text"]),
            ("sessions", &["id text", "payload text"]),
            ("orders", &["id int(11)", "user_id int(11)"]),
        ],
    );
    let proposal = by_names(&schema, &Samples::default(), &mut Asker::nobody());
    assert_eq!(
        texts(&proposal, "after_reset"),
        [
            "UPDATE users SET remember_token = NULL, token_version = token_version + 1 WHERE id = :id",
            "DELETE FROM user_sessions WHERE user_id = :id",
            "DELETE FROM refreshTokens WHERE userId = :id",
            "DELETE FROM password_resets WHERE email = :email",
        ]
    );
    assert!(proposal.checks().any(|check| check.starts_with("sessions may hold sessions, but")));
}

#[test]
fn what_may_be_no_sign_in_is_left_alone() {
    let names = ["training_sessions", "payment_tokens", "api_tokens", "access_tokens", "tokens", "push_tokens"];
    let columns: &[&str] = &["id int(11)", "user_id int(11)"];
    let mut tables = vec![("users", &["id int(11)", "email text", "password text"] as &[&str])];
    tables.extend(names.map(|name| (name, columns)));
    let proposal = by_names(&schema(Engine::Mysql, &tables), &Samples::default(), &mut Asker::nobody());
    assert!(texts(&proposal, "after_reset").is_empty());
    for name in names {
        let statement = format!("\"DELETE FROM {name} WHERE user_id = :id\"");
        assert!(proposal.checks().any(|check| check.ends_with(&statement)), "{name}");
    }
}

#[test]
fn of_several_tables_of_one_framework_one_is_chosen() {
    let columns: &[&str] = &[
        "id bigint",
        "email text",
        "encrypted_password text",
        "reset_password_token text?",
        "reset_password_sent_at timestamp?",
    ];
    let schema =
        schema(Engine::Postgres, &[("admins", columns), ("members", columns), ("schema_migrations", &["version"])]);
    let frameworks = recognise::frameworks(&schema);
    let chosen = |asker: &mut Asker<'_>| {
        let chosen = preset::choose(&frameworks, &Samples::default(), &schema, asker).unwrap();
        chosen.accounts.name.clone()
    };
    assert_eq!(chosen(&mut Asker::nobody()), "members");
    let (mut input, mut out) = ("2\n".as_bytes(), Vec::new());
    assert_eq!(chosen(&mut Asker::of(&mut input, &mut out)), "admins");
}

#[test]
fn where_the_system_is_configured_no_ledger_is_kept() {
    assert_eq!(usual_ledger(std::path::Path::new("/etc/regain")), "sqlite:/var/lib/regain/regain.db");
    assert_eq!(usual_ledger(std::path::Path::new("/srv/etc")), "sqlite:regain.db");
    assert_eq!(usual_ledger(std::path::Path::new("")), "sqlite:regain.db");
}
