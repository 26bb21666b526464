//! What is heard of a mail after it was handed over.

use super::fixture::*;
use crate::ledger::*;
use regain_core::event::Happening;
use regain_core::fate::Fate;
use regain_core::request::Id;
use std::time::Duration;

impl Fixture {
    fn heard(&self, delivery: Id, fate: Fate) -> Heard {
        Heard {
            id: self.id(),
            delivery,
            fate,
            at: self.now,
            transport: "postmark",
            status: Some("5.1.1".into()),
            reply: "550 no such user".into(),
        }
    }

    /// What became of hearing that of a mail.
    pub(super) async fn hear(&self, minted: &Minted, fate: Fate) -> Noted {
        self.ledger.note_heard(self.heard(minted.delivery, fate)).await.unwrap()
    }

    async fn is_marked(&self) -> bool {
        self.ledger.bounce_of(ADDRESS).await.unwrap().is_some()
    }
}

pub(super) async fn what_is_heard_of_a_mail_is_told_once(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    let entry = minted.row.id;
    assert_eq!(fixture.hear(&minted, Fate::Delayed).await, Noted::New(entry));
    assert_eq!(fixture.hear(&minted, Fate::Delayed).await, Noted::Before);
    let first = fixture.now;
    fixture.wait(MINUTE);
    assert_eq!(fixture.hear(&minted, Fate::Delayed).await, Noted::New(entry), "another attempt");
    assert_eq!(fixture.hear(&minted, Fate::SoftBounce).await, Noted::New(entry));
    let told: Vec<_> = fixture.explain(entry).await.events.iter().map(|event| (event.at, event.what)).collect();
    let (delayed, soft) = (Happening::Mail(Fate::Delayed), Happening::Mail(Fate::SoftBounce));
    assert_eq!(told, [(first, delayed), (fixture.now, delayed), (fixture.now, soft)]);
    let detail = fixture.explain(entry).await.events[0].detail.clone();
    assert_eq!(detail.as_deref(), Some("postmark: 5.1.1 550 no such user"));
    assert!(!fixture.is_marked().await);
    for _ in 0..100 {
        fixture.now = fixture.now.plus(MILLISECOND);
        fixture.hear(&minted, Fate::Delayed).await;
    }
    assert_eq!(fixture.explain(entry).await.events.len(), 50, "bounded, however often it is told");
}

pub(super) async fn what_is_heard_of_no_mail_changes_nothing(fixture: Fixture) {
    assert_eq!(fixture.ledger.note_heard(fixture.heard(fixture.id(), Fate::HardBounce)).await.unwrap(), Noted::Unknown);
    assert!(!fixture.is_marked().await);
    assert!(!fixture.ledger.forget_bounce(ADDRESS).await.unwrap());
}

pub(super) async fn an_address_is_marked_until_something_shows_that_it_works(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    fixture.hear(&minted, Fate::HardBounce).await;
    let bounce = fixture.ledger.bounce_of(ADDRESS).await.unwrap().unwrap();
    assert_eq!((bounce.at, &*bounce.transport, &*bounce.reply), (fixture.now, "postmark", "550 no such user"));
    assert!(fixture.ledger.forget_bounce(ADDRESS).await.unwrap(), "by hand");
    assert!(!fixture.is_marked().await);

    fixture.wait(MINUTE);
    fixture.hear(&minted, Fate::HardBounce).await;
    let before = Heard { at: fixture.now.minus(MINUTE), ..fixture.heard(minted.delivery, Fate::Arrived) };
    fixture.ledger.note_heard(before).await.unwrap();
    assert!(fixture.is_marked().await, "what happened before says nothing");
    fixture.wait(MINUTE);
    fixture.hear(&minted, Fate::Arrived).await;
    assert!(!fixture.is_marked().await, "the mailbox's server took one");

    fixture.wait(MINUTE);
    fixture.hear(&minted, Fate::HardBounce).await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    assert!(!fixture.is_marked().await, "somebody used a link that was mailed there");
}

pub(super) async fn a_mark_fades(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    fixture.hear(&minted, Fate::HardBounce).await;
    fixture.wait(Duration::from_secs(90 * 86_400));
    fixture.forget(365 * DAY).await;
    assert!(fixture.is_marked().await);
    fixture.wait(MILLISECOND);
    fixture.forget(365 * DAY).await;
    assert!(!fixture.is_marked().await);
}
