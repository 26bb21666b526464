//! Those who wish a server ill: each attack a process of its own, which goes on until it is ended.

use crate::tls::Tls;
use anyhow::{Context, Result};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

/// What is done, on many connections at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Attack {
    /// Connect, and say nothing.
    Idle,
    /// An octet of a header each second.
    SlowHeaders,
    /// An octet of a body each second.
    SlowBodies,
    /// Most of a body at once, then an octet of it each second.
    HeavyBodies,
    /// A body in chunks that has no end, as fast as it is taken.
    EndlessChunks,
    /// As many opening brackets as a body may have.
    DeepJson,
    /// Passwords of a million octets.
    LongPasswords,
    /// Ask for long answers, and read none.
    SlowReaders,
}

impl Attack {
    pub(crate) const ALL: [Self; 8] = [
        Self::Idle,
        Self::SlowHeaders,
        Self::SlowBodies,
        Self::HeavyBodies,
        Self::EndlessChunks,
        Self::DeepJson,
        Self::LongPasswords,
        Self::SlowReaders,
    ];

    /// In the words of the command line.
    pub(crate) fn name(self) -> String {
        use clap::ValueEnum;
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// At once. The slow ones cost whoever makes them nothing, so there are many; a few of the others already take all
    /// that the server gives.
    pub(crate) fn connections(self) -> usize {
        match self {
            Self::Idle => 10_000,
            Self::SlowHeaders | Self::SlowBodies | Self::HeavyBodies => 4_000,
            // What the system keeps for them is no part of what the server takes, but is memory as well.
            Self::SlowReaders => 1_000,
            Self::EndlessChunks | Self::DeepJson | Self::LongPasswords => 16,
        }
    }

    async fn once(self, stream: &mut impl Stream) -> io::Result<()> {
        match self {
            Self::Idle => Ok(()),
            Self::SlowHeaders => drip(stream, b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ").await,
            Self::SlowBodies => drip(stream, &post("Content-Length: 16000")).await,
            Self::HeavyBodies => {
                let body = "x".repeat(15_000);
                drip(stream, &[post("Content-Length: 16000"), body.into_bytes()].concat()).await
            }
            Self::EndlessChunks => {
                stream.write_all(&post("Transfer-Encoding: chunked")).await?;
                let chunk = [&b"4000\r\n"[..], &[b'x'; 0x4000], b"\r\n"].concat();
                loop {
                    stream.write_all(&chunk).await?;
                }
            }
            Self::DeepJson => ask(stream, &[post("Content-Length: 16000"), vec![b'['; 16_000]].concat()).await,
            Self::LongPasswords => {
                let body = format!(r#"{{"token":"{}","new_password":"{}"}}"#, "A".repeat(43), "x".repeat(1_000_000));
                ask(stream, &[post(&format!("Content-Length: {}", body.len())), body.into_bytes()].concat()).await
            }
            Self::SlowReaders => {
                stream
                    .write_all("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(ANSWERS_UNREAD).as_bytes())
                    .await?;
                stream.flush().await?;
                sleep(UNREAD).await;
                Ok(())
            }
        }
    }
}

/// More than the system keeps of them for a client that reads nothing.
const ANSWERS_UNREAD: usize = 100;
/// Longer than the server waits for somebody to take an answer.
const UNREAD: Duration = Duration::from_secs(30);

/// Octets both ways, in clear or not.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// Goes on until the process is ended. Says `on` when every connection has been made once. With TLS, if a certificate is
/// named that is to be trusted.
pub(crate) fn run(attack: Attack, to: SocketAddr, trusted: Option<&Path>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tls = trusted.map(Tls::trusting).transpose()?;
    runtime.block_on(async {
        let made = Arc::new(AtomicUsize::new(0));
        for n in 0..attack.connections() {
            let (made, way) = (Arc::clone(&made), Way { source: source(n), to, tls: tls.clone() });
            tokio::spawn(async move { again_and_again(attack, &way, &made).await });
            // Not more at once than a server's backlog takes.
            if n % 256 == 255 {
                sleep(Duration::from_millis(20)).await;
            }
        }
        while made.load(Relaxed) < attack.connections() {
            sleep(Duration::from_millis(20)).await;
        }
        println!("on");
        sleep(Duration::MAX).await;
    });
    Ok(())
}

async fn again_and_again(attack: Attack, way: &Way, made: &AtomicUsize) {
    let mut is_first = true;
    let mut on = || {
        if std::mem::take(&mut is_first) {
            made.fetch_add(1, Relaxed);
        }
    };
    loop {
        let Ok(stream) = way.connect(attack).await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        match &way.tls {
            None => {
                on();
                until_thrown_out(attack, stream).await;
            }
            Some(tls) => {
                if let Ok(stream) = tls.shake_hands(stream).await {
                    on();
                    until_thrown_out(attack, stream).await;
                }
            }
        }
        sleep(ROUND_TRIP).await;
    }
}

/// Until the server has had enough.
async fn until_thrown_out(attack: Attack, mut stream: impl Stream) {
    if attack.once(&mut stream).await.is_ok() {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

/// From across a network nobody connects faster; and those who are thrown out would throw each other out without end.
const ROUND_TRIP: Duration = Duration::from_millis(50);

/// From where to where, and how.
struct Way {
    source: Ipv4Addr,
    to: SocketAddr,
    tls: Option<Tls>,
}

impl Way {
    async fn connect(&self, attack: Attack) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        if attack == Attack::SlowReaders {
            // The least there is: what is not read then stays with the server.
            socket.set_recv_buffer_size(1)?;
        }
        socket.bind((self.source, 0).into())?;
        socket.connect(self.to).await
    }
}

/// A quarter of the connections is all that the server gives to one address, and half to one /24: so they come from
/// eight of these.
fn source(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1 + (n % 8) as u8, 1)
}

fn post(framing: &str) -> Vec<u8> {
    let path = "/auth/password-reset/confirm";
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{framing}\r\n\r\n").into_bytes()
}

async fn drip(stream: &mut impl Stream, beginning: &[u8]) -> io::Result<()> {
    stream.write_all(beginning).await?;
    loop {
        stream.flush().await?;
        sleep(Duration::from_secs(1)).await;
        stream.write_all(b"x").await?;
    }
}

/// Sends the same again as soon as it was answered.
async fn ask(stream: &mut impl Stream, request: &[u8]) -> io::Result<()> {
    let mut answer = vec![0; 4096];
    loop {
        stream.write_all(request).await?;
        stream.flush().await?;
        if stream.read(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The command for it. It runs behind everything else, since attackers bring machines of their own; and with as many
/// files as it may have.
pub(crate) fn command(attack: Attack, to: SocketAddr, trusted: Option<&Path>) -> Result<std::process::Command> {
    let program = std::env::current_exe().context("this program has no name")?;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"ulimit -n "$(ulimit -H -n)"; exec nice -n 19 "$0" "$@""#]).arg(program);
    command.args(["attack", &attack.name(), &to.to_string()]).args(trusted);
    Ok(command)
}
