//! What is told of a request.

use super::fixture::*;
use crate::ledger::*;
use futures_util::future::join_all;
use regain_core::event::Happening;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};

pub(super) async fn a_request_is_told_with_its_mails_and_notices(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, retry_after()).await;
    fixture.wait(PAUSE);
    let second = fixture.mint_again().await;
    fixture.record(&second, delivered()).await;
    fixture.see(&first, Happening::Opened, "192.0.2.1").await;
    let opened_at = fixture.now;
    fixture.wait(MINUTE);
    assert!(fixture.settles(&fixture.claim(&second).await).await);

    let told = fixture.ledger.explain_request(first.row.id).await.unwrap();
    let [request, notice] = &told[..] else { panic!("{told:?}") };
    assert_eq!((request.id, request.message, request.state), (first.row.id, MessageKind::Reset, State::Mailed));
    assert_eq!(request.account.as_deref(), Some("1"));
    let mails: Vec<_> = request.deliveries.iter().map(|mail| (mail.id, mail.outcome.as_deref())).collect();
    assert_eq!(mails, [(first.delivery, Some("retry")), (second.delivery, Some("delivered"))]);
    let events: Vec<_> = request.events.iter().map(|event| (event.at, event.what, event.times)).collect();
    assert_eq!(events, [(opened_at, Happening::Opened, 1), (fixture.now, Happening::Redeemed, 1)]);
    assert_eq!(request.events[1].detail.as_deref(), Some("by a statement"));
    assert_eq!((notice.message, notice.about), (MessageKind::PasswordChanged, Some(first.row.id)));
    assert!(notice.deliveries.is_empty() && notice.events.is_empty());
    assert!(fixture.ledger.explain_request(fixture.id()).await.unwrap().is_empty());
}

pub(super) async fn requests_are_told_by_what_was_typed_and_by_where_the_mail_went(fixture: Fixture) {
    let typed = NewRequest { address_digest: [9; 32], ..fixture.request() };
    let id = typed.id;
    fixture.ledger.admit(typed, 1000).await.unwrap();
    let (lease, rows) = fixture.lease().await;
    assert!(fixture.tells_of(ADDRESS).await.is_empty());
    fixture.decide(&rows[0], lease).await;
    for digest in [[9; 32], ADDRESS] {
        assert_eq!(fixture.tells_of(digest).await, [id]);
    }
    assert!(fixture.tells_of([0; 32]).await.is_empty());
}

pub(super) async fn a_request_is_told_by_its_address_whatever_became_of_it(mut fixture: Fixture) {
    let waits = fixture.admit().await;
    assert_eq!(fixture.tells_of(ADDRESS).await, [waits]);
    assert!(fixture.ledger.drop_waiting(waits, fixture.now).await.unwrap());
    assert_eq!(fixture.tells_of(ADDRESS).await, [waits], "nobody ever worked on it");
    fixture.wait(MILLISECOND);
    let (_, unknown) = fixture.ask_and_decide(Decision::End(Reason::NoAccount)).await;
    fixture.wait(MILLISECOND);
    let mailed = fixture.mint().await;
    fixture.record(&mailed, delivered()).await;
    fixture.wait(MINUTE);
    assert_eq!(fixture.admit_trusted("1", LIMIT).await, Admission::Admitted);
    assert!(fixture.settles(&fixture.claim(&mailed).await).await, "which ends the one that waits");
    let told = fixture.tells_of(ADDRESS).await;
    assert_eq!(told[..3], [waits, unknown.row.id, mailed.row.id]);
    assert_eq!(told.len(), 4);
}

pub(super) async fn the_newest_requests_are_told_oldest_first(mut fixture: Fixture) {
    let mut admitted = Vec::new();
    for _ in 0..crate::ledger::timeline::LISTED_MAX + 2 {
        admitted.push(fixture.admit().await);
        fixture.now = fixture.now.plus(MILLISECOND);
    }
    let told = fixture.ledger.explain_address(ADDRESS).await.unwrap();
    assert_eq!(told.iter().map(|request| request.id).collect::<Vec<_>>(), admitted[2..]);
}

pub(super) async fn what_happens_often_is_counted_in_one_row(mut fixture: Fixture) {
    let minted = fixture.mint().await;
    let (first_at, nodes) = (fixture.now, [&fixture, &fixture.another().await]);
    join_all((0..8).map(|n| nodes[n % 2].see(&minted, Happening::Opened, "192.0.2.1"))).await;
    fixture.wait(MINUTE);
    fixture.see(&minted, Happening::Opened, "192.0.2.1").await;
    fixture.see(&minted, Happening::Scanned, "192.0.2.1").await;
    let events = fixture.explain(minted.row.id).await.events;
    let counts: Vec<_> = events.iter().map(|event| (event.what, event.times, event.at, event.last_at)).collect();
    assert_eq!(
        counts,
        [(Happening::Opened, 9, first_at, fixture.now), (Happening::Scanned, 1, fixture.now, fixture.now)]
    );
    assert_eq!(events[0].detail.as_deref(), Some("192.0.2.1"));
}

pub(super) async fn what_happens_in_many_places_takes_a_bounded_number_of_rows(fixture: Fixture) {
    let minted = fixture.mint().await;
    for n in 0..40 {
        fixture.see(&minted, Happening::Scanned, &format!("192.0.2.{n}")).await;
    }
    fixture.see(&minted, Happening::Scanned, "192.0.2.0").await;
    let events = fixture.explain(minted.row.id).await.events;
    assert_eq!(events.len(), 13);
    assert_eq!((events[0].detail.as_deref(), events[0].times), (Some("192.0.2.0"), 2));
    assert_eq!((events[12].detail.as_deref(), events[12].times), (Some(ELSEWHERE), 28));
}

pub(super) async fn what_is_seen_of_a_forgotten_request_is_not_kept(mut fixture: Fixture) {
    let (_, unknown) = fixture.ask_and_decide(Decision::End(Reason::NoAccount)).await;
    fixture.wait(DAY + MILLISECOND);
    fixture.forget(DAY).await;
    fixture.see(&unknown, Happening::Scanned, "192.0.2.1").await;
    assert!(fixture.ledger.explain_request(unknown.row.id).await.unwrap().is_empty());
}

pub(super) async fn requests_are_listed_by_their_state_page_by_page(mut fixture: Fixture) {
    let mut mailed = Vec::new();
    for n in 0..crate::ledger::timeline::LISTED_MAX + 2 {
        let minted = fixture.mint_for(&n.to_string()).await;
        fixture.record(&minted, delivered()).await;
        mailed.insert(0, minted.row.id);
        fixture.wait(MILLISECOND);
    }
    let waits = fixture.admit().await;
    let list = async |state, before| {
        let listed = fixture.ledger.list_requests(state, before).await.unwrap();
        (listed.requests.iter().map(|request| request.id).collect::<Vec<_>>(), listed.before)
    };
    let (all, more) = list(None, None).await;
    assert_eq!((all[0], all.len(), more), (waits, mailed.len() - 2, Some(mailed[mailed.len() - 4])));
    let (first, more) = list(Some(State::Mailed), None).await;
    assert_eq!(first, mailed[..first.len()]);
    let (rest, no_more) = list(Some(State::Mailed), more).await;
    assert_eq!(([first, rest].concat(), no_more), (mailed, None));
    assert_eq!(list(Some(State::Failed), None).await, (vec![], None));
}

pub(super) async fn what_became_of_the_requests_of_a_day_is_tallied(mut fixture: Fixture) {
    let (_, long_ago) = fixture.ask_and_decide(Decision::End(Reason::Ambiguous)).await;
    let since = fixture.now;
    fixture.wait(MINUTE);
    for account in ["1", "2"] {
        let minted = fixture.mint_for(account).await;
        fixture.record(&minted, delivered()).await;
        fixture.see(&minted, Happening::Scanned, "192.0.2.1").await;
    }
    let oldest = fixture.now;
    let put_off = fixture.mint_for("3").await;
    fixture.record(&put_off, retry_after()).await;
    let (_, unknown) = fixture.ask_and_decide(Decision::End(Reason::NoAccount)).await;
    fixture.admit().await;

    let tally = fixture.ledger.tally(since).await.unwrap();
    let [waits] = &tally.waiting[..] else { panic!("{tally:?}") };
    assert_eq!((waits.state, waits.requests, waits.tried, waits.oldest), (State::Accepted, 2, 1, oldest));
    let ended: Vec<_> = tally.ended.iter().map(|it| (it.state, it.reason, it.requests)).collect();
    assert_eq!(ended, [(State::Mailed, None, 2), (State::Failed, Some(Reason::NoAccount), 1)]);
    let attempts: Vec<_> = tally.attempts.iter().map(|it| (&*it.transport, &*it.outcome, it.mails)).collect();
    assert_eq!(attempts, [("test", "delivered", 2), ("test", "retry", 1)]);
    assert_eq!((tally.happened, tally.since), (vec![(Happening::Scanned, 2)], since));
    assert!(long_ago.row.id < unknown.row.id);
}
