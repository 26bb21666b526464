//! A relay for tests: speaks SMTP, keeps what it gets, and misbehaves when told to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use regain::config::{Smtp, SmtpTls};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
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
    pub(crate) tls: Tls,
    /// Whoever does not log in so may not send.
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// Whether SMTPUTF8 is offered.
    pub(crate) utf8: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tls {
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
    /// Keeps the mail, and closes the connection without a reply. For [`Phase::Dot`].
    KeepAndDrop,
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
            mails: Mutex::default(),
            arrived: Notify::new(),
            connections: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listening = tokio::spawn(listen(listener, Arc::clone(&relay)));
        Self { address, options, certificate: cert, relay, listening }
    }

    /// For `mail.smtp.url`.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.options.tls == Tls::Implicit { "smtps" } else { "smtp" };
        let login = self.options.login.map(|(user, password)| format!("{user}:{password}@")).unwrap_or_default();
        format!("{scheme}://{login}localhost:{}", self.address.port())
    }

    /// The same as [`Smtp`] settings, taking STARTTLS for required if it is offered.
    pub(crate) fn settings(&self) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: self.address.port(),
            tls: match self.options.tls {
                Tls::None => SmtpTls::StartTlsIfOffered,
                Tls::StartTls => SmtpTls::StartTlsRequired,
                Tls::Implicit => SmtpTls::Implicit,
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

    /// From now on does as it should.
    pub(crate) fn behave(&self) {
        self.relay.script.lock().unwrap().clear();
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
    /// As sent, dots undone.
    pub(crate) raw: Vec<u8>,
}

impl ReceivedMail {
    fn parsed(&self) -> mail_parser::Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail can be parsed")
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
    mails: Mutex<Vec<ReceivedMail>>,
    arrived: Notify,
    connections: AtomicUsize,
}

impl Relay {
    /// What the script wants at `phase`, which is reached now.
    fn reached(&self, phase: Phase) -> Option<Behaviour> {
        let mut script = self.script.lock().unwrap();
        let scripted = script.get(&phase).copied()?;
        if scripted.once {
            script.remove(&phase);
        }
        Some(scripted.behaviour)
    }

    /// Gives the mail's number.
    fn keep(&self, mail: ReceivedMail) -> usize {
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
        // What a client does to the connection is its own business.
        sessions.spawn(async move { serve(stream, relay).await.ok() });
    }
}

async fn serve(stream: TcpStream, relay: Arc<Relay>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if relay.options.tls == Tls::Implicit {
        let stream = relay.tls.accept(stream).await?;
        Session::new(stream, relay, true).run(true).await.map(drop)
    } else {
        let Some(stream) = Session::new(stream, Arc::clone(&relay), false).run(true).await? else { return Ok(()) };
        let stream = relay.tls.accept(stream).await?;
        Session::new(stream, relay, true).run(false).await.map(drop)
    }
}

struct Session<S> {
    stream: BufReader<S>,
    relay: Arc<Relay>,
    encrypted: bool,
    logged_in: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(stream: S, relay: Arc<Relay>, encrypted: bool) -> Self {
        Self { stream: BufReader::new(stream), relay, encrypted, logged_in: false, from: None, to: Vec::new() }
    }

    /// Ends with the connection, or gives the stream back for encryption.
    async fn run(mut self, greet: bool) -> io::Result<Option<S>> {
        if greet {
            self.reply(Phase::Connect, "220 relay.test ESMTP").await?;
        }
        while let Some(line) = self.line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.ehlo().await?,
                "STARTTLS" if self.offers_starttls() => {
                    if self.reply(Phase::StartTls, "220 2.0.0 go ahead").await? {
                        return Ok(Some(self.stream.into_inner()));
                    }
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.forget();
                    self.say("250 2.0.0 ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "QUIT" => return self.say("221 2.0.0 bye").await.map(|()| None),
                _ => self.say("500 5.5.2 unknown command").await?,
            }
        }
        Ok(None)
    }

    fn offers_starttls(&self) -> bool {
        self.relay.options.tls == Tls::StartTls && !self.encrypted
    }

    async fn ehlo(&mut self) -> io::Result<()> {
        let mut words = vec!["relay.test", "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if self.offers_starttls() {
            words.push("STARTTLS");
        }
        if self.relay.options.login.is_some() && !self.offers_starttls() {
            words.push("AUTH PLAIN LOGIN");
        }
        if self.relay.options.utf8 {
            words.push("SMTPUTF8");
        }
        let last = words.len() - 1;
        let lines = words.iter().enumerate().map(|(n, word)| format!("250{}{word}", if n == last { ' ' } else { '-' }));
        let reply = lines.collect::<Vec<_>>().join("\r\n");
        self.reply(Phase::Ehlo, &reply).await.map(drop)
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        let words: Vec<&str> = line.split(' ').collect();
        let given = match words[..] {
            ["AUTH", "PLAIN", response] => {
                let response = decoded(response);
                let parts: Vec<&str> = response.split('\0').skip(1).collect();
                parts.join(":")
            }
            ["AUTH", "LOGIN"] => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = decoded(&self.line().await?.unwrap_or_default());
                self.say("334 UGFzc3dvcmQ6").await?;
                format!("{user}:{}", decoded(&self.line().await?.unwrap_or_default()))
            }
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        let wanted = self.relay.options.login.map(|(user, password)| format!("{user}:{password}"));
        if wanted != Some(given) {
            return self.say("535 5.7.8 authentication failed").await;
        }
        self.logged_in = self.reply(Phase::Auth, "235 2.7.0 welcome").await?;
        Ok(())
    }

    async fn mail(&mut self, line: &str) -> io::Result<()> {
        if self.relay.options.login.is_some() && !self.logged_in {
            return self.say("530 5.7.0 authentication required").await;
        }
        let path = path(line);
        if !path.is_ascii() && !line.contains("SMTPUTF8") {
            return self.say("553 5.6.7 SMTPUTF8 required").await;
        }
        if self.reply(Phase::Mail, "250 2.1.0 ok").await? {
            self.from = Some(path);
        }
        Ok(())
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if self.reply(Phase::Rcpt, "250 2.1.5 ok").await? {
            self.to.push(path(line));
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 RCPT first").await;
        }
        if !self.reply(Phase::Data, "354 end with a dot").await? {
            return Ok(());
        }
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(behaviour) = self.relay.reached(Phase::Content) {
                let line = act(behaviour).await?;
                return self.say(line).await;
            }
            let body = line.strip_suffix(b"\r\n").filter(|body| !body.contains(&b'\r'));
            let Some(body) = body else {
                return self.say("554 5.6.0 bare CR or LF").await;
            };
            match body {
                b"." => break,
                [b'.', rest @ ..] => raw.extend_from_slice(rest),
                body => raw.extend_from_slice(body),
            }
            raw.extend_from_slice(b"\r\n");
        }
        let mail = ReceivedMail { from: self.from.clone().unwrap_or_default(), to: self.to.clone(), raw };
        self.forget();
        match self.relay.reached(Phase::Dot) {
            // Kept before replying: who has the reply finds the mail.
            None => {
                let number = self.relay.keep(mail);
                self.say(&format!("250 2.0.0 queued as {number}")).await
            }
            Some(behaviour) => {
                if let Behaviour::KeepAndDrop = behaviour {
                    self.relay.keep(mail);
                }
                let line = act(behaviour).await?;
                self.say(line).await
            }
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// Replies as it should, which yields true; or as the script wants.
    async fn reply(&mut self, phase: Phase, proper: &str) -> io::Result<bool> {
        match self.relay.reached(phase) {
            None => self.say(proper).await.map(|()| true),
            Some(behaviour) => {
                let line = act(behaviour).await?;
                self.say(line).await.map(|()| false)
            }
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }
}

/// Hangs, or ends the session, or gives the line to be said.
async fn act(behaviour: Behaviour) -> io::Result<&'static str> {
    match behaviour {
        Behaviour::Reply(line) => Ok(line),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Drop | Behaviour::KeepAndDrop => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let path = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
    path.unwrap_or_default().to_owned()
}

fn decoded(base64: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(base64.trim()).unwrap_or_default()).into_owned()
}

/// Far beyond what any test needs.
const WAIT_MAX: Duration = Duration::from_secs(30);
