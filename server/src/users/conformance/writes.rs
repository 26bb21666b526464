//! Writing a password: to the account that was read, as it was read.

use super::{Change, Fixture, NEW, OLD, find, load, shown, three_accounts, write};
use crate::users::Written;

pub(crate) async fn who_may_not_reset_is_marked_and_not_written<F: Fixture>() {
    let (fixture, store, [id, ..]) = three_accounts::<F>();
    let ada = load(&*store, &id).await.unwrap();
    assert!(ada.eligible);
    fixture.change(&id, Change::MayReset(false));
    assert!(!load(&*store, &id).await.unwrap().eligible);
    assert!(!find(&*store, &["ada@example.com"]).await[0].eligible);
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::NoLongerMatches);
    assert!(fixture.accepts(&id, OLD));
    fixture.change(&id, Change::MayReset(true));
    assert!(load(&*store, &id).await.unwrap().eligible);
}

pub(crate) async fn a_password_is_written_to_one_account_and_no_other<F: Fixture>() {
    let (fixture, store, ids) = three_accounts::<F>();
    let ada = load(&*store, &ids[0]).await.unwrap();
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::Yes(vec![]));
    assert!(fixture.accepts(&ids[0], NEW) && !fixture.accepts(&ids[0], OLD));
    assert!(fixture.accepts(&ids[1], OLD) && fixture.accepts(&ids[2], OLD));
}

/// So that a link from before it is dead after it.
pub(crate) async fn every_change_of_the_password_shows<F: Fixture>() {
    let (fixture, store, ids) = three_accounts::<F>();
    let before = [shown(&*store, &ids[0]).await, shown(&*store, &ids[1]).await];
    assert_eq!(shown(&*store, &ids[0]).await, before[0], "to look does not change it");
    let ada = load(&*store, &ids[0]).await.unwrap();
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::Yes(vec![]));
    fixture.change(&ids[1], Change::Password(NEW));
    assert_ne!(shown(&*store, &ids[0]).await, before[0]);
    assert_ne!(shown(&*store, &ids[1]).await, before[1]);
    assert_eq!(write(&*store, &ada, "a third one").await.unwrap(), Written::NoLongerMatches);
    assert!(fixture.accepts(&ids[0], NEW));
}

pub(crate) async fn what_changed_meanwhile_is_not_written_over<F: Fixture>() {
    let (fixture, store, [id, other, _]) = three_accounts::<F>();
    let ada = load(&*store, &id).await.unwrap();
    fixture.change(&id, Change::Address("ada@example.org"));
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::NoLongerMatches);
    let ada = load(&*store, &id).await.unwrap();
    fixture.change(&id, Change::Password("chosen meanwhile"));
    assert_eq!(write(&*store, &ada, NEW).await.unwrap(), Written::NoLongerMatches);
    assert!(fixture.accepts(&id, "chosen meanwhile"));
    let grace = load(&*store, &other).await.unwrap();
    fixture.change(&other, Change::Gone);
    assert_eq!(write(&*store, &grace, NEW).await.unwrap(), Written::NoLongerMatches);
    assert!(load(&*store, &other).await.is_none());
}
