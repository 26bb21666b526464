//! Admitting: durable, bounded, and within the limits of a trusted caller's account.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::account::AccountId;
use regain_core::limit::AccountLimit;
use regain_core::request::State;

pub(super) async fn what_is_admitted_is_kept_as_it_came(fixture: Fixture) {
    let request = fixture.request();
    fixture.ledger.admit(request.clone(), 1000).await.unwrap();
    assert!(fixture.ledger.is_due(fixture.now).await.unwrap());
    let kept = fixture.explain(request.id).await;
    assert_eq!((kept.state, kept.reason, kept.ended_at), (State::Accepted, None, None));
    assert_eq!((kept.identifier, kept.network), (request.identifier.clone(), request.network));
    assert_eq!((&*kept.origin, kept.account, kept.about), ("chaser", None, None));
    assert_eq!((kept.accepted_at, kept.due_at), (fixture.now, fixture.now));
    let (_, rows) = fixture.lease().await;
    assert_eq!((&rows[0].identifier, &rows[0].locales), (&request.identifier, &request.locales));
    assert_eq!((rows[0].device, rows[0].network.as_deref()), (request.device, Some("192.0.2.0/24")));
    assert_eq!((rows[0].address_digest, rows[0].accepted_at, rows[0].attempts), (ADDRESS, fixture.now, 0));
}

pub(super) async fn no_more_wait_than_may(fixture: Fixture) {
    let first = fixture.admit().await;
    fixture.ledger.admit(fixture.request(), 2).await.unwrap();
    assert!(matches!(fixture.ledger.admit(fixture.request(), 2).await, Err(LedgerFault::Full)));
    let trusted = fixture.ledger.admit_trusted(fixture.request(), AccountId::new("1"), LIMIT, 2).await;
    assert!(matches!(trusted, Err(LedgerFault::Full)), "{trusted:?}");
    assert_eq!((fixture.ledger.waiting(), fixture.ledger.count_waiting().await.unwrap()), (2, 2));
    assert!(fixture.ledger.drop_waiting(first, fixture.now).await.unwrap());
    assert_eq!((fixture.ledger.count_waiting().await.unwrap(), fixture.ledger.waiting()), (1, 1));
    fixture.ledger.admit(fixture.request(), 2).await.unwrap();
}

pub(super) async fn what_others_admitted_is_counted(fixture: Fixture) {
    let other = fixture.another().await;
    other.admit().await;
    assert_eq!(fixture.ledger.waiting(), 0, "nobody has counted");
    assert_eq!(fixture.ledger.count_waiting().await.unwrap(), 1);
    assert_eq!(fixture.ledger.waiting(), 1);
}

pub(super) async fn a_trusted_caller_is_held_to_the_limit_and_takes_no_place(mut fixture: Fixture) {
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Admitted);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Limited(MINUTE));
    assert_eq!((fixture.ledger.waiting(), fixture.ledger.count_waiting().await.unwrap()), (1, 1));
    fixture.wait(MINUTE - MILLISECOND);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Limited(MILLISECOND));
    fixture.wait(MILLISECOND);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Admitted);
    let (_, rows) = fixture.lease().await;
    assert_eq!(rows[0].account, Some(AccountId::new("1")));
}

pub(super) async fn a_trusted_caller_waits_for_what_was_asked_for_the_address(fixture: Fixture) {
    fixture.admit().await;
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Limited(MINUTE));
    let elsewhere = NewRequest { address_digest: [9; 32], ..fixture.request() };
    let admitted = fixture.ledger.admit_trusted(elsewhere, AccountId::new("2"), LIMIT, 1000).await.unwrap();
    assert_eq!(admitted, Admission::Admitted);
}

pub(super) async fn a_trusted_caller_waits_for_what_came_later_and_got_ahead(fixture: Fixture) {
    let later = NewRequest { accepted_at: fixture.now.plus(MILLISECOND), ..fixture.request() };
    let ahead = fixture.ledger.admit_trusted(later, AccountId::new("1"), LIMIT, 1000).await.unwrap();
    assert_eq!(ahead, Admission::Admitted);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Limited(MINUTE));
}

pub(super) async fn a_trusted_caller_waits_for_what_was_mailed(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    fixture.wait(MINUTE / 2);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Limited(MINUTE / 2));
    assert_eq!(fixture.admit_trusted("2", LIMIT).await, Admission::Admitted);
}

pub(super) async fn what_waits_counts_as_a_mail_of_the_hour(mut fixture: Fixture) {
    let limit = AccountLimit { cooldown: std::time::Duration::ZERO, mails_per_hour_max: 2 };
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    fixture.wait(10 * MINUTE);
    assert_eq!(fixture.admit_trusted("1", limit).await, Admission::Admitted);
    assert_eq!(fixture.admit_trusted("1", limit).await, Admission::Limited(50 * MINUTE));
    fixture.wait(50 * MINUTE);
    assert_eq!(fixture.admit_trusted("1", limit).await, Admission::Admitted);
}

pub(super) async fn of_many_trusted_requests_at_once_one_is_admitted(fixture: Fixture) {
    let nodes = [&fixture, &fixture.another().await];
    let asked = join_all((0..16).map(|n| nodes[n % 2].admit_trusted("1", LIMIT))).await;
    assert_eq!(asked.iter().filter(|admission| **admission == Admission::Admitted).count(), 1);
    assert_eq!(fixture.ledger.count_waiting().await.unwrap(), 1);
}
