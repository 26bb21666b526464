//! A mail server that keeps of each mail what a measurement asks for, and throws the rest away.

use anyhow::{Result, ensure};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Takes mail until the process ends.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

/// What has come in.
#[derive(Default)]
struct Kept {
    mails: u64,
    /// Of the last one, as sent, with its header.
    octets: usize,
    /// What the links in reset mails hold.
    tokens: Vec<String>,
}

impl Sink {
    pub(crate) fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let kept = Arc::new(Mutex::new(Kept::default()));
        let theirs = Arc::clone(&kept);
        std::thread::Builder::new().name("sink".into()).spawn(move || runtime.block_on(accept(listener, theirs)))?;
        Ok(Self { address, kept })
    }

    /// Waits for so many mails since the start.
    ///
    /// # Errors
    /// If they take longer than `patience`.
    pub(crate) fn wait_for(&self, mails: u64, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        while self.mails() < mails {
            ensure!(Instant::now() < deadline, "{} of {mails} mails after {patience:?}", self.mails());
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    pub(crate) fn mails(&self) -> u64 {
        lock(&self.kept).mails
    }

    /// Of the last mail.
    pub(crate) fn octets(&self) -> usize {
        lock(&self.kept).octets
    }

    /// Those that nobody took before.
    pub(crate) fn take_tokens(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.kept).tokens)
    }
}

fn lock(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, kept: Arc<Mutex<Kept>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&kept);
        // A client that hangs up is the client's affair.
        tokio::spawn(async move { drop(converse(stream, &kept).await) });
    }
}

/// As much of RFC 5321 as a client needs that does everything right.
async fn converse(stream: TcpStream, kept: &Mutex<Kept>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    output.write_all(b"220 sink ESMTP\r\n").await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match &verb[..] {
            b"EHLO" => b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
            b"DATA" => {
                output.write_all(b"354 go on\r\n").await?;
                let mail = message(&mut input).await?;
                let mut kept = lock(kept);
                kept.mails += 1;
                kept.octets = mail.len();
                kept.tokens.extend(token(&mail));
                b"250 2.0.0 kept\r\n"
            }
            b"QUIT" => return output.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        output.write_all(reply).await?;
    }
}

async fn message(input: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let before = mail.len();
        if input.read_until(b'\n', &mut mail).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if &mail[before..] == b".\r\n" {
            mail.truncate(before);
            return Ok(mail);
        }
    }
}

/// What the first link of a reset mail holds, once lines that quoted-printable broke are one again.
fn token(mail: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(mail).replace("=\r\n", "");
    let (_, rest) = text.split_once("/reset-password#")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_even_where_its_line_was_broken() {
        let mail = b"Subject: x\r\n\r\nOpen http://127.0.0.1:1/reset-password#abc_D=\r\n-9\r\nbye";
        assert_eq!(token(mail).as_deref(), Some("abc_D-9"));
        assert_eq!(token(b"Your password was changed."), None);
    }
}
