//! The database servers that tests use: those named in the environment, else our own, thrown away afterwards.

use crate::needs::{install, is_root, on_path};
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// PostgreSQL, MariaDB and OpenLDAP, for as long as this lives.
pub(crate) struct Databases(Vec<Server>);

impl Databases {
    /// Takes each server from its variable, else starts it, installing it before where it is missing. What could be
    /// had is handed back in any case: a test whose server is missing fails by itself, the others need not wait.
    pub(crate) fn start() -> (Self, Result<()>) {
        let kinds = [&POSTGRES, &MARIADB, &OPENLDAP];
        let (mut servers, mut complete) = (Vec::new(), install_missing(&kinds));
        for kind in kinds {
            match kind.named().map_or_else(|| kind.start(), Ok) {
                Ok(server) => servers.push(server),
                Err(fault) => complete = complete.and(Err(fault.context(kind.name))),
            }
        }
        for Server { variable, url, .. } in &servers {
            println!("{variable}={url}");
        }
        (Self(servers), complete)
    }

    /// A PostgreSQL that syncs what it says it has kept: for measurements.
    pub(crate) fn start_durable() -> Result<Self> {
        let kind = &DURABLE_POSTGRES;
        install_missing(&[kind])?;
        let server = kind.named().map_or_else(|| kind.start(), Ok).context(kind.name)?;
        Ok(Self(vec![server]))
    }

    /// The variables by which tests find the servers.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|server| (server.variable, server.url.as_str()))
    }
}

fn install_missing(kinds: &[&Kind]) -> Result<()> {
    let missing = kinds.iter().filter(|kind| kind.named().is_none() && !kind.is_installed());
    let packages: Vec<_> = missing.flat_map(|kind| kind.packages).copied().collect();
    if packages.is_empty() { Ok(()) } else { install(&packages) }
}

/// The servers until Ctrl-C, for whoever runs one test again and again.
pub(crate) fn stay() -> Result<bool> {
    let (databases, complete) = Databases::start();
    complete?;
    println!("\nFor another terminal, until Ctrl-C here:");
    for (variable, url) in databases.variables() {
        println!("export {variable}={url}");
    }
    loop {
        std::thread::park();
    }
}

/// A server that accepts connections.
struct Server {
    variable: &'static str,
    url: String,
    _keeper: Option<Keeper>,
}

/// A kind of server, and the shell's words for it; `PORT` is filled in, and `$PWD` is a folder of its own.
struct Kind {
    name: &'static str,
    /// Where tests look for its address; also where one's own can be named.
    variable: &'static str,
    /// A superuser's address.
    url: &'static str,
    /// Debian's packages, the server's own first.
    packages: &'static [&'static str],
    /// The account that the package makes for it. Neither runs as root.
    account: &'static str,
    /// Files to begin with, by their names.
    files: &'static [(&'static str, &'static str)],
    /// Makes an empty data folder.
    prepare: &'static str,
    /// The server, in the foreground.
    serve: &'static str,
    /// Succeeds as soon as it accepts connections.
    is_ready: &'static str,
}

/// Nothing here need survive a power cut.
const POSTGRES: Kind = Kind {
    name: "PostgreSQL",
    variable: "REGAIN_TEST_POSTGRES_URL",
    url: "postgres://postgres@127.0.0.1:PORT/postgres",
    packages: &["postgresql"],
    account: "postgres",
    files: &[],
    prepare: "initdb -D data --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync",
    serve: "postgres -D data -p PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c max_connections=300 -c fsync=off -c full_page_writes=off",
    is_ready: "pg_isready --quiet --host=127.0.0.1 --port=PORT",
};

/// As Debian's package configures it, with room for more connections and the memory that its documentation advises.
const DURABLE_POSTGRES: Kind = Kind {
    name: "durable PostgreSQL",
    variable: "REGAIN_BENCH_POSTGRES_URL",
    serve: "postgres -D data -p PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c max_connections=300 -c shared_buffers=512MB -c max_wal_size=4GB",
    ..POSTGRES
};

/// The character set is the one that Debian configures, since `--no-defaults` means the one of decades ago.
const MARIADB: Kind = Kind {
    name: "MariaDB",
    variable: "REGAIN_TEST_MARIADB_URL",
    url: "mysql://root@127.0.0.1:PORT/mysql",
    packages: &["mariadb-server"],
    account: "mysql",
    files: &[],
    prepare: "mariadb-install-db --no-defaults --datadir=\"$PWD/data\" --auth-root-authentication-method=normal \
              --skip-test-db",
    serve: "mariadbd --no-defaults --datadir=\"$PWD/data\" --port=PORT --bind-address=127.0.0.1 \
            --socket=\"$PWD/socket\" --pid-file=\"$PWD/pid\" --max-connections=300 --skip-log-bin \
            --innodb-flush-log-at-trx-commit=0 --skip-innodb-doublewrite \
            --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci",
    is_ready: "mariadb-admin --no-defaults --protocol=tcp --host=127.0.0.1 --port=PORT --user=root --silent ping",
};

/// With a root that its tests may use for everything, `cn=admin` under the suffix, and the policy overlay; a policy is made
/// by the test that needs one.
const OPENLDAP: Kind = Kind {
    name: "OpenLDAP",
    variable: "REGAIN_TEST_OPENLDAP_URL",
    url: "ldap://127.0.0.1:PORT/dc=example,dc=com",
    packages: &["slapd", "slapd-contrib", "ldap-utils"],
    account: "openldap",
    files: &[
        ("config.ldif", include_str!("openldap/config.ldif")),
        ("entries.ldif", include_str!("openldap/entries.ldif")),
    ],
    prepare: "sh -c 'mkdir config data && slapadd -n 0 -F config -l config.ldif && slapadd -n 1 -F config -l entries.ldif'",
    serve: "slapd -d 0 -F config -h ldap://127.0.0.1:PORT",
    is_ready: "ldapsearch -x -H ldap://127.0.0.1:PORT -s base -b dc=example,dc=com dn",
};

impl Kind {
    /// The server that the environment names.
    fn named(&self) -> Option<Server> {
        let url = std::env::var(self.variable).ok()?;
        Some(Server { variable: self.variable, url, _keeper: None })
    }

    /// A server of our own, in a temporary folder and on a free port of the loopback.
    fn start(&self) -> Result<Server> {
        ensure!(self.is_installed(), "{} is not here, and {} names no server", self.packages[0], self.variable);
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let mut keeper = Keeper::start(self, &port)?;
        self.wait_until_ready(&mut keeper, &port)?;
        Ok(Server { variable: self.variable, url: self.url.replace("PORT", &port), _keeper: Some(keeper) })
    }

    fn is_installed(&self) -> bool {
        [self.prepare, self.serve, self.is_ready].iter().all(|command| {
            let program = command.split(' ').next().unwrap_or_default();
            on_path(program).is_some() || postgres_folder().is_some_and(|folder| folder.join(program).is_file())
        })
    }

    fn wait_until_ready(&self, keeper: &mut Keeper, port: &str) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let mut probe = shell(&self.is_ready.replace("PORT", port));
            if probe.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
                return Ok(());
            }
            if keeper.process.try_wait()?.is_some() {
                bail!("it cannot be prepared; what it said is above");
            }
            if Instant::now() > deadline {
                bail!("it is not ready after {READY_WITHIN:?}; it said:\n{}", keeper.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Starts a server, and stops it and removes its folder when we end, however we end: by then our end of its standard
/// input is closed. It has a process group of its own, so that Ctrl-C ends us and not it.
struct Keeper {
    process: Child,
    folder: PathBuf,
}

impl Keeper {
    fn start(kind: &Kind, port: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("regain-test-{}-{}", kind.packages[0], std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        for (name, content) in kind.files {
            std::fs::write(folder.join(name), content)?;
        }
        let account = kind.account;
        let switch = format!("setpriv --reuid={account} --regid={account} --init-groups --");
        let (own, switch) =
            if is_root() { (format!("chown {account} ."), switch.as_str()) } else { ("true".into(), "") };
        let script = KEEPER
            .replace("OWN", &own)
            .replace("PREPARE", &format!("{switch} {}", kind.prepare))
            .replace("SERVE", &format!("{switch} {}", kind.serve))
            .replace("PORT", port);
        let mut keeper = shell(&script);
        // A MariaDB that starts clears its temporary folder of what others have there.
        keeper.current_dir(&folder).env("TMPDIR", &folder);
        let process = keeper.process_group(0).stdin(Stdio::piped()).spawn()?;
        Ok(Self { process, folder })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// To PostgreSQL SIGTERM means to wait for its clients, SIGINT to end at once; before it listens to either, SIGTERM
/// alone is not ignored. MariaDB goes by SIGTERM.
const KEEPER: &str = "
if { OWN && PREPARE; } >log 2>&1 </dev/null; then
    SERVE >>log 2>&1 </dev/null &
    cat >/dev/null
    kill -TERM $!
    kill -INT $!
    wait
else
    cat log >&2
fi
rm -rf \"$PWD\"";

/// A script that finds the servers' programs.
fn shell(script: &str) -> Command {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    for folder in [Some(Path::new("/usr/sbin").to_owned()), postgres_folder()].into_iter().flatten() {
        path.push(":");
        path.push::<OsString>(folder.into());
    }
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("PATH", path);
    command
}

/// Where Debian has the programs of the newest PostgreSQL there is: on nobody's path.
fn postgres_folder() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    versions.map(|entry| entry.path()).max_by_key(version).map(|folder| folder.join("bin"))
}

/// Generous: two cores may be busy with others.
const READY_WITHIN: Duration = Duration::from_secs(90);
