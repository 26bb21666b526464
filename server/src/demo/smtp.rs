//! The demo's mail server: as much of RFC 5321 as it takes to receive.

use super::mailbox::Shelf;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Takes connections until it is dropped, and with it every session.
pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>) {
    let room = Arc::new(Semaphore::new(SESSIONS_MAX));
    let mut sessions = JoinSet::new();
    loop {
        // Waiting here leaves newcomers in the kernel's queue, which is bounded too.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        while sessions.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let shelf = Arc::clone(&shelf);
                sessions.spawn(async move {
                    let _until_the_end = permit;
                    if let Err(error) = converse(stream, shelf).await {
                        tracing::debug!(%error, "the demo's mailbox lost a connection");
                    }
                });
            }
            // Out of file descriptors, mostly: it passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn converse(stream: TcpStream, shelf: Arc<Shelf>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (input, output) = stream.into_split();
    Session { input: BufReader::new(input), output, shelf, from: None, to: Vec::new() }.run().await
}

struct Session<I, O> {
    input: I,
    output: O,
    shelf: Arc<Shelf>,
    /// The sender of the mail that is being announced.
    from: Option<String>,
    /// Its recipients.
    to: Vec<String>,
}

impl<I: AsyncBufRead + Unpin, O: AsyncWrite + Unpin> Session<I, O> {
    async fn run(mut self) -> io::Result<()> {
        self.reply("220 localhost ESMTP mailbox of the demo").await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let reply = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.reset(GREETING),
                "HELO" => self.reset("250 localhost"),
                "MAIL" => self.announce(argument),
                "RCPT" => self.add_recipient(argument),
                "DATA" => self.take_message().await?,
                "RSET" => self.reset("250 2.0.0 OK"),
                "NOOP" => "250 2.0.0 OK",
                "VRFY" => "252 2.5.0 everybody is welcome",
                "QUIT" => return self.reply("221 2.0.0 bye").await,
                _ => "500 5.5.1 unknown command",
            };
            self.reply(reply).await?;
        }
        Ok(())
    }

    fn reset(&mut self, reply: &'static str) -> &'static str {
        self.from = None;
        self.to.clear();
        reply
    }

    fn announce(&mut self, argument: &str) -> &'static str {
        match path(argument, "FROM:") {
            Some(_) if self.from.is_some() => "503 5.5.1 one mail at a time",
            Some(from) => {
                self.from = Some(from.to_owned());
                "250 2.1.0 OK"
            }
            None => "501 5.5.4 MAIL FROM:<address>",
        }
    }

    fn add_recipient(&mut self, argument: &str) -> &'static str {
        match path(argument, "TO:") {
            _ if self.from.is_none() => "503 5.5.1 MAIL first",
            None | Some("") => "501 5.5.4 RCPT TO:<address>",
            Some(_) if self.to.len() >= RECIPIENTS_MAX => "452 4.5.3 too many recipients",
            Some(to) => {
                self.to.push(to.to_owned());
                "250 2.1.5 OK"
            }
        }
    }

    async fn take_message(&mut self) -> io::Result<&'static str> {
        if self.to.is_empty() {
            return Ok("503 5.5.1 RCPT first");
        }
        self.reply("354 end with a dot on a line of its own").await?;
        let data = self.message().await?;
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let Some(data) = data else { return Ok("552 5.3.4 more than a mebibyte") };
        let shelf = Arc::clone(&self.shelf);
        let keep = move || to.iter().try_for_each(|to| shelf.keep(&from, to, &data));
        Ok(match tokio::task::spawn_blocking(keep).await {
            Ok(Ok(())) => "250 2.0.0 kept",
            _ => "451 4.3.0 the mailbox cannot be written",
        })
    }

    /// What comes after DATA, dots taken off; nothing if it is too much. A line ends in CR LF alone: a server that
    /// takes less lets one mail smuggle in another (CVE-2023-51764).
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let (mut data, mut too_much) = (Vec::new(), false);
        loop {
            let line = self.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if !line.ends_with(b"\r\n") {
                self.reply("500 5.5.2 lines end in CR LF").await?;
                return Err(io::ErrorKind::InvalidData.into());
            }
            if line == b".\r\n" {
                return Ok((!too_much).then_some(data));
            }
            let text = line.strip_prefix(b".").unwrap_or(&line);
            too_much |= data.len() + text.len() > MESSAGE_OCTETS_MAX;
            if !too_much {
                data.extend_from_slice(text);
            }
        }
    }

    /// The next line with its end; nothing at the end of the connection.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.input).take(LINE_OCTETS_MAX);
        tokio::time::timeout(LINE_TIME_MAX, bounded.read_until(b'\n', &mut line)).await??;
        match line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => {
                self.reply("500 5.5.6 the line is too long").await?;
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }

    async fn reply(&mut self, text: &str) -> io::Result<()> {
        let line = format!("{text}\r\n");
        tokio::time::timeout(LINE_TIME_MAX, self.output.write_all(line.as_bytes())).await?
    }
}

/// The address in `FROM:<…> PARAMETERS`.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    let inner = rest.trim_start().strip_prefix('<')?;
    let (address, _) = inner.split_once('>')?;
    let sound = head.eq_ignore_ascii_case(keyword) && !address.contains(|c: char| c.is_control() || c == '<');
    sound.then_some(address)
}

const GREETING: &str = "250-localhost\r\n250-SIZE 1048576\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES";
/// As announced in [`GREETING`].
pub(super) const MESSAGE_OCTETS_MAX: usize = 1 << 20;
/// Twice what RFC 5321 §4.5.3.1.6 allows a text line.
const LINE_OCTETS_MAX: u64 = 2_000;
/// RFC 5321 §4.5.3.2.7 asks servers to wait for five minutes.
const LINE_TIME_MAX: Duration = Duration::from_secs(300);
/// RFC 5321 §4.5.3.1.8.
const RECIPIENTS_MAX: usize = 100;
/// Far more than the courier's connections.
const SESSIONS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemClock;
    use crate::demo::mailbox::Mailbox;

    /// Says all of `script` at once, and returns what was answered until the connection closed.
    async fn say(mailbox: &Mailbox, script: &[u8]) -> Vec<String> {
        let mut stream = TcpStream::connect(mailbox.smtp_addr()).await.unwrap();
        let (mut input, mut output) = stream.split();
        let write = async {
            // A server that has heard enough closes in the middle.
            let _closed_early = output.write_all(script).await;
            let _closed_early = output.shutdown().await;
        };
        let read = async {
            let mut answers = Vec::new();
            let _reset = input.read_to_end(&mut answers).await;
            String::from_utf8(answers).unwrap()
        };
        let ((), answers) = tokio::join!(write, read);
        answers.lines().map(|line| line[..3].to_owned()).collect()
    }

    async fn mailbox() -> (tempfile::TempDir, Mailbox) {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::start(directory.path(), Arc::new(SystemClock)).await.unwrap();
        (directory, mailbox)
    }

    #[tokio::test]
    async fn a_mail_is_kept_as_it_was_sent() {
        let (_directory, mailbox) = mailbox().await;
        let script = b"HELO me\r\nmail from:<no-reply@example.com> SIZE=10\r\nRCPT TO:<ada@example.com>\r\nDATA\r\n\
            Subject: Hello\r\n\r\n..dot\r\n...\r\nend\r\n.\r\nQUIT\r\n";
        assert_eq!(say(&mailbox, script).await, ["220", "250", "250", "250", "354", "250", "221"]);
        let mail = &mailbox.mails()[0];
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.com", "Hello"));
        assert_eq!(mail.text, ".dot\r\n..\r\nend\r\n");
    }

    #[tokio::test]
    async fn each_recipient_gets_the_mail_and_a_session_takes_many() {
        let (_directory, mailbox) = mailbox().await;
        let script = b"EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n\r\n.\r\n\
            NOOP\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<c@x.example>\r\nDATA\r\n\r\n.\r\nQUIT\r\n";
        say(&mailbox, script).await;
        assert_eq!(
            mailbox.mails().iter().map(|mail| &mail.to).collect::<Vec<_>>(),
            ["a@x.example", "b@x.example", "c@x.example"]
        );
    }

    #[tokio::test]
    async fn what_is_out_of_order_is_refused() {
        let (_directory, mailbox) = mailbox().await;
        let script = b"RCPT TO:<a@x.example>\r\nDATA\r\nMAIL FROM:a\r\nMAIL FROM:<a\rb@x.example>\r\nMAIL FROM:<>\r\n\
            MAIL FROM:<>\r\nRCPT TO:<>\r\nDATA\r\nSTARTTLS\r\n\r\nVRFY a\r\nQUIT\r\n";
        let answers = say(&mailbox, script).await;
        assert_eq!(answers[1..], ["503", "503", "501", "501", "250", "503", "501", "503", "500", "500", "252", "221"]);
        assert!(mailbox.mails().is_empty());
    }

    #[tokio::test]
    async fn a_bare_line_feed_ends_no_mail() {
        let (_directory, mailbox) = mailbox().await;
        let script = b"MAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nDATA\r\none\n.\nMAIL FROM:<>\r\n.\r\n";
        assert_eq!(say(&mailbox, script).await, ["220", "250", "250", "354", "500"]);
        assert!(mailbox.mails().is_empty());
    }

    #[tokio::test]
    async fn too_long_a_line_or_a_mail_is_refused() {
        let (_directory, mailbox) = mailbox().await;
        assert_eq!(say(&mailbox, &[b'x'; 5_000]).await, ["220", "500"]);
        let mut script = b"MAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n".to_vec();
        for _ in 0..=MESSAGE_OCTETS_MAX / 1_000 {
            script.extend([b'x'; 1_000]);
            script.extend(b"\r\n");
        }
        script.extend(b".\r\nQUIT\r\n");
        assert_eq!(say(&mailbox, &script).await, ["220", "250", "250", "354", "552", "221"]);
        assert!(mailbox.mails().is_empty());
    }
}
