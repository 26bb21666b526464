//! A PostgreSQL of a test's own, for what cannot be tried on one that others use: restarts and certificates.

use super::fixture::{blocking, try_connect};
use crate::users::sql::test_database::free_port;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Stopped and removed with the test.
pub(super) struct Server {
    directory: TempDir,
    pub(super) port: u16,
    process: Child,
}

/// A certificate and its key, in PEM.
pub(super) struct Certificate {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Server {
    /// On 127.0.0.1, where everybody may come in; encrypted, if there is a certificate.
    pub(super) fn start(certificate: Option<&Certificate>) -> Self {
        let directory = directory();
        let data = directory.path().join("data");
        let initdb = unprivileged(directory.path(), "initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb, of Debian's package postgresql");
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        if let Some(Certificate { certificate, key }) = certificate {
            for (name, text) in [("server.crt", certificate), ("server.key", key)] {
                write_for(directory.path(), &data.join(name), text);
            }
        }
        let port = free_port();
        let process = serve(directory.path(), port, certificate.is_some());
        let server = Self { directory, port, process };
        server.wait_until_ready();
        server
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Where its Unix socket is.
    pub(super) fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// Breaks every connection.
    pub(super) fn restart(&mut self) {
        stop(&mut self.process);
        self.process = serve(self.directory.path(), self.port, false);
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let begun = Instant::now();
        while blocking(try_connect(&self.url())).is_none() {
            assert!(begun.elapsed() < START_MAX, "no answer from PostgreSQL on port {}", self.port);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

fn serve(directory: &Path, port: u16, encrypted: bool) -> Child {
    let log = std::fs::File::create(directory.join("log")).unwrap();
    let ssl = if encrypted { "ssl=on" } else { "ssl=off" };
    let mut command = unprivileged(directory, "postgres");
    command.arg("-D").arg(directory.join("data")).args(["-F", "-h", "127.0.0.1", "-k"]).arg(directory);
    command.args(["-c", "shared_buffers=16MB", "-c", ssl, "-p", &port.to_string()]);
    command.stderr(Stdio::from(log)).stdout(Stdio::null()).spawn().unwrap()
}

/// As `pg_ctl stop -m fast` does it: whatever is open is rolled back.
fn stop(process: &mut Child) {
    Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    process.wait().unwrap();
}

/// A folder of whom the server runs as.
pub(super) fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
    if let Some((user, group)) = other_user(directory.path()) {
        chown(directory.path(), Some(user), Some(group)).unwrap();
    }
    directory
}

/// A file that its owner alone reads, as the server wants its key.
pub(super) fn write_for(directory: &Path, path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
    let owner = std::fs::metadata(directory).unwrap();
    chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
}

/// A program of PostgreSQL's, run as the owner of `directory`: none of them runs as root.
pub(super) fn unprivileged(directory: &Path, program: &str) -> Command {
    let owner = std::fs::metadata(directory).unwrap();
    let mut command = Command::new(installed(program));
    command.uid(owner.uid()).gid(owner.gid()).current_dir(directory).env_clear().env("PATH", "/usr/bin:/bin");
    command.stdin(Stdio::null());
    command
}

/// On the path, or where Debian puts it.
fn installed(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into()]).chain(debian.map(|of| of.path().join("bin")));
    folders.map(|folder| folder.join(program)).find(|path| path.exists()).unwrap_or_else(|| program.into())
}

/// Whom to become, if this is root.
fn other_user(mine: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(mine).unwrap().uid() != 0 {
        return None;
    }
    let number = |option| {
        let output = Command::new("id").args([option, "postgres"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().expect("a user called postgres, to run it as")
    };
    Some((number("-u"), number("-g")))
}

const START_MAX: Duration = Duration::from_secs(60);
