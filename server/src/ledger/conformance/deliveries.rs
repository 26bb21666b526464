//! Decisions: held to the account's limits, one row each, and nothing by a lease that does not count.

use super::fixture::*;
use crate::ledger::*;
use regain_core::account::AccountId;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};
use regain_core::time::Timestamp;

pub(super) async fn one_row_that_has_ended_does_not_sink_its_batch(fixture: Fixture) {
    let (dropped, kept) = (fixture.admit().await, fixture.admit().await);
    let (lease, rows) = fixture.lease().await;
    assert!(fixture.ledger.drop_waiting(dropped, fixture.now).await.unwrap());
    let batch = [dropped, kept].map(|id| Decided {
        row: rows.iter().find(|row| row.id == id).unwrap().clone(),
        decision: mail(MessageKind::Reset, if id == kept { "1" } else { "2" }),
        delivery: fixture.delivery(),
    });
    let verdicts = fixture.ledger.decide(batch.to_vec(), lease, LIMIT, fixture.now).await.unwrap();
    assert_eq!(verdicts, [Verdict::Ended, Verdict::Send]);
    let tokens = batch.map(|decided| decided.delivery.token_digest);
    assert!(matches!(fixture.ledger.find_token(tokens[0], fixture.now).await.unwrap(), TokenState::Dead));
    assert!(matches!(fixture.ledger.find_token(tokens[1], fixture.now).await.unwrap(), TokenState::Live(_)));
}

pub(super) async fn a_batch_is_decided_on_in_its_order(fixture: Fixture) {
    for _ in 0..5 {
        fixture.admit().await;
    }
    let (lease, rows) = fixture.lease().await;
    let decisions = [
        Decision::End(Reason::NoAccount),
        mail(MessageKind::Reset, "2"),
        mail(MessageKind::Reset, "1"),
        mail(MessageKind::Reset, "2"),
        Decision::End(Reason::Ineligible),
    ];
    let decided =
        |(row, decision): (&Leased, Decision)| Decided { row: row.clone(), decision, delivery: fixture.delivery() };
    let batch = rows.iter().zip(decisions).map(decided).collect();
    let verdicts = fixture.ledger.decide(batch, lease, LIMIT, fixture.now).await.unwrap();
    let suppressed = Verdict::Suppressed(Reason::Cooldown);
    assert_eq!(verdicts, [Verdict::Ended, Verdict::Send, Verdict::Send, suppressed, Verdict::Ended]);
    for (row, reason) in rows.iter().zip([Some(Reason::NoAccount), None, None, Some(Reason::Cooldown)]) {
        assert_eq!(fixture.explain(row.id).await.reason, reason);
    }
}

pub(super) async fn of_one_accounts_batch_one_is_mailed(fixture: Fixture) {
    fixture.admit().await;
    fixture.admit().await;
    let (lease, rows) = fixture.lease().await;
    let (first, _) = fixture.decide(&rows[0], lease).await;
    let (second, suppressed) = fixture.decide(&rows[1], lease).await;
    assert_eq!((first, second), (Verdict::Send, Verdict::Suppressed(Reason::Cooldown)));
    assert!(fixture.live(&suppressed).await.is_none());
    let request = fixture.explain(suppressed.row.id).await;
    assert_eq!((request.state, request.account.as_deref()), (State::Suppressed, Some("1")));
}

pub(super) async fn what_was_suppressed_does_not_put_the_next_one_off(mut fixture: Fixture) {
    fixture.mint().await;
    fixture.wait(MINUTE / 2);
    let (verdict, _) = fixture.ask_and_decide(mail(MessageKind::Reset, "1")).await;
    assert_eq!(verdict, Verdict::Suppressed(Reason::Cooldown));
    fixture.wait(MINUTE / 2);
    let (verdict, _) = fixture.ask_and_decide(mail(MessageKind::Reset, "1")).await;
    assert_eq!(verdict, Verdict::Send);
}

pub(super) async fn an_account_gets_so_many_mails_an_hour(mut fixture: Fixture) {
    for _ in 0..LIMIT.mails_per_hour_max {
        let minted = fixture.mint().await;
        fixture.record(&minted, delivered()).await;
        fixture.wait(MINUTE);
    }
    let (verdict, _) = fixture.ask_and_decide(mail(MessageKind::Reset, "1")).await;
    assert_eq!(verdict, Verdict::Suppressed(Reason::Hourly));
    fixture.mint_for("2").await;
    fixture.wait(HOUR - LIMIT.mails_per_hour_max * MINUTE);
    fixture.mint().await;
}

pub(super) async fn a_request_does_not_suppress_its_own_retry(mut fixture: Fixture) {
    let first = fixture.mint().await;
    fixture.record(&first, retry_after()).await;
    fixture.wait(PAUSE);
    let again = fixture.mint_again().await;
    assert_eq!((again.row.id, again.row.attempts), (first.row.id, 1));
    assert_eq!(again.row.account.as_ref().map(AccountId::as_str), Some("1"));
    assert!(fixture.live(&again).await.is_some() && fixture.live(&first).await.is_none());
}

pub(super) async fn an_address_without_an_account_ends_with_a_row_that_opens_nothing(fixture: Fixture) {
    let (verdict, minted) = fixture.ask_and_decide(Decision::End(Reason::NoAccount)).await;
    assert_eq!(verdict, Verdict::Ended);
    let request = fixture.explain(minted.row.id).await;
    assert_eq!((request.state, request.reason), (State::Failed, Some(Reason::NoAccount)));
    assert_eq!((request.ended_at, request.account, request.deliveries.len()), (Some(fixture.now), None, 0));
    assert!(fixture.live(&minted).await.is_none());
    assert!(fixture.ledger.find_not_me(minted.not_me, Timestamp::default()).await.unwrap().is_none());
}

pub(super) async fn a_mail_to_nobody_is_limited_and_opens_nothing(fixture: Fixture) {
    let stand_in = format!("{}x", retention::STAND_IN);
    let (verdict, minted) = fixture.ask_and_decide(mail(MessageKind::NoAccount, &stand_in)).await;
    assert_eq!(verdict, Verdict::Send);
    assert!(fixture.live(&minted).await.is_none());
    assert!(fixture.ledger.find_not_me(minted.not_me, Timestamp::default()).await.unwrap().is_none());
    let (verdict, _) = fixture.ask_and_decide(mail(MessageKind::NoAccount, &stand_in)).await;
    assert_eq!(verdict, Verdict::Suppressed(Reason::Cooldown));
}

pub(super) async fn a_notice_is_never_suppressed_and_opens_no_form(fixture: Fixture) {
    let minted = fixture.mint().await;
    assert!(fixture.settles(&fixture.claim(&minted).await).await);
    let (lease, rows) = fixture.lease().await;
    let (verdict, notice) = fixture.decide_that(mail(MessageKind::PasswordChanged, "1"), &rows[0], lease).await;
    assert_eq!(verdict, Verdict::Send);
    assert!(fixture.live(&notice).await.is_none());
    fixture.record(&notice, delivered()).await;
    assert_eq!(fixture.explain(notice.row.id).await.state, State::Mailed);
}
