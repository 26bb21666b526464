//! Tokens: one claim at a time, and what a claim comes to.

use super::fixture::*;
use crate::ledger::*;

pub(super) async fn a_live_token_tells_what_it_was_minted_for(fixture: Fixture) {
    let minted = fixture.mint().await;
    let token = fixture.live(&minted).await.unwrap();
    assert_eq!((token.delivery, token.entry), (minted.delivery, minted.row.id));
    assert_eq!((token.account.as_str(), token.fingerprint), ("1", [1; 32]));
    assert_eq!(token.expires_at, fixture.now.plus(HOUR));
    assert!(matches!(fixture.ledger.find_token([0; 32], fixture.now).await.unwrap(), TokenState::Dead));
}

pub(super) async fn a_token_has_one_claim_at_a_time(fixture: Fixture) {
    let minted = fixture.mint().await;
    let token = fixture.live(&minted).await.unwrap();
    let claim = fixture.claims(&token).await.unwrap();
    assert!(fixture.live(&minted).await.is_none() && fixture.claims(&token).await.is_none());
    let anothers = Claim { id: fixture.id(), token: token.clone() };
    assert!(!fixture.ledger.release(&anothers).await.unwrap(), "only its holder gives it back");
    assert!(!fixture.ledger.lapse(&anothers).await.unwrap() && !fixture.intends(&anothers).await);
    assert!(fixture.ledger.release(&claim).await.unwrap());
    assert!(!fixture.intends(&claim).await, "and then holds it no more");
    assert!(fixture.claims(&fixture.live(&minted).await.unwrap()).await.is_some());
}

pub(super) async fn a_lapsed_claim_is_looked_into_before_the_token_opens_again(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.intends(&claim).await);
    fixture.wait(MINUTE - MILLISECOND);
    assert!(fixture.ledger.lapsed_claims(fixture.now).await.unwrap().is_empty());
    fixture.wait(MILLISECOND);
    assert!(matches!(fixture.find(&minted).await, TokenState::Recovering));
    assert!(fixture.claims(&claim.token).await.is_none());
    let lapsed = fixture.ledger.lapsed_claims(fixture.now).await.unwrap();
    assert_eq!((lapsed.len(), lapsed[0].claim.id, lapsed[0].new_fingerprint), (1, claim.id, Some([2; 32])));
    assert_eq!(lapsed[0].claim.token.account.as_str(), "1");
    assert!(fixture.ledger.release(&lapsed[0].claim).await.unwrap());
    let again = fixture.claim(&minted).await;
    fixture.wait(MINUTE);
    let lapsed = fixture.ledger.lapsed_claims(fixture.now).await.unwrap();
    assert_eq!((lapsed[0].claim.id, lapsed[0].new_fingerprint), (again.id, None), "a new claim has written nothing");
}

pub(super) async fn no_link_opens_while_another_may_have_written(mut fixture: Fixture) {
    let older = fixture.mint().await;
    fixture.record(&older, delivered()).await;
    let claim = fixture.claim(&older).await;
    fixture.wait(MINUTE);
    let newer = fixture.mint().await;
    fixture.record(&newer, delivered()).await;
    assert!(fixture.live(&newer).await.is_some(), "a claim that intends nothing has written nothing");
    assert!(fixture.intends(&claim).await);
    assert!(matches!(fixture.find(&newer).await, TokenState::Recovering));
    assert!(fixture.ledger.release(&claim).await.unwrap());
    assert!(fixture.live(&newer).await.is_some());
}

pub(super) async fn a_claim_may_be_let_lapse_at_once(mut fixture: Fixture) {
    let (first, second) = (fixture.mint_for("1").await, fixture.mint_for("2").await);
    let slow = fixture.claim(&first).await;
    fixture.wait(MINUTE);
    let broken = fixture.claim(&second).await;
    assert!(fixture.ledger.lapse(&broken).await.unwrap());
    let lapsed = fixture.ledger.lapsed_claims(fixture.now).await.unwrap();
    assert_eq!(lapsed.iter().map(|lapsed| lapsed.claim.id).collect::<Vec<_>>(), [broken.id, slow.id]);
    assert!(matches!(fixture.find(&second).await, TokenState::Recovering));
}

pub(super) async fn a_claim_of_an_account_that_changed_ends_its_link(fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.ledger.revoke_changed(&claim).await.unwrap());
    assert_eq!(fixture.link(&minted).await, ("revoked".into(), Some("changed".into())));
    assert!(!fixture.ledger.release(&claim).await.unwrap() && fixture.live(&minted).await.is_none());
}

pub(super) async fn so_many_refusals_end_a_link(fixture: Fixture) {
    let (minted, untouched) = (fixture.mint_for("1").await, fixture.mint_for("2").await);
    let nodes = [&fixture, &fixture.another().await];
    for n in 1..4 {
        let claim = fixture.claim(&minted).await;
        let refuses = |claim| async move { nodes[n % 2].ledger.count_refusal(claim, 3).await.unwrap() };
        let strangers = Claim { id: fixture.id(), ..claim.clone() };
        assert!(!refuses(&strangers).await, "only the holder of a claim gives it back");
        assert!(refuses(&claim).await);
        assert!(!refuses(&claim).await, "each counts once");
    }
    assert!(matches!(fixture.find(&minted).await, TokenState::Dead));
    assert!(matches!(fixture.tries(Some(minted.code)).await, TokenState::Dead), "its code ended with it");
    assert_eq!(fixture.link(&minted).await, ("revoked".into(), Some("refused".into())));
    assert!(fixture.live(&untouched).await.is_some());
}

pub(super) async fn a_token_is_not_claimed_past_its_time(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let token = fixture.live(&minted).await.unwrap();
    fixture.wait(HOUR - MILLISECOND);
    assert!(fixture.live(&minted).await.is_some());
    fixture.wait(MILLISECOND);
    assert!(fixture.live(&minted).await.is_none() && fixture.claims(&token).await.is_none());
}
