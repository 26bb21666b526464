//! One connection to a relay, ready for mails.

use super::verdict::{CLOSING, Step};
use crate::mail::turns::Turn;
use crate::mail::{Envelope, Parcel, mailbox, remaining, reply_line};
use crate::weakness::{self, Weakness};
use mail_send::{Error, SmtpClient};
use regain_core::email::EmailAddress;
use regain_core::request::Id;
use smtp_proto::response::parser::ResponseReceiver;
use smtp_proto::{EXT_8BIT_MIME, EXT_DSN, EXT_PIPELINING, EXT_SMTP_UTF8, EhloResponse, Response};
use std::borrow::Cow;
use std::io::{ErrorKind, IoSlice};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout};

/// What a connection runs over, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A connection on which a mail can be sent at once.
pub(super) struct Connection {
    client: SmtpClient<Box<dyn Stream>>,
    /// What came after the last reply that was read.
    unread: Vec<u8>,
    /// How long to wait for one reply.
    patience: Duration,
    offers: Offers,
    ready: bool,
    /// The delivery that was announced along with the content of the last mail. No other can be sent before it.
    announced: Option<Id>,
}

/// What the relay knows beyond RFC 5321.
#[derive(Debug, Clone, Copy)]
struct Offers {
    pipelining: bool,
    eight_bit: bool,
    utf8: bool,
    /// Reports on deliveries, as asked for.
    reports: bool,
}

/// Why a mail was not handed over, in words for the operator.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection broke, or the relay is closing it. Nothing was handed over.
    Broken(String),
    /// The relay says: not now.
    Temporary(String),
    /// It is the operator's to mend, and other mails fare the same until then.
    Ours(String),
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
        let offers = Offers {
            pipelining: capabilities.has_capability(EXT_PIPELINING),
            eight_bit: capabilities.has_capability(EXT_8BIT_MIME),
            utf8: capabilities.has_capability(EXT_SMTP_UTF8),
            reports: capabilities.has_capability(EXT_DSN),
        };
        Self { client, unread: Vec::new(), patience, offers, ready: true, announced: None }
    }

    /// Whether the connection is good for another mail: nothing is left over that could pass for the reply to it.
    pub(super) fn is_ready(&self) -> bool {
        self.ready && (self.announced.is_some() || self.unread.is_empty())
    }

    /// The delivery that this connection is kept for, if it is for one.
    pub(super) fn announced(&self) -> Option<Id> {
        self.announced
    }

    /// Sends one mail, and returns the relay's reply to it. The mail that has `turn` next is announced on the way, if the
    /// relay lets us.
    pub(super) async fn hand_over(
        &mut self,
        parcel: &Parcel,
        turn: Option<&mut Turn>,
        deadline: Instant,
    ) -> Result<String, Failure> {
        // What was announced need not be said again.
        let commands = if self.announced.is_some() { None } else { Some(self.announcement(&parcel.envelope)?) };
        let content = dotted(&parcel.content);
        self.ready = false;
        self.announce(commands.as_deref(), deadline).await?;
        let next = turn.filter(|_| self.offers.pipelining).and_then(Turn::successor);
        self.give(&content, next, deadline).await
    }

    /// What the relay is told before the content: three lines, for MAIL, RCPT and DATA.
    fn announcement(&self, envelope: &Envelope) -> Result<String, Failure> {
        let parameters = self.parameters(envelope)?;
        let (from, to) = (mailbox(&envelope.from), mailbox(&envelope.to));
        let (of_mail, of_recipient) = (self.wishes_for_mail(envelope), self.wishes_for_recipient());
        let mail = ["MAIL FROM:<", &from, ">", parameters, &of_mail, "\r\n"].concat();
        Ok([&mail, "RCPT TO:<", &to, ">", of_recipient, "\r\n", "DATA\r\n"].concat())
    }

    /// Says `commands`, if they were not said before: all at once, if the relay lets us (RFC 2920), which saves two of
    /// three round trips. Reads what the relay makes of them.
    async fn announce(&mut self, commands: Option<&str>, deadline: Instant) -> Result<(), Failure> {
        self.announced = None;
        let (ahead, at_once) = (commands.is_none(), self.offers.pipelining);
        let commands = commands.unwrap_or_default();
        if at_once && !ahead {
            self.say(commands.as_bytes(), deadline).await?;
        }
        let mut verdict = Ok(());
        let mut wants_content = false;
        let mut lines = commands.split_inclusive('\n');
        for step in [Step::Mail, Step::Rcpt, Step::Data] {
            if !at_once {
                self.say(lines.next().unwrap_or_default().as_bytes(), deadline).await?;
            }
            // The first refusal counts; what follows is read so that the next mail does not get it.
            match self.reply(self.patience, deadline).await {
                Ok(reply) if step.accepted(&reply) => wants_content = step == Step::Data,
                // It may be the haste that the relay does not like. Said again at its time, it means what it says.
                Ok(reply) if ahead && step == Step::Mail => return Err(Failure::Broken(line(&reply))),
                Ok(reply) => verdict = verdict.and(Err(step.judged(&reply))),
                Err(error) => return verdict.and(Err(Failure::Broken(format!("{} at {step:?}", said(&error))))),
            }
            if verdict.is_err() && !at_once {
                break;
            }
        }
        if let Err(Failure::Temporary(_) | Failure::Ours(_) | Failure::Permanent(_)) = verdict {
            // A relay that accepted DATA after a refusal cannot be told that there is nothing to come.
            self.ready = !wants_content && self.reset(deadline).await;
        }
        verdict
    }

    /// Sends the content and with it the announcement of the next mail; reads what the relay makes of the content.
    async fn give(&mut self, content: &[u8], next: Option<&Envelope>, deadline: Instant) -> Result<String, Failure> {
        let announced = next.and_then(|next| Some((next.id, self.announcement(next).ok()?)));
        let commands = announced.as_ref().map_or("", |(_, commands)| commands);
        let (end, mut taken) = (content.len() + END_OF_MAIL.len(), 0);
        let rest = [END_OF_MAIL, commands].concat();
        match self.write([content, rest.as_bytes()], &mut taken, deadline).await {
            Ok(()) => {}
            // The end of the mail, the dot, never left this machine.
            Err(reason) if taken < end => return Err(Failure::Broken(reason)),
            Err(reason) => return Err(Failure::Silent(format!("{reason} after the whole mail was sent"))),
        }
        match self.reply(Duration::MAX, deadline).await {
            Ok(reply) => {
                self.ready = reply.code != CLOSING;
                self.announced = announced.map(|(id, _)| id);
                if Step::Content.accepted(&reply) { Ok(line(&reply)) } else { Err(Step::Content.judged(&reply)) }
            }
            Err(error) => Err(Failure::Silent(format!("{} after the whole mail was sent", said(&error)))),
        }
    }

    /// Ends what a refusal left behind.
    async fn reset(&mut self, deadline: Instant) -> bool {
        self.say(b"RSET\r\n", deadline).await.is_ok()
            && self.reply(self.patience, deadline).await.is_ok_and(|reply| reply.code / 100 == 2)
    }

    async fn say(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Failure> {
        self.write([bytes, &[]], &mut 0, deadline).await.map_err(Failure::Broken)
    }

    /// Writes both, and counts in `taken` the octets that may have left, whatever becomes of the rest. TLS tells of no octet
    /// that it took in the same breath in which the connection broke: a mail that ended with these is sent once more.
    async fn write(&mut self, [first, second]: [&[u8]; 2], taken: &mut usize, deadline: Instant) -> Result<(), String> {
        let stream = &mut self.client.stream;
        let written = timeout(remaining(deadline), async {
            while *taken < first.len() + second.len() {
                let left = [&first[first.len().min(*taken)..], &second[taken.saturating_sub(first.len())..]];
                match stream.write_vectored(&left.map(IoSlice::new)).await? {
                    0 => return Err(ErrorKind::WriteZero.into()),
                    more => *taken += more,
                }
            }
            stream.flush().await
        });
        match written.await {
            Ok(result) => result.map_err(|error| format!("{error} while sending")),
            Err(_) => Err("the relay stopped reading".to_owned()),
        }
    }

    /// Reads one reply, and leaves what follows it for the next.
    async fn reply(&mut self, patience: Duration, deadline: Instant) -> Result<Response<String>, Error> {
        let mut parser = Parser::default();
        // Of replies to what was said at once, most have come with the one before.
        if let Some(reply) = self.take_reply(&mut parser)? {
            return Ok(reply);
        }
        let reading = async {
            let mut buffer = [0; 1024];
            loop {
                let read = self.client.stream.read(&mut buffer).await?;
                if read == 0 {
                    return Err(Error::UnparseableReply);
                }
                self.unread.extend_from_slice(&buffer[..read]);
                if let Some(reply) = self.take_reply(&mut parser)? {
                    return Ok(reply);
                }
            }
        };
        timeout(patience.min(remaining(deadline)), reading).await.unwrap_or(Err(Error::Timeout))
    }

    /// What of one reply has come, and the reply once it is whole.
    fn take_reply(&mut self, parser: &mut Parser) -> Result<Option<Response<String>>, Error> {
        let Parser { parser, begin } = parser;
        let lacking = STATUS_OCTETS_MAX - begin.len();
        begin.extend(self.unread.iter().take(lacking));
        let mut bytes = self.unread.iter();
        let parsed = parser.parse(&mut bytes);
        let left = bytes.len();
        self.unread.drain(..self.unread.len() - left);
        match parsed {
            Ok(reply) => Ok(Some(with_whole_status(reply, begin))),
            Err(smtp_proto::Error::NeedsMoreData { .. }) => Ok(None),
            Err(_) => Err(Error::UnparseableReply),
        }
    }

    /// What a report on the mail is to hold, where the relay sends such (RFC 3461): our name for the mail, and no more of
    /// the mail than its header, for the rest opens an account.
    fn wishes_for_mail(&self, envelope: &Envelope) -> String {
        if self.offers.reports { format!(" RET=HDRS ENVID={}", envelope.id) } else { String::new() }
    }

    /// When a report is wanted: not of each mail that arrives.
    fn wishes_for_recipient(&self) -> &'static str {
        if self.offers.reports { " NOTIFY=FAILURE,DELAY" } else { "" }
    }

    /// What MAIL has to announce. RFC 6531: a local part beyond ASCII needs a relay that knows of such.
    fn parameters(&self, envelope: &Envelope) -> Result<&'static str, Failure> {
        let needs_utf8 = |address: &EmailAddress| !address.local_part().is_ascii();
        let lacking = "the relay does not take addresses with letters beyond ASCII (no SMTPUTF8)";
        match (needs_utf8(&envelope.to), needs_utf8(&envelope.from)) {
            (false, false) => Ok(""),
            _ if self.offers.utf8 && self.offers.eight_bit => Ok(" SMTPUTF8 BODY=8BITMIME"),
            _ if self.offers.utf8 => Ok(" SMTPUTF8"),
            (true, _) => Err(Failure::Permanent(lacking.to_owned())),
            (false, true) => Err(Failure::Ours(format!("{lacking}; change mail.from"))),
        }
    }

    /// Takes leave; how the relay takes it does not matter. One that expects content is just left, or it would take the
    /// words for that.
    pub(super) async fn quit(mut self) {
        if self.announced.is_some() {
            return;
        }
        self.client.timeout = FAREWELL_MAX;
        let _ = self.client.quit().await;
    }
}

/// `content` with dots doubled at the beginnings of lines (RFC 5321 §4.5.2), up to where [`END_OF_MAIL`] follows. A lone
/// CR or LF counts as the end of a line too: some relays take it for one, and none may find the end of the mail there.
fn dotted(content: &[u8]) -> Cow<'_, [u8]> {
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    let mut dotted = Vec::new();
    let mut copied = 0;
    // Dots are few: they are looked for, and all between them is copied as it is.
    for at in memchr::memchr_iter(b'.', content) {
        let begins_line = at.checked_sub(1).is_none_or(|before| matches!(content[before], b'\r' | b'\n'));
        if begins_line && !weakness::is(Weakness::DotsNotDoubled) {
            dotted.extend_from_slice(&content[copied..at]);
            dotted.push(b'.');
            copied = at;
        }
    }
    if dotted.is_empty() {
        return Cow::Borrowed(content);
    }
    dotted.extend_from_slice(&content[copied..]);
    Cow::Owned(dotted)
}

/// The reply as the relay gave it, on one line.
pub(super) fn line(reply: &Response<String>) -> String {
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

/// Reads one reply.
#[derive(Default)]
struct Parser {
    parser: ResponseReceiver,
    /// Of the reply.
    begin: Vec<u8>,
}

/// The reply with its status as the relay gave it. The parser takes 255 for each number that is larger, as some of Microsoft's
/// are: such a status is left in the words, as that of a server that has none of RFC 3463's.
fn with_whole_status(reply: Response<String>, begin: &[u8]) -> Response<String> {
    if !reply.esc.contains(&u8::MAX) {
        return reply;
    }
    let begin = begin.get("550 ".len()..).and_then(|begin| std::str::from_utf8(begin).ok()).unwrap_or_default();
    match begin.split_ascii_whitespace().next() {
        Some(status) => Response { esc: [0; 3], message: format!("{status} {}", reply.message), ..reply },
        None => reply,
    }
}

/// As in `550 5.7.606`, and some more.
const STATUS_OCTETS_MAX: usize = 20;
/// Short: nothing depends on it.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
const END_OF_MAIL: &str = "\r\n.\r\n";

#[cfg(test)]
mod tests;
