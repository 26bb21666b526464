//! What became of the mails, and which links it ends.

use super::fixture::*;
use crate::ledger::*;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};

pub(super) async fn an_outcome_is_kept_in_the_servers_words(fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    let request = fixture.explain(minted.row.id).await;
    assert_eq!((request.state, request.reason, request.ended_at), (State::Mailed, None, Some(fixture.now)));
    let delivery = &request.deliveries[0];
    assert_eq!((delivery.outcome.as_deref(), delivery.outcome_at), (Some("delivered"), Some(fixture.now)));
    assert_eq!((delivery.transport.as_deref(), delivery.reply.as_deref()), (Some("test"), Some("250 ok")));
    assert_eq!((&*delivery.address, &*delivery.link_state), ("ada@on-file.example", "live"));
    assert_eq!((delivery.minted_at, delivery.expires_at), (fixture.now, fixture.now.plus(HOUR)));
}

pub(super) async fn what_finished_is_recorded_with_the_next_lease(fixture: Fixture) {
    let minted = fixture.mint().await;
    let next = fixture.admit().await;
    let lease = Lease { id: fixture.id(), until: fixture.now.plus(MINUTE) };
    let finished = vec![fixture.finished(&minted, delivered())];
    let rows = fixture.ledger.record_and_lease(finished, lease, fixture.now, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [next]);
    assert_eq!(fixture.explain(minted.row.id).await.state, State::Mailed);
}

pub(super) async fn a_late_outcome_is_noted_and_does_not_end_anothers_lease(mut fixture: Fixture) {
    let late = fixture.mint().await;
    fixture.wait(MINUTE);
    let minted = fixture.mint_again().await;
    fixture.record(&late, delivered()).await;
    let request = fixture.explain(late.row.id).await;
    assert_eq!((request.ended_at, request.deliveries[0].outcome.as_deref()), (None, Some("delivered")));
    assert!(fixture.live(&late).await.is_some() && fixture.live(&minted).await.is_some(), "either may be the one");
    fixture.record(&minted, delivered()).await;
    assert!(fixture.explain(late.row.id).await.ended_at.is_some());
}

pub(super) async fn what_a_relay_puts_off_is_tried_again_with_another_link(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, retry_after()).await;
    assert_eq!(fixture.link(&minted).await, ("revoked".into(), Some("not_sent".into())));
    assert!(fixture.live(&minted).await.is_none());
    let request = fixture.explain(minted.row.id).await;
    assert_eq!((request.state, request.due_at), (State::Accepted, fixture.now.plus(PAUSE)));
    fixture.wait(PAUSE - MILLISECOND);
    assert!(fixture.nothing_is_due().await);
    fixture.wait(MILLISECOND);
    assert_eq!(fixture.mint_again().await.row.attempts, 1);
}

pub(super) async fn what_is_refused_or_given_up_ends_and_says_why(fixture: Fixture) {
    for (outcome, give_up, state, reason) in [
        (refused(), false, State::Failed, Reason::Refused),
        (retry_after(), true, State::Failed, Reason::GaveUp),
        (unknown(), true, State::Mailed, Reason::Unanswered),
    ] {
        let minted = fixture.mint_for(reason.as_str()).await;
        let finished = Finished { give_up, ..fixture.finished(&minted, outcome) };
        fixture.ledger.record(vec![finished]).await.unwrap();
        let request = fixture.explain(minted.row.id).await;
        assert_eq!((request.state, request.reason, request.ended_at), (state, Some(reason), Some(fixture.now)));
        assert_eq!(fixture.live(&minted).await.is_some(), state == State::Mailed, "{reason:?}");
    }
}

pub(super) async fn what_may_have_arrived_twice_is_not_sent_again(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, unknown()).await;
    assert_eq!(fixture.explain(first.row.id).await.state, State::Accepted);
    fixture.wait(PAUSE);
    let second = fixture.mint_again().await;
    fixture.record(&second, unknown()).await;
    let request = fixture.explain(first.row.id).await;
    assert_eq!((request.state, request.reason), (State::Mailed, Some(Reason::Unanswered)));
    assert!(fixture.live(&first).await.is_some() && fixture.live(&second).await.is_some(), "either may have arrived");
    fixture.wait(HOUR / 2);
    assert!(fixture.nothing_is_due().await);
}

pub(super) async fn a_newer_link_ends_the_older_ones_once_it_is_on_its_way(mut fixture: Fixture) {
    let (old, anothers) = (fixture.mint().await, fixture.mint_for("2").await);
    fixture.record(&old, delivered()).await;
    fixture.wait(MINUTE);
    let unsent = fixture.mint().await;
    fixture.record(&unsent, refused()).await;
    assert!(fixture.live(&old).await.is_some(), "a failed mail ends no good link");
    fixture.wait(MINUTE);
    let new = fixture.mint().await;
    assert!(fixture.live(&old).await.is_some(), "nor does one that was not sent yet");
    fixture.record(&new, unknown()).await;
    assert_eq!(fixture.link(&old).await, ("superseded".into(), None));
    assert!(fixture.live(&new).await.is_some() && fixture.live(&anothers).await.is_some());
}

pub(super) async fn each_account_of_a_batch_has_its_older_links_ended(mut fixture: Fixture) {
    let accounts = ["1", "2", "3"];
    let mut older = Vec::new();
    for account in accounts {
        let minted = fixture.mint_for(account).await;
        fixture.record(&minted, delivered()).await;
        older.push(minted);
    }
    fixture.wait(MINUTE);
    let mut newer = Vec::new();
    for account in accounts {
        newer.push(fixture.mint_for(account).await);
    }
    let outcomes = [delivered(), retry_after(), unknown()];
    let finished = newer.iter().zip(outcomes).map(|(minted, outcome)| fixture.finished(minted, outcome)).collect();
    fixture.ledger.record(finished).await.unwrap();
    for (n, old_lives) in [false, true, false].into_iter().enumerate() {
        assert_eq!(fixture.live(&older[n]).await.is_some(), old_lives, "{n}");
        assert_eq!(fixture.live(&newer[n]).await.is_some(), !old_lives, "{n}");
    }
}

pub(super) async fn an_older_mail_that_arrives_late_does_not_end_the_newer_link(mut fixture: Fixture) {
    let old = fixture.mint().await;
    fixture.wait(MINUTE);
    fixture.admit().await;
    let (lease, rows) = fixture.lease().await;
    let newer = rows.iter().find(|row| row.id != old.row.id).unwrap();
    let (_, new) = fixture.decide(newer, lease).await;
    fixture.record(&new, delivered()).await;
    fixture.record(&old, delivered()).await;
    assert!(fixture.live(&old).await.is_none() && fixture.live(&new).await.is_some());
}

pub(super) async fn superseding_passes_over_a_link_that_is_being_redeemed(mut fixture: Fixture) {
    let old = fixture.mint().await;
    fixture.record(&old, delivered()).await;
    fixture.wait(MINUTE);
    let new = fixture.mint().await;
    let claim = fixture.claim(&old).await;
    fixture.record(&new, delivered()).await;
    assert!(fixture.intends(&claim).await);
    assert!(fixture.settles(&claim).await);
    assert!(fixture.live(&new).await.is_none());
}

pub(super) async fn what_was_redeemed_is_not_mailed_again_whatever_the_relay_says_later(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    for outcome in [unknown(), retry_after(), delivered()] {
        fixture.record(&minted, outcome).await;
        fixture.wait(5 * MINUTE);
        let (_, rows) = fixture.lease().await;
        assert!(rows.iter().all(|row| row.message == MessageKind::PasswordChanged));
        assert_eq!(fixture.link(&minted).await.0, "redeemed");
    }
}
