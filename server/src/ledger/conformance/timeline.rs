//! What is told of a request.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::message::MessageKind;
use regain_core::request::State;

pub(super) async fn a_request_is_told_with_its_mails_and_notices(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, retry_after()).await;
    fixture.wait(PAUSE);
    let second = fixture.mint_again().await;
    fixture.record(&second, delivered()).await;
    fixture.ledger.note_opened(first.row.id, fixture.now).await.unwrap();
    let opened_at = fixture.now;
    fixture.wait(MINUTE);
    assert!(fixture.settles(&fixture.claim(&second).await).await);

    let told = fixture.ledger.explain_request(first.row.id).await.unwrap();
    let [request, notice] = &told[..] else { panic!("{told:?}") };
    assert_eq!((request.id, request.message, request.state), (first.row.id, MessageKind::Reset, State::Mailed));
    assert_eq!(request.account.as_deref(), Some("1"));
    let mails: Vec<_> = request.deliveries.iter().map(|mail| (mail.id, mail.outcome.as_deref())).collect();
    assert_eq!(mails, [(first.delivery, Some("retry")), (second.delivery, Some("delivered"))]);
    let events: Vec<_> = request.events.iter().map(|event| (event.at, &*event.what)).collect();
    assert_eq!(events, [(opened_at, "opened"), (fixture.now, "redeemed")]);
    assert_eq!((notice.message, notice.about), (MessageKind::PasswordChanged, Some(first.row.id)));
    assert!(notice.deliveries.is_empty() && notice.events.is_empty());
    assert!(fixture.ledger.explain_request(fixture.id()).await.unwrap().is_empty());
}

pub(super) async fn requests_are_told_by_what_was_typed_and_by_where_the_mail_went(fixture: Fixture) {
    let typed = NewRequest { address_digest: [9; 32], ..fixture.request() };
    let id = typed.id;
    fixture.ledger.admit(typed, 1000).await.unwrap();
    let (lease, rows) = fixture.lease().await;
    assert!(fixture.ledger.explain_address(ADDRESS).await.unwrap().is_empty());
    fixture.decide(&rows[0], lease).await;
    for digest in [[9; 32], ADDRESS] {
        let told = fixture.ledger.explain_address(digest).await.unwrap();
        assert_eq!(told.iter().map(|request| request.id).collect::<Vec<_>>(), [id]);
    }
    assert!(fixture.ledger.explain_address([0; 32]).await.unwrap().is_empty());
}

pub(super) async fn the_newest_requests_are_told_oldest_first(mut fixture: Fixture) {
    let mut admitted = Vec::new();
    for _ in 0..crate::ledger::timeline::REQUESTS_MAX + 2 {
        admitted.push(fixture.admit().await);
        fixture.now = fixture.now.plus(MILLISECOND);
    }
    let told = fixture.ledger.explain_address(ADDRESS).await.unwrap();
    assert_eq!(told.iter().map(|request| request.id).collect::<Vec<_>>(), admitted[2..]);
}

pub(super) async fn that_a_form_was_opened_is_noted_once(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let (opened_at, nodes) = (fixture.now, [&fixture, &fixture.another().await]);
    for opened in join_all((0..8).map(|n| nodes[n % 2].ledger.note_opened(minted.row.id, opened_at))).await {
        opened.unwrap();
    }
    fixture.wait(MINUTE);
    fixture.ledger.note_opened(minted.row.id, fixture.now).await.unwrap();
    let events = fixture.explain(minted.row.id).await.events;
    assert_eq!((events.len(), events[0].at, &*events[0].what), (1, opened_at, "opened"));
}
