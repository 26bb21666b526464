//! Transports, held to what [`Transport`] says.

mod encryption;
mod refusals;

use crate::support::smtp::{Behaviour, Options, Phase, SmtpServer};
use async_trait::async_trait;
use regain::config::Mailbox;
use regain::i18n::Words;
use regain::mail::compose::{Composer, Letterhead, Look};
use regain::mail::file::FileTransport;
use regain::mail::smtp::{Patience, SmtpTransport};
use regain::mail::{Mail, Parcel, SENDERS, Transport};
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::message::{Body, Message};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Dots at beginnings of lines, as many as can be.
const CONTENT: &str = "From: <no-reply@example.com>\r\nSubject: dots\r\n\r\n.\r\n..\r\n...three\r\n\r\n.end\r\n";

fn parcel_to(address: &str) -> Parcel {
    static COUNT: AtomicU8 = AtomicU8::new(0);
    let mut id = [0; 16];
    id[15] = COUNT.fetch_add(1, Ordering::SeqCst);
    Parcel {
        id: Id::from_bytes(id),
        from: EmailAddress::parse("no-reply@example.com").unwrap(),
        to: EmailAddress::parse(address).unwrap(),
        content: CONTENT.into(),
    }
}

fn parcel() -> Parcel {
    parcel_to("ada@example.com")
}

fn composer() -> Composer {
    let letterhead = Letterhead {
        product_name: "Example".into(),
        host: "accounts.example.com".into(),
        from: Mailbox { name: None, address: EmailAddress::parse("no-reply@example.com").unwrap() },
        reply_to: None,
        look: Look::default(),
    };
    Composer::new(Arc::new(Words::built_in().unwrap()), letterhead).unwrap()
}

/// Long enough for a busy machine, short enough to wait for.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(2),
    command: Duration::from_secs(1),
    whole: Duration::from_secs(2),
    idle: Duration::from_secs(30),
};

fn transport(server: &SmtpServer) -> SmtpTransport {
    SmtpTransport::new(&server.settings(), "accounts.example.com", server.roots(), PATIENCE).unwrap()
}

fn is_retry(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::RetryAfter(_))
}

/// A transport under test, and a look at what it carried.
#[async_trait]
trait Rig: Sync {
    fn transport(&self) -> &dyn Transport;
    fn carried(&self) -> Vec<Vec<u8>>;
    /// Makes every attempt fail before anything is handed over.
    fn break_down(&self);
}

async fn conforms(rig: &dyn Rig) {
    let transport = rig.transport();
    assert!(transport.name().bytes().all(|b| b.is_ascii_lowercase()), "a name is a configuration key");

    let Outcome::Delivered(reply) = transport.send(&parcel()).await else { panic!("a mail is delivered") };
    assert!(!reply.is_empty() && reply.chars().count() <= 512 && !reply.contains(char::is_control), "{reply:?}");
    assert_eq!(rig.carried(), [CONTENT.as_bytes()], "the content arrives byte for byte");

    let parcels = [parcel(), parcel(), parcel()];
    futures_util::future::join_all(parcels.iter().map(|parcel| transport.send(parcel))).await;
    assert_eq!(rig.carried().len(), 4, "one mail each, also at the same time");

    rig.break_down();
    let outcome = transport.send(&parcel()).await;
    assert!(is_retry(&outcome) && !outcome.reply().is_empty(), "{outcome:?}");
    assert_eq!(rig.carried().len(), 4, "what is to be tried again was not handed over");
}

struct SmtpRig(SmtpServer, SmtpTransport);

impl Rig for SmtpRig {
    fn transport(&self) -> &dyn Transport {
        &self.1
    }

    fn carried(&self) -> Vec<Vec<u8>> {
        self.0.mails().into_iter().map(|mail| mail.raw).collect()
    }

    fn break_down(&self) {
        self.0.at(Phase::Connect, Behaviour::Drop);
        self.0.at(Phase::Mail, Behaviour::Drop);
    }
}

struct FileRig(tempfile::TempDir, FileTransport);

impl Rig for FileRig {
    fn transport(&self) -> &dyn Transport {
        &self.1
    }

    fn carried(&self) -> Vec<Vec<u8>> {
        let folder = ["away", "mail"].map(|name| self.0.path().join(name)).into_iter().find(|folder| folder.is_dir());
        let files = std::fs::read_dir(folder.unwrap()).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|it| it == "eml")).map(|p| std::fs::read(p).unwrap()).collect()
    }

    fn break_down(&self) {
        let folder = self.0.path().join("mail");
        std::fs::rename(&folder, self.0.path().join("away")).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
    }
}

#[tokio::test]
async fn smtp_conforms() {
    for one_by_one in [false, true] {
        let server = SmtpServer::start_with(Options { one_by_one, ..Options::default() }).await;
        let transport = transport(&server);
        conforms(&SmtpRig(server, transport)).await;
    }
}

#[tokio::test]
async fn the_file_transport_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let transport = FileTransport::new(folder.path().join("mail"));
    conforms(&FileRig(folder, transport)).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_mail_in_a_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    let parcel = parcel();
    let Outcome::Delivered(reply) = FileTransport::new(mails.clone()).send(&parcel).await else { panic!("delivered") };
    let file = mails.join(format!("{}.eml", parcel.id));
    assert_eq!(reply, format!("written to {}", file.display()));
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&mails), mode(&file)), (0o700, 0o600));
    assert_eq!(std::fs::read_dir(&mails).unwrap().count(), 1, "nothing unfinished is left");
}

#[tokio::test]
async fn a_long_reply_of_several_lines_is_recorded_as_one_short_line() {
    let server = SmtpServer::start().await;
    let text = "\u{1b}[31mred\u{202E} ".repeat(100);
    let reply: &str = format!("550-5.7.1 {text}\r\n550 5.7.1 the end").leak();
    server.at(Phase::Rcpt, Behaviour::Reply(reply));
    let outcome = transport(&server).send(&parcel()).await;
    let Outcome::Refused(reply) = outcome else { panic!("{outcome:?}") };
    assert!(reply.starts_with("550 5.7.1 ") && reply.chars().count() <= 512, "{reply:?}");
    assert!(!reply.contains(char::is_control) && !reply.contains('\u{202E}'), "{reply:?}");
}

#[tokio::test]
async fn the_envelope_and_the_reply_are_what_was_said() {
    let server = SmtpServer::start().await;
    let outcome = transport(&server).send(&parcel()).await;
    assert_eq!(outcome, Outcome::Delivered("250 2.0.0 queued as 1".into()));
    let mails = server.mails_to("ada@example.com");
    assert_eq!((mails.len(), mails[0].from.as_str()), (1, "no-reply@example.com"));
}

#[tokio::test]
async fn one_connection_carries_many_mails() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for _ in 0..5 {
        assert!(matches!(transport.send(&parcel()).await, Outcome::Delivered(_)));
    }
    assert_eq!((server.mails().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn as_many_connections_are_kept_as_mails_are_handed_over_at_once() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for _ in 0..3 {
        let parcels: Vec<_> = (0..SENDERS).map(|_| parcel()).collect();
        futures_util::future::join_all(parcels.iter().map(|parcel| transport.send(parcel))).await;
    }
    assert_eq!((server.mails().len(), server.connections()), (3 * SENDERS, SENDERS));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = SmtpServer::start().await;
    let patience = Patience { idle: Duration::from_millis(50), ..PATIENCE };
    let transport = SmtpTransport::new(&server.settings(), "accounts.example.com", server.roots(), patience).unwrap();
    assert!(matches!(transport.send(&parcel()).await, Outcome::Delivered(_)));
    server.wait_until_left_alone().await;
    assert!(matches!(transport.send(&parcel()).await, Outcome::Delivered(_)));
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_mail_handed_nothing_over() {
    let server = SmtpServer::start().await;
    let mut large = parcel();
    large.content = b"Subject: large\r\n\r\n".iter().chain(b"0123456789\r\n".repeat(2 << 20).iter()).copied().collect();
    for behaviour in [Behaviour::Drop, Behaviour::Hang] {
        server.at(Phase::Content, behaviour);
        let outcome = transport(&server).send(&large).await;
        assert!(is_retry(&outcome), "{behaviour:?}: {outcome:?}");
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_reset_mail_arrives_with_its_link_and_its_code() {
    let server = SmtpServer::start().await;
    let message = Message {
        body: Body::Reset {
            link: "https://accounts.example.com/reset-password#token".into(),
            code: "01AB-CDEF".into(),
            link_ttl: Duration::from_secs(3600),
            code_ttl: Duration::from_secs(600),
            not_me_link: "https://accounts.example.com/not-me?token=other".into(),
        },
        name: Some("Ada".into()),
        locales: vec![],
        at: Timestamp::from_millis(1_795_286_889_123),
        asker: None,
    };
    let to = EmailAddress::parse("ada@example.com").unwrap();
    let parcel = composer().compose(&message, &to, Id::from_bytes([7; 16])).unwrap();
    let mail = Mail::from_parts(composer(), vec![Arc::new(transport(&server))]);
    assert_eq!(mail.send(&parcel).await, (Outcome::Delivered("250 2.0.0 queued as 1".into()), "smtp"));

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
        assert!(matches!(transport.send(&parcel()).await, Outcome::Delivered(_)));
        server.once(Phase::Mail, behaviour);
        assert!(matches!(transport.send(&parcel()).await, Outcome::Delivered(_)), "after {behaviour:?}");
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
    let started = Instant::now();
    let outcome = transport(&server).send(&parcel()).await;
    let kind = match outcome {
        Outcome::Delivered(_) => panic!("delivered with {behaviour:?} at {phase:?}"),
        Outcome::RetryAfter(_) => Kind::Retry,
        Outcome::Refused(_) => Kind::Refused,
        Outcome::Unknown(_) => Kind::Unknown,
    };
    assert_eq!(kind, expected, "{behaviour:?} at {phase:?}: {outcome:?}");
    assert!(started.elapsed() < PATIENCE.whole * 5, "{behaviour:?} at {phase:?} took {:?}", started.elapsed());
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
    let outcome = transport.send(&parcel()).await;
    assert!(is_retry(&outcome) && outcome.reply().contains("cannot connect"), "{outcome:?}");
}

#[tokio::test]
async fn a_local_part_beyond_ascii_needs_a_relay_that_knows_of_such() {
    let plain = SmtpServer::start().await;
    let outcome = transport(&plain).send(&parcel_to("zoë@example.com")).await;
    assert!(matches!(&outcome, Outcome::Refused(why) if why.contains("SMTPUTF8")), "{outcome:?}");

    let modern = SmtpServer::start_with(Options { utf8: true, ..Options::default() }).await;
    assert!(matches!(transport(&modern).send(&parcel_to("zoë@example.com")).await, Outcome::Delivered(_)));
    assert_eq!(modern.mails_to("zoë@example.com").len(), 1);
}

#[tokio::test]
async fn an_internationalised_domain_travels_in_ascii() {
    let server = SmtpServer::start().await;
    assert!(matches!(transport(&server).send(&parcel_to("ada@bücher.example")).await, Outcome::Delivered(_)));
    assert_eq!(server.mails()[0].to, ["ada@xn--bcher-kva.example"]);
}

#[tokio::test]
async fn the_next_transport_is_tried_only_if_nothing_was_handed_over() {
    let (first, second) = (SmtpServer::start().await, SmtpServer::start().await);
    let mail = Mail::from_parts(composer(), vec![Arc::new(transport(&first)), Arc::new(transport(&second))]);
    let cases = [
        (Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox"), 0),
        (Phase::Dot, Behaviour::Drop, 0),
        (Phase::Rcpt, Behaviour::Reply("450 4.2.0 later"), 1),
    ];
    for (phase, behaviour, arrive_by_second) in cases {
        first.behave();
        first.at(phase, behaviour);
        mail.send(&parcel()).await;
        assert_eq!((first.mails().len(), second.mails().len()), (0, arrive_by_second), "{behaviour:?} at {phase:?}");
    }
}
