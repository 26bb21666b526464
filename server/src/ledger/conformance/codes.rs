//! Codes: tried against the newest of an address, and counted, account or not.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::keys::Digest;

/// No digest that was minted.
const WRONG: Option<Digest> = Some([0; 32]);

impl Fixture {
    /// Tries a code for an address that was typed; after three wrong ones it is dead.
    pub(super) async fn tries(&self, code: Option<Digest>) -> TokenState {
        self.tries_up_to(3, code).await
    }

    async fn tries_up_to(&self, attempts_max: u32, code: Option<Digest>) -> TokenState {
        self.ledger.try_code(ADDRESS, Box::new(move |_| code), attempts_max, self.now).await.unwrap()
    }

    async fn opens(&self, minted: &Minted) -> bool {
        match self.tries(Some(minted.code)).await {
            TokenState::Live(token) => token.delivery == minted.delivery,
            TokenState::Dead | TokenState::Recovering => false,
        }
    }
}

pub(super) async fn a_right_code_opens_what_its_link_opens(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let TokenState::Live(token) = fixture.tries(Some(minted.code)).await else { panic!("it is right") };
    assert_eq!((token.delivery, token.entry, token.account.as_str()), (minted.delivery, minted.row.id, "1"));
    assert_eq!(token.expires_at, fixture.now.plus(10 * MINUTE), "a code dies before its link");
    fixture.wait(10 * MINUTE - MILLISECOND);
    assert!(fixture.opens(&minted).await);
    fixture.wait(MILLISECOND);
    assert!(!fixture.opens(&minted).await && fixture.live(&minted).await.is_some());
}

pub(super) async fn after_so_many_wrong_codes_the_right_one_is_dead(fixture: Fixture) {
    let minted = fixture.mint().await;
    for code in [WRONG, None] {
        assert!(matches!(fixture.tries(code).await, TokenState::Dead));
        assert!(fixture.opens(&minted).await, "a right one does not count");
    }
    fixture.tries(WRONG).await;
    let told = fixture.explain(minted.row.id).await.deliveries.remove(0);
    assert_eq!((told.codes_in_vain, told.code_expires_at), (3, Some(fixture.now.plus(10 * MINUTE))));
    assert!(!fixture.opens(&minted).await);
    assert!(fixture.live(&minted).await.is_some(), "the link is as good as ever");
}

pub(super) async fn a_new_code_starts_from_nothing(mut fixture: Fixture) {
    let old = fixture.mint().await;
    fixture.record(&old, delivered()).await;
    for _ in 0..3 {
        fixture.tries(WRONG).await;
    }
    fixture.wait(MINUTE);
    let new = fixture.mint().await;
    fixture.record(&new, delivered()).await;
    assert!(fixture.opens(&new).await);
    assert!(!fixture.opens(&old).await, "and ends the old one");
}

pub(super) async fn a_code_that_was_not_sent_is_not_the_newest(mut fixture: Fixture) {
    let mailed = fixture.mint().await;
    fixture.record(&mailed, delivered()).await;
    fixture.tries(WRONG).await;
    fixture.tries(WRONG).await;
    fixture.wait(MINUTE);
    let unsent = fixture.mint().await;
    fixture.record(&unsent, refused()).await;
    assert!(fixture.opens(&mailed).await, "it is still good");
    fixture.tries(WRONG).await;
    assert!(!fixture.opens(&mailed).await, "and its wrong ones still count");
}

pub(super) async fn while_it_is_not_known_which_mail_arrived_either_code_opens(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, unknown()).await;
    fixture.wait(PAUSE);
    let second = fixture.mint_again().await;
    assert!(fixture.opens(&first).await && fixture.opens(&second).await);
    fixture.record(&second, delivered()).await;
    assert!(fixture.opens(&first).await && fixture.opens(&second).await);
}

pub(super) async fn of_two_accounts_with_one_address_each_has_its_code(fixture: Fixture) {
    let (first, second) = (fixture.mint_for("1").await, fixture.mint_for("2").await);
    assert!(fixture.opens(&first).await && fixture.opens(&second).await);
}

pub(super) async fn a_code_is_tried_for_the_delivery_that_it_was_minted_for(fixture: Fixture) {
    let minted = fixture.mint().await;
    let (delivery, code) = (minted.delivery, minted.code);
    let digest_for = Box::new(move |of| (of == delivery).then_some(code));
    let found = fixture.ledger.try_code(ADDRESS, digest_for, 3, fixture.now).await.unwrap();
    assert!(matches!(found, TokenState::Live(_)));
    let elsewhere = Box::new(move |_| Some(code));
    let found = fixture.ledger.try_code([9; 32], elsewhere, 3, fixture.now).await.unwrap();
    assert!(matches!(found, TokenState::Dead), "another address, another code");
}

pub(super) async fn a_right_code_does_not_count_while_its_link_is_being_redeemed(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let claim = fixture.claim(&minted).await;
    for _ in 0..3 {
        assert!(matches!(fixture.tries(Some(minted.code)).await, TokenState::Dead));
    }
    assert!(fixture.ledger.release(&claim).await.unwrap());
    assert!(fixture.opens(&minted).await);

    fixture.claims(&claim.token).await.unwrap();
    fixture.wait(MINUTE);
    let found = fixture.tries(Some(minted.code)).await;
    assert!(matches!(found, TokenState::Recovering), "a claim that lapsed is looked into first");
}

pub(super) async fn a_code_of_an_address_without_an_account_is_counted_too(mut fixture: Fixture) {
    assert!(matches!(fixture.tries(Some([5; 32])).await, TokenState::Dead));
    fixture.wait(DAY + MILLISECOND);
    assert!(fixture.ledger.forget_some(fixture.now, 30 * DAY).await.unwrap(), "a row was written");
    assert!(!fixture.ledger.forget_some(fixture.now, 30 * DAY).await.unwrap(), "and one only");
}

pub(super) async fn of_many_wrong_codes_at_once_each_counts(fixture: Fixture) {
    let minted = fixture.mint().await;
    let nodes = [&fixture, &fixture.another().await];
    join_all((0..16).map(|n| nodes[n % 2].tries_up_to(18, WRONG))).await;
    fixture.tries_up_to(18, WRONG).await;
    assert!(matches!(fixture.tries_up_to(18, Some(minted.code)).await, TokenState::Live(_)));
    fixture.tries_up_to(18, WRONG).await;
    assert!(matches!(fixture.tries_up_to(18, Some(minted.code)).await, TokenState::Dead));
}
