//! The clock was set back a day: nobody waits a day for it.

use super::fixture::*;
use crate::ledger::*;

pub(super) async fn what_waits_is_due_though_the_clock_was_set_back(mut fixture: Fixture) {
    let id = fixture.admit().await;
    fixture.set_back(DAY);
    assert!(fixture.ledger.is_due(fixture.now).await.unwrap());
    let (_, rows) = fixture.lease().await;
    assert_eq!(rows[0].id, id);
    assert!(fixture.nothing_is_due().await, "its lease is of now, and holds");
}

pub(super) async fn a_claim_lapses_though_the_clock_was_set_back(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let token = fixture.live(&minted).await.unwrap();
    fixture.claims(&token).await.unwrap();
    assert!(fixture.ledger.lapsed_claims(fixture.now).await.unwrap().is_empty());
    fixture.set_back(DAY);
    assert_eq!(fixture.ledger.lapsed_claims(fixture.now).await.unwrap().len(), 1);
    let found = fixture.ledger.find_token(minted.token, fixture.now).await.unwrap();
    assert!(matches!(found, TokenState::Recovering), "{found:?}");
}

pub(super) async fn mails_of_the_future_put_nobody_off(mut fixture: Fixture) {
    for _ in 0..2 {
        let minted = fixture.mint().await;
        fixture.record(&minted, delivered()).await;
        let token = fixture.live(&minted).await.unwrap();
        let claim = fixture.claims(&token).await.unwrap();
        assert!(fixture.settles(&claim).await);
        fixture.set_back(DAY);
    }
}
