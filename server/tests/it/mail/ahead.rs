//! Mails one after the other: the next is announced along with the content of the last (RFC 2920 §3.1).

use crate::mail::{PATIENCE, transport, transport_with};
use crate::support::smtp::{Behaviour, Encryption, Options, Phase, SmtpServer};
use crate::transports::{parcel_to, soon};
use futures_util::FutureExt;
use futures_util::future::join_all;
use regain::mail::smtp::{Patience, SmtpTransport};
use regain::mail::turns::Turns;
use regain::mail::{Attempt, SENDERS, Transport};
use regain_core::delivery::Outcome;
use std::time::Duration;

/// Hands as many mails over as there are addresses, `at_once` at the same time.
async fn send_in_turn(transport: &SmtpTransport, at_once: usize, addresses: &[String]) -> Vec<Outcome> {
    let turns = Turns::new(at_once);
    let sending = addresses.iter().map(|address| {
        let (turns, parcel) = (turns.clone(), parcel_to(address));
        async move {
            let mut turn = turns.take(parcel.envelope.clone()).await.unwrap();
            let Attempt { outcome, .. } = transport.send_in_turn(&parcel, &mut turn, soon()).await;
            outcome
        }
    });
    join_all(sending).await
}

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("ada-{number}@example.com")).collect()
}

fn recipients(server: &SmtpServer) -> Vec<String> {
    let mut recipients: Vec<_> = server.mails().into_iter().flat_map(|mail| mail.to).collect();
    recipients.sort();
    recipients
}

fn all_delivered(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered(_)))
}

#[tokio::test]
async fn the_next_mail_is_announced_with_the_content_of_this_one() {
    for tls in [Encryption::None, Encryption::StartTls, Encryption::Implicit] {
        let server = SmtpServer::start_with(Options { tls, ..Options::default() }).await;
        // Whoever waited for the reply to the content would wait for ever.
        server.once(Phase::Dot, Behaviour::KeepAndAwaitMore);
        let outcomes = send_in_turn(&transport(&server), 1, &addresses(3)).await;
        assert!(all_delivered(&outcomes), "{tls:?}: {outcomes:?}");
        assert_eq!((recipients(&server), server.connections()), (addresses(3), 1), "{tls:?}");
    }
}

#[tokio::test]
async fn a_relay_that_takes_one_command_at_a_time_gets_one() {
    let server = SmtpServer::start_with(Options { one_by_one: true, dislikes_haste: true, ..Options::default() }).await;
    let outcomes = send_in_turn(&transport(&server), 1, &addresses(5)).await;
    assert!(all_delivered(&outcomes), "{outcomes:?}");
    assert_eq!((recipients(&server), server.connections()), (addresses(5), 1));
}

#[tokio::test]
async fn an_announced_mail_that_is_refused_does_not_harm_the_one_behind_it() {
    let server = SmtpServer::start().await;
    let addresses = addresses(4);
    server.at_address(&addresses[1], Behaviour::Reply("550 5.1.1 unknown"));
    server.at_address(&addresses[2], Behaviour::Reply("451 4.7.1 later"));
    let outcomes = send_in_turn(&transport(&server), 1, &addresses).await;
    assert!(all_delivered(&[outcomes[0].clone(), outcomes[3].clone()]), "{outcomes:?}");
    assert_eq!(
        outcomes[1..3],
        [Outcome::Refused("550 5.1.1 unknown".into()), Outcome::RetryAfter("451 4.7.1 later".into())]
    );
    assert_eq!(recipients(&server), [addresses[0].clone(), addresses[3].clone()]);
}

#[tokio::test]
async fn a_content_that_is_refused_does_not_harm_the_mail_announced_with_it() {
    let server = SmtpServer::start().await;
    server.once(Phase::Dot, Behaviour::Reply("554 5.7.1 spam"));
    let outcomes = send_in_turn(&transport(&server), 1, &addresses(2)).await;
    assert_eq!(outcomes[0], Outcome::Refused("554 5.7.1 spam".into()));
    assert!(all_delivered(&outcomes[1..]), "{outcomes:?}");
    assert_eq!((recipients(&server), server.connections()), (addresses(2)[1..].to_vec(), 1));
}

#[tokio::test]
async fn a_mail_announced_on_a_connection_that_breaks_is_sent_on_another() {
    for behaviour in [Behaviour::KeepAndDrop, Behaviour::Drop, Behaviour::Reply("421 4.3.2 closing")] {
        let server = SmtpServer::start().await;
        server.once(Phase::Dot, behaviour);
        let outcomes = send_in_turn(&transport(&server), 1, &addresses(3)).await;
        assert!(!all_delivered(&outcomes[..1]) && all_delivered(&outcomes[1..]), "{behaviour:?}: {outcomes:?}");
        let kept = if matches!(behaviour, Behaviour::KeepAndDrop) { 0 } else { 1 };
        assert_eq!(recipients(&server), addresses(3)[kept..], "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_relay_that_does_not_know_what_it_offers_is_no_longer_hurried() {
    let server = SmtpServer::start_with(Options { dislikes_haste: true, ..Options::default() }).await;
    let outcomes = send_in_turn(&transport(&server), 1, &addresses(120)).await;
    assert!(all_delivered(&outcomes), "{outcomes:?}");
    let mut sorted = addresses(120);
    sorted.sort();
    assert_eq!(recipients(&server), sorted);
    assert!(server.connections() < 100, "{} connections, of which each was hung up", server.connections());
}

#[tokio::test]
async fn connections_kept_for_mails_that_never_come_make_room_for_others() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for _ in 0..SENDERS {
        let turns = Turns::new(1);
        let (first, second) = (parcel_to("ada@example.com"), parcel_to("grace@example.com"));
        let mut turn = turns.take(first.envelope.clone()).await.unwrap();
        let mut gives_up = Box::pin(turns.take(second.envelope.clone()));
        assert!((&mut gives_up).now_or_never().is_none());
        let Attempt { outcome, .. } = transport.send_in_turn(&first, &mut turn, soon()).await;
        assert!(all_delivered(&[outcome]));
    }
    assert_eq!(server.connections(), SENDERS, "each is kept for one that was announced on it");
    let outcomes = send_in_turn(&transport, 1, &addresses(5)).await;
    assert!(all_delivered(&outcomes), "{outcomes:?}");
    assert_eq!(server.connections(), SENDERS + 1);
}

#[tokio::test]
async fn many_mails_over_few_connections_arrive_once_each() {
    let server = SmtpServer::start().await;
    let outcomes = send_in_turn(&transport(&server), 4, &addresses(200)).await;
    assert!(all_delivered(&outcomes), "{outcomes:?}");
    let mut sorted = addresses(200);
    sorted.sort();
    assert_eq!((recipients(&server), server.connections()), (sorted, 4));
}

#[tokio::test]
async fn a_relay_that_takes_few_connections_gets_all_mails_over_those() {
    for one_by_one in [false, true] {
        let options = Options { connections_max: Some(3), one_by_one, ..Options::default() };
        let server = SmtpServer::start_with(options).await;
        let outcomes = send_in_turn(&transport(&server), 8, &addresses(60)).await;
        assert!(all_delivered(&outcomes), "{outcomes:?}");
        let mut sorted = addresses(60);
        sorted.sort();
        assert_eq!(recipients(&server), sorted);
        assert!(server.connections() < 30, "{} tries to connect", server.connections());
    }
}

#[tokio::test]
async fn a_relay_that_turns_everybody_away_keeps_no_mail_waiting() {
    let server = SmtpServer::start_with(Options { connections_max: Some(0), ..Options::default() }).await;
    let outcomes = send_in_turn(&transport(&server), 8, &addresses(30)).await;
    let put_off = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::RetryAfter(why) if why.contains("421")));
    assert_eq!(put_off.count(), 30, "{outcomes:?}");
}

#[tokio::test]
async fn a_connection_that_waits_for_a_mail_that_never_comes_is_left() {
    let server = SmtpServer::start().await;
    let patience = Patience { idle: Duration::from_millis(50), ..PATIENCE };
    let transport = transport_with(&server, patience);
    let turns = Turns::new(1);
    let mut first = turns.take(parcel_to("ada@example.com").envelope).await.unwrap();
    let second = turns.take(parcel_to("bob@example.com").envelope);
    tokio::pin!(second);
    assert!(futures_util::poll!(&mut second).is_pending());
    let attempt = transport.send_in_turn(&parcel_to("ada@example.com"), &mut first, soon()).await;
    assert!(all_delivered(&[attempt.outcome]));
    server.wait_until_left_alone().await;
    assert_eq!(recipients(&server), ["ada@example.com"]);
}
