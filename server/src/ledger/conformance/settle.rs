//! The end of a redeeming: once, for the whole account, with a notice.

use super::fixture::*;
use futures_util::future::join_all;
use regain_core::account::AccountId;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};

pub(super) async fn settling_twice_is_settling_once(fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.settles(&claim).await && !fixture.settles(&claim).await);
    assert_eq!(fixture.link(&minted).await, ("redeemed".into(), None));
    assert_eq!(fixture.lease().await.1.len(), 1);
}

pub(super) async fn of_many_who_settle_at_once_one_queues_a_notice(fixture: Fixture) {
    let claim = fixture.claim(&fixture.mint().await).await;
    let nodes = [&fixture, &fixture.another().await];
    let settled = join_all((0..16).map(|n| nodes[n % 2].settles(&claim))).await;
    assert_eq!(settled.iter().filter(|settled| **settled).count(), 1);
    assert_eq!(fixture.lease().await.1.len(), 1);
}

pub(super) async fn a_notice_is_due_at_once_to_the_address_on_file(fixture: Fixture) {
    let minted = fixture.mint().await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    let (_, queued) = fixture.lease().await;
    let [notice] = &queued[..] else { panic!("{queued:?}") };
    assert_eq!((notice.message, notice.account.clone()), (MessageKind::PasswordChanged, Some(AccountId::new("1"))));
    assert_eq!((&*notice.identifier, notice.name.as_deref()), ("ada@on-file.example", Some("Ada")));
    assert_eq!((notice.address_digest, notice.accepted_at), ([8; 32], fixture.now));
    assert_eq!(notice.locales, "pt-BR,de,en", "in the owner's language, then in those of the request");
    let told = fixture.explain(notice.id).await;
    assert_eq!((told.about, &*told.origin), (Some(minted.row.id), "chaser"));
    assert_eq!(told.network.as_deref(), Some("192.0.2.0/24"));
}

pub(super) async fn settling_ends_every_other_link_of_the_account(mut fixture: Fixture) {
    let (first, anothers) = (fixture.mint().await, fixture.mint_for("2").await);
    fixture.record(&anothers, delivered()).await;
    fixture.record(&first, unknown()).await;
    fixture.wait(MINUTE);
    let second = fixture.mint_again().await;
    let claim = fixture.claim(&second).await;
    assert!(fixture.live(&first).await.is_some());
    assert!(fixture.settles(&claim).await);
    assert_eq!(fixture.link(&first).await, ("revoked".into(), Some("another_redeemed".into())));
    assert!(fixture.live(&first).await.is_none() && fixture.live(&anothers).await.is_some());
}

pub(super) async fn settling_ends_the_requests_under_way(mut fixture: Fixture) {
    let good = fixture.mint().await;
    fixture.record(&good, delivered()).await;
    fixture.wait(MINUTE);
    let retried = fixture.mint().await;
    fixture.record(&retried, retry_after()).await;
    let anothers = fixture.mint_for("2").await;
    fixture.record(&anothers, retry_after()).await;
    assert!(fixture.settles(&fixture.claim(&good).await).await);
    let request = fixture.explain(retried.row.id).await;
    assert_eq!((request.state, request.reason), (State::Mailed, Some(Reason::Redeemed)));
    assert_eq!(request.ended_at, Some(fixture.now));
    fixture.wait(PAUSE);
    let due: Vec<_> = fixture.lease().await.1.into_iter().map(|row| (row.message, row.account)).collect();
    assert_eq!(due.len(), 2, "{due:?}");
    assert!(due.contains(&(MessageKind::PasswordChanged, Some(AccountId::new("1")))));
    assert!(due.contains(&(MessageKind::Reset, Some(AccountId::new("2")))));
}

pub(super) async fn a_trusted_request_that_waits_ends_unmailed_with_a_redeeming(mut fixture: Fixture) {
    let good = fixture.mint().await;
    fixture.record(&good, delivered()).await;
    fixture.wait(MINUTE);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, crate::ledger::Admission::Admitted);
    let waits = fixture.ledger.list_waiting(1).await.unwrap()[0].id;
    assert!(fixture.settles(&fixture.claim(&good).await).await);
    let request = fixture.explain(waits).await;
    assert_eq!((request.state, request.reason), (State::Suppressed, Some(Reason::Redeemed)));
}

pub(super) async fn a_request_from_before_a_redeeming_is_not_mailed_after_it(mut fixture: Fixture) {
    let good = fixture.mint().await;
    fixture.record(&good, delivered()).await;
    fixture.wait(MINUTE);
    fixture.admit().await;
    let (lease, rows) = fixture.lease().await;
    fixture.wait(MILLISECOND);
    assert!(fixture.settles(&fixture.claim(&good).await).await);
    let (verdict, late) = fixture.decide(&rows[0], lease).await;
    assert_eq!(verdict, crate::ledger::Verdict::Suppressed(Reason::Redeemed));
    assert!(fixture.live(&late).await.is_none());
    fixture.wait(MILLISECOND);
    fixture.mint().await;
}
