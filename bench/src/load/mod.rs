//! A load generator: kept connections, one request at a time on each, everything on one thread.
//!
//! The thread shares the machine with what it measures, so it does as little as it can: bytes made beforehand, one write
//! and one read a request, and an answer parsed only as far as its status and its end. With TLS it does more, so that is
//! for few requests a second.

pub(crate) mod answer;
pub(crate) mod histogram;
pub(crate) mod requests;

use crate::tls::Tls;
use answer::Answer;
use anyhow::{Result, anyhow, ensure};
use histogram::Histogram;
use requests::{Class, Requests};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::client::TlsStream;

/// How much, for how long, and to whom.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// The connections are spread over these.
    pub(crate) to: Vec<SocketAddr>,
    pub(crate) connections: usize,
    /// Answers in this time do not count.
    pub(crate) warm_up: Duration,
    /// Afterwards, as long as there are requests.
    pub(crate) lasts: Duration,
    /// From one request of a connection to its next, at least.
    pub(crate) pace: Duration,
    /// A status that counts as an answer besides 2xx and 3xx.
    pub(crate) also: Option<u16>,
    /// In clear, if there is none.
    pub(crate) tls: Option<Tls>,
}

impl Load {
    /// As fast as it goes, after a warm-up.
    pub(crate) fn full(to: SocketAddr, connections: usize, lasts: Duration) -> Self {
        Self { warm_up: WARM_UP.min(lasts), lasts, ..Self::at_once(to, connections) }
    }

    /// As fast as it goes, and everything counts.
    pub(crate) fn at_once(to: SocketAddr, connections: usize) -> Self {
        let (warm_up, pace) = (Duration::ZERO, Duration::ZERO);
        Self { to: vec![to], connections, warm_up, lasts: LONGEST, pace, also: None, tls: None }
    }
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Durations of what was answered as it should be (2xx and 3xx), for addresses that are nobody's.
    pub(crate) unknown: Histogram,
    /// The same, for addresses of accounts.
    pub(crate) known: Histogram,
    /// How many other answers there were, by status; 0 stands for a broken connection.
    pub(crate) refused: BTreeMap<u16, u64>,
    /// From the end of the warm-up to the last answer that counts.
    pub(crate) lasted: Duration,
}

impl Outcome {
    pub(crate) fn all(&self) -> Histogram {
        let mut all = self.unknown.clone();
        all.add(&self.known);
        all
    }

    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        (self.unknown.len() + self.known.len()) as f64 / self.lasted.as_secs_f64().max(1e-9)
    }

    /// Whether every answer was as it should be.
    ///
    /// # Errors
    /// What else came, and how often.
    pub(crate) fn ensure_clean(&self) -> Result<()> {
        ensure!(self.refused.is_empty(), "not every request was accepted; by status: {:?}", self.refused);
        ensure!(self.unknown.len() + self.known.len() > 0, "no request was answered");
        Ok(())
    }
}

/// Sends `requests` until the time is up or there are no more.
pub(crate) fn run(load: &Load, requests: &Arc<dyn Requests>) -> Result<Outcome> {
    let (load, requests) = (load.clone(), Arc::clone(requests));
    let thread = std::thread::Builder::new().name("load".into());
    let thread = thread.spawn(move || -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(LocalSet::new().block_on(&runtime, send_all(&load, &requests)))
    })?;
    thread.join().map_err(|_| anyhow!("the load generator died"))?
}

async fn send_all(load: &Load, requests: &Arc<dyn Requests>) -> Outcome {
    let begins = Instant::now() + load.warm_up;
    let window = Window { begins, ends: begins + load.lasts };
    let outcome = Rc::new(RefCell::new(Outcome::default()));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..load.connections {
        let to = load.to[n % load.to.len()];
        let line = Line { to, tls: load.tls.clone(), stream: None, buffer: vec![0; 16 * 1024] };
        let (requests, outcome, load) = (Arc::clone(requests), Rc::clone(&outcome), load.clone());
        tasks.spawn_local(async move {
            // Spread over one pace, not all at once.
            tokio::time::sleep(load.pace.mul_f64(n as f64 / load.connections as f64)).await;
            line.send(&*requests, window, &load, &outcome).await;
        });
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout_at((window.ends + PATIENCE).into(), all).await;
    drop(tasks);
    outcome.take()
}

#[derive(Clone, Copy)]
struct Window {
    begins: Instant,
    ends: Instant,
}

/// One connection, made anew whenever it is gone.
struct Line {
    to: SocketAddr,
    tls: Option<Tls>,
    stream: Option<Stream>,
    buffer: Vec<u8>,
}

enum Stream {
    Clear(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Line {
    async fn send(mut self, requests: &dyn Requests, window: Window, load: &Load, outcome: &RefCell<Outcome>) {
        let (mut bytes, mut broken) = (Vec::new(), 0);
        while broken < BROKEN_MAX
            && let Some(class) = requests.next(&mut bytes)
        {
            let sent = Instant::now();
            if sent >= window.ends {
                return;
            }
            let answer = self.exchange(&bytes).await;
            broken = if answer.is_ok() { 0 } else { broken + 1 };
            let now = Instant::now();
            if now >= window.begins && now < window.ends {
                let status = answer.map_or(0, |answer| answer.status);
                let is_fine = (200..400).contains(&status) || load.also == Some(status);
                let mut outcome = outcome.borrow_mut();
                outcome.lasted = now - window.begins;
                match class {
                    _ if !is_fine => *outcome.refused.entry(status).or_default() += 1,
                    Class::Unknown => outcome.unknown.record(now - sent),
                    Class::Known => outcome.known.record(now - sent),
                }
            }
            if load.pace > Duration::ZERO {
                tokio::time::sleep_until((sent + load.pace).into()).await;
            }
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        let answer = self.try_to_exchange(request).await;
        if answer.as_ref().map_or(true, |answer| answer.closes) {
            self.stream = None;
        }
        answer
    }

    async fn try_to_exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.to).await?;
                stream.set_nodelay(true)?;
                none.insert(match &self.tls {
                    None => Stream::Clear(stream),
                    Some(tls) => Stream::Encrypted(Box::new(tls.shake_hands(stream).await?)),
                })
            }
        };
        match stream {
            Stream::Clear(stream) => ask(stream, request, &mut self.buffer).await,
            Stream::Encrypted(stream) => ask(stream, request, &mut self.buffer).await,
        }
    }
}

async fn ask(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> io::Result<Answer> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
        if let Some(answer) = answer::parse(&buffer[..filled]) {
            return Ok(answer);
        }
    }
}

const WARM_UP: Duration = Duration::from_secs(1);
/// Broken connections in a row after which the server is taken to be gone.
const BROKEN_MAX: u32 = 10;
/// For an answer that is still to come at the end.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of a load that ends by itself.
const LONGEST: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{self, Limit};
    use crate::process::free_address;
    use requests::Addresses;

    #[test]
    fn every_request_is_answered_once_and_has_its_row() {
        let file = std::env::temp_dir().join(format!("regain-bench-load-{}.db", std::process::id()));
        let (limit, listen) = (Limit::Sqlite { file: file.clone() }, free_address().unwrap());
        std::thread::spawn(move || limits::serve(&limit, listen));
        while std::net::TcpStream::connect(listen).is_err() {
            std::thread::yield_now();
        }
        let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(1000, 0.5).limited_to(300));
        let outcome = run(&Load::at_once(listen, 8), &requests).unwrap();
        outcome.ensure_clean().unwrap();
        assert_eq!(outcome.all().len(), 300);
        let rows = rusqlite::Connection::open(&file).unwrap();
        let rows = rows.query_row("SELECT count(DISTINCT email) FROM requests", [], |row| row.get(0));
        assert_eq!(rows, Ok(300));
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
        }
    }

    #[test]
    fn a_server_that_is_not_there_ends_the_load() {
        let requests: Arc<dyn Requests> = Arc::new(Addresses::of_regain(1, 0.0));
        let outcome = run(&Load::at_once(free_address().unwrap(), 2), &requests).unwrap();
        assert!(outcome.ensure_clean().is_err());
    }
}
