//! A store that is away.

use super::{Fixture, NEW, load, three_accounts, write};
use crate::finding::Verdict;
use crate::users::Written;
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;

pub(crate) async fn a_store_that_went_away_is_found_again<F: Fixture>() {
    let (fixture, store, [id, ..]) = three_accounts::<F>();
    let ada = load(&*store, &id).await.unwrap();
    fixture.set_reachable(false);
    store.load(&AccountId::new(id.as_str())).await.unwrap_err();
    store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap_err();
    write(&*store, &ada, NEW).await.unwrap_err();
    fixture.set_reachable(true);
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::Yes(vec![]));
    assert!(fixture.accepts(&id, NEW));
}

pub(crate) async fn an_examination_of_a_store_that_is_away_says_so<F: Fixture>() {
    let (fixture, store, [id, ..]) = three_accounts::<F>();
    fixture.set_reachable(false);
    let findings = store.examine().await;
    assert!(findings.iter().any(|finding| finding.verdict == Verdict::Fails), "{findings:?}");
    fixture.set_reachable(true);
    assert!(load(&*store, &id).await.is_some());
}
