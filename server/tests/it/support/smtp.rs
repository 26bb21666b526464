//! A relay for tests: speaks SMTP, keeps what it gets, and misbehaves when told to.

mod session;

use super::canary;
use mail_parser::MessageParser;
use regain::config::{Smtp, SmtpTls};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A relay on a free port of 127.0.0.1, gone when dropped. Needs a Tokio runtime.
pub(crate) struct SmtpServer {
    address: SocketAddr,
    options: Options,
    certificate: rcgen::Certificate,
    relay: Arc<Relay>,
    listening: JoinHandle<()>,
}

/// What the relay can do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) tls: Encryption,
    /// Whoever does not log in so may not send.
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// Whether SMTPUTF8 is offered.
    pub(crate) utf8: bool,
    /// Whether reports on deliveries are sent as asked for (DSN).
    pub(crate) reports: bool,
    /// Whether PIPELINING is not offered.
    pub(crate) one_by_one: bool,
    /// Whether it hangs up on whoever says more before the mail is answered, though PIPELINING is offered.
    pub(crate) dislikes_haste: bool,
    /// More connections at the same time are turned away; none: any number is taken.
    pub(crate) connections_max: Option<usize>,
    /// Who takes each mail, which is then not kept here.
    pub(crate) taker: Option<mpsc::UnboundedSender<ReceivedMail>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encryption {
    #[default]
    None,
    StartTls,
    Implicit,
}

/// A point of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    Connect,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The first line after DATA was accepted.
    Content,
    Dot,
}

/// What the relay does at a [`Phase`], in place of what it should.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Behaviour {
    /// Replies with this line.
    Reply(&'static str),
    /// Says nothing more, and keeps the connection.
    Hang,
    /// Closes the connection; the mail is not kept.
    Drop,
    /// Resets the connection. For [`Phase::Connect`].
    Reset,
    /// Keeps the mail, and closes the connection without a reply. For [`Phase::Dot`].
    KeepAndDrop,
    /// Keeps the mail, and replies once the client has said more. For [`Phase::Dot`].
    KeepAndAwaitMore,
}

impl SmtpServer {
    /// A relay without encryption or login.
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub(crate) async fn start_with(options: Options) -> Self {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let relay = Arc::new(Relay {
            options: options.clone(),
            tls: TlsAcceptor::from(Arc::new(tls)),
            script: Mutex::default(),
            addresses: Mutex::default(),
            mails: Mutex::default(),
            arrived: Notify::new(),
            taken: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            open: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listening = tokio::spawn(listen(listener, Arc::clone(&relay)));
        Self { address, options, certificate: cert, relay, listening }
    }

    /// For `mail.smtp.url`.
    #[allow(dead_code, reason = "for whoever starts the program as a process")]
    pub(crate) fn url(&self) -> String {
        let scheme = if self.options.tls == Encryption::Implicit { "smtps" } else { "smtp" };
        let login = self.options.login.map(|(user, password)| format!("{user}:{password}@")).unwrap_or_default();
        format!("{scheme}://{login}localhost:{}", self.address.port())
    }

    /// The same as [`Smtp`] settings, taking STARTTLS for required if it is offered.
    pub(crate) fn settings(&self) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: self.address.port(),
            tls: match self.options.tls {
                Encryption::None => SmtpTls::StartTlsForLogin,
                Encryption::StartTls => SmtpTls::StartTlsRequired,
                Encryption::Implicit => SmtpTls::Implicit,
            },
            login: self.options.login.map(|(user, password)| (user.to_owned(), password.into())),
        }
    }

    /// Trust in this relay's certificate and nothing else.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }

    /// The certificate, for a file that `SSL_CERT_FILE` names.
    #[allow(dead_code, reason = "for whoever starts the program as a process")]
    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// From now on does `behaviour` at `phase`.
    pub(crate) fn at(&self, phase: Phase, behaviour: Behaviour) {
        self.relay.script.lock().unwrap().insert(phase, Scripted { behaviour, once: false });
    }

    /// Does `behaviour` the next time it comes to `phase`, and then as it should again.
    pub(crate) fn once(&self, phase: Phase, behaviour: Behaviour) {
        self.relay.script.lock().unwrap().insert(phase, Scripted { behaviour, once: true });
    }

    /// From now on nobody listens here.
    pub(crate) fn goes_away(&self) {
        self.listening.abort();
    }

    /// From now on answers so to every RCPT of this address.
    pub(crate) fn at_address(&self, address: &str, behaviour: Behaviour) {
        self.relay.addresses.lock().unwrap().insert(address.to_owned(), behaviour);
    }

    /// From now on does as it should.
    pub(crate) fn behave(&self) {
        self.relay.script.lock().unwrap().clear();
        self.relay.addresses.lock().unwrap().clear();
    }

    /// Whether everything was done that it was told to do once.
    pub(crate) fn has_done_it(&self) -> bool {
        self.relay.script.lock().unwrap().values().all(|scripted| !scripted.once)
    }

    /// All mails so far, in the order of their arrival.
    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        self.relay.mails.lock().unwrap().clone()
    }

    /// Those for one address.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<ReceivedMail> {
        self.mails().into_iter().filter(|mail| mail.to == [address]).collect()
    }

    /// Waits until there are `count` mails, and returns all there are.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<ReceivedMail> {
        let waiting = async {
            loop {
                let arrived = self.relay.arrived.notified();
                let mails = self.mails();
                if mails.len() >= count {
                    return mails;
                }
                arrived.await;
            }
        };
        let waited = tokio::time::timeout(WAIT_MAX, waiting).await;
        waited.unwrap_or_else(|_| panic!("{} of {count} mails came", self.mails().len()))
    }

    /// Waits until no connection is open.
    pub(crate) async fn wait_until_left_alone(&self) {
        let mut open = self.relay.open.subscribe();
        let waited = tokio::time::timeout(WAIT_MAX, open.wait_for(|open| *open == 0)).await;
        assert!(waited.is_ok(), "a connection stayed open");
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.relay.connections.load(Ordering::SeqCst)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// One mail with its envelope.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedMail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// What stood behind the addresses: of the sender, then of each recipient.
    #[allow(dead_code, reason = "for whoever asks for reports")]
    pub(crate) wishes: Vec<String>,
    /// As sent, dots undone.
    pub(crate) raw: Vec<u8>,
}

impl ReceivedMail {
    fn parsed(&self) -> mail_parser::Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail can be parsed")
    }

    /// Whether it is a mail with a text.
    pub(crate) fn is_readable(&self) -> bool {
        MessageParser::default().parse(&self.raw).is_some_and(|mail| mail.body_text(0).is_some())
    }

    /// The plain text.
    pub(crate) fn text(&self) -> String {
        self.parsed().body_text(0).expect("a mail has a text").into_owned()
    }

    /// The HTML.
    pub(crate) fn html(&self) -> String {
        self.parsed().body_html(0).expect("a mail has HTML").into_owned()
    }

    /// A header's text, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.parsed().header_raw(name.to_owned()).map(|value| value.trim().to_owned())
    }

    /// The links of the text, in order.
    pub(crate) fn links(&self) -> Vec<String> {
        let is_link = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        self.text().split_whitespace().filter(is_link).map(str::to_owned).collect()
    }

    /// The code of the text, if there is one.
    pub(crate) fn code(&self) -> Option<String> {
        let is_code = |word: &&str| {
            word.len() == 9
                && word.bytes().enumerate().all(|(n, b)| if n == 4 { b == b'-' } else { b.is_ascii_alphanumeric() })
        };
        self.text().split_whitespace().find(is_code).map(str::to_owned)
    }
}

#[derive(Clone, Copy)]
struct Scripted {
    behaviour: Behaviour,
    once: bool,
}

struct Relay {
    options: Options,
    tls: TlsAcceptor,
    script: Mutex<HashMap<Phase, Scripted>>,
    addresses: Mutex<HashMap<String, Behaviour>>,
    mails: Mutex<Vec<ReceivedMail>>,
    arrived: Notify,
    taken: AtomicUsize,
    connections: AtomicUsize,
    open: watch::Sender<usize>,
}

impl Relay {
    /// Whether connections are reset.
    fn resets(&self) -> bool {
        let script = self.script.lock().unwrap();
        script.get(&Phase::Connect).is_some_and(|scripted| matches!(scripted.behaviour, Behaviour::Reset))
    }

    /// What the script wants at `phase`, which is reached now.
    fn reached(&self, phase: Phase) -> Option<Behaviour> {
        let mut script = self.script.lock().unwrap();
        let scripted = script.get(&phase).copied()?;
        if scripted.once {
            script.remove(&phase);
        }
        Some(scripted.behaviour)
    }

    /// What the script wants at the RCPT of this address.
    fn wants_for(&self, address: &str) -> Option<Behaviour> {
        self.addresses.lock().unwrap().get(address).copied()
    }

    /// Gives the mail's number.
    fn keep(&self, mail: ReceivedMail) -> usize {
        canary::note_mail(&mail);
        if let Some(taker) = &self.options.taker {
            // Whoever is gone wants no more.
            let _ = taker.send(mail);
            return self.taken.fetch_add(1, Ordering::SeqCst) + 1;
        }
        let mut mails = self.mails.lock().unwrap();
        mails.push(mail);
        self.arrived.notify_waiters();
        mails.len()
    }
}

async fn listen(listener: TcpListener, relay: Arc<Relay>) {
    let mut sessions = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        relay.connections.fetch_add(1, Ordering::SeqCst);
        let relay = Arc::clone(&relay);
        relay.open.send_modify(|open| *open += 1);
        let is_welcome = relay.options.connections_max.is_none_or(|max| *relay.open.borrow() <= max);
        sessions.spawn(async move {
            // What a client does to the connection is its own business.
            let _ = session::serve(stream, Arc::clone(&relay), is_welcome).await;
            relay.open.send_modify(|open| *open -= 1);
        });
    }
}

/// Far beyond what any test needs.
const WAIT_MAX: Duration = Duration::from_secs(30);
