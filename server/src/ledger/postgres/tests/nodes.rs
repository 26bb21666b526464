//! Two nodes on one ledger.

use super::*;
use crate::ledger::{Admission, Deliveries, Finished, Outbox, Verdict};
use futures_util::future::join_all;
use regain_core::delivery::Outcome;
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_leased_to_one_node() {
    let database = database();
    let (one, other) = (node(&database).await, node(&database).await);
    let admitted = join_all((0..200).map(|_| admit(&one))).await;
    assert!(admitted.into_iter().all(|admitted| admitted.is_ok()));
    let turns = (0..8).map(|turn| lease(if turn % 2 == 0 { &one } else { &other }, 40));
    let leased: Vec<_> = join_all(turns).await.into_iter().flat_map(|(_, rows)| rows).map(|row| row.id).collect();
    assert_eq!(leased.len(), leased.iter().collect::<HashSet<_>>().len());
    // Who came while others held what is due got less, not nothing for good.
    let rest = lease(&other, 200).await.1;
    assert_eq!(leased.len() + rest.len(), 200);
    assert!(!one.is_due(now()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_comes_oldest_first() {
    let database = database();
    let ledger = node(&database).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let request = request("ada@example.com");
        ids.push(request.id);
        ledger.admit(request, 10).await.unwrap();
    }
    // Of two ids made within one millisecond either may be the greater.
    ids.sort_unstable();
    database.run("UPDATE regain.outbox SET due_at = due_at - 100000 * rank FROM (SELECT id AS it, row_number() OVER (ORDER BY id) AS rank FROM regain.outbox) AS ranked WHERE id = it");
    let leased: Vec<_> = lease(&ledger, 10).await.1.into_iter().map(|row| row.id).collect();
    assert_eq!(leased, ids.into_iter().rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_nodes_that_decide_at_once_one_mails_an_account() {
    let database = database();
    let (one, other) = (node(&database).await, node(&database).await);
    for round in 0..10 {
        let account = format!("account {round}");
        for _ in 0..8 {
            admit(&one).await.unwrap();
        }
        let mut batches = Vec::new();
        for node in [&one, &other, &one, &other] {
            let (lease, rows) = lease(node, 2).await;
            batches.push((node, lease, rows.into_iter().map(|row| mail_to(row, &account)).collect::<Vec<_>>()));
        }
        let decided = batches.into_iter().map(|(node, lease, batch)| node.decide(batch, lease, LIMIT, now()));
        let verdicts: Vec<_> = join_all(decided).await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(verdicts.len(), 8);
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Send).count(), 1, "{verdicts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_share_accounts_in_different_orders_do_not_wait_for_each_other_for_good() {
    let database = database();
    let (one, other) = (node(&database).await, node(&database).await);
    join_all((0..80).map(|_| admit(&one))).await;
    let ((first, ours), (second, theirs)) = (lease(&one, 40).await, lease(&other, 40).await);
    let ours = ours.into_iter().enumerate().map(|(n, row)| mail_to(row, &n.to_string())).collect();
    let theirs = theirs.into_iter().enumerate().map(|(n, row)| mail_to(row, &(39 - n).to_string())).collect();
    let (ours, theirs) =
        tokio::join!(one.decide(ours, first, LIMIT, now()), other.decide(theirs, second, LIMIT, now()));
    let sent = [ours.unwrap(), theirs.unwrap()].concat().into_iter().filter(|it| *it == Verdict::Send).count();
    assert_eq!(sent, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_trusted_callers_on_two_nodes_one_is_admitted() {
    let database = database();
    let (one, other) = (node(&database).await, node(&database).await);
    let ask = |node: usize| {
        let ledger = if node.is_multiple_of(2) { &one } else { &other };
        ledger.admit_trusted(request("ada@example.com"), AccountId::new("1"), LIMIT, 100)
    };
    let admissions = join_all((0..12).map(ask)).await;
    let admitted = admissions.iter().filter(|it| matches!(it, Ok(Admission::Admitted))).count();
    assert_eq!(admitted, 1, "{admissions:?}");
    assert_eq!(one.waiting() + other.waiting(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_node_holds_by_now_is_neither_decided_nor_rescheduled() {
    let database = database();
    let (slow, quick) = (node(&database).await, node(&database).await);
    admit(&slow).await.unwrap();
    let (lapsed, mut rows) = lease(&slow, 1).await;
    database.run("UPDATE regain.outbox SET due_at = 0");
    let (held, theirs) = lease(&quick, 1).await;
    assert_eq!(theirs.len(), 1);

    let decided = mail_to(rows.remove(0), "1");
    let (entry, delivery) = (decided.row.id, decided.delivery.id);
    assert_eq!(slow.decide(vec![decided], lapsed, LIMIT, now()).await.unwrap(), [Verdict::Ended]);
    let outcome = Outcome::Delivered("250".into());
    let (at, transport, give_up) = (now(), "test", false);
    let finished = Finished { entry, delivery, lease: lapsed, transport, outcome, at, next_at: at, give_up };
    slow.record(vec![finished]).await.unwrap();

    let theirs = theirs.into_iter().map(|row| mail_to(row, "1")).collect();
    assert_eq!(quick.decide(theirs, held, LIMIT, now()).await.unwrap(), [Verdict::Send]);
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_batch_what_was_decided_first_counts_for_the_rest() {
    let database = database();
    let ledger = node(&database).await;
    let limit = AccountLimit { cooldown: Duration::ZERO, mails_per_hour_max: 2 };
    join_all((0..4).map(|_| admit(&ledger))).await;
    let (lease, rows) = lease(&ledger, 10).await;
    let batch = rows.into_iter().map(|row| mail_to(row, "1")).collect();
    let verdicts = ledger.decide(batch, lease, limit, now()).await.unwrap();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Send).count(), 2);
    assert_eq!(verdicts[..2], [Verdict::Send; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_with_a_zero_byte_sinks_no_batch() {
    let database = database();
    let ledger = node(&database).await;
    ledger.admit(request("a\0da@example.com\0"), 10).await.unwrap();
    let (_, rows) = lease(&ledger, 10).await;
    assert_eq!(rows[0].identifier, "a\u{FFFD}da@example.com\u{FFFD}");
}
