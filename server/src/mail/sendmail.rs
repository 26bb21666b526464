//! A program that takes mail on its standard input, as sendmail does: that of Postfix, Exim, OpenSMTPD or msmtp.

use super::{Attempt, Parcel, Transport, mailbox, remaining, reply_line};
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Starts the program for each mail, without a shell.
pub struct SendmailTransport {
    command: PathBuf,
}

impl SendmailTransport {
    /// Starts nothing yet.
    #[must_use]
    pub fn new(command: PathBuf) -> Self {
        Self { command }
    }

    /// `-i`: a line with a single dot does not end the mail. `--`: what follows is an address, whatever it looks like.
    fn start(&self, parcel: &Parcel) -> std::io::Result<Running> {
        let mut command = Command::new(&self.command);
        command.args(["-i", "-f", &mailbox(&parcel.envelope.from), "--", &mailbox(&parcel.envelope.to)]);
        // Regain's own settings may hold secrets, which are nobody else's business.
        command.env_clear().env("PATH", PATH).envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        // A group of its own, so that what it starts ends with it.
        Ok(Running::new(command.process_group(0).spawn()?, with_line_feeds(&parcel.content)))
    }
}

#[async_trait]
impl Transport for SendmailTransport {
    fn name(&self) -> &'static str {
        "sendmail"
    }

    async fn send(&self, parcel: &Parcel, deadline: Instant) -> Attempt {
        let command = self.command.display();
        let mut running = match self.start(parcel) {
            Ok(running) => running,
            Err(error) => return Attempt::down(Outcome::RetryAfter(format!("cannot start {command}: {error}"))),
        };
        let status = running.exited(deadline).await;
        let (written, said) = running.closed().await;
        match status {
            Some(status) => judged(status, written, &format!("{command}: {}", said.trim())),
            None if written => Attempt::down(Outcome::Unknown(format!("{command} did not end after it had the mail"))),
            None => Attempt::down(Outcome::RetryAfter(format!("{command} did not read the mail"))),
        }
    }

    /// Looks whether it is there and may be run.
    async fn probe(&self) -> Result<String, String> {
        let command = self.command.display();
        match std::fs::metadata(&self.command) {
            Ok(found) if !found.is_file() => Err(format!("{command} is no program")),
            Ok(found) if found.permissions().mode() & 0o111 == 0 => Err(format!("{command} may not be run")),
            Ok(_) => Ok(format!("{command} is there; whether it takes mail shows with `--send`")),
            Err(error) => Err(format!("{command}: {error}; install a mail server, or check mail.sendmail.command")),
        }
    }
}

/// A program at work. Dropped, it is killed, with all that it started.
struct Running {
    child: Child,
    /// Whether it took the whole mail.
    written: oneshot::Receiver<bool>,
    /// What it complained of.
    said: oneshot::Receiver<String>,
}

impl Running {
    /// Two threads serve the program's pipes. They are not the runtime's, which would wait for them at its end.
    fn new(mut child: Child, content: Vec<u8>) -> Self {
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let written = on_a_thread(move || stdin.is_some_and(|mut stdin| stdin.write_all(&content).is_ok()));
        let said = on_a_thread(move || stderr.map(beginning).unwrap_or_default());
        Self { child, written, said }
    }

    /// Its exit status, or none if it does not end in time; then it is killed.
    async fn exited(&mut self, deadline: Instant) -> Option<ExitStatus> {
        let mut pause = LOOK_FIRST;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if !remaining(deadline).is_zero() => {}
                Ok(None) | Err(_) => break,
            }
            tokio::time::sleep(pause.min(remaining(deadline))).await;
            pause = (pause * 2).min(LOOK_EVERY);
        }
        // Before its input is closed: it might take the half of a mail for all of it.
        self.kill();
        None
    }

    /// Whether it took the whole mail, and what it said, once it has ended. What it left running is not waited for.
    async fn closed(&mut self) -> (bool, String) {
        let written = tokio::time::timeout(CLOSE_MAX, &mut self.written).await;
        let said = tokio::time::timeout(CLOSE_MAX, &mut self.said).await;
        (matches!(written, Ok(Ok(true))), said.ok().and_then(Result::ok).unwrap_or_default())
    }

    /// Until it was waited for, nobody else gets its number.
    fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(None))
            && let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.try_wait();
    }
}

fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (done, awaited) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = done.send(work());
    });
    awaited
}

/// What can be kept of it. The rest is read, too, so that nobody dies of a closed pipe.
fn beginning(mut stderr: ChildStderr) -> String {
    let mut said = Vec::new();
    let _ = stderr.by_ref().take(SAID_OCTETS_MAX).read_to_end(&mut said);
    let _ = std::io::copy(&mut stderr, &mut std::io::sink());
    String::from_utf8_lossy(&said).into_owned()
}

/// By the exit codes of sysexits.h.
fn judged(status: ExitStatus, written: bool, said: &str) -> Attempt {
    let Some(code) = status.code() else {
        let reason = reply_line(&format!("{said} (killed by signal {})", status.signal().unwrap_or_default()));
        return Attempt::down(if written { Outcome::Unknown(reason) } else { Outcome::RetryAfter(reason) });
    };
    let reason = reply_line(&format!("{said} (exit code {code})"));
    match code {
        0 if written => Outcome::Delivered(reason).into(),
        // It ended well without having read the mail.
        0 => Attempt::down(Outcome::RetryAfter(format!("{reason}; it did not read the mail"))),
        EX_DATAERR | EX_NOUSER | EX_NOHOST => Outcome::Refused(reason).into(),
        EX_TEMPFAIL => Outcome::RetryAfter(reason).into(),
        _ => Attempt::down(Outcome::RetryAfter(reason)),
    }
}

/// Programs on this machine end lines as this machine does.
fn with_line_feeds(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(content.len());
    for (n, byte) in content.iter().enumerate() {
        if !(*byte == b'\r' && content.get(n + 1) == Some(&b'\n')) {
            lines.push(*byte);
        }
    }
    lines
}

const EX_DATAERR: i32 = 65;
const EX_NOUSER: i32 = 67;
const EX_NOHOST: i32 = 68;
const EX_TEMPFAIL: i32 = 75;
/// Enough for all that a mail server is made of.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const SAID_OCTETS_MAX: u64 = 4096;
/// A mail server that queues takes some 10 ms.
const LOOK_FIRST: Duration = Duration::from_millis(2);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What it said is in the pipe already, unless something that it started holds the other end.
const CLOSE_MAX: Duration = Duration::from_millis(500);
