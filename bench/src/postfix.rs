//! Two programs of Postfix's, made for measuring: `smtp-sink` takes mail and counts it, `smtp-source` sends as fast as it can.

use crate::process::{self, free_address};
use anyhow::{Context, Result, bail, ensure};
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// `smtp-sink`. Dropping it ends it.
pub(crate) struct SmtpSink {
    child: Child,
    pub(crate) address: SocketAddr,
    counted: Arc<Mutex<Counted>>,
}

/// When mails came in.
#[derive(Default, Clone, Copy)]
struct Counted {
    mails: u64,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl SmtpSink {
    pub(crate) fn start() -> Result<Self> {
        let address = free_address()?;
        let mut command = program("smtp-sink");
        // It takes no orders from root.
        if process::output(Command::new("id").arg("--user"))?.trim() == "0" {
            command.args(["-u", "nobody"]);
        }
        command.args(["-c", &address.to_string(), "1024"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("smtp-sink, which comes with Postfix, cannot be started")?;
        let mut counters = child.stdout.take().context("no pipe to read from")?;
        let counted = Arc::new(Mutex::new(Counted::default()));
        let theirs = Arc::clone(&counted);
        std::thread::Builder::new().name("count".into()).spawn(move || {
            let mut bytes = [0; 64 * 1024];
            while let Ok(read @ 1..) = counters.read(&mut bytes) {
                theirs.lock().unwrap_or_else(PoisonError::into_inner).read(&bytes[..read]);
            }
        })?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            ensure!(Instant::now() < deadline && child.try_wait()?.is_none(), "smtp-sink does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self { child, address, counted })
    }

    /// Stops taking anything, as a relay that hangs; the kernel goes on accepting connections for it.
    pub(crate) fn hang(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// Goes on where it hung.
    pub(crate) fn go_on(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> Result<()> {
        process::output(Command::new("kill").args([signal, &self.child.id().to_string()])).map(drop)
    }

    /// Waits for so many mails, and says how many a second there were between the first and the last.
    pub(crate) fn rate_of(&self, mails: u64, patience: Duration) -> Result<f64> {
        let deadline = Instant::now() + patience;
        loop {
            let Counted { mails: counted, first, last } = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            if let (true, Some(first), Some(last)) = (counted >= mails, first, last) {
                return Ok((counted - 1) as f64 / (last - first).as_secs_f64().max(1e-9));
            }
            if Instant::now() > deadline {
                bail!("{counted} of {mails} mails after {patience:?}");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// How many connections are open to it, as the kernel tells.
    pub(crate) fn sessions(&self) -> usize {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        sessions(&table, self.address.port())
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Counted {
    /// `sess=0 quit=0 mesg=17` and a carriage return, after each mail and more often.
    fn read(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        let text = String::from_utf8_lossy(bytes);
        let count = |line: &str| line.split_once("mesg=")?.1.trim().parse::<u64>().ok();
        // A number may be cut off at either end: it is the lesser one then.
        if let Some(mails) = text.split('\r').filter_map(count).max().filter(|mails| *mails > self.mails) {
            self.mails = mails;
            self.first.get_or_insert(now);
            self.last = Some(now);
        }
    }
}

/// Sends so many mails, `octets` each, over so many kept connections at once.
pub(crate) fn send(to: SocketAddr, mails: u64, sessions: usize, octets: usize) -> Result<()> {
    let [mails, sessions, octets] = [mails.to_string(), sessions.to_string(), octets.to_string()];
    let mut command = program("smtp-source");
    command.args(["-d", "-s", &sessions, "-m", &mails, "-l", &octets, "-f", "no-reply@example.com"]);
    process::output(command.args(["-t", "p000000000000@example.com", &to.to_string()])).map(drop)
}

/// Which Postfix it is.
pub(crate) fn version() -> Result<String> {
    Ok(format!("Postfix {}", process::output(program("postconf").args(["-d", "-h", "mail_version"]))?.trim()))
}

/// Debian has them where only administrators look.
fn program(name: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    Command::new(found.unwrap_or_else(|| name.into()))
}

/// Established (01) with this local port, in the table of proc(5).
fn sessions(table: &str, port: u16) -> usize {
    let local = format!(":{port:04X}");
    let is_one = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next().is_some_and(|address| address.ends_with(&local)) && fields.nth(1) == Some("01")
    };
    table.lines().filter(is_one).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sinks_counters_are_read_however_they_are_cut() {
        let mut counted = Counted::default();
        counted.read(b"sess=0 quit=0 mesg=1\rsess=0 quit=0 mesg=2\rsess=0 qu");
        assert_eq!(counted.mails, 2);
        counted.read(b"it=0 mesg=10\rsess=1 quit=0 mesg=1");
        assert_eq!(counted.mails, 10);
    }

    #[test]
    fn only_open_sessions_of_the_port_are_counted() {
        let table = "  sl  local_address rem_address   st\n\
                     0: 0100007F:1F90 0100007F:A2B2 01 0\n\
                     1: 0100007F:A2B2 0100007F:1F90 01 0\n\
                     2: 0100007F:1F90 0100007F:A2B4 06 0\n";
        assert_eq!(sessions(table, 8080), 1);
    }
}
