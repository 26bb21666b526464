//! What a store says of itself when it is looked over.

use super::{Fixture, OLD, shown, three_accounts};
use crate::finding::Verdict;

pub(crate) async fn an_examination_fails_nothing_and_changes_nothing<F: Fixture>() {
    let (fixture, store, ids) = three_accounts::<F>();
    let before = shown(&*store, &ids[0]).await;
    let findings = store.examine().await;
    assert!(findings.iter().any(|finding| finding.verdict == Verdict::Holds), "{findings:?}");
    // Where hashes show, those of these accounts are none.
    let faults = findings.iter().filter(|finding| finding.verdict == Verdict::Fails);
    assert_eq!(faults.count(), usize::from(store.shows_hashes()), "{findings:?}");
    assert!(findings.iter().all(|finding| !finding.text.contains(OLD)), "{findings:?}");
    assert_eq!(shown(&*store, &ids[0]).await, before);
    assert!(ids.iter().all(|id| fixture.accepts(id, OLD)));
}
