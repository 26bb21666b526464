//! Forgetting: in small steps, each thing in its time, and nothing that still counts.

use super::fixture::*;
use crate::ledger::*;
use regain_core::event::Happening;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use std::time::Duration;

impl Fixture {
    /// Forgets all there is to forget; in how many steps.
    pub(super) async fn forget(&self, retention: Duration) -> u32 {
        let mut steps = 0;
        while self.ledger.forget_some(self.now, retention).await.unwrap() {
            steps += 1;
        }
        steps
    }

    async fn is_kept(&self, id: Id) -> bool {
        !self.ledger.explain_request(id).await.unwrap().is_empty()
    }
}

pub(super) async fn forgetting_goes_in_small_steps_and_comes_to_an_end(mut fixture: Fixture) {
    for _ in 0..250 {
        let id = fixture.admit().await;
        assert!(fixture.ledger.drop_waiting(id, fixture.now).await.unwrap());
    }
    fixture.wait(DAY);
    assert_eq!(fixture.forget(DAY).await, 0, "not before its time");
    fixture.wait(MILLISECOND);
    assert_eq!(fixture.forget(DAY).await, 2);
}

pub(super) async fn an_unknown_address_is_forgotten_after_a_day(mut fixture: Fixture) {
    let (_, nobodys) = fixture.ask_and_decide(Decision::End(Reason::NoAccount)).await;
    let (_, ineligible) = fixture.ask_and_decide(Decision::End(Reason::Ineligible)).await;
    fixture.wait(DAY);
    assert_eq!(fixture.forget(30 * DAY).await, 0);
    fixture.wait(MILLISECOND);
    fixture.forget(30 * DAY).await;
    assert!(!fixture.is_kept(nobodys.row.id).await && fixture.is_kept(ineligible.row.id).await);
    fixture.wait(29 * DAY);
    fixture.forget(30 * DAY).await;
    assert!(!fixture.is_kept(ineligible.row.id).await);
}

pub(super) async fn a_mail_to_nobody_is_forgotten_after_a_day(mut fixture: Fixture) {
    let stand_in = format!("{}x", crate::ledger::retention::STAND_IN);
    let (_, nobodys) = fixture.ask_and_decide(mail(MessageKind::NoAccount, &stand_in)).await;
    fixture.record(&nobodys, delivered()).await;
    let somebodys = fixture.mint_for("no accountant").await;
    fixture.record(&somebodys, delivered()).await;
    fixture.wait(DAY + MILLISECOND);
    fixture.forget(30 * DAY).await;
    assert!(!fixture.is_kept(nobodys.row.id).await && fixture.is_kept(somebodys.row.id).await);
}

pub(super) async fn what_was_mailed_is_kept_while_it_can_be_disowned(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    let dropped = fixture.admit().await;
    assert!(fixture.ledger.drop_waiting(dropped, fixture.now).await.unwrap());
    fixture.see(&minted, Happening::Opened, "192.0.2.1").await;
    fixture.wait(crate::ledger::retention::NOT_ME_TTL);
    fixture.forget(DAY).await;
    assert!(fixture.is_kept(minted.row.id).await && !fixture.is_kept(dropped).await);
    fixture.wait(MILLISECOND);
    fixture.forget(DAY).await;
    assert!(!fixture.is_kept(minted.row.id).await);
    let found = fixture.ledger.find_not_me(minted.not_me, Timestamp::default()).await.unwrap();
    assert!(found.is_none(), "with all that was minted for it");
}

pub(super) async fn what_has_not_ended_is_never_forgotten(mut fixture: Fixture) {
    let waits = fixture.admit().await;
    fixture.wait(365 * DAY);
    assert_eq!(fixture.forget(DAY).await, 0);
    assert!(fixture.is_kept(waits).await && !fixture.nothing_is_due().await);
}

pub(super) async fn two_who_forget_at_once_forget_each_thing_once(mut fixture: Fixture) {
    for _ in 0..250 {
        let id = fixture.admit().await;
        assert!(fixture.ledger.drop_waiting(id, fixture.now).await.unwrap());
    }
    let kept = fixture.admit().await;
    fixture.wait(DAY + MILLISECOND);
    let other = fixture.another().await;
    tokio::join!(fixture.forget(DAY), other.forget(DAY));
    fixture.forget(DAY).await;
    assert_eq!(fixture.ledger.explain_address(ADDRESS).await.unwrap().len(), 1);
    assert!(fixture.is_kept(kept).await);
}
