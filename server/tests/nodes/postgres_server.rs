//! A PostgreSQL of a test's own, to be crashed. What it has acknowledged survives that, as it should: only a crash of the
//! machine would show that it does not wait for the disk.

use crate::support::process::{eventually, free_port};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::{Config, NoTls};

/// Running, unless it was crashed. Dropping it ends it.
pub(crate) struct PostgresServer {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl PostgresServer {
    /// A new one.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let mut initdb = as_postgres("initdb", folder.path());
        run(initdb.args("-D data --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync".split(' ')));
        let mut server = Self { folder, port: free_port(), child: None };
        server.start_again().await;
        server
    }

    /// How a superuser reaches it.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("postgres").dbname("postgres");
        config
    }

    /// Ends it as a power cut would.
    pub(crate) fn crash(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it after a crash, and waits until it has recovered.
    pub(crate) async fn start_again(&mut self) {
        let config = self.config();
        eventually("PostgreSQL of our own", READY_WITHIN, async || {
            // It may not start at once: processes of the one that died hold its memory for a moment.
            let is_running = self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none());
            if !is_running {
                self.child = Some(self.spawn());
            }
            config.connect(NoTls).await.ok().map(drop)
        })
        .await;
    }

    fn spawn(&self) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = as_postgres("postgres", self.folder.path());
        command.args(["-D", "data", "-p", &self.port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.crash();
    }
}

/// One of its programs, under the account that may run it, and killed should this thread end without a word.
fn as_postgres(program: &str, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.args(["--pdeathsig=KILL", "--"]).arg(programs().join(program)).current_dir(folder).stdout(Stdio::null());
    command
}

/// Where Debian has the programs of the newest PostgreSQL there is.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL; run `cargo xtask soak`").flatten();
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    versions.map(|entry| entry.path()).max_by_key(version).expect("a version of PostgreSQL").join("bin")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} ended with {status}");
}

/// What is acknowledged has left the process, which is all that a crash of the process asks for.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "synchronous_commit=on",
    "fsync=off",
];
/// Recovery included.
const READY_WITHIN: Duration = Duration::from_secs(60);
