//! One connection to a relay, ready for mails.

use crate::mail::{Parcel, reply_line};
use mail_send::{Error, SmtpClient};
use regain_core::email::EmailAddress;
use smtp_proto::{EXT_8BIT_MIME, EXT_SMTP_UTF8, EhloResponse, Response};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout};

/// What a connection runs over, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A connection on which a mail can be sent at once.
pub(super) struct Connection {
    client: SmtpClient<Box<dyn Stream>>,
    patience: Duration,
    eight_bit: bool,
    utf8: bool,
    ready: bool,
}

/// Why a mail was not handed over, in words for the operator.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection broke, or the relay is closing it. Nothing was handed over.
    Broken(String),
    /// The relay says: not now. Or it is the operator's to mend.
    Temporary(String),
    /// The relay says: never.
    Permanent(String),
    /// The whole mail was sent, and nothing came back.
    Silent(String),
}

impl Connection {
    pub(super) fn new(
        client: SmtpClient<Box<dyn Stream>>,
        capabilities: &EhloResponse<String>,
        patience: Duration,
    ) -> Self {
        Self {
            client,
            patience,
            eight_bit: capabilities.has_capability(EXT_8BIT_MIME),
            utf8: capabilities.has_capability(EXT_SMTP_UTF8),
            ready: true,
        }
    }

    /// Whether the connection is good for another mail.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    /// Sends one mail, and returns the relay's reply to it.
    pub(super) async fn hand_over(&mut self, parcel: &Parcel, deadline: Instant) -> Result<String, Failure> {
        let parameters = self.parameters(parcel)?;
        let content = dotted(&parcel.content).await;
        self.ready = false;
        let result = self.transaction(parcel, parameters, &content, deadline).await;
        self.ready = match &result {
            Ok(_) => true,
            Err(Failure::Temporary(_) | Failure::Permanent(_)) => {
                matches!(self.ask("RSET\r\n", deadline).await, Ok(reply) if reply.code / 100 == 2)
            }
            Err(Failure::Broken(_) | Failure::Silent(_)) => false,
        };
        result
    }

    async fn transaction(
        &mut self,
        parcel: &Parcel,
        parameters: &str,
        content: &[u8],
        deadline: Instant,
    ) -> Result<String, Failure> {
        let mail = format!("MAIL FROM:<{}>{parameters}\r\n", envelope(&parcel.from));
        let reply = self.ask(&mail, deadline).await?;
        if reply.code / 100 != 2 {
            // The sender is configured: no address's fault.
            return Err(Failure::Temporary(format!("the sender was not accepted: {}", line(&reply))));
        }
        let reply = self.ask(&format!("RCPT TO:<{}>\r\n", envelope(&parcel.to)), deadline).await?;
        if reply.code / 100 != 2 {
            return Err(judged(&reply));
        }
        let reply = self.ask("DATA\r\n", deadline).await?;
        if reply.code != 354 {
            return Err(judged(&reply));
        }
        let reply = self.give(content, deadline).await?;
        if reply.code / 100 == 2 { Ok(line(&reply)) } else { Err(judged(&reply)) }
    }

    /// Sends a command and reads the reply; a relay that is closing (421) counts as a broken connection.
    async fn ask(&mut self, command: &str, deadline: Instant) -> Result<Response<String>, Failure> {
        self.client.timeout = self.patience.min(remaining(deadline));
        let verb = command.split([' ', '\r']).next().unwrap_or_default();
        match self.client.cmd(command).await {
            Ok(reply) if reply.code == CLOSING => Err(Failure::Broken(line(&reply))),
            Ok(reply) => Ok(reply),
            Err(error) => Err(Failure::Broken(format!("{} at {verb}", said(&error)))),
        }
    }

    /// Sends the content; its last three bytes, the dot's line, hand the mail over.
    async fn give(&mut self, content: &[u8], deadline: Instant) -> Result<Response<String>, Failure> {
        let (text, dot) = content.split_at(content.len() - DOT.len());
        let stream = &mut self.client.stream;
        let written = timeout(self.patience.min(remaining(deadline)), async {
            stream.write_all(text).await?;
            stream.flush().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(Failure::Broken(format!("{error} while sending the mail"))),
            Err(_) => return Err(Failure::Broken("the relay stopped taking the mail".to_owned())),
        }
        let replied = timeout(remaining(deadline), async {
            self.client.stream.write_all(dot).await?;
            self.client.stream.flush().await?;
            self.client.read().await
        });
        match replied.await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(Failure::Silent(format!("{} after the whole mail was sent", said(&error)))),
            Err(_) => Err(Failure::Silent("no reply after the whole mail was sent".to_owned())),
        }
    }

    /// What MAIL has to announce. RFC 6531: a local part beyond ASCII needs a relay that knows of such.
    fn parameters(&self, parcel: &Parcel) -> Result<&'static str, Failure> {
        let needs_utf8 = |address: &EmailAddress| !address.local_part().is_ascii();
        let lacking = "the relay does not take addresses with letters beyond ASCII (no SMTPUTF8)";
        match (needs_utf8(&parcel.to), needs_utf8(&parcel.from)) {
            (false, false) => Ok(""),
            _ if self.utf8 && self.eight_bit => Ok(" SMTPUTF8 BODY=8BITMIME"),
            _ if self.utf8 => Ok(" SMTPUTF8"),
            (true, _) => Err(Failure::Permanent(lacking.to_owned())),
            (false, true) => Err(Failure::Temporary(format!("{lacking}; change mail.from"))),
        }
    }

    /// Takes leave; how the relay takes it does not matter.
    pub(super) async fn quit(mut self) {
        self.client.timeout = FAREWELL_MAX;
        let _ = self.client.quit().await;
    }
}

/// Whether a refusal is for good. Codes that ask for a login are for the operator to mend.
fn judged(reply: &Response<String>) -> Failure {
    match reply.code {
        CLOSING => Failure::Broken(line(reply)),
        530 | 534 | 535 | 538 => Failure::Temporary(format!("the relay wants a login: {}", line(reply))),
        500..600 => Failure::Permanent(line(reply)),
        _ => Failure::Temporary(line(reply)),
    }
}

/// The address as the envelope has it: an internationalised domain in ASCII.
fn envelope(address: &EmailAddress) -> String {
    format!("{}@{}", address.local_part(), address.domain_ascii())
}

/// `content` with dots doubled at the beginnings of lines, and the line with the single dot (RFC 5321 §4.5.2).
async fn dotted(content: &[u8]) -> Vec<u8> {
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    let memory = tokio::io::join(tokio::io::empty(), Vec::with_capacity(content.len() + 64));
    let mut writer = SmtpClient { stream: memory, timeout: Duration::MAX };
    // Writing to memory does not fail.
    let _ = writer.write_message(content).await;
    writer.stream.into_inner().1
}

/// The reply as the relay gave it, on one line.
fn line(reply: &Response<String>) -> String {
    match reply.esc {
        [0, ..] => reply_line(&format!("{} {}", reply.code, reply.message)),
        [class, subject, detail] => reply_line(&format!("{} {class}.{subject}.{detail} {}", reply.code, reply.message)),
    }
}

/// An error in words.
pub(super) fn said(error: &Error) -> String {
    match error {
        Error::UnexpectedReply(reply) | Error::AuthenticationFailed(reply) => line(reply),
        Error::UnparseableReply => "the relay closed the connection or talks something else than SMTP".to_owned(),
        Error::Timeout => "no reply in time".to_owned(),
        Error::Io(error) => error.to_string(),
        Error::Tls(error) => error.to_string(),
        Error::UnsupportedAuthMechanism => "the relay offers neither PLAIN nor LOGIN".to_owned(),
        error => error.to_string(),
    }
}

pub(super) fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

const DOT: &[u8] = b".\r\n";
/// RFC 5321 §3.8: "service not available, closing transmission channel".
const CLOSING: u16 = 421;
/// Short: nothing depends on it.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
