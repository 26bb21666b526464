//! One conversation with the test relay.

use super::{Behaviour, Encryption, Phase, ReceivedMail, Relay};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Talks until the connection ends.
pub(super) async fn serve(mut stream: TcpStream, relay: Arc<Relay>, is_welcome: bool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if !is_welcome {
        return stream.write_all(b"421 4.7.0 relay.test too many connections\r\n").await;
    }
    if relay.resets() {
        return stream.set_zero_linger();
    }
    if relay.options.tls == Encryption::Implicit {
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
    wishes: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(stream: S, relay: Arc<Relay>, encrypted: bool) -> Self {
        Self {
            stream: BufReader::new(stream),
            relay,
            encrypted,
            logged_in: false,
            from: None,
            to: Vec::new(),
            wishes: Vec::new(),
        }
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
        self.relay.options.tls == Encryption::StartTls && !self.encrypted
    }

    async fn ehlo(&mut self) -> io::Result<()> {
        let mut words = vec!["relay.test", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if !self.relay.options.one_by_one {
            words.push("PIPELINING");
        }
        if self.offers_starttls() {
            words.push("STARTTLS");
        }
        if self.relay.options.login.is_some() && !self.offers_starttls() {
            words.push("AUTH PLAIN LOGIN");
        }
        if self.relay.options.utf8 {
            words.push("SMTPUTF8");
        }
        if self.relay.options.reports {
            words.push("DSN");
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
        if !self.understands(line) {
            return self.say("555 5.5.4 unknown parameter").await;
        }
        if self.reply(Phase::Mail, "250 2.1.0 ok").await? {
            self.from = Some(path);
            self.wishes = vec![wishes(line)];
        }
        Ok(())
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if !self.understands(line) {
            return self.say("555 5.5.4 unknown parameter").await;
        }
        let address = path(line);
        if let Some(behaviour) = self.relay.wants_for(&address) {
            let line = act(behaviour).await?;
            return self.say(line).await;
        }
        if self.reply(Phase::Rcpt, "250 2.1.5 ok").await? {
            self.to.push(address);
            self.wishes.push(wishes(line));
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        let proper = if self.to.is_empty() { "503 5.5.1 RCPT first" } else { "354 end with a dot" };
        if !self.reply(Phase::Data, proper).await? || self.to.is_empty() {
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
        let is_hasty = !self.stream.buffer().is_empty();
        let (to, wishes) = (self.to.clone(), std::mem::take(&mut self.wishes));
        let mail = ReceivedMail { from: self.from.clone().unwrap_or_default(), to, wishes, raw };
        self.forget();
        match self.relay.reached(Phase::Dot) {
            // Kept before replying: who has the reply finds the mail.
            None => {
                self.accept(mail).await?;
                if is_hasty && self.relay.options.dislikes_haste {
                    self.say("554 5.5.0 synchronization error").await?;
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                Ok(())
            }
            Some(Behaviour::KeepAndAwaitMore) => {
                self.stream.fill_buf().await?;
                self.accept(mail).await
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

    async fn accept(&mut self, mail: ReceivedMail) -> io::Result<()> {
        let number = self.relay.keep(mail);
        self.say(&format!("250 2.0.0 queued as {number}")).await
    }

    /// Whether a command asks for no more than was offered.
    fn understands(&self, line: &str) -> bool {
        self.relay.options.reports || !["RET=", "ENVID=", "NOTIFY="].iter().any(|wish| line.contains(wish))
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

/// What stands behind the address.
fn wishes(line: &str) -> String {
    line.rsplit_once('>').map(|(_, wishes)| wishes.trim().to_owned()).unwrap_or_default()
}

/// Hangs, or ends the session, or gives the line to be said.
async fn act(behaviour: Behaviour) -> io::Result<&'static str> {
    match behaviour {
        Behaviour::Reply(line) => Ok(line),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Drop | Behaviour::Reset | Behaviour::KeepAndDrop | Behaviour::KeepAndAwaitMore => {
            Err(io::ErrorKind::ConnectionAborted.into())
        }
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
