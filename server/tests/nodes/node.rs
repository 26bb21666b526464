//! One node: a process that is killed, stopped and started again, always at the same two ports.

use crate::support::canary;
use crate::support::process::{command, free_port};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// `regain serve`, running or not. Dropping it kills it.
pub(crate) struct Node {
    pub(crate) name: String,
    /// Where everybody finds it.
    pub(crate) public: String,
    /// Where health and metrics are.
    pub(crate) admin: String,
    folder: PathBuf,
    settings: Vec<(String, String)>,
    program: PathBuf,
    child: Option<Child>,
    pid: Pid,
}

/// The process of a node as others see it: 0 while it is down.
pub(crate) type Pid = Arc<AtomicU32>;

impl Node {
    /// One that is not running yet, with the configuration in `folder`.
    pub(crate) fn new(name: String, folder: &Path, program: PathBuf, settings: Vec<(String, String)>) -> Self {
        let [public, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port()));
        Self { name, public, admin, folder: folder.to_owned(), settings, program, child: None, pid: Pid::default() }
    }

    /// Starts it; does not wait until it is ready.
    pub(crate) fn start(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        // Of the command, only what keeps our own settings from it.
        let template = command(&self.folder, &["serve", "--config", "regain.toml"]);
        let mut command = Command::new(&self.program);
        command.args(template.get_args()).current_dir(&self.folder);
        for (name, value) in template.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("REGAIN_SERVER__LISTEN", &self.public).env("REGAIN_ADMIN__LISTEN", &self.admin);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        let child = child.unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        self.pid.store(child.id(), Ordering::SeqCst);
        self.child = Some(child);
    }

    /// From the next start on it is this program.
    pub(crate) fn becomes(&mut self, program: &Path) {
        self.program = program.to_owned();
    }

    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Its process, for whoever watches it.
    pub(crate) fn pid(&self) -> Pid {
        Arc::clone(&self.pid)
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.pid.store(0, Ordering::SeqCst);
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.as_ref().expect("a running node").id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        let deadline = Instant::now() + END_WITHIN;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(Instant::now() < deadline, "{} does not end:\n{}", self.name, self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How it ended, if it was running and did so by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().unwrap()?;
        self.child = None;
        self.pid.store(0, Ordering::SeqCst);
        Some(status)
    }

    /// The last of what it wrote, over all its lives.
    pub(crate) fn log(&self) -> String {
        let log = String::from_utf8_lossy(&std::fs::read(self.log_file()).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("── {} wrote:\n{}", self.name, self.log());
        }
        canary::keep_metrics_at(&self.admin);
        self.kill();
        canary::keep_log(&self.log_file());
    }
}

/// Draining takes 10 s at most, and a notice before it some more.
const END_WITHIN: Duration = Duration::from_secs(60);
/// Of a log, in a failure's report.
const LINES_SHOWN: usize = 40;
