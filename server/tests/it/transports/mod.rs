//! Every transport, held to what [`Transport`] says: one suite, and what is particular to a kind beside it.

mod breaker;
mod http;
mod program;
mod rigs;
mod sendmail;
mod vendors;

use async_trait::async_trait;
use regain::config::Mailbox;
use regain::i18n::Words;
use regain::mail::compose::{Composer, Letterhead, Look};
use regain::mail::{Parcel, Standing, Transport};
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::message::{Body, Message};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use vendors::Taken;

/// A transport under test, a look at what it carried, and what can go wrong with it.
#[async_trait]
trait Rig: Sync {
    fn transport(&self) -> &dyn Transport;

    /// What arrived, in the order of its arrival.
    fn carried(&self) -> Vec<Taken>;

    /// From now on does as it should.
    fn behave(&self);

    /// Makes every attempt fail before anything is handed over.
    fn break_down(&self);

    /// Lets nobody get a mail ever. False, if it cannot say so.
    fn refuse(&self) -> bool;

    /// Takes the whole mail and never answers. False, if it always answers.
    fn fall_silent(&self) -> bool;
}

/// What must hold for every transport.
async fn conforms(rig: &dyn Rig) {
    let transport = rig.transport();
    let name = transport.name();
    assert!(name.bytes().all(|b| b.is_ascii_lowercase()), "a name is a configuration key");
    let said = transport.probe().await.unwrap();
    assert!(!said.is_empty() && rig.carried().is_empty(), "{name}: to look costs no mail");

    let parcel = composed("ada@example.com");
    let attempt = transport.send(&parcel, soon()).await;
    let Outcome::Delivered(reply) = &attempt.outcome else { panic!("{name} delivers: {attempt:?}") };
    assert_eq!(attempt.standing, Standing::Works, "{name}");
    assert_eq!(rig.carried(), [vendors::expected(&parcel)], "{name}: what arrives is what was composed");
    is_one_line(name, reply);

    let parcels = ["bob@example.com", "ada@bücher.example", "o'neill+reset@example.com"].map(composed);
    futures_util::future::join_all(parcels.iter().map(|parcel| transport.send(parcel, soon()))).await;
    let mut arrived: Vec<_> = rig.carried().into_iter().map(|mail| mail.to).collect();
    arrived.sort();
    let each = ["ada@example.com", "ada@xn--bcher-kva.example", "bob@example.com", "o'neill+reset@example.com"];
    assert_eq!(arrived, each, "{name}: one mail each, also at the same time");

    if rig.refuse() {
        let attempt = transport.send(&composed("ada@example.com"), soon()).await;
        assert!(matches!(attempt.outcome, Outcome::Refused(_)), "{name}: {attempt:?}");
        assert_eq!(attempt.standing, Standing::Works, "{name}: an address that is refused says nothing of others");
        is_one_line(name, attempt.outcome.reply());
    }
    rig.behave();
    if rig.fall_silent() {
        let (parcel, started) = (composed("ada@example.com"), Instant::now());
        let attempt = transport.send(&parcel, started + SHORT).await;
        assert!(matches!(attempt.outcome, Outcome::Unknown(_)), "{name}: {attempt:?}");
        assert_eq!(attempt.standing, Standing::Down, "{name}");
        assert!(started.elapsed() < FOR_EVER, "{name}: took {:?}", started.elapsed());
        is_one_line(name, attempt.outcome.reply());
    }
    rig.behave();
    let before = rig.carried().len();
    rig.break_down();
    let attempt = transport.send(&composed("ada@example.com"), soon()).await;
    assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{name}: {attempt:?}");
    is_one_line(name, attempt.outcome.reply());
    assert_eq!(rig.carried().len(), before, "{name}: what is to be tried again was not handed over");
}

/// Fit for the ledger, the log and a terminal.
fn is_one_line(name: &str, reply: &str) {
    assert!(!reply.is_empty() && reply.chars().count() <= 1024, "{name}: {reply:?}");
    assert!(!reply.contains(char::is_control) && !reply.contains(vendors::KEY), "{name}: {reply:?}");
}

/// Sends as the courier does.
pub(crate) async fn send(transport: &dyn Transport, parcel: &Parcel) -> Outcome {
    transport.send(parcel, soon()).await.outcome
}

pub(crate) fn soon() -> Instant {
    Instant::now() + LONG
}

pub(crate) fn is_retry(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::RetryAfter(_))
}

/// Dots at beginnings of lines, as many as can be.
pub(crate) const CONTENT: &str =
    "From: <no-reply@example.com>\r\nSubject: dots\r\n\r\n.\r\n..\r\n...three\r\n\r\n.end\r\n";

pub(crate) fn parcel_to(address: &str) -> Parcel {
    Parcel { content: CONTENT.into(), ..composed(address) }
}

pub(crate) fn parcel() -> Parcel {
    parcel_to("ada@example.com")
}

pub(crate) fn composer() -> Composer {
    let mailbox = |name: Option<&str>, address: &str| Mailbox {
        name: name.map(str::to_owned),
        address: EmailAddress::parse(address).unwrap(),
    };
    let letterhead = Letterhead {
        product_name: "Example".into(),
        host: "accounts.example.com".into(),
        from: mailbox(Some("Bücher, \"Inc.\""), "no-reply@example.com"),
        reply_to: Some(mailbox(None, "help@example.com")),
        look: Look::default(),
    };
    Composer::new(Arc::new(Words::built_in().unwrap()), letterhead).unwrap()
}

/// A reset mail for Ada.
pub(crate) fn composed(address: &str) -> Parcel {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut id = [0; 16];
    id[12..].copy_from_slice(&COUNT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
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
    composer().compose(&message, &EmailAddress::parse(address).unwrap(), Id::from_bytes(id)).unwrap()
}

/// For what is never going to be answered; long enough for a busy machine to ask.
const SHORT: Duration = Duration::from_secs(8);
/// For what is going to be answered: the courier allows half of it, and the machine may be busy.
const LONG: Duration = Duration::from_secs(60);
/// A transport that takes so long has not looked at its deadline.
const FOR_EVER: Duration = Duration::from_secs(300);
