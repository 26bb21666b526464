//! Whole runs, on databases of each engine.

use super::super::ask::Asker;
use super::super::{InitArgs, Misused, init};
use super::BCRYPT;
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::tests::{DJANGO, PHP, UNREADABLE};
use crate::users::sql::test_database::TestDatabase;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// What was told, and the file.
fn proposed(url: &str, folder: &Path) -> (String, String) {
    let output = folder.join("regain.toml");
    let mut out = Vec::new();
    init(&with(url), &output, &mut Asker::nobody(), [&mut out, &mut Vec::new()]).unwrap();
    (String::from_utf8(out).unwrap(), std::fs::read_to_string(&output).unwrap())
}

fn with(url: &str) -> InitArgs {
    InitArgs { url: Some(url.to_owned()), ..InitArgs::default() }
}

fn refused(url: &str, folder: &Path) -> String {
    let fault = init(&with(url), &folder.join("regain.toml"), &mut Asker::nobody(), [&mut Vec::new(), &mut Vec::new()])
        .unwrap_err();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "{fault}");
    format!("{fault:#}")
}

/// Paths and ports of this run, as in every other.
fn steady(text: &str, url: &str, folder: &TempDir) -> String {
    text.replace(url, "DATABASE_URL").replace(folder.path().to_str().unwrap(), "FOLDER")
}

#[test]
fn a_php_application_with_tables_of_its_own() {
    for database in
        [TestDatabase::on(Engine::Mysql, PHP), TestDatabase::on(Engine::Sqlite, &PHP.replace("ENGINE=InnoDB", ""))]
    {
        let folder = TempDir::new().unwrap();
        let (told, file) = proposed(&database.url, folder.path());
        let engine = if database.url.starts_with("mysql") { "mariadb" } else { "sqlite" };
        insta::assert_snapshot!(
            format!("php_{engine}"),
            steady(&format!("{told}\n---\n{file}"), &database.url, &folder)
        );
    }
}

#[test]
fn django_on_postgresql() {
    let database = TestDatabase::on(Engine::Postgres, DJANGO);
    let folder = TempDir::new().unwrap();
    let (told, file) = proposed(&database.url, folder.path());
    insta::assert_snapshot!("django_postgres", steady(&format!("{told}\n---\n{file}"), &database.url, &folder));
}

#[test]
fn to_standard_output_goes_the_file_alone() {
    let database = TestDatabase::on(Engine::Sqlite, &PHP.replace("ENGINE=InnoDB", ""));
    let folder = TempDir::new().unwrap();
    let mut out = Vec::new();
    let printed = InitArgs { print: true, ..with(&database.url) };
    init(&printed, &folder.path().join("regain.toml"), &mut Asker::nobody(), [&mut out, &mut Vec::new()]).unwrap();
    let file: toml::Table = String::from_utf8(out).unwrap().parse().unwrap();
    assert_eq!(file["users"]["table"].as_str(), Some("customers"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_a_url_somebody_is_asked_or_it_is_a_mistake() {
    let database = TestDatabase::on(Engine::Sqlite, &PHP.replace("ENGINE=InnoDB", ""));
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("regain.toml");
    let nothing = InitArgs::default();
    let fault = init(&nothing, &output, &mut Asker::nobody(), [&mut Vec::new(), &mut Vec::new()]).unwrap_err();
    assert!(fault.is::<Misused>() && fault.to_string().contains("regain init postgres://"), "{fault}");
    let typed = format!("{}\n", database.url);
    let (mut input, mut asked) = (typed.as_bytes(), Vec::new());
    init(&nothing, &output, &mut Asker::of(&mut input, &mut asked), [&mut Vec::new(), &mut Vec::new()]).unwrap();
    assert!(output.exists() && String::from_utf8(asked).unwrap().starts_with("The URL of the database"));
}

#[test]
fn a_password_in_the_url_stays_out_of_the_configuration() {
    let database = TestDatabase::on(Engine::Postgres, DJANGO);
    let folder = TempDir::new().unwrap();
    let url = database.url.replace("postgres@", "postgres:hunter2@");
    let (told, file) = proposed(&url, folder.path());
    assert!(!told.contains("hunter2") && !file.contains("hunter2"), "{told}{file}");
    assert!(file.contains("url_file = \"regain.users-url\"") && told.contains("regain.users-url"), "{told}{file}");
    let kept = folder.path().join("regain.users-url");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), format!("{url}\n"));
    assert_eq!(std::fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
    let environment = std::iter::empty::<(String, String)>();
    crate::config::Config::load(Some(&folder.path().join("regain.toml")), environment).unwrap();
}

#[test]
fn what_somebody_wrote_is_not_replaced() {
    let database = TestDatabase::on(Engine::Sqlite, PHP.replace("ENGINE=InnoDB", "").as_str());
    for name in ["regain.toml", "regain.users-url"] {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(name), "mine").unwrap();
        let url = if name == "regain.toml" { database.url.clone() } else { "postgres://u:p@127.0.0.1:1/app".into() };
        let output = folder.path().join("regain.toml");
        let fault = init(&with(&url), &output, &mut Asker::nobody(), [&mut Vec::new(), &mut Vec::new()])
            .unwrap_err()
            .to_string();
        assert!(fault.contains(name) && fault.contains("not replaced"), "{fault}");
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), "mine");
    }
}

#[test]
fn nothing_is_written_where_there_is_nothing_to_propose() {
    let folder = TempDir::new().unwrap();
    let empty = TestDatabase::on(Engine::Sqlite, "VACUUM");
    assert!(refused(&empty.url, folder.path()).contains("no tables"));
    let others =
        TestDatabase::on(Engine::Sqlite, "CREATE TABLE posts (id integer, title text); CREATE TABLE tags (id integer)");
    let fault = refused(&others.url, folder.path());
    assert!(fault.contains("posts, tags") && fault.contains("config reference"), "{fault}");
    assert!(refused("sqlite:absent.db", folder.path()).contains("absent.db"));
    assert!(refused("oracle://localhost/app", folder.path()).contains("no kind of store that Regain knows"));
    assert!(refused("postgres://u:hunter2@127.0.0.1:1/app", folder.path()).contains("refused"));
}

#[test]
fn no_stored_password_is_ever_shown() {
    let database = TestDatabase::on(Engine::Mysql, PHP);
    let folder = TempDir::new().unwrap();
    let (told, file) = proposed(&database.url, folder.path());
    for part in [BCRYPT, "A3ry71AczAQZ", "plain-text-secret", "ada@example.com"] {
        assert!(!told.contains(part) && !file.contains(part), "{part}");
    }
}

#[test]
fn who_may_read_the_catalogue_alone_gets_a_proposal_to_check() {
    let database = TestDatabase::on(Engine::Postgres, DJANGO);
    let reader = database.as_reader(UNREADABLE);
    let folder = TempDir::new().unwrap();
    let (told, file) = proposed(&reader.url, folder.path());
    assert!(file.contains("preset = \"django\"") && file.contains("could not be sampled"), "{told}{file}");
}
