//! The SMTP transport: what a relay says and does, and what becomes of the mail.

mod ahead;
mod encryption;
mod refusals;

use crate::support::server::HandClock;
use crate::support::smtp::{Behaviour, Options, Phase, SmtpServer};
use crate::transports::{CONTENT, composed, composer, is_retry, parcel, parcel_to, send};
use regain::mail::smtp::{Patience, SmtpTransport};
use regain::mail::{Mail, SENDERS};
use regain_core::delivery::Outcome;
use std::sync::Arc;
use std::time::Duration;

/// More than the busiest machine needs.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(60),
    command: Duration::from_secs(60),
    whole: Duration::from_secs(60),
    idle: Duration::from_secs(300),
};
/// Short enough to wait for where nothing is ever going to come; long enough to get there.
const BRIEF: Patience = Patience { command: Duration::from_secs(5), whole: Duration::from_secs(10), ..PATIENCE };

fn transport(server: &SmtpServer) -> SmtpTransport {
    transport_with(server, PATIENCE)
}

fn transport_with(server: &SmtpServer, patience: Patience) -> SmtpTransport {
    SmtpTransport::new(&server.settings(), "accounts.example.com", server.roots(), patience).unwrap()
}

/// What the transport does when the relay does this.
fn transport_for(server: &SmtpServer, behaviour: Behaviour) -> SmtpTransport {
    let patience = if matches!(behaviour, Behaviour::Hang) { BRIEF } else { PATIENCE };
    transport_with(server, patience)
}

#[tokio::test]
async fn a_long_reply_of_several_lines_is_recorded_as_one_short_line() {
    let server = SmtpServer::start().await;
    let text = "\u{1b}[31mred\u{202E} ".repeat(100);
    let reply: &str = format!("550-5.7.1 {text}\r\n550 5.7.1 the end").leak();
    server.at(Phase::Rcpt, Behaviour::Reply(reply));
    let outcome = send(&transport(&server), &parcel()).await;
    let Outcome::Refused(reply) = outcome else { panic!("{outcome:?}") };
    assert!(reply.starts_with("550 5.7.1 ") && reply.chars().count() <= 512, "{reply:?}");
    assert!(!reply.contains(char::is_control) && !reply.contains('\u{202E}'), "{reply:?}");
}

#[tokio::test]
async fn the_envelope_and_the_reply_are_what_was_said() {
    let server = SmtpServer::start().await;
    let outcome = send(&transport(&server), &parcel()).await;
    assert_eq!(outcome, Outcome::Delivered("250 2.0.0 queued as 1".into()));
    let mails = server.mails_to("ada@example.com");
    assert_eq!((mails.len(), mails[0].from.as_str()), (1, "no-reply@example.com"));
}

#[tokio::test]
async fn one_connection_carries_many_mails() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for _ in 0..5 {
        assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
    }
    assert_eq!((server.mails().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn as_many_connections_are_kept_as_mails_are_handed_over_at_once() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for _ in 0..3 {
        let parcels: Vec<_> = (0..SENDERS).map(|_| parcel()).collect();
        futures_util::future::join_all(parcels.iter().map(|parcel| send(&transport, parcel))).await;
    }
    assert_eq!((server.mails().len(), server.connections()), (3 * SENDERS, SENDERS));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = SmtpServer::start().await;
    let transport = transport_with(&server, Patience { idle: Duration::from_millis(50), ..PATIENCE });
    assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
    server.wait_until_left_alone().await;
    assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_mail_handed_nothing_over() {
    let server = SmtpServer::start().await;
    let mut large = parcel();
    large.content = b"Subject: large\r\n\r\n".iter().chain(b"0123456789\r\n".repeat(2 << 20).iter()).copied().collect();
    for behaviour in [Behaviour::Drop, Behaviour::Hang] {
        server.at(Phase::Content, behaviour);
        let outcome = send(&transport_for(&server, behaviour), &large).await;
        assert!(is_retry(&outcome), "{behaviour:?}: {outcome:?}");
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn lines_that_begin_with_a_dot_arrive_as_they_are() {
    let server = SmtpServer::start().await;
    assert!(matches!(send(&transport(&server), &parcel()).await, Outcome::Delivered(_)));
    assert_eq!(server.wait_for(1).await.remove(0).raw, CONTENT.as_bytes());
}

#[tokio::test]
async fn a_reset_mail_arrives_with_its_link_and_its_code() {
    let server = SmtpServer::start().await;
    let parcel = composed("ada@example.com");
    let mail = Mail::from_parts(composer(), vec![Arc::new(transport(&server))], HandClock::new());
    let sent = mail.send(&parcel).await;
    assert_eq!((sent.outcome, sent.transport), (Outcome::Delivered("250 2.0.0 queued as 1".into()), "smtp"));
    assert_eq!(sent.passed_over, []);

    let received = server.wait_for(1).await.remove(0);
    let links =
        ["https://accounts.example.com/reset-password#token", "https://accounts.example.com/not-me?token=other"];
    assert_eq!(received.links(), links);
    assert_eq!(received.code().as_deref(), Some("01AB-CDEF"));
    assert_eq!(received.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(received.html().contains(&format!("href=\"{}\"", links[0])));
}

#[tokio::test]
async fn a_kept_connection_that_the_relay_closed_is_replaced_unnoticed() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for behaviour in [Behaviour::Drop, Behaviour::Reply("421 4.4.2 idle for too long")] {
        assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
        server.once(Phase::Mail, behaviour);
        assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)), "after {behaviour:?}");
    }
    assert_eq!((server.mails().len(), server.connections()), (4, 3));
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Retry,
    Refused,
    Unknown,
}

#[tokio::test]
async fn every_failure_has_its_outcome() {
    use Behaviour::{Drop, Hang, KeepAndDrop, Reply};
    let cases = [
        (Phase::Connect, Reply("554 5.7.1 no service for you"), Kind::Retry),
        (Phase::Connect, Reply("SSH-2.0-OpenSSH_9.7"), Kind::Retry),
        (Phase::Connect, Drop, Kind::Retry),
        (Phase::Connect, Hang, Kind::Retry),
        (Phase::Ehlo, Reply("550 5.7.1 who are you"), Kind::Retry),
        (Phase::Ehlo, Drop, Kind::Retry),
        (Phase::Ehlo, Hang, Kind::Retry),
        (Phase::Auth, Reply("535 5.7.8 wrong"), Kind::Retry),
        (Phase::Auth, Reply("454 4.7.0 later"), Kind::Retry),
        (Phase::Auth, Hang, Kind::Retry),
        (Phase::Mail, Reply("451 4.3.0 later"), Kind::Retry),
        (Phase::Mail, Reply("550 5.7.1 not from you"), Kind::Retry),
        (Phase::Mail, Drop, Kind::Retry),
        (Phase::Mail, Hang, Kind::Retry),
        (Phase::Rcpt, Reply("450 4.2.0 greylisted"), Kind::Retry),
        (Phase::Rcpt, Reply("550 5.1.1 no such mailbox"), Kind::Refused),
        (Phase::Rcpt, Reply("530 5.7.0 log in first"), Kind::Retry),
        (Phase::Rcpt, Reply("421 4.3.2 shutting down"), Kind::Retry),
        (Phase::Rcpt, Drop, Kind::Retry),
        (Phase::Rcpt, Hang, Kind::Retry),
        (Phase::Data, Reply("452 4.3.1 disk full"), Kind::Retry),
        (Phase::Data, Reply("554 5.7.1 no"), Kind::Refused),
        (Phase::Data, Drop, Kind::Retry),
        (Phase::Data, Hang, Kind::Retry),
        (Phase::Dot, Reply("451 4.3.0 later"), Kind::Retry),
        (Phase::Dot, Reply("554 5.6.0 spam"), Kind::Refused),
        (Phase::Dot, Reply("421 4.3.2 shutting down"), Kind::Retry),
        (Phase::Mail, Reply("all right, go on"), Kind::Retry),
        (Phase::Data, Reply("250 2.0.0 is not what was asked"), Kind::Retry),
        (Phase::Dot, Reply("all right, thank you"), Kind::Unknown),
        (Phase::Dot, Drop, Kind::Unknown),
        (Phase::Dot, Hang, Kind::Unknown),
        (Phase::Dot, KeepAndDrop, Kind::Unknown),
    ];
    let every = cases.into_iter().flat_map(|case| [(true, case), (false, case)]);
    futures_util::future::join_all(
        every.map(|(one_by_one, (phase, behaviour, expected))| has_outcome(one_by_one, phase, behaviour, expected)),
    )
    .await;
}

async fn has_outcome(one_by_one: bool, phase: Phase, behaviour: Behaviour, expected: Kind) {
    let options = Options { login: Some(("regain", "secret")), one_by_one, ..Options::default() };
    let server = SmtpServer::start_with(options).await;
    server.at(phase, behaviour);
    let outcome = send(&transport_for(&server, behaviour), &parcel()).await;
    let kind = match outcome {
        Outcome::Delivered(_) => panic!("delivered with {behaviour:?} at {phase:?}"),
        Outcome::RetryAfter(_) => Kind::Retry,
        Outcome::Refused(_) => Kind::Refused,
        Outcome::Unknown(_) => Kind::Unknown,
    };
    assert_eq!(kind, expected, "{behaviour:?} at {phase:?}: {outcome:?}");
    let reply = outcome.reply();
    assert!(!reply.is_empty() && !reply.contains("secret"), "{reply:?}");
    if let Behaviour::Reply(line) = behaviour
        && line.starts_with(|c: char| c.is_ascii_digit())
    {
        assert!(reply.contains(line), "{reply:?} does not say {line:?}");
    }
    let kept = usize::from(matches!(behaviour, Behaviour::KeepAndDrop));
    assert_eq!(server.mails().len(), kept, "{behaviour:?} at {phase:?}");
}

#[tokio::test]
async fn nobody_there_is_no_refusal() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    drop(server);
    tokio::task::yield_now().await;
    let outcome = send(&transport, &parcel()).await;
    assert!(is_retry(&outcome) && outcome.reply().contains("cannot connect"), "{outcome:?}");
}

#[tokio::test]
async fn a_local_part_beyond_ascii_needs_a_relay_that_knows_of_such() {
    let plain = SmtpServer::start().await;
    let outcome = send(&transport(&plain), &parcel_to("zoë@example.com")).await;
    assert!(matches!(&outcome, Outcome::Refused(why) if why.contains("SMTPUTF8")), "{outcome:?}");

    let modern = SmtpServer::start_with(Options { utf8: true, ..Options::default() }).await;
    assert!(matches!(send(&transport(&modern), &parcel_to("zoë@example.com")).await, Outcome::Delivered(_)));
    assert_eq!(modern.mails_to("zoë@example.com").len(), 1);
}

#[tokio::test]
async fn an_internationalised_domain_travels_in_ascii() {
    let server = SmtpServer::start().await;
    assert!(matches!(send(&transport(&server), &parcel_to("ada@bücher.example")).await, Outcome::Delivered(_)));
    assert_eq!(server.mails()[0].to, ["ada@xn--bcher-kva.example"]);
}

#[tokio::test]
async fn the_next_transport_is_tried_only_if_nothing_was_handed_over() {
    let (first, second) = (SmtpServer::start().await, SmtpServer::start().await);
    let mail =
        Mail::from_parts(composer(), vec![Arc::new(transport(&first)), Arc::new(transport(&second))], HandClock::new());
    let cases = [
        (Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox"), 0),
        (Phase::Dot, Behaviour::Drop, 0),
        (Phase::Rcpt, Behaviour::Reply("450 4.2.0 later"), 1),
    ];
    for (phase, behaviour, arrive_by_second) in cases {
        first.behave();
        first.at(phase, behaviour);
        let sent = mail.send(&parcel()).await;
        assert_eq!((first.mails().len(), second.mails().len()), (0, arrive_by_second), "{behaviour:?} at {phase:?}");
        let later = (Outcome::RetryAfter("450 4.2.0 later".into()), "smtp");
        assert_eq!(sent.passed_over, vec![later; arrive_by_second], "{behaviour:?} at {phase:?}");
    }
}

#[tokio::test]
async fn reports_are_asked_for_where_there_are_such_and_name_the_mail() {
    for reports in [true, false] {
        let server = SmtpServer::start_with(Options { reports, ..Options::default() }).await;
        let parcel = parcel();
        assert!(matches!(send(&transport(&server), &parcel).await, Outcome::Delivered(_)));
        let wishes = match reports {
            true => [format!("RET=HDRS ENVID={}", parcel.envelope.id), "NOTIFY=FAILURE,DELAY".to_owned()],
            false => [String::new(), String::new()],
        };
        assert_eq!(server.mails()[0].wishes, wishes);
    }
}
