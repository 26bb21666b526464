//! Two nodes at once: one of them wins, and nothing is done twice or left half done.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::message::MessageKind;
use regain_core::request::Reason;
use std::collections::HashSet;

/// How often two get in each other's way. Each time either may be first.
const ROUNDS: usize = 12;

pub(super) async fn of_64_who_claim_a_token_one_does(fixture: Fixture) {
    let token = fixture.live(&fixture.mint().await).await.unwrap();
    let nodes = [&fixture, &fixture.another().await];
    let claims = join_all((0..64).map(|n| nodes[n % 2].claims(&token))).await;
    let won: Vec<_> = claims.iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert!(fixture.intends(won[0]).await, "and it is the one that counts");
}

pub(super) async fn two_couriers_never_hold_the_same_row(fixture: Fixture) {
    let mut admitted = HashSet::new();
    for _ in 0..60 {
        admitted.insert(fixture.admit().await);
    }
    let nodes = [&fixture, &fixture.another().await];
    let mut leased = Vec::new();
    while leased.len() < admitted.len() {
        let rows = join_all((0..4).map(|n| nodes[n % 2].lease_some(7))).await;
        let before = leased.len();
        leased.extend(rows.into_iter().flat_map(|(_, rows)| rows).map(|row| row.id));
        assert!(leased.len() > before, "somebody gets on");
    }
    assert_eq!(leased.len(), admitted.len(), "none twice");
    assert_eq!(leased.into_iter().collect::<HashSet<_>>(), admitted);
    assert!(fixture.nothing_is_due().await);
}

pub(super) async fn a_claim_and_a_disowning_never_leave_a_link_live(fixture: Fixture) {
    let other = fixture.another().await;
    for round in 0..ROUNDS {
        let minted = fixture.mint_for(&round.to_string()).await;
        fixture.record(&minted, delivered()).await;
        let token = fixture.live(&minted).await.unwrap();
        let redeem = async {
            let claim = fixture.claims(&token).await?;
            fixture.intends(&claim).await.then_some(claim)
        };
        let (intended, _) = tokio::join!(redeem, other.disown(&minted));
        assert!(fixture.live(&minted).await.is_none());
        let Some(claim) = intended else { continue };
        assert_eq!(fixture.link(&minted).await.0, "claimed", "what may be written is not taken away");
        assert!(fixture.ledger.release(&claim).await.unwrap());
        assert!(fixture.live(&minted).await.is_none(), "and is not given back either");
    }
}

pub(super) async fn no_link_is_mailed_after_a_redeeming_that_it_was_asked_for_before(mut fixture: Fixture) {
    let mut good = Vec::new();
    for round in 0..ROUNDS {
        let minted = fixture.mint_for(&round.to_string()).await;
        fixture.record(&minted, delivered()).await;
        good.push(minted);
    }
    fixture.wait(MINUTE);
    for _ in 0..ROUNDS {
        fixture.admit().await;
    }
    let courier = fixture.another().await;
    let (lease, rows) = courier.lease().await;
    for (round, (good, row)) in good.iter().zip(&rows).enumerate() {
        let claim = fixture.claim(good).await;
        let decision = mail(MessageKind::Reset, &round.to_string());
        let (settled, (verdict, minted)) =
            tokio::join!(fixture.settles(&claim), courier.decide_that(decision, row, lease));
        assert!(settled);
        assert!(fixture.live(&minted).await.is_none(), "{verdict:?}");
        let request = fixture.explain(row.id).await;
        assert_eq!((request.reason, request.ended_at), (Some(Reason::Redeemed), Some(fixture.now)), "{verdict:?}");
    }
    assert!(rows.len() == ROUNDS);
}

pub(super) async fn of_one_accounts_requests_two_nodes_mail_one(fixture: Fixture) {
    let other = fixture.another().await;
    for round in 0..ROUNDS {
        let account = round.to_string();
        fixture.admit().await;
        fixture.admit().await;
        let (mine, my_rows) = fixture.lease_some(1).await;
        let (theirs, their_rows) = other.lease_some(1).await;
        let ((one, _), (another, _)) = tokio::join!(
            fixture.decide_that(mail(MessageKind::Reset, &account), &my_rows[0], mine),
            other.decide_that(mail(MessageKind::Reset, &account), &their_rows[0], theirs),
        );
        let suppressed = Verdict::Suppressed(Reason::Cooldown);
        assert!(
            [(Verdict::Send, suppressed), (suppressed, Verdict::Send)].contains(&(one, another)),
            "{one:?} {another:?}"
        );
    }
}

pub(super) async fn outcomes_and_redeemings_of_one_account_do_not_block_one_another(mut fixture: Fixture) {
    let courier = fixture.another().await;
    let mut courier = courier;
    for round in 0..ROUNDS {
        let account = round.to_string();
        let old = fixture.mint_for(&account).await;
        fixture.record(&old, unknown()).await;
        fixture.wait(MINUTE);
        courier.now = fixture.now;
        let retried = {
            let (lease, rows) = courier.lease().await;
            let row = rows.iter().find(|row| row.id == old.row.id).unwrap();
            courier.decide_that(mail(MessageKind::Reset, &account), row, lease).await.1
        };
        let new = courier.mint_for(&account).await;
        let claim = fixture.claim(&old).await;
        let finished = vec![courier.finished(&new, delivered()), courier.finished(&retried, unknown())];
        let (recorded, settled) = tokio::join!(courier.ledger.record(finished), fixture.settles(&claim));
        recorded.unwrap();
        assert!(settled);
        for minted in [&old, &retried, &new] {
            assert!(fixture.live(minted).await.is_none());
        }
        assert!(fixture.explain(old.row.id).await.ended_at.is_some());
        let notices = fixture.lease().await.1;
        assert!(notices.iter().all(|row| row.message == MessageKind::PasswordChanged));
    }
}
