//! The queue: leases, and what the help desk may do.

use super::fixture::*;
use crate::ledger::*;
use regain_core::delivery::Outcome;
use regain_core::event::Happening;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};

pub(super) async fn a_leased_row_is_nobody_elses_until_its_lease_lapses(mut fixture: Fixture) {
    fixture.admit().await;
    let (first, rows) = fixture.lease().await;
    assert_eq!(rows.len(), 1);
    assert!(!fixture.ledger.is_due(fixture.now).await.unwrap());
    fixture.wait(MINUTE - MILLISECOND);
    assert!(fixture.nothing_is_due().await);
    fixture.wait(MILLISECOND);
    assert!(fixture.ledger.is_due(fixture.now).await.unwrap());
    let (_, again) = fixture.lease().await;
    assert_eq!(again[0].id, rows[0].id);

    let (verdict, late) = fixture.decide(&rows[0], first).await;
    assert_eq!(verdict, Verdict::Ended, "the first lease does not count any more");
    assert!(fixture.live(&late).await.is_none(), "and nothing was minted by it");
    fixture.ledger.put_back(vec![rows[0].id], first, fixture.away(fixture.now)).await.unwrap();
    assert!(fixture.nothing_is_due().await, "nor does it put anything back");
}

pub(super) async fn the_oldest_are_leased_first_and_no_more_than_may(mut fixture: Fixture) {
    let mut admitted = Vec::new();
    for _ in 0..5 {
        admitted.push(fixture.admit().await);
        fixture.wait(MILLISECOND);
    }
    let (_, rows) = fixture.lease_some(3).await;
    let leased: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(leased, admitted[..3]);
    let (_, rows) = fixture.lease_some(3).await;
    let leased: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(leased, admitted[3..]);
}

pub(super) async fn what_is_put_back_waits_for_its_time(mut fixture: Fixture) {
    let id = fixture.admit().await;
    let (lease, _) = fixture.lease().await;
    let away_at = fixture.now;
    fixture.ledger.put_back(vec![id], lease, fixture.away(fixture.now.plus(PAUSE))).await.unwrap();
    assert_eq!(fixture.explain(id).await.state, State::Accepted);
    fixture.wait(PAUSE - MILLISECOND);
    assert!(fixture.nothing_is_due().await);
    fixture.wait(MILLISECOND);
    let (rows_lease, rows) = fixture.lease().await;
    assert_eq!((rows[0].id, rows[0].attempts), (id, 0), "that was not an attempt");
    fixture.ledger.put_back(vec![id], rows_lease, fixture.away(fixture.now)).await.unwrap();
    let events = fixture.explain(id).await.events;
    assert_eq!((events.len(), events[0].what, events[0].at), (1, Happening::StoreAway, away_at), "told once");
}

pub(super) async fn a_waiting_row_is_retried_at_once(fixture: Fixture) {
    let minted = fixture.mint().await;
    let id = minted.row.id;
    assert!(!fixture.ledger.retry(id, fixture.now).await.unwrap(), "it is in a courier's hands");
    fixture.record(&minted, retry_after()).await;
    assert!(fixture.nothing_is_due().await);
    assert!(fixture.ledger.retry(id, fixture.now).await.unwrap());
    assert_eq!(fixture.lease().await.1[0].id, id);
    assert!(!fixture.ledger.retry(fixture.id(), fixture.now).await.unwrap(), "nobody knows that one");
}

pub(super) async fn a_dropped_row_ends_without_a_mail(fixture: Fixture) {
    let (waits, leased) = (fixture.admit().await, fixture.admit().await);
    let (lease, rows) = fixture.lease().await;
    fixture.ledger.put_back(vec![waits], lease, fixture.away(fixture.now)).await.unwrap();
    for id in [waits, leased] {
        assert!(fixture.ledger.drop_waiting(id, fixture.now).await.unwrap());
        assert!(!fixture.ledger.drop_waiting(id, fixture.now).await.unwrap(), "once");
        let request = fixture.explain(id).await;
        assert_eq!((request.state, request.reason), (State::Failed, Some(Reason::Dropped)));
        assert_eq!(request.ended_at, Some(fixture.now));
    }
    assert!(fixture.nothing_is_due().await);
    let row = rows.iter().find(|row| row.id == leased).unwrap();
    assert_eq!(fixture.decide(row, lease).await.0, Verdict::Ended);
}

pub(super) async fn the_queue_is_listed_oldest_first_with_the_last_reply(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, Outcome::RetryAfter("421 busy".into())).await;
    fixture.wait(PAUSE);
    let again = fixture.mint_again().await;
    assert!(fixture.ledger.list_waiting(1).await.unwrap()[0].is_leased);
    fixture.record(&again, retry_after()).await;
    let second = fixture.admit().await;
    let dropped = fixture.admit().await;
    assert!(fixture.ledger.drop_waiting(dropped, fixture.now).await.unwrap());

    let listed = fixture.ledger.list_waiting(10).await.unwrap();
    assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [first.row.id, second]);
    assert!(listed.iter().all(|row| !row.is_leased));
    assert_eq!((listed[0].attempts, listed[0].last_reply.as_deref()), (2, Some("451 later")));
    assert_eq!((listed[0].message, listed[0].due_at), (MessageKind::Reset, fixture.now.plus(PAUSE)));
    assert_eq!((&*listed[1].identifier, listed[1].accepted_at), ("ada@example.com", fixture.now));
    assert_eq!((listed[1].attempts, listed[1].last_reply.as_deref()), (0, None));
    assert_eq!(fixture.ledger.list_waiting(1).await.unwrap().len(), 1);
}
