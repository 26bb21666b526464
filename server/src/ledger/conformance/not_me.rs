//! "This was not me": it ends every link of the account, and what is under way.

use super::fixture::*;
use crate::ledger::*;
use regain_core::event::Happening;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};

pub(super) async fn a_mail_is_disowned_by_its_own_token(mut fixture: Fixture) {
    let minted_at = fixture.now;
    let minted = fixture.mint().await;
    fixture.wait(MINUTE);
    let before = minted_at.minus(MILLISECOND);
    let found = fixture.ledger.find_not_me(minted.not_me, before).await.unwrap().unwrap();
    assert_eq!((found.entry, found.account.as_str()), (minted.row.id, "1"));
    assert!(fixture.ledger.find_not_me(minted.not_me, minted_at).await.unwrap().is_none(), "it is too old");
    assert!(fixture.ledger.find_not_me(minted.token, before).await.unwrap().is_none(), "that is another token");
}

pub(super) async fn disowning_ends_every_live_link_of_the_account(mut fixture: Fixture) {
    let (first, anothers) = (fixture.mint().await, fixture.mint_for("2").await);
    fixture.record(&first, unknown()).await;
    fixture.wait(PAUSE);
    let second = fixture.mint_again().await;
    fixture.record(&second, delivered()).await;
    assert_eq!(fixture.disown(&first).await, 2);
    for minted in [&first, &second] {
        assert_eq!(fixture.link(minted).await, ("revoked".into(), Some("not_me".into())));
        assert!(fixture.live(minted).await.is_none());
    }
    assert!(fixture.live(&anothers).await.is_some());
    assert_eq!(fixture.disown(&second).await, 0, "nothing was left");
    let events = fixture.explain(first.row.id).await.events;
    assert!(events.iter().all(|event| event.what == Happening::NotMe) && events.len() == 2, "{events:?}");
}

pub(super) async fn a_claim_that_has_written_nothing_is_disowned_at_once(fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert_eq!(fixture.disown(&minted).await, 1);
    assert!(!fixture.intends(&claim).await, "so nothing is written with it");
    assert!(!fixture.ledger.release(&claim).await.unwrap());
    assert_eq!(fixture.link(&minted).await, ("revoked".into(), Some("not_me".into())));
    assert!(fixture.ledger.lapsed_claims(fixture.now.plus(HOUR)).await.unwrap().is_empty());
}

pub(super) async fn a_claim_that_may_have_written_ends_with_itself(fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.intends(&claim).await);
    assert_eq!(fixture.disown(&minted).await, 0);
    assert_eq!(fixture.link(&minted).await.0, "claimed");
    assert!(fixture.ledger.release(&claim).await.unwrap());
    assert!(fixture.live(&minted).await.is_none(), "it is never live again");
    assert!(fixture.claims(&claim.token).await.is_none(), "not even for who found it before");
}

pub(super) async fn what_was_written_is_settled_though_it_was_disowned_meanwhile(fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.intends(&claim).await);
    fixture.disown(&minted).await;
    assert!(fixture.settles(&claim).await);
    assert_eq!(fixture.link(&minted).await.0, "redeemed");
    assert_eq!(fixture.lease().await.1[0].message, MessageKind::PasswordChanged);
}

pub(super) async fn disowning_ends_the_requests_under_way(mut fixture: Fixture) {
    let good = fixture.mint().await;
    fixture.record(&good, delivered()).await;
    fixture.wait(MINUTE);
    let retried = fixture.mint().await;
    fixture.record(&retried, retry_after()).await;
    assert_eq!(fixture.disown(&good).await, 1);
    let request = fixture.explain(retried.row.id).await;
    assert_eq!((request.state, request.reason), (State::Mailed, Some(Reason::NotMe)));
    fixture.wait(HOUR);
    assert!(fixture.nothing_is_due().await);
}

pub(super) async fn a_request_from_before_a_disowning_is_not_mailed_after_it(mut fixture: Fixture) {
    let good = fixture.mint().await;
    fixture.record(&good, delivered()).await;
    fixture.wait(MINUTE);
    fixture.admit().await;
    let (lease, rows) = fixture.lease().await;
    fixture.wait(MILLISECOND);
    fixture.disown(&good).await;
    let (verdict, late) = fixture.decide(&rows[0], lease).await;
    assert_eq!(verdict, Verdict::Suppressed(Reason::NotMe));
    assert!(fixture.live(&late).await.is_none());
    fixture.wait(MILLISECOND);
    fixture.mint().await;
}

pub(super) async fn a_notice_is_disowned_like_a_reset(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    let (lease, rows) = fixture.lease().await;
    let (_, notice) = fixture.decide_that(mail(MessageKind::PasswordChanged, "1"), &rows[0], lease).await;
    fixture.record(&notice, delivered()).await;
    fixture.wait(MINUTE);
    let thiefs = fixture.mint().await;
    assert_eq!(fixture.disown(&notice).await, 1);
    assert!(fixture.live(&thiefs).await.is_none());
    assert_eq!(fixture.link(&minted).await.0, "redeemed", "what was, was");
}
