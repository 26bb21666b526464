//! A program that takes mail as sendmail does.

use super::vendors::Taken;
use super::*;
use crate::support::process::{DEADLINE, eventually};
use regain::mail::Attempt;
use regain::mail::sendmail::SendmailTransport;
use std::path::PathBuf;
use std::process::Command;

/// `support/sendmail.sh` in a folder of its own.
struct SendmailRig {
    folder: tempfile::TempDir,
    transport: SendmailTransport,
}

impl SendmailRig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let command = folder.path().join("sendmail");
        // Copied by another process: a file that any thread here has open for writing cannot be run.
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/sendmail.sh");
        assert!(Command::new("cp").arg(script).arg(&command).status().unwrap().success());
        Self { folder, transport: SendmailTransport::new(command) }
    }

    /// What it does `before` or `after` it reads the mail.
    fn does(&self, when: &str, what: &str) {
        std::fs::write(self.folder.path().join(when), what).unwrap();
    }

    fn files(&self, kind: &str) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> = files.filter(|path| path.file_stem().is_some_and(|stem| stem == kind)).collect();
        files.sort_by_key(|path| std::fs::metadata(path).unwrap().modified().unwrap());
        files
    }

    fn arguments(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.files("args")[0]).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    async fn attempt(&self, deadline: Instant) -> (Attempt, Duration) {
        let started = Instant::now();
        (self.transport.send(&composed("ada@example.com"), deadline).await, started.elapsed())
    }
}

impl Rig for SendmailRig {
    fn transport(&self) -> &dyn Transport {
        &self.transport
    }

    fn carried(&self) -> Vec<Taken> {
        let taken = |path: PathBuf| {
            let arguments = std::fs::read_to_string(path.to_str().unwrap().replace("mail.", "args.")).unwrap();
            let arguments: Vec<_> = arguments.lines().collect();
            assert_eq!(arguments[..4], ["-i", "-f", "no-reply@example.com", "--"]);
            let content = std::fs::read(&path).unwrap();
            assert!(!content.contains(&b'\r'), "lines end as they do on this machine");
            vendors::of_file(&content, arguments[4])
        };
        self.files("mail").into_iter().map(taken).collect()
    }

    fn behave(&self) {
        for when in ["before", "after"] {
            let _ = std::fs::remove_file(self.folder.path().join(when));
        }
    }

    fn break_down(&self) {
        self.does("before", "echo 'the queue is full' >&2; exit 71");
    }

    fn refuse(&self) -> bool {
        self.does("before", "echo 'no such user' >&2; exit 67");
        true
    }

    fn fall_silent(&self) -> bool {
        // The mail itself is not kept, so that it is not counted.
        self.does("before", "cat > /dev/null; sleep 600");
        true
    }
}

#[tokio::test]
async fn sendmail_conforms() {
    conforms(&SendmailRig::new()).await;
}

#[tokio::test]
async fn every_exit_code_has_its_outcome() {
    let cases =
        [(64, 'r', false), (65, 'x', true), (67, 'x', true), (68, 'x', true), (69, 'r', false), (70, 'r', false)];
    let more =
        [(71, 'r', false), (73, 'r', false), (75, 'r', true), (77, 'r', false), (78, 'r', false), (1, 'r', false)];
    for (code, kind, works) in cases.into_iter().chain(more) {
        let rig = SendmailRig::new();
        rig.does("after", &format!("printf 'said \\033[31m%s' {code} >&2; exit {code}"));
        let (Attempt { outcome, standing }, _) = rig.attempt(soon()).await;
        let is = match outcome {
            Outcome::RetryAfter(_) => 'r',
            Outcome::Refused(_) => 'x',
            _ => '?',
        };
        assert_eq!((is, standing == Standing::Works), (kind, works), "{code}: {outcome:?}");
        let reply = outcome.reply();
        assert!(reply.contains(&format!("said [31m{code} (exit code {code})")), "{reply:?}");
    }
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_all_that_it_started() {
    let rig = SendmailRig::new();
    rig.does("before", "sleep 600 & echo $! > child; wait");
    let (attempt, took) = rig.attempt(Instant::now() + SHORT).await;
    // A reset mail fits into the pipe: nobody knows whether it was read.
    assert!(matches!(attempt.outcome, Outcome::Unknown(_)) && took < FOR_EVER, "{attempt:?} {took:?}");
    let child = std::fs::read_to_string(rig.folder.path().join("child")).unwrap();
    let is_gone = async || (!is_running(child.trim())).then_some(());
    eventually("the end of what it started", DEADLINE, is_gone).await;
    assert!(rig.files("mail").is_empty());
}

#[tokio::test]
async fn half_a_mail_is_never_taken_for_a_whole_one() {
    let rig = SendmailRig::new();
    // Reads a little and then no more; at the end of its input it would take what it has.
    rig.does("before", "head -c 100 > part; sleep 600; mv part mail.half");
    let mut large = composed("ada@example.com");
    large.content.extend(b"0123456789\r\n".repeat(100_000));
    let attempt = rig.transport.send(&large, Instant::now() + SHORT).await;
    assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{attempt:?}");
    assert!(rig.files("mail").is_empty());
}

#[tokio::test]
async fn a_program_that_says_much_or_leaves_something_running_is_no_trouble() {
    let rig = SendmailRig::new();
    rig.does("after", "yes 'so much' | head -c 2000000 >&2; sleep 600 & echo $! > child; exit 0");
    let (attempt, took) = rig.attempt(soon()).await;
    assert!(matches!(attempt.outcome, Outcome::Delivered(_)) && took < FOR_EVER, "{attempt:?} {took:?}");
    is_one_line("sendmail", attempt.outcome.reply());
    let child = std::fs::read_to_string(rig.folder.path().join("child")).unwrap();
    assert!(is_running(child.trim()), "what queues in the background is let alone");
    assert!(Command::new("kill").arg(child.trim()).status().unwrap().success());
}

#[tokio::test]
async fn a_program_that_does_not_read_the_mail_has_not_taken_it() {
    let rig = SendmailRig::new();
    rig.does("before", "exit 0");
    let mut large = composed("ada@example.com");
    large.content.extend(b"0123456789\r\n".repeat(100_000));
    let attempt = rig.transport.send(&large, soon()).await;
    assert!(is_retry(&attempt.outcome) && attempt.outcome.reply().contains("did not read"), "{attempt:?}");
}

#[tokio::test]
async fn an_address_is_no_option_and_the_environment_is_not_handed_down() {
    let rig = SendmailRig::new();
    let outcome = send(&rig.transport, &composed("-oQ/tmp@example.com")).await;
    assert!(matches!(outcome, Outcome::Delivered(_)), "{outcome:?}");
    assert_eq!(rig.arguments(), ["-i", "-f", "no-reply@example.com", "--", "-oQ/tmp@example.com"]);
    let env = std::fs::read_to_string(&rig.files("env")[0]).unwrap();
    let names: Vec<_> = env.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(names.iter().all(|name| ["PATH", "HOME", "PWD", "OLDPWD", "SHLVL", "_"].contains(name)), "{names:?}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let transport = SendmailTransport::new(folder.path().join("sendmail"));
    let attempt = transport.send(&composed("ada@example.com"), soon()).await;
    assert!(is_retry(&attempt.outcome) && attempt.outcome.reply().contains("cannot start"), "{attempt:?}");
    assert!(transport.probe().await.unwrap_err().contains("mail.sendmail.command"));
    std::fs::write(folder.path().join("sendmail"), "").unwrap();
    assert!(transport.probe().await.unwrap_err().contains("may not be run"));
}

fn is_running(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
