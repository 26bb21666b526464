//! How addresses are found, whatever type and collation their column has, and whichever index it has.

use super::fixture::{Database, SCHEMA};
use super::keys::LENIENT;
use super::{ADA, find, write};
use crate::finding::Verdict;
use crate::users::conformance::SqlFixture;
use crate::users::{UserStore, Written};
use regain_core::account::{Match, matching};
use regain_core::email::{EmailAddress, FoldedAddress};

/// Columns of addresses as applications declare them.
const COLUMNS: [&str; 9] = [
    "text",
    "varchar(254)",
    "char(254)",
    "citext",
    "ext.citext",
    "address",
    "text COLLATE \"C\"",
    "text COLLATE lenient",
    "text COLLATE \"tr-x-icu\"",
];

fn with_addresses_as(declared: &str) -> Database {
    let fixture = Database::with("");
    match declared {
        "citext" => fixture.run("CREATE EXTENSION citext"),
        // As hosts do it, and off the search path.
        "ext.citext" => fixture.run("CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext"),
        "address" => fixture.run("CREATE EXTENSION citext; CREATE DOMAIN address AS citext"),
        _ => fixture.run(LENIENT),
    }
    fixture.run(SCHEMA);
    fixture.run(&format!("ALTER TABLE accounts ALTER email TYPE {declared}"));
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn any_column_finds_what_differs_in_ascii_case_and_chooses_no_other() {
    for declared in COLUMNS {
        let fixture = with_addresses_as(declared);
        for (id, address) in
            (1..).zip(["KIM.I@Example.COM", "\u{212A}im.i@example.com", "k\u{ed}m.i@example.com", "JOSÉ@example.com"])
        {
            fixture.run(&format!("INSERT INTO accounts VALUES ({id}, '{address}', NULL, NULL, 'old', true, true)"));
        }
        let store = fixture.postgres_store(|_| {});
        for (typed, id) in [("kim.i@example.com", "1"), ("JOSÉ@EXAMPLE.com", "4"), ("josÉ@example.com", "4")] {
            let typed = EmailAddress::parse(typed).unwrap();
            let found = store.find(&[typed.folded()]).await.unwrap();
            let Match::One(account) = matching(&typed, &found) else { panic!("{declared} {typed:?}: {found:?}") };
            assert_eq!(account.id.as_str(), id, "{declared}");
        }
        fixture.run("UPDATE accounts SET email = 'ada@example.com' WHERE id = 1");
        assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]), "{declared}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_index_is_used_and_a_missing_one_is_named() {
    for (declared, index) in [
        ("text", "lower(email)"),
        ("text", "upper(email)"),
        ("varchar(254)", "upper(email) varchar_pattern_ops"),
        ("varchar(254)", "lower(email), id"),
        ("citext", "email"),
        ("ext.citext", "email"),
        ("address", "email"),
        ("text COLLATE \"C\"", "lower(email)"),
        ("text COLLATE lenient", "email"),
        ("text COLLATE \"tr-x-icu\"", "lower(email COLLATE \"C\")"),
    ] {
        let fixture = with_addresses_as(declared);
        let store = fixture.postgres_store(|_| {});
        let about_index = async || {
            let findings = store.examine().await;
            let about = findings.into_iter().find(|finding| finding.text.contains("index"));
            about.unwrap_or_else(|| panic!("{declared}: nothing about an index"))
        };
        fixture.run("CREATE INDEX useless ON accounts (password)");
        let advice = about_index().await;
        assert_eq!(advice.verdict, Verdict::Advice, "{declared}: {advice:?}");
        let create = &advice.text[advice.text.find("CREATE INDEX").unwrap()..];
        assert!(create.starts_with("CREATE INDEX CONCURRENTLY ON \"accounts\""), "{create}");
        fixture.run(create);
        assert_eq!(about_index().await.verdict, Verdict::Holds, "{declared} with {create}");
        fixture.run("DROP TABLE accounts CASCADE");
        fixture.run(SCHEMA.split_inclusive(';').next().unwrap());
        fixture.run(&format!("ALTER TABLE accounts ALTER email TYPE {declared}"));
        fixture.run(&format!("CREATE INDEX ON accounts ({index})"));
        assert_eq!(about_index().await.verdict, Verdict::Holds, "{declared} with {index}");
    }
}

/// An index that compares bytes does not find `Ada@` by `ada@`.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_on_the_plain_column_does_not_help() {
    let fixture = Database::with(SCHEMA);
    fixture.run("CREATE UNIQUE INDEX ON accounts (email)");
    let findings = fixture.postgres_store(|_| {}).examine().await;
    assert!(findings.iter().any(|finding| finding.text.contains("(lower(\"email\"))")), "{findings:?}");
}

/// The array of addresses is made once, and not for each row: then the look-up would be given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_is_found_in_time_even_without_an_index() {
    let fixture = Database::with(SCHEMA);
    fixture.run("INSERT INTO accounts SELECT n, 'User' || n || '@example.com' FROM generate_series(1, 50000) n");
    let batch: Vec<_> = (1..=512).map(|n| FoldedAddress::of(&format!("user{}@example.com", n * 50))).collect();
    assert_eq!(fixture.postgres_store(|_| {}).find(&batch).await.unwrap().len(), 512);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_addresses_are_asked_for_as_they_are() {
    let fixture = Database::with(SCHEMA);
    fixture.run(r#"INSERT INTO accounts VALUES (1, 'a"b\c{,}d''e@example.com', NULL, NULL, 'old', true, true)"#);
    let store = fixture.postgres_store(|_| {});
    assert_eq!(find(&store, r#"A"b\c{,}d'e@example.com"#).await.len(), 1);
    for nobody in ["", "NULL", "a\0@example.com", "a\nb@example.com", "%@example.com", "{}", "\\"] {
        assert!(find(&store, nobody).await.is_empty(), "{nobody:?}");
    }
    fixture.run(ADA.split(';').next().unwrap().replace("(1,", "(2,").as_str());
    let both = store.find(&[FoldedAddress::of("\0"), FoldedAddress::of("ada@example.com")]).await.unwrap();
    assert_eq!(both.len(), 1);
}
