//! What the operator is told by webhook.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::fate::Fate;
use regain_core::request::Reason;

impl Fixture {
    /// Takes what is due for a minute, by a lease of that name.
    async fn webhooks(&self) -> (regain_core::request::Id, Vec<Webhook>) {
        let lease = Lease { id: self.id(), until: self.now.plus(MINUTE) };
        (lease.id, self.ledger.lease_webhooks(lease, self.now, 100).await.unwrap())
    }

    async fn told(&self) -> Vec<String> {
        self.webhooks().await.1.into_iter().map(|webhook| webhook.what).collect()
    }
}

pub(super) async fn nothing_is_queued_before_somebody_is_to_be_told(fixture: Fixture) {
    fixture.ask_and_decide(Decision::End(Reason::Ambiguous)).await;
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    fixture.hear(&minted, Fate::HardBounce).await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    fixture.ledger.queue_webhook(fixture.id(), Telling::SiegeBegan, "{}".into(), fixture.now).await.unwrap();
    assert_eq!(fixture.ledger.count_webhooks().await.unwrap(), 0);
}

pub(super) async fn what_happens_is_queued_once_with_what_it_is_about(mut fixture: Fixture) {
    fixture.ledger.tell_operator();
    let minted = fixture.mint().await;
    fixture.record(&minted, delivered()).await;
    let claim = fixture.claim(&minted).await;
    assert!(fixture.settles(&claim).await && !fixture.settles(&claim).await);
    let (lease, told) = fixture.webhooks().await;
    let [webhook] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&*webhook.what, webhook.at, webhook.attempts), ("password.changed", fixture.now, 0));
    assert_eq!(webhook.entry, Some(minted.row.id));
    assert_eq!((webhook.account.as_deref(), webhook.origin.as_deref()), (Some("1"), Some("chaser")));
    fixture.ledger.end_webhook(webhook.id, lease).await.unwrap();

    fixture.wait(MINUTE);
    for _ in 0..2 {
        fixture.disown(&minted).await;
    }
    fixture.hear(&minted, Fate::HardBounce).await;
    fixture.hear(&minted, Fate::HardBounce).await;
    fixture.hear(&minted, Fate::SoftBounce).await;
    fixture.ledger.queue_webhook(fixture.id(), Telling::SiegeEnded, "{}".into(), fixture.now).await.unwrap();
    let mut told = fixture.told().await;
    told.sort();
    assert_eq!(told, ["address.bounced", "not_me", "siege.ended"]);
}

pub(super) async fn a_request_that_fails_is_told_of_if_somebody_should_look_into_it(mut fixture: Fixture) {
    fixture.ledger.tell_operator();
    for why in [Reason::NoAccount, Reason::Ineligible, Reason::Ambiguous, Reason::FormatUnknown] {
        fixture.ask_and_decide(Decision::End(why)).await;
        fixture.wait(MILLISECOND);
    }
    let minted = fixture.mint().await;
    fixture.record(&minted, retry_after()).await;
    fixture.wait(PAUSE);
    let again = fixture.mint_again().await;
    fixture.record(&again, refused()).await;
    let told = fixture.webhooks().await.1;
    let mut told: Vec<_> = told.iter().map(|it| (&*it.what, it.reason.as_deref(), it.account.as_deref())).collect();
    told.sort();
    assert_eq!(
        told,
        [
            ("request.ambiguous", Some("ambiguous"), None),
            ("request.failed", Some("format_unknown"), None),
            ("request.failed", Some("refused"), Some("1"))
        ]
    );
}

pub(super) async fn a_leased_webhook_is_nobody_elses_until_its_lease_lapses(mut fixture: Fixture) {
    fixture.ledger.tell_operator();
    fixture.ask_and_decide(Decision::End(Reason::Ambiguous)).await;
    let (lapsed, told) = fixture.webhooks().await;
    let id = told[0].id;
    assert!(fixture.told().await.is_empty());
    fixture.wait(MINUTE);
    let (lease, told) = fixture.webhooks().await;
    assert_eq!(told[0].id, id);
    fixture.ledger.end_webhook(id, lapsed).await.unwrap();
    fixture.ledger.put_webhook_off(id, lapsed, fixture.now, fixture.now).await.unwrap();
    assert_eq!(fixture.ledger.count_webhooks().await.unwrap(), 1, "whose lease has lapsed has no say");
    fixture.ledger.put_webhook_off(id, lease, fixture.now, fixture.now.plus(HOUR)).await.unwrap();
    fixture.wait(HOUR - MILLISECOND);
    assert!(fixture.told().await.is_empty());
    fixture.wait(MILLISECOND);
    let (lease, told) = fixture.webhooks().await;
    assert_eq!((told[0].id, told[0].attempts), (id, 1));
    fixture.ledger.end_webhook(id, lease).await.unwrap();
    assert_eq!(fixture.ledger.count_webhooks().await.unwrap(), 0);
}

pub(super) async fn of_two_nodes_one_posts_a_webhook(fixture: Fixture) {
    fixture.ledger.tell_operator();
    for _ in 0..20 {
        let id = fixture.id();
        fixture.ledger.queue_webhook(id, Telling::SiegeBegan, "{}".into(), fixture.now).await.unwrap();
    }
    let nodes = [&fixture, &fixture.another().await];
    let taken = join_all((0..8).map(|n| nodes[n % 2].webhooks())).await;
    let mut ids: Vec<_> = taken.into_iter().flat_map(|(_, told)| told).map(|webhook| webhook.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}
