//! Passwords that are hashed here, and written to a directory.

use super::{OpenLdap, load, write};
use crate::users::Written;
use crate::users::conformance::Fixture;
use futures_util::future::join_all;

/// The server looks again in the moment of writing (RFC 4528).
#[tokio::test(flavor = "multi_thread")]
async fn of_64_writers_of_hashes_one_succeeds() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|users, _| users.hash = "ldap_ssha".into());
    let ada = load(&store, &id).await;
    let names: Vec<String> = (0..64).map(|n| format!("new{n}")).collect();
    let outcomes = join_all(names.iter().map(|new| write(&store, &ada, new))).await;
    let won: Vec<_> = outcomes.iter().zip(&names).filter(|(done, _)| matches!(done, Ok(Written::Yes(_)))).collect();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(won.len(), 1, "{outcomes:?}");
    assert!(fixture.branch.accepts(&fixture.branch.person("ada"), won[0].1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_stored_as_it_was_made() {
    const SSHA512: &str =
        "{SSHA512}tiV6RdQy6oEsWIzzGxAlKFGv5mfdCVy7jqcgV0gJF7ZT1/6lFiNJ1EtuTL9yGZhjhFd+n1dM2HPRNUe0Cwd7hOYJKCkqKw==";
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", "ada@example.com");
    let store = fixture.directory(|users, _| users.hash = "ldap_ssha512".into());
    let ada = load(&store, &id).await;
    assert_eq!(write(&store, &ada, SSHA512).await.unwrap(), Written::Yes(vec![]));
    let stored = fixture.branch.value(&fixture.branch.person("ada"), "userPassword");
    assert_eq!(stored.as_deref(), Some(SSHA512));
}
